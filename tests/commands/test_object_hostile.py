"""Objects as somebody else may have left them: nothing hangs, nothing is written where it should not be."""

import base64
import hashlib
import json
import shlex
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.landing import file_name_of
from natscli.jetstream.streams import Purge, purge_stream, stream_info
from tests.commands.buckets import bucket_of, plant
from tests.jetstream.asking import with_api


@pytest.fixture
def bucket(server, cli):
    with bucket_of(server.url, "OBJ_") as name:
        cli("object", "add", name, "--storage", "memory")
        yield name


def meta(bucket, name, **fields):
    """An entry as it would be stored, with fields of the test's choice."""
    body = {"name": name, "bucket": bucket, "nuid": "abc", "size": 4, "chunks": 1, "digest": digest(b"data"), **fields}
    token = base64.urlsafe_b64encode(name.encode()).decode()
    return f"$O.{bucket}.M.{token}", json.dumps(body).encode()


def digest(data):
    return "SHA-256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode()


def link(bucket, name, to_bucket, to_name=""):
    target = {"bucket": to_bucket, **({"name": to_name} if to_name else {})}
    return meta(bucket, name, nuid="", size=0, chunks=0, digest="", options={"link": target})


def left_over():
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("fields", "chunks", "says"),
    [
        ({}, [], "4 of 4 bytes, 1 of 1 chunks are missing"),
        ({"size": 8, "chunks": 2}, [b"data"], "4 of 8 bytes, 1 of 2 chunks are missing"),
        ({}, [b"evil"], "the digest is wrong"),
        ({"digest": ""}, [b"data"], "the digest is wrong"),
        ({"digest": "MD5=zzz"}, [b"data"], "the digest is wrong"),
        ({}, [b"data", b"more"], "its chunks hold more than the 4 bytes it should have"),
        ({"nuid": ">"}, [b"data"], "does not say where its chunks are"),
        ({"nuid": "*"}, [b"data"], "does not say where its chunks are"),
        ({"nuid": 7}, [b"data"], "does not say where its chunks are"),
        ({"size": -1}, [b"data"], "has a negative size"),
    ],
)
def test_a_broken_object_is_said_and_writes_nothing(cli, server, bucket, fields, chunks, says):
    plant(server.url, *[(f"$O.{bucket}.C.abc", chunk) for chunk in chunks], meta(bucket, "f", **fields))

    got = cli("object", "get", bucket, "f", "--timeout", "4s")

    assert got.code == ExitCode.FAILED
    assert says in got.err
    assert len(got.err.splitlines()) <= 2
    assert left_over() == []


def test_an_entry_under_another_s_name_is_broken_and_can_be_removed(cli, server, bucket):
    subject, _ = meta(bucket, "f")
    plant(server.url, (f"$O.{bucket}.C.abc", b"data"), (subject, meta(bucket, "other")[1]))

    got = cli("object", "get", bucket, "f")

    assert (got.code, left_over()) == (ExitCode.FAILED, [])
    assert "has the name of another object" in got.err
    hint = got.err.splitlines()[1].removeprefix("hint: natscli ").removesuffix(" removes it")
    assert cli(*shlex.split(hint), "-f").code == 0
    assert "there is no such object" in cli("object", "get", bucket, "f").err


def test_a_whole_object_of_another_client_is_taken(cli, server, bucket):
    entry = meta(bucket, "f", digest=digest(b"data").rstrip("="), more={"of": "later"}, mtime="0001-01-01T00:00:00Z")
    plant(server.url, (f"$O.{bucket}.C.abc", b"data"), entry)

    assert cli("object", "get", bucket, "f").code == 0
    assert Path("f").read_bytes() == b"data"


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"name":""}', b"\xff\xfe", b"[" * 100_000])
def test_broken_entries_hide_no_others(cli, server, bucket, body):
    plant(server.url, meta(bucket, "a"), (meta(bucket, "bro\x1bken")[0], body), meta(bucket, "z"))

    listed = cli("object", "ls", bucket, "-n")

    assert (listed.code, listed.out) == (0, b"a\nz\n")
    assert "warning: the entry of " in listed.err
    assert "bro\\x1bken" in listed.err
    assert cli("object", "info", bucket, "bro\x1bken").code == ExitCode.FAILED


def test_a_nuid_with_a_wildcard_takes_no_other_object_along(cli, server, bucket):
    cli("object", "put", bucket, "--name", "good", stdin=b"data")
    plant(server.url, meta(bucket, "evil", nuid=">"))

    assert cli("object", "del", bucket, "evil", "-f").code == ExitCode.FAILED
    assert cli("object", "put", bucket, "--name", "evil", "-f", stdin=b"x").code == ExitCode.FAILED

    assert cli("object", "get", bucket, "good").code == 0


