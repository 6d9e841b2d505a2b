"""NATS over WebSocket behaves as NATS over TCP does."""

import asyncio
import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from natscli.connection import transport
from natscli.connection.trace import trace_to_stderr
from natscli.errors import ConnectError, DeadlineError, ExitCode, NatsCliError, RefusedError, UsageError
from natscli.server.config import quote
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.connection.clock import run_waiting, waited
from tests.connection.conftest import Pki
from tests.connection.opening import (
    PATIENCE_S,
    Recorder,
    Sink,
    connect_once,
    connected,
    refusal,
    target_for,
)
from tests.connection.peers import Behaviour, Peer, fake_server, info, silence
from tests.ports import closed_port
from tests.processes import freeze
from tests.waiting import SLACK_S, eventually_async

MakeServer = Callable[..., LocalServer]
pytest.importorskip("websockets.client")  # loaded here, and not within somebody's deadline
PLAIN = 'websocket { listen: "127.0.0.1:-1", no_tls: true }'


@pytest.fixture(scope="module")
def url(nats_server_binary: str):
    from natscli.server.config import ServerConfig

    with LocalServer.start(ServerConfig(extra=PLAIN), binary=nats_server_binary) as server:
        assert server.websocket_url is not None
        yield server.websocket_url


def upgrading(then: Behaviour) -> Behaviour:
    """Complete the WebSocket handshake, and go on."""

    async def behave(peer: Peer) -> None:
        await peer.hear(b"\r\n\r\n")
        key = peer.heard.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        peer.say(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        await then(peer)

    return behave


def frame(payload: bytes) -> bytes:
    """A binary frame of a server."""
    assert len(payload) < 65536
    return b"\x82" + bytes([126]) + len(payload).to_bytes(2) + payload


async def info_then_silence(peer: Peer) -> None:
    peer.say(frame(info()))
    await peer.hear_all()


def websocket_of(url: str) -> str:
    return url.replace("nats://", "ws://")


def test_messages_are_published_and_received(url: str, subject):
    async def exchange() -> tuple[list[bytes], str, bool]:
        async with connected(url) as connection:
            sink = Sink()
            await connection.subscribe_bulk(subject, sink)
            connection.send(pub(subject.encode(), b"x") * 2000)
            await connection.drain_writes(5.0)
            await connection.confirm(5.0)
            connection.send(pub(subject.encode(), b"y" * 1_000_000))
            await connection.confirm(5.0)
            return sink.payloads, connection.remote_address, connection.is_connected

    payloads, address, alive = asyncio.run(exchange())

    assert payloads == [b"x"] * 2000 + [b"y" * 1_000_000]
    assert address == url.removeprefix("ws://")
    assert alive


def test_what_was_sent_before_closing_leaves(url: str, subject, monkeypatch):
    monkeypatch.setattr(transport, "CLOSE_S", PATIENCE_S)  # for a server that stands still

    async def exchange() -> int:
        async with connected(url) as subscriber:
            sink = Sink()
            await subscriber.subscribe_bulk(subject, sink)
            await subscriber.confirm(5.0)
            async with connected(url) as publisher:
                publisher.send(pub(subject.encode(), b"x" * 1000) * 500)
                await publisher.close(PATIENCE_S)
            await eventually_async(lambda: len(sink.messages) == 500)
            return len(sink.messages)

    assert asyncio.run(exchange()) == 500


def test_what_is_sent_needs_no_further_word_to_leave(url: str, subject):
    async def exchange() -> list[bytes]:
        async with connected(url) as subscriber, connected(url) as publisher:
            sink = Sink()
            await subscriber.subscribe_bulk(subject, sink)
            await subscriber.confirm(5.0)
            publisher.send(pub(subject.encode(), b"x"))
            await eventually_async(lambda: sink.messages)
            return sink.payloads

    assert asyncio.run(exchange()) == [b"x"]


def test_a_trace_shows_both_directions(url: str, capsys):
    async def exchange() -> None:
        async with connected(url, trace=trace_to_stderr) as connection:
            await connection.confirm(5.0)

    asyncio.run(exchange())

    lines = [line.split(" ", 2) for line in capsys.readouterr().err.splitlines()]
    shown = [(direction, rest.split(" ")[0].removesuffix("\\r")) for _, direction, rest in lines]
    sent = [op for direction, op in shown if direction == ">>>"]
    assert [op for op in sent if op != "PONG"] == ["CONNECT", "PING", "PING"]  # a server asks by itself, too
    received = [op for direction, op in shown if direction == "<<<"]
    assert received[0] == "INFO"
    assert received.count("PONG") == 2


def test_the_end_of_a_server_is_noticed_and_a_new_one_returned_to(make_server: MakeServer):
    here = PLAIN.replace("127.0.0.1:-1", f"127.0.0.1:{closed_port()}")
    server = make_server(extra=here)

    async def exchange() -> tuple[Recorder, list[bytes]]:
        watcher = Recorder()
        async with connected(server.websocket_url or "", reconnect=True, watcher=watcher) as connection:
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await connection.confirm(5.0)
            os.kill(server.pid, signal.SIGTERM)
            server.wait(30.0)
            await eventually_async(lambda: watcher.losses)
            make_server(extra=here)
            await eventually_async(lambda: watcher.returns, within=30.0)
            connection.send(pub(b"a", b"after"))
            await connection.confirm(5.0)
            return watcher, sink.payloads

    watcher, payloads = asyncio.run(exchange())

    assert len(watcher.losses) == len(watcher.returns) == 1
    assert payloads == [b"after"]


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped there")
def test_a_frozen_server_delays_nothing(make_server: MakeServer):
    server = make_server(extra=PLAIN)

    async def exchange() -> tuple[float, float]:
        async with connected(server.websocket_url or "") as connection:
            freeze(server.pid)
            started = waited()
            connection.send(pub(b"a", b"x" * 100_000) * 500)
            with pytest.raises(DeadlineError, match="took no bytes"):
                await connection.drain_writes(0.2)
            drained = waited() - started
            started = waited()
            await connection.close(0.2)
            closed = waited() - started
            os.kill(server.pid, signal.SIGCONT)
            return drained, closed

    drained, closed = run_waiting(exchange())

    assert drained < 0.2 + SLACK_S
    assert closed < 0.2 + SLACK_S


def test_a_user_and_password_go_over_it(make_server: MakeServer):
    server = make_server(extra=PLAIN, user="alice", password="pw")
    url = server.websocket_url or ""

    asyncio.run(connect_once(target_for(url, user="alice", password="pw")))
    error = refusal(target_for(url, user="alice", password="no"))

    assert type(error) is RefusedError
    words = "refused: authorization violation: user 'alice' is unknown there, or the password is wrong"
    assert str(error) == f"cannot connect to {url}: {words}"


# -- bad peers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (silence, "no answer to the WebSocket handshake"),
        (upgrading(silence), "connected, but the server stays silent"),
        (upgrading(info_then_silence), "the server did not confirm the connection in time"),
    ],
    ids=["black hole", "silent", "no PONG"],
)
def test_a_peer_that_does_not_answer_ends_in_time(behave: Behaviour, words: str):
    async def attempt() -> tuple[NatsCliError, float]:
        async with fake_server(behave) as fake:
            started = waited()
            with pytest.raises(NatsCliError) as caught:
                await connect_once(websocket_of(fake.url), 0.5)
            return caught.value, waited() - started

    error, elapsed = run_waiting(attempt())

    assert str(error).endswith(words)
    assert elapsed < 0.5 + SLACK_S


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "does not speak WebSocket there: HTTP status 404"),
        (info(), "the server does not speak WebSocket there"),
        (b"", "the server does not speak WebSocket there"),
    ],
    ids=["HTTP", "NATS", "nothing"],
)
def test_a_peer_that_speaks_something_else_is_named(answer: bytes, words: str):
    async def behave(peer: Peer) -> None:
        peer.say(answer)
        await peer.hear(b"\r\n\r\n")

    async def attempt() -> NatsCliError:
        async with fake_server(behave) as fake:
            with pytest.raises(ConnectError) as caught:
                await connect_once(websocket_of(fake.url))
            return caught.value

    error = asyncio.run(attempt())

    assert words in str(error)
    assert error.exit_code == ExitCode.CONNECTION


