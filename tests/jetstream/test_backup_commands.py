"""``natscli stream backup`` and ``restore``: all of a stream, or none of it."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from tests.commands.flood import Proxy
from tests.jetstream.asking import ask, make_consumer, make_stream, store
from tests.jetstream.responder import answering
from tests.waiting import eventually


@pytest.fixture
def full(make, server):
    """A stream in a file, with a removed message and a consumer that has delivered some."""
    name = make(storage="file", description="kept", metadata={"a": "b"})
    store(server.url, f"{name}.a", *[os.urandom(5000) for _ in range(200)], headers=b"NATS/1.0\r\nA: 1\r\n\r\n")
    make_consumer(server.url, name, "C", filter_subject=f"{name}.a")
    ask(server.url, f"STREAM.MSG.DELETE.{name}", {"seq": 7})
    return name


def info_of(server, name):
    info = ask(server.url, f"STREAM.INFO.{name}", {"deleted_details": True})
    return {key: info[key] for key in ("config", "state")}


def test_a_stream_comes_back_as_it_was(cli, server, full):
    before = info_of(server, full)
    saved = cli("stream", "backup", full, "folder/bk")
    assert saved.code == ExitCode.DONE, saved.err
    assert f"chunks for stream {full} in" in saved.err
    assert sorted(os.listdir("folder/bk")) == ["backup.json", "stream.tar.s2"]
    taken = cli("stream", "restore", "folder/bk")
    assert (taken.code, "already in use" in taken.err) == (ExitCode.FAILED, True)
    cli("stream", "rm", full, "-f")

    result = cli("stream", "restore", "folder/bk", "--json")

    assert result.code == ExitCode.DONE, result.err
    assert json.loads(result.out)["config"]["name"] == full
    assert info_of(server, full) == before
    assert json.loads(cli("consumer", "ls", full, "--json").out) == ["C"]


def test_a_restored_stream_may_be_another_but_for_its_name(cli, server, full):
    cli("stream", "backup", full, "bk", "--no-consumers")
    config = json.loads(Path("bk/backup.json").read_bytes())["config"]
    cli("stream", "rm", full, "-f")
    Path("c.json").write_text(json.dumps({**config, "description": "other", "subjects": [f"{full}.x"]}))
    Path("n.json").write_text(json.dumps({**config, "name": "OTHER"}))

    renamed = cli("stream", "restore", "bk", "--config", "n.json")
    assert (renamed.code, "keeps its name" in renamed.err) == (ExitCode.USAGE, True)
    assert cli("stream", "restore", "bk", "--config", "c.json").code == ExitCode.DONE

    restored = info_of(server, full)
    assert (restored["config"]["description"], restored["config"]["subjects"]) == ("other", [f"{full}.x"])
    assert restored["state"]["messages"] == 199
    assert restored["state"]["consumer_count"] == 0


def test_a_backup_takes_the_place_of_an_older_one(cli, server, full):
    assert cli("stream", "backup", full, "bk", "--chunk-size", "64K", "--check").code == ExitCode.DONE
    store(server.url, f"{full}.a", b"new")
    assert cli("stream", "backup", full, "bk").code == ExitCode.DONE
    assert json.loads(Path("bk/backup.json").read_bytes())["state"]["messages"] == 200


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda: shutil.rmtree("bk"), "cannot be read"),
        (lambda: os.remove("bk/stream.tar.s2"), "cannot be read"),
        (lambda: Path("bk/backup.json").write_text("{}"), "is no backup"),
        (lambda: Path("bk/backup.json").write_text("x"), "is no backup"),
    ],
)
def test_what_is_no_backup_is_a_usage_error(cli, full, spoil, reason):
    cli("stream", "backup", full, "bk")
    cli("stream", "rm", full, "-f")
    spoil()
    result = cli("stream", "restore", "bk")
    assert (result.code, reason in result.err) == (ExitCode.USAGE, True)


def test_a_broken_backup_makes_no_stream(cli, full):
    cli("stream", "backup", full, "bk")
    cli("stream", "rm", full, "-f")
    data = Path("bk/stream.tar.s2")
    data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])

    result = cli("stream", "restore", "bk")

    assert result.code == ExitCode.FAILED, result.err
    assert cli("stream", "info", full).code == ExitCode.FAILED


def test_what_is_in_memory_or_not_there_is_not_backed_up(cli, make):
    memory = cli("stream", "backup", make(), "bk")
    assert (memory.code, "in memory" in memory.err) == (ExitCode.FAILED, True)
    assert cli("stream", "backup", "NONE", "bk").code == ExitCode.FAILED
    assert not os.path.exists("bk")


def test_a_folder_that_cannot_be_written_is_said(cli, full):
    Path("file").write_text("")
    result = cli("stream", "backup", full, "file/bk")
    assert (result.code, "'file/bk' cannot be written" in result.err) == (ExitCode.FAILED, True)


def test_an_interrupted_backup_leaves_nothing(start, make_server, isolated):
    url = make_server().url
    info = {"config": {"name": "S", "storage": "file"}, "state": {"bytes": 10**9}}
    with answering(url, {"STREAM.INFO": info, "STREAM.SNAPSHOT": info}) as responder:
        backing = start("stream", "backup", "S", "bk", "--timeout", "20s", url=url)
        eventually(lambda: any(operation == "STREAM.SNAPSHOT.S" for operation, _ in responder.asked), 30)
        inbox = next(body["deliver_subject"] for operation, body in responder.asked if body)
        responder.send(b"PUB %b r 3\r\nabc\r\n" % inbox.encode())
        eventually(lambda: Path("bk/stream.tar.s2.part").exists(), 30)
        backing.signal(signal.SIGINT)
        assert backing.end() == ExitCode.SIGNAL + signal.SIGINT
    assert not os.path.exists("bk")


def bytes_in(folder):
    """The bytes of all files in a folder; files and folders may go meanwhile."""
    size = 0
    for where, _folders, files in os.walk(folder):  # which passes over a folder that has gone, as a glob does not
        for each in files:
            with suppress(FileNotFoundError):
                size += os.stat(os.path.join(where, each)).st_size
    return size


class Narrow(Proxy):
    """Carries so many bytes to the server, and holds back what follows until it is ``widened``."""

    def __init__(self, port: int, most: int) -> None:
        self._left = most
        self.widened = threading.Event()
        super().__init__(port)

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        while not self._cut.is_set():
            ends = [near, far] if self._left > 0 or self.widened.is_set() else [far]
            for end in select.select(ends, [], [], 0.005)[0]:
                data = end.recv(64 * 1024)
                if not data:
                    return
                (far if end is near else near).sendall(data)
                self._left -= len(data) if end is near else 0


def test_an_interrupted_restore_makes_no_stream_and_can_be_repeated(cli, start, make_server, isolated):
    """The server makes a stream of what it has when that is whole."""
    server = make_server(jetstream=True, store=str(isolated / "store"))
    where = ("-s", server.url)
    make_stream(server.url, "S", storage="file")
    store(server.url, "S.a", *[os.urandom(500_000) for _ in range(80)])  # of which nothing can be packed
    assert cli("stream", "backup", "S", "bk", *where).code == ExitCode.DONE
    cli("stream", "rm", "S", "-f", *where)
    eventually(lambda: bytes_in("store") < 2**20, 30)

    with closing(Narrow(server.port, 8 * 2**20)) as way:
        restoring = start("stream", "restore", "bk", "--timeout", "20s", url=way.url)
        eventually(lambda: bytes_in("store") > 2**20, 30)
        restoring.signal(signal.SIGINT)
        way.widened.set()

        assert restoring.end() == ExitCode.SIGNAL + signal.SIGINT
    eventually(lambda: "stream not found" in cli("stream", "info", "S", *where).err)
    assert cli("stream", "restore", "bk", *where).code == ExitCode.DONE
    assert ask(server.url, "STREAM.INFO.S")["state"]["messages"] == 80


def test_a_server_that_breaks_a_backup_off_is_said(cli, make_server, start):
    url = make_server().url
    info = {"config": {"name": "S", "storage": "file"}, "state": {}}
    with answering(url, {"STREAM.INFO": info, "STREAM.SNAPSHOT": info}) as responder:
        backing = start("stream", "backup", "S", "bk", "--timeout", "20s", url=url)
        eventually(lambda: any(operation == "STREAM.SNAPSHOT.S" for operation, _ in responder.asked), 30)
        inbox = next(body["deliver_subject"] for operation, body in responder.asked if body)
        block = b"NATS/1.0 408 No Flow Response\r\n\r\n"
        responder.send(b"HPUB %b %d %d\r\n%b\r\n" % (inbox.encode(), len(block), len(block), block))
        assert backing.end() == ExitCode.FAILED
    assert "no flow response (408)" in backing.err
    assert not os.path.exists("bk")


PEER = shutil.which("nats") or ""


@pytest.mark.skipif(not os.access(PEER, os.X_OK), reason="the Go CLI is not here")
@pytest.mark.parametrize("saved_by", ["natscli", "nats"])
def test_backups_go_between_natscli_and_the_go_cli(cli, server, full, saved_by):
    before = info_of(server, full)

    def peer(*arguments: str) -> None:
        subprocess.run([PEER, "-s", server.url, *arguments], check=True, capture_output=True, timeout=50)

    if saved_by == "nats":
        peer("stream", "backup", full, "bk", "--no-progress")
    else:
        cli("stream", "backup", full, "bk")
    cli("stream", "rm", full, "-f")
    if saved_by == "nats":
        assert cli("stream", "restore", "bk").code == ExitCode.DONE
    else:
        peer("stream", "restore", "bk", "--no-progress")

    assert info_of(server, full) == before
