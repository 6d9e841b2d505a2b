"""Buckets in a cluster of three, of which servers are killed: what goes on, and what is said where nothing can."""

import contextlib
import hashlib
import os
import re
import signal
import subprocess

import pytest

from natscli.errors import ExitCode
from tests.jetstream.asking import ask, make_stream
from tests.jetstream.clusters import cluster, settled, told_alike
from tests.waiting import eventually

LEADERLESS = (
    r"natscli: .*(temporarily unavailable \(10008\).*|has no leader, and nobody stores it.*|did not answer: .*|"
    r"no acknowledgement within .*)\n"
    r"hint: .*(lost its quorum|without a leader).*\n"
)


@pytest.fixture
def three(nats_server_binary):
    with cluster(nats_server_binary) as servers:
        yield servers


def kill(server):
    os.kill(server.pid, signal.SIGKILL)
    server.wait(10)


def by_leader(servers, stream):
    """The server that leads a stream, and the others."""
    name = ask(servers[0].url, f"STREAM.INFO.{stream}")["cluster"]["leader"]
    leader = next(server for server in servers if server.config.server_name == name)
    return leader, [server for server in servers if server is not leader]


def replicated(cli, servers, kind, name):
    prefix = {"kv": "KV_", "object": "OBJ_"}[kind]
    assert cli(kind, "add", name, "--replicas", "3", "-s", servers[0].url, "--timeout", "20s").code == 0
    eventually(lambda: settled(servers[0].url, f"STREAM.INFO.{prefix}{name}", 2), 30)
    return prefix + name


@pytest.mark.timeout(180)
def test_a_bucket_outlives_its_leader(cli, start, three):
    """A watch goes on by itself; a put waits for the next leader, and is stored once."""
    stream = replicated(cli, three, "kv", "K")
    leader, others = by_leader(three, stream)
    url = others[0].url
    assert cli("kv", "put", "K", "a", "1", "-s", url, "--timeout", "20s").code == 0
    watch = start("kv", "watch", "K", "--json", url=url)
    eventually(lambda: b'"value": "1"' in watch.out or watch.popen.poll() is not None, 40)

    kill(leader)
    put = cli("kv", "put", "K", "a", "2", "-s", url, "--timeout", "40s")
    created = cli("kv", "create", "K", "b", "x", "-s", url, "--timeout", "40s")

    assert (put.code, created.code) == (0, 0), put.err + created.err
    eventually(lambda: told_alike(others, stream), 30)
    assert cli("kv", "get", "K", "a", "--raw", "-s", url, "--timeout", "40s").out == b"2"
    assert cli("kv", "ls", "K", "-s", url, "--timeout", "40s").out == b"a\nb\n"
    watch.prints(b'"key": "b"', 40)
    watch.signal(signal.SIGINT)
    assert watch.end(20) == ExitCode.DONE, watch.err
    assert re.findall(rb'"value": "(.)"', watch.out) == [b"1", b"2", b"x"]


@pytest.mark.timeout(180)
def test_an_object_is_whole_or_not_there_when_its_leader_is_killed_meanwhile(cli, start, three, tmp_path):
    stream = replicated(cli, three, "object", "O")
    leader, others = by_leader(three, stream)
    url = others[0].url
    data = os.urandom(6 * 2**20)
    file = tmp_path / "data"
    file.write_bytes(data)
    assert cli("object", "put", "O", str(file), "--name", "kept", "-s", url, "--timeout", "40s").code == 0

    put = start("object", "put", "O", "--name", "new", "--timeout", "20s", url=url, stdin=subprocess.PIPE)
    put.popen.stdin.write(data[: 2**20])
    put.popen.stdin.flush()
    eventually(lambda: ask(others[1].url, f"STREAM.INFO.{stream}")["state"]["messages"] > 6 * 8, 30)
    kill(leader)
    with contextlib.suppress(BrokenPipeError), put.popen.stdin as pipe:  # one that has given up reads no more
        pipe.write(data[2**20 :])
    put.popen.stdin = None
    code = put.end(60)
    eventually(lambda: told_alike(others, stream), 30)

    for name in ["kept", *(["new"] if code == 0 else [])]:
        got = cli("object", "get", "O", name, "--output", f"{name}.out", "-s", url, "--timeout", "40s")
        assert got.code == 0, got.err
        with open(f"{name}.out", "rb") as written:
            assert hashlib.sha256(written.read()).digest() == hashlib.sha256(data).digest()
    if code:
        assert code in (ExitCode.FAILED, ExitCode.TIMEOUT), put.err
        assert re.fullmatch(r"natscli: 'O > new': [^\n]+\n(hint: [^\n]+\n)?", put.err)
        assert cli("object", "ls", "O", "-n", "-s", url, "--timeout", "40s").out == b"kept\n"


@pytest.mark.timeout(180)
def test_without_a_quorum_every_command_says_so(cli, three):
    """Two of three are gone, and so is the leader of everything."""
    url = three[0].url
    replicated(cli, three, "kv", "K")
    replicated(cli, three, "object", "O")
    make_stream(url, "S", num_replicas=3)
    assert cli("object", "put", "O", "--name", "x", "-s", url, "--timeout", "20s", stdin=b"abc").code == 0
    for server in three[1:]:
        kill(server)

    for command in (
        ["kv", "put", "K", "a", "2"],
        ["kv", "ls", "K"],
        ["kv", "add", "L"],
        ["object", "put", "O", "--name", "y"],
        ["object", "get", "O", "x", "--output", "y"],
        ["pub", "S.a", "x", "-J"],
        ["sub", "--stream", "S", "--all", "-T"],
        ["stream", "purge", "S", "-f"],
        ["stream", "edit", "S", "--description", "x", "-f"],
    ):
        result = cli(*command, "-s", url, "--timeout", "4s", stdin=b"abc")
        assert result.code in (ExitCode.FAILED, ExitCode.NO_RESPONDERS, ExitCode.TIMEOUT), result
        assert re.fullmatch(LEADERLESS, result.err), (command, result.err)
    assert not os.path.exists("y")