def test_nobody_there_is_named():
    assert str(refusal(f"ws://127.0.0.1:{closed_port()}")).endswith(": connection refused")
    assert str(refusal("ws://nosuchhost.invalid:80")).endswith(": the host name does not resolve")


def test_a_failed_attempt_leaves_no_connection_open():
    async def attempt() -> int:
        async with fake_server(upgrading(silence)) as fake:
            for _ in range(3):
                with pytest.raises(ConnectError):
                    await connect_once(websocket_of(fake.url), 0.05)
            await eventually_async(lambda: not fake.open)
            return len(fake.peers)

    assert run_waiting(attempt()) == 3


def test_frames_may_be_cut_anywhere():
    async def behave(peer: Peer) -> None:
        for byte in info():
            peer.say(frame(bytes([byte])))
        peer.say(frame(b"INFO {}\r\nPO") + frame(b"NG\r\nMSG a 1 1\r") + frame(b"\nx\r\n"))
        await peer.hear_all()

    async def exchange() -> list[bytes]:
        async with fake_server(upgrading(behave)) as fake, connected(websocket_of(fake.url)) as connection:
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await eventually_async(lambda: sink.messages)
            return sink.payloads

    assert asyncio.run(exchange()) == [b"x"]


# -- TLS --------------------------------------------------------------------------------------------


