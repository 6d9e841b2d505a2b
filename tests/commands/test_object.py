"""``natscli object`` as one uses it: files in and out, whole or not at all."""

import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.streams import stream_info, stream_subjects
from tests.commands.buckets import bucket_of
from tests.jetstream.asking import with_api
from tests.processes import freeze
from tests.waiting import eventually

CHUNK = 128 * 1024


@pytest.fixture
def bucket(server, cli):
    with bucket_of(server.url, "OBJ_") as name:
        assert cli("object", "add", name, "--storage", "memory").code == 0
        yield name


def chunk_subjects(server, bucket):
    return with_api(server.url, lambda api: stream_subjects(api, f"OBJ_{bucket}", f"$O.{bucket}.C.>"))


def info_of(cli, bucket, name):
    return json.loads(cli("object", "info", bucket, name, "--json").out)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * CHUNK + 5])
def test_a_file_comes_back_byte_for_byte(cli, bucket, size):
    data = os.urandom(size)
    Path("sent.bin").write_bytes(data)

    put = cli("object", "put", bucket, "sent.bin", "--description", "Foo", "-H", "A:1", "-H", "A:2", "--json")
    got = cli("object", "get", bucket, "sent.bin", "--output", "got.bin")

    assert (put.code, got.code) == (0, 0)
    assert Path("got.bin").read_bytes() == data
    document = json.loads(put.out)
    assert (document["size"], document["chunks"]) == (size, -(-size // CHUNK))
    assert (document["description"], document["headers"]) == ("Foo", {"A": ["1", "2"]})
    assert f"SHA-256 {hashlib.sha256(data).hexdigest()}" in cli("object", "info", bucket, "sent.bin").text
    assert document == info_of(cli, bucket, "sent.bin")


def test_standard_input_needs_a_name(cli, server, bucket):
    refused = cli("object", "put", bucket, stdin=b"x")
    assert (refused.code, "--name is required" in refused.err) == (ExitCode.USAGE, True)

    for argument in ([], ["-"]):
        put = cli("object", "put", bucket, *argument, "--name", "a b/c", "-f", "--chunk-size", "7", stdin=b"0123456789")
        assert put.code == 0

    assert info_of(cli, bucket, "a b/c")["chunks"] == 2
    assert cli("object", "get", bucket, "a b/c").code == 0
    assert Path("c").read_bytes() == b"0123456789"
    assert list(chunk_subjects(server, bucket).values()) == [2]  # what was replaced is gone


def test_nothing_is_replaced_unasked(cli, bucket):
    Path("f").write_bytes(b"one")
    cli("object", "put", bucket, "f")
    Path("f").write_bytes(b"two")

    put, get = cli("object", "put", bucket, "f"), cli("object", "get", bucket, "f")

    assert (put.code, get.code) == (1, 1)
    assert put.err.splitlines()[0] == f"natscli: '{bucket} > f': there is such an object already"
    assert get.err.splitlines()[0] == "natscli: 'f' exists already"
    assert Path("f").read_bytes() == b"two"
    assert cli("object", "get", bucket, "f", "--force").code == 0
    assert Path("f").read_bytes() == b"one"
    for command in (["del", bucket, "f"], ["del", bucket], ["seal", bucket]):
        result = cli("object", *command)
        assert (result.code, "nobody is there to confirm it" in result.err) == (2, True)


def test_an_object_is_deleted_with_its_chunks(cli, server, bucket):
    Path("f").write_bytes(b"x" * 3 * CHUNK)
    cli("object", "put", bucket, "f")

    assert cli("object", "rm", bucket, "f", "-f").code == 0

    assert chunk_subjects(server, bucket) == {}
    for command in (["get", bucket, "f", "-O", "g"], ["info", bucket, "f"], ["del", bucket, "f", "-f"]):
        gone = cli("object", *command)
        assert (gone.code, gone.err.splitlines()[0]) == (1, f"natscli: '{bucket} > f': there is no such object")
    assert cli("object", "ls", bucket).err == "no entries found\n"
    assert not Path("g").exists()
    cli("object", "put", bucket, "f")
    assert cli("object", "ls", bucket, "-n").out == b"f\n"


def test_a_bucket_is_what_the_options_say_and_can_be_sealed(cli, server):
    with bucket_of(server.url, "OBJ_") as name:
        made = cli("object", "add", name, "--ttl", "1h", "--max-bucket-size", "1MiB", "--metadata", "a:b")
        before = with_api(server.url, lambda api: stream_info(api, f"OBJ_{name}")).config
        assert "Information for Object Store Bucket" in made.text
        assert before.subjects == (f"$O.{name}.C.>", f"$O.{name}.M.>")
        assert (before.whole("max_age"), before.whole("max_bytes")) == (3600 * 10**9, 2**20)

        cli("object", "edit", name, "--description", "Foo")
        after = with_api(server.url, lambda api: stream_info(api, f"OBJ_{name}")).config
        assert {**before.raw, "description": "Foo"} == after.raw

        assert "Sealed: true" in cli("object", "seal", name, "-f").text
        sealed = cli("object", "put", name, "-", "--name", "x", stdin=b"y")
        assert (sealed.code, "sealed" in sealed.err) == (1, True)
        assert name.encode() in cli("object", "ls", "-n").out.splitlines()
        assert name in cli("object", "ls").text
        assert cli("object", "rm", name, "-f").code == 0


def test_what_does_not_fit_leaves_nothing_however_slow_the_server_is(cli, server, bucket, monkeypatch):
    monkeypatch.setattr("natscli.jetstream.chunks._CLEAN_S", 0.0)  # which is for who cannot wait
    cli("object", "edit", bucket, "--max-bucket-size", "1MiB")
    Path("f").write_bytes(b"x" * 2**21)

    full = cli("object", "put", bucket, "f")

    assert full.code == ExitCode.FAILED
    assert "maximum bytes exceeded" in full.err
    assert chunk_subjects(server, bucket) == {}
    Path("g").write_bytes(b"x" * 4_000_000)
    large = cli("object", "put", bucket, "g", "--chunk-size", "2MiB")
    assert (large.code, "exceeds the server's limit" in large.err) == (1, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_put_leaves_nothing(server, start, bucket, number):
    put = start("object", "put", bucket, "--name", "f", stdin=subprocess.PIPE)
    put.popen.stdin.write(b"x" * 10 * CHUNK)
    put.popen.stdin.flush()
    eventually(lambda: sum(chunk_subjects(server, bucket).values()) >= 10, 30)

    put.signal(number)

    assert put.end() == 128 + number
    assert chunk_subjects(server, bucket) == {}


def _received():
    """Return how many bytes of the object have been written."""
    try:
        return sum(entry.stat().st_size for entry in os.scandir("out"))
    except FileNotFoundError:  # it is whole, and just getting its name
        return 64 * 2**20


@pytest.fixture
def frozen_get(cli, make_server, start, request):
    """A get that has begun to write, from a server that then says nothing more; with a time-out of the test's own."""
    server = make_server(jetstream=True)
    Path("large").write_bytes(b"x" * 64 * 2**20)
    cli("object", "add", "B", "--storage", "memory", "--server", server.url)
    assert cli("object", "put", "B", "large", "--server", server.url).code == 0
    Path("out").mkdir()
    for _ in range(10):
        get = start("object", "get", "B", "large", "-O", "out/got", "--timeout", request.param, "-f", url=server.url)
        eventually(lambda: os.listdir("out"), 30)
        freeze(server.pid)
        if _received() < 16 * 2**20:  # what is on its way is less than the rest
            break
        os.kill(server.pid, signal.SIGCONT)  # it was done before the server was frozen
        get.end()
        Path("out/got").unlink(missing_ok=True)
    yield get
    os.kill(server.pid, signal.SIGCONT)


@pytest.mark.parametrize("frozen_get", ["30s"], indirect=True)
def test_an_interrupted_get_leaves_nothing(frozen_get):
    assert [name.endswith(".part") for name in os.listdir("out")] == [True]
    frozen_get.signal(signal.SIGINT)

    assert frozen_get.end() == 130
    assert os.listdir("out") == []


@pytest.mark.parametrize("frozen_get", ["4s"], indirect=True)
def test_a_get_from_a_server_that_falls_silent_ends_in_time(frozen_get):
    assert frozen_get.end(30) in (ExitCode.TIMEOUT, ExitCode.CONNECTION)
    assert len(frozen_get.err.splitlines()) <= 2
    assert os.listdir("out") == []


def test_a_put_that_loses_its_server_says_what_may_be_left(cli, make_server, start):
    server = make_server(jetstream=True)
    cli("object", "add", "B", "--storage", "memory", "--server", server.url)
    put = start("object", "put", "B", "--name", "f", url=server.url, stdin=subprocess.PIPE)
    put.popen.stdin.write(b"x" * 10 * CHUNK)
    put.popen.stdin.flush()
    eventually(lambda: sum(chunk_subjects(server, "B").values()) >= 10, 30)

    server.stop()

    assert put.end() == ExitCode.CONNECTION
    first, hint = put.err.splitlines()
    assert first.startswith("natscli: the connection to ")
    assert hint.startswith("hint: chunks may be left: natscli stream purge OBJ_B --subject '$O.B.C.")


def test_of_two_puts_at_once_one_is_there_whole(cli, server, start, bucket):
    puts = [start("object", "put", bucket, "--name", "f", "-f", stdin=subprocess.PIPE) for _ in range(2)]
    for put, byte in zip(puts, (b"a", b"b"), strict=True):
        put.popen.stdin.write(byte * 3 * CHUNK)
        put.popen.stdin.flush()
    eventually(lambda: sum(chunk_subjects(server, bucket).values()) == 6, 30)
    for put in puts:
        put.popen.stdin.close()
        put.popen.stdin = None

    assert [put.end(30) for put in puts] == [0, 0]

    assert cli("object", "get", bucket, "f").code == 0
    assert Path("f").read_bytes() in (b"a" * 3 * CHUNK, b"b" * 3 * CHUNK)
    assert list(chunk_subjects(server, bucket).values()) == [3]


def test_a_watch_tells_of_puts_and_deletes(cli, start, bucket):
    cli("object", "put", bucket, "--name", "before", stdin=b"x")
    watch = start("object", "watch", bucket)
    lines = start("object", "watch", bucket, "--json")
    for process in (watch, lines):
        process.says("Watching bucket")
        process.prints(b"before")  # its entry is gone once it is deleted
    cli("object", "put", bucket, "--name", "after", stdin=b"x" * 2048)
    cli("object", "del", bucket, "before", "-f")

    for process in (watch, lines):
        eventually(lambda process=process: process.out.count(b"\n") == 3, 30)
        process.signal(signal.SIGINT)
        assert process.end() == 0
    assert [line.split("] ")[1] for line in watch.out.decode().splitlines()] == [
        f"PUT {bucket} > before: 1 B in 1 chunk",
        f"PUT {bucket} > after: 2.0 KiB in 1 chunk",
        f"DEL {bucket} > before",
    ]
    assert [json.loads(line).get("deleted", False) for line in lines.out.splitlines()] == [False, False, True]


def test_large_objects_take_little_memory(server, start, bucket, record_property):
    size = 256 * 2**20 if os.environ.get("NATSCLI_LONG") else 48 * 2**20
    limit_kb = 100 * 1024
    measure = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], check=True); "
    measure += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    Path("large").write_bytes(os.urandom(2**20) * (size // 2**20))

    for command in (["put", bucket, "large"], ["get", bucket, "large", "-O", "back"]):
        run = [os.sys.executable, "-c", measure, os.sys.executable, "-m", "natscli", "object", *command]
        ran = subprocess.run([*run, "-s", server.url], capture_output=True, timeout=50, check=True)
        peak_kb = int(ran.stdout.split()[-1])
        record_property("figure", f"object {command[0]} of {size // 2**20} MiB: {peak_kb // 1024} MiB of memory")
        assert peak_kb < limit_kb
    assert Path("back").stat().st_size == size


@pytest.mark.parametrize("name", ["a.b", "../x", "", "ü", "a b", ">"])
def test_what_is_no_bucket_is_refused_before_connecting(cli, name):
    for command in (["add", name], ["ls", name], ["get", name, "f"], ["del", name, "-f"], ["watch", name]):
        result = cli("object", *command, "--server", "127.0.0.1:1")
        assert (result.code, "cannot name a bucket" in result.err) == (ExitCode.USAGE, True)


def test_names_and_files_that_cannot_be(cli, bucket):
    assert "more than 2,048" in cli("object", "put", bucket, "--name", "x" * 2049, stdin=b"").err
    assert cli("object", "put", bucket, "--name", "x" * 2048, stdin=b"").code == 0
    missing = cli("object", "put", bucket, "nowhere")
    assert (missing.code, missing.err) == (2, "natscli: file 'nowhere' cannot be read: no such file or directory\n")
    assert "name of the object is empty" in cli("object", "get", bucket, "").err
    folder = cli("object", "get", bucket, "f", "-O", ".")
    assert (folder.code, "is a folder" in folder.err) == (2, True)
