"""Object buckets of the Go CLI and ours: each reads what the other wrote."""

import os
from pathlib import Path

import pytest

from natscli.jetstream.streams import stream_info
from tests.commands.buckets import bucket_of, needs_peer, peer
from tests.jetstream.asking import with_api

pytestmark = needs_peer


@pytest.fixture
def names(server):
    with bucket_of(server.url, "OBJ_") as ours, bucket_of(server.url, "OBJ_") as theirs:
        yield ours, theirs


def test_buckets_are_the_same(cli, server, names):
    options = ["--ttl", "1m", "--max-bucket-size", "10MiB", "--description", "Foo", "--compress"]
    cli("object", "add", names[0], *options)
    peer(server.url, "object", "add", names[1], *options)

    ours, theirs = (with_api(server.url, lambda api, n=n: stream_info(api, f"OBJ_{n}")).config.raw for n in names)

    own = ("name", "subjects", "placement")  # an empty placement of theirs means none
    assert {k: v for k, v in ours.items() if k not in own} == {k: v for k, v in theirs.items() if k not in own}


@pytest.mark.parametrize("size", [0, 5, 300_000])
def test_objects_go_both_ways(cli, server, names, size, tmp_path):
    data = os.urandom(size)
    Path("ours").write_bytes(data)
    Path("theirs").write_bytes(data)
    cwd = str(Path.cwd())
    cli("object", "add", names[0])

    assert cli("object", "put", names[0], "ours", "-H", "A:1", "--description", "Foo").code == 0
    peer(server.url, "object", "put", names[0], "theirs", "--no-progress", cwd=cwd)
    peer(server.url, "object", "get", names[0], "ours", "-O", "got.theirs", "--no-progress", cwd=cwd)

    assert Path("got.theirs").read_bytes() == data
    assert cli("object", "get", names[0], "theirs", "-O", "got.ours").code == 0
    assert Path("got.ours").read_bytes() == data
    assert b"A: 1" in peer(server.url, "object", "info", names[0], "ours")
    assert peer(server.url, "object", "ls", names[0], "-n") == cli("object", "ls", names[0], "-n").out

    peer(server.url, "object", "del", names[0], "theirs", "-f")
    assert cli("object", "ls", names[0], "-n").out == b"ours\n"
    assert cli("object", "del", names[0], "ours", "-f").code == 0
    assert peer(server.url, "object", "ls", names[0], "-n") == b""
    assert cli("object", "put", names[0], "theirs").code == 0
    assert peer(server.url, "object", "ls", names[0], "-n") == b"theirs\n"