@pytest.fixture
def secure_url(make_server: MakeServer, pki: Pki) -> str:
    pair = f"cert_file: {quote(pki.server.cert)}, key_file: {quote(pki.server.key)}"
    server = make_server(extra=f'websocket {{ listen: "127.0.0.1:-1", tls {{ {pair} }} }}')
    assert server.websocket_url is not None
    return server.websocket_url.replace("127.0.0.1", "localhost")


def test_a_trusted_server_is_connected_to(secure_url: str, pki: Pki):
    async def connect() -> str | None:
        async with connected(target_for(secure_url, tlsca=pki.ca)) as connection:
            await connection.confirm(5.0)
            assert connection.stream is not None
            assert connection.stream.tls is not None
            return connection.stream.tls.version()

    assert asyncio.run(connect()) == "TLSv1.3"


def test_a_server_that_is_not_trusted_is_refused(secure_url: str, pki: Pki):
    error = refusal(target_for(secure_url, tlsca=pki.strange_ca))

    assert "the server's certificate is refused: 'server', issued by 'authority', which is not trusted" in str(error)
    assert error.hint == "--tlsca names the CA to trust"


def test_no_credentials_go_over_it_in_clear_where_tls_was_asked_for(pki: Pki):
    async def attempt() -> tuple[str, bytes]:
        async with fake_server(upgrading(info_then_silence)) as fake:
            target = target_for(websocket_of(fake.url), user="alice", password="pw", tlsca=pki.ca)
            with pytest.raises(ConnectError) as caught:
                await connect_once(target)
            await eventually_async(lambda: not fake.open)
            return str(caught.value), fake.heard.partition(b"\r\n\r\n")[2]

    words, heard = asyncio.run(attempt())

    assert words.endswith("TLS was asked for and the server does not offer it; no credentials were sent")
    assert len(heard) < 10  # a closing frame at most


# -- what it needs ----------------------------------------------------------------------------------


def test_without_websockets_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "websockets.client", None)

    error = refusal("ws://127.0.0.1:1")

    assert type(error) is UsageError
    assert str(error) == "WebSocket URLs need the package websockets"
    assert error.hint == "pip install 'natscli[ws]'"


def test_a_tcp_connection_does_not_import_it(server: LocalServer):
    program = f"""
import asyncio, json, sys
from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.resolve import resolve
from natscli.context.settings import Settings

async def main():
    connection = await open_connection(resolve([Settings("test", server={server.url!r})]), Deadline(15.0))
    await connection.confirm(15.0)
    await connection.close()

asyncio.run(main())
print(json.dumps([name for name in sys.modules if name.split(".")[0] in ("aiohttp", "nats", "websockets")]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True)
    loaded = json.loads(done.stdout)

    assert done.stderr == b""
    assert "nats.aio.client" in loaded
    assert {"aiohttp", "websockets", "natscli.connection.proxies"}.isdisjoint(loaded)
    assert "nats.js.api" not in loaded