def test_links_are_followed_and_do_not_go_in_circles(cli, server, bucket):
    cli("object", "put", bucket, "--name", "good", stdin=b"data")
    plant(
        server.url,
        link(bucket, "one", bucket, "good"),
        link(bucket, "two", bucket, "one"),
        link(bucket, "self", bucket, "self"),
        link(bucket, "ping", bucket, "pong"),
        link(bucket, "pong", bucket, "ping"),
        link(bucket, "whole", "OTHER"),
        link(bucket, "lost", bucket, "nowhere"),
        link(bucket, "evil", "../../x", "y"),
    )

    assert cli("object", "get", bucket, "two").code == 0
    assert Path("two").read_bytes() == b"data"
    for name, says in (
        ("self", "a link that does not end"),
        ("ping", "a link that does not end"),
        ("whole", "a link to the bucket 'OTHER'"),
        ("lost", "leads nowhere"),
        ("evil", "leads nowhere"),
    ):
        got = cli("object", "get", bucket, name, "-O", "out")
        assert (got.code, says in got.err) == (ExitCode.FAILED, True), got.err
    assert left_over() == ["two"]
    assert f"-> {bucket} > good" in cli("object", "ls", bucket).text
    assert cli("object", "del", bucket, "one", "-f").code == 0
    assert cli("object", "get", bucket, "good").code == 0


@pytest.mark.parametrize(
    ("name", "file"),
    [("../../etc/x", "x"), ("..\\..\\x", "x"), ("/abs/x", "x"), ("C:\\x", "x"), ("a/b\\c", "c"), ("x y", "x y")],
)
def test_an_object_lands_in_this_folder(cli, bucket, name, file):
    cli("object", "put", bucket, "--name", name, stdin=b"data")

    assert cli("object", "get", bucket, name).code == 0

    assert left_over() == [file]


@pytest.mark.parametrize(
    "name", ["..", ".", "a/..", "a/", "a\\", "x\x00y", "a\nb", "a\x1bb", "a\u202eb", "a\tb", "\x7f"]
)
def test_a_name_that_is_no_file_s_is_refused(name):
    with pytest.raises(Exception, match="does not end in a name for a file"):
        file_name_of(name)


def test_a_link_in_the_file_system_is_not_followed(cli, bucket):
    cli("object", "put", bucket, "--name", "f", stdin=b"data")
    Path("precious").write_bytes(b"precious")
    Path("f").symlink_to("precious")

    assert cli("object", "get", bucket, "f").code == ExitCode.FAILED
    assert cli("object", "get", bucket, "f", "--force").code == 0

    assert Path("precious").read_bytes() == b"precious"
    assert not Path("f").is_symlink()


def test_a_device_is_written_as_it_is(cli, start, bucket):
    cli("object", "put", bucket, "--name", "f", stdin=b"data")

    assert cli("object", "get", bucket, "f", "-O", "/dev/null").code == 0

    assert Path("/dev/null").is_char_device()
    before = Path("/dev/stdout").is_symlink()
    with open("redirected", "wb") as file:  # as > does
        process = start("object", "get", bucket, "f", "-O", "/dev/stdout", "--force", stdout=file)
        assert process.end() == 0
    assert Path("redirected").read_bytes() == b"data"
    assert Path("/dev/stdout").is_symlink() == before
    assert cli("object", "get", bucket, "f", "-O", "-").code == ExitCode.USAGE
    assert cli("object", "get", bucket, "f", "-O", "no/such/folder").code == ExitCode.FAILED


def test_foreign_names_do_not_reach_a_terminal(cli, server, bucket):
    evil = "x\x1b]0;title\x07\u202e"
    plant(server.url, meta(bucket, evil, description=evil, headers={evil: [evil]}))

    for command in (["ls", bucket], ["info", bucket, evil]):
        shown = cli("object", *command)
        assert shown.code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(shown.text)
    assert json.loads(cli("object", "ls", bucket, "--json").out)[0]["name"] == evil


def test_chunks_that_vanish_while_they_are_read_end_the_read(cli, server, bucket):
    cli("object", "put", bucket, "--name", "f", "--chunk-size", "1", stdin=b"data")
    nuid = json.loads(cli("object", "info", bucket, "f", "--json").out)["nuid"]
    last = with_api(server.url, lambda api: stream_info(api, f"OBJ_{bucket}")).state.whole("last_seq")
    with_api(server.url, lambda api: purge_stream(api, f"OBJ_{bucket}", Purge(f"$O.{bucket}.C.{nuid}", last - 2)))

    got = cli("object", "get", bucket, "f", "--timeout", "4s")

    assert (got.code, "2 of 4 bytes, 2 of 4 chunks are missing" in got.err) == (ExitCode.FAILED, True)
    assert left_over() == []
