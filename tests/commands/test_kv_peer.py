"""Key-value buckets of the Go CLI and ours: each reads what the other wrote."""

import json

import pytest

from natscli.jetstream.streams import stream_info
from tests.commands.buckets import bucket_of, needs_peer, peer
from tests.jetstream.asking import with_api

pytestmark = needs_peer


@pytest.fixture
def names(server):
    with bucket_of(server.url, "KV_") as ours, bucket_of(server.url, "KV_") as theirs:
        yield ours, theirs


def test_buckets_are_the_same(cli, server, names):
    options = ["--history", "3", "--ttl", "1m", "--marker-ttl", "30s", "--compress", "--max-value-size", "1000"]
    cli("kv", "add", names[0], *options)
    peer(server.url, "kv", "add", names[1], *options)

    ours, theirs = (with_api(server.url, lambda api, n=n: stream_info(api, f"KV_{n}")).config.raw for n in names)

    own = ("name", "subjects")
    assert {k: v for k, v in ours.items() if k not in own} == {k: v for k, v in theirs.items() if k not in own}


def test_values_go_both_ways(cli, server, names):
    for made, bucket in ((lambda *a: cli("kv", *a), names[0]), (lambda *a: peer(server.url, "kv", *a), names[1])):
        made("add", bucket, "--history", "5")
        cli("kv", "put", bucket, "a.b", "-", stdin=b"\x00\xff")
        peer(server.url, "kv", "put", bucket, "c", "theirs")

        assert peer(server.url, "kv", "get", bucket, "a.b", "--raw") == b"\x00\xff"
        assert cli("kv", "get", bucket, "c", "--raw").out == b"theirs"
        assert peer(server.url, "kv", "ls", bucket) == cli("kv", "ls", bucket).out == b"a.b\nc\n"

        peer(server.url, "kv", "del", bucket, "c", "-f")
        assert cli("kv", "ls", bucket).out == b"a.b\n"
        assert "the key was deleted" in cli("kv", "get", bucket, "c").err
        assert cli("kv", "create", bucket, "c", "again").code == 0
        assert peer(server.url, "kv", "get", bucket, "c", "--raw") == b"again"
        cli("kv", "purge", bucket, "c", "-f")
        assert b"c" not in peer(server.url, "kv", "ls", bucket).split()
        assert json.loads(cli("kv", "history", bucket, "c", "--json").out)[0]["operation"] == "PURGE"
