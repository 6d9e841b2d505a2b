"""Every document of buckets keeps to its schema in docs/schemas."""

import json
import signal

import pytest

from tests.commands.buckets import bucket_of
from tests.test_schemas import check
from tests.waiting import eventually


@pytest.fixture
def bucket(server, cli):
    with bucket_of(server.url, "KV_") as name:
        check("bucket", json.loads(cli("kv", "add", name, "--history", "5", "--storage", "memory", "--json").out))
        yield name


def test_documents_of_values_keep_to_their_schemas(cli, bucket):
    for command in (
        ["put", bucket, "a", "one"],
        ["create", bucket, "b", "-"],
        ["update", bucket, "a", "two", "1"],
        ["del", bucket, "b", "-f"],
        ["purge", bucket, "b", "-f"],
    ):
        check("kv-revision", json.loads(cli("kv", *command, "--json", stdin=b"\xff").out))
    check("kv-entry", json.loads(cli("kv", "get", bucket, "a", "--json").out))
    for command in (
        ["history", bucket, "b"],
        ["history", bucket, "a"],
        ["revert", bucket, "a", "1", "--force"],
        ["ls", bucket, "-v"],
        ["ls", bucket, "-v", "--display-value"],
    ):
        for entry in json.loads(cli("kv", *command, "--json").out):
            check("kv-entry", entry)
    check("kv-compacted", json.loads(cli("kv", "compact", bucket, "-f", "--json").out))


def test_documents_of_buckets_keep_to_their_schemas(cli, bucket):
    check("names", json.loads(cli("kv", "ls", bucket, "--json").out))
    check("names", json.loads(cli("kv", "ls", "--names", "--json").out))
    for command in (["info", bucket], ["edit", bucket, "--description", "x"]):
        check("bucket", json.loads(cli("kv", *command, "--json").out))
    for found in json.loads(cli("kv", "ls", "--json").out):
        check("bucket", found)


def test_what_is_watched_keeps_to_the_schema(cli, start, bucket):
    cli("kv", "put", bucket, "a", "-", stdin=b"\xff")
    watch = start("kv", "watch", bucket, "--json")
    cli("kv", "del", bucket, "a", "-f")
    eventually(lambda: b"DELETE" in watch.out, 30)

    watch.signal(signal.SIGINT)

    assert watch.end() == 0
    for line in watch.out.splitlines():
        check("kv-entry", json.loads(line))


def test_documents_of_objects_keep_to_their_schemas(cli, server, start):
    with bucket_of(server.url, "OBJ_") as name:
        check("bucket", json.loads(cli("object", "add", name, "--storage", "memory", "--json").out))
        for command in (
            ["put", name, "--name", "a", "-H", "A:1", "--description", "x"],
            ["info", name, "a"],
            ["get", name, "a"],
        ):
            check("object", json.loads(cli("object", *command, "--json", stdin=b"data").out))
        for listed in json.loads(cli("object", "ls", name, "--json").out):
            check("object", listed)
        check("names", json.loads(cli("object", "ls", name, "--names", "--json").out))
        watch = start("object", "watch", name, "--json")
        watch.says("Watching")
        check("object", json.loads(cli("object", "del", name, "a", "-f", "--json").out))
        eventually(lambda: b"deleted" in watch.out, 30)
        watch.signal(signal.SIGINT)
        assert watch.end() == 0
        for line in watch.out.splitlines():
            check("object", json.loads(line))
        check("bucket", json.loads(cli("object", "seal", name, "-f", "--json").out))
