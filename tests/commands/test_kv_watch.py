"""``natscli kv watch``: what is there, what changes, and what happens when servers go."""

import json
import signal

import pytest

from natscli.errors import ExitCode
from tests.commands.buckets import bucket_of
from tests.ports import held_port
from tests.waiting import eventually


@pytest.fixture
def bucket(server, cli):
    with bucket_of(server.url, "KV_") as name:
        cli("kv", "add", name, "--history", "5", "--storage", "memory")
        cli("kv", "put", name, "a.1", "one")
        cli("kv", "put", name, "a.1", "two")
        cli("kv", "put", name, "b.1", "three")
        yield name


def stopped(process):
    process.signal(signal.SIGINT)
    return process.end()


def seen(process):
    return [(line["key"], line.get("value", line["operation"])) for line in map(json.loads, process.out.splitlines())]


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ([], [("a.1", "two"), ("b.1", "three")]),
        (["--history"], [("a.1", "one"), ("a.1", "two"), ("b.1", "three")]),
        (["--revision", "3"], [("b.1", "three")]),
        (["--updates"], []),
    ],
    ids=["last", "history", "revision", "updates"],
)
def test_a_watch_begins_as_it_is_told_and_goes_on(cli, start, bucket, options, first):
    watch = start("kv", "watch", bucket, "--json", *options)
    watch.says("Watching bucket")
    eventually(lambda: watch.out.count(b"\n") == len(first))
    cli("kv", "put", bucket, "c", "new")
    cli("kv", "del", bucket, "a.1", "-f")

    eventually(lambda: b"DELETE" in watch.out, 30)

    assert stopped(watch) == 0
    assert seen(watch) == [*first, ("c", "new"), ("a.1", "DELETE")]


def test_a_watch_takes_several_filters_and_leaves_out_deletes(cli, start, bucket):
    watch = start("kv", "watch", bucket, "a.*", "c", "--no-deletes")
    watch.says("Watching bucket")
    watch.prints(b"two\n")
    cli("kv", "put", bucket, "b.2", "no")
    cli("kv", "del", bucket, "a.1", "-f")
    cli("kv", "put", bucket, "c", "yes")

    eventually(lambda: b"yes" in watch.out, 30)

    assert stopped(watch) == 0
    assert [line.split(b"] ")[1] for line in watch.out.splitlines()] == [
        f"PUT {bucket} > a.1: two".encode(),
        f"PUT {bucket} > c: yes".encode(),
    ]


def test_a_watch_goes_on_behind_a_restart(cli, make_server, start, tmp_path):
    with held_port() as port:
        first = make_server(jetstream=True, store=str(tmp_path / "js"), port=port)
        cli("kv", "add", "W", "--server", first.url)
        cli("kv", "put", "W", "k", "before", "--server", first.url)
        watch = start("kv", "watch", "W", "--json", url=first.url)
        eventually(lambda: b"before" in watch.out, 30)

        first.stop()
        again = make_server(jetstream=True, store=str(tmp_path / "js"), port=port)
    cli("kv", "put", "W", "k", "after", "--server", again.url)

    eventually(lambda: b"after" in watch.out, 40)
    assert stopped(watch) == 0
    assert seen(watch) == [("k", "before"), ("k", "after")]


def test_a_watch_ends_when_its_bucket_is_removed(cli, start, bucket):
    watch = start("kv", "watch", bucket)
    watch.says("Watching bucket")

    cli("kv", "del", bucket, "-f")

    assert watch.end(30) == ExitCode.FAILED
    assert "stream not found" in watch.err


def test_options_that_exclude_each_other(cli):
    for options in (["--history", "--updates"], ["--revision", "2", "--updates"]):
        result = cli("kv", "watch", "B", *options)
        assert (result.code, "do not go together" in result.err) == (ExitCode.USAGE, True)
