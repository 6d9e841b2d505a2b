"""The way back: what had come is kept, and nothing is announced before the server has confirmed it."""

import asyncio
import socket

import pytest

from natscli.connection.hardened import HardenedClient
from natscli.connection.stream import _HELD_BYTES, READ_SIZE, Stream
from tests.connection.clock import run_waiting
from tests.connection.opening import Recorder, Sink, connected
from tests.connection.peers import Peer, fake_server
from tests.waiting import eventually_async


async def lose_then(peer: Peer, place: int, second: str) -> None:
    """Welcome everybody; the first is lost after one message, and the others say ``second`` before they go on."""
    await peer.welcome()
    await peer.hear(b"SUB a")
    if place == 1:
        peer.say(b"MSG a 1 3\r\none\r\n")
        await peer.writer.drain()
        return
    peer.say(second.encode())
    await peer.hear_all()


def test_a_return_is_announced_when_the_server_has_read_the_subscriptions():
    async def exchange() -> tuple[int, int]:
        watcher, peers = Recorder(), []

        async def behave(peer: Peer) -> None:
            peers.append(peer)
            await lose_then(peer, len(peers), "MSG a 1 3\r\ntwo\r\n")

        async with fake_server(behave) as fake, connected(fake.url, reconnect=True, watcher=watcher) as connection:
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await eventually_async(lambda: sink.payloads == [b"one", b"two"])
            await eventually_async(lambda: peers[1].heard.endswith(b"SUB a  1\r\nPING\r\n"))
            before = len(watcher.returns)
            peers[1].say(b"PONG\r\n")
            await eventually_async(lambda: watcher.returns)
            return before, len(watcher.returns)

    assert asyncio.run(exchange()) == (0, 1)


def test_a_return_that_is_not_confirmed_is_a_loss_of_its_own_and_leaves_no_bytes_behind(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(HardenedClient.flush, "__defaults__", (0.2,))

    async def exchange() -> tuple[Recorder, list[bytes]]:
        watcher, peers = Recorder(), []

        async def behave(peer: Peer) -> None:
            peers.append(peer)
            if len(peers) <= 2:
                await lose_then(peer, len(peers), "MSG a 1 3\r\ntwo\r\nMSG a 1 90\r\nhalf a mess")
            else:
                await ordinary_with(peer, b"MSG a 1 5\r\nthree\r\n")

        async with fake_server(behave) as fake, connected(fake.url, reconnect=True, watcher=watcher) as connection:
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await eventually_async(lambda: watcher.returns)
            await eventually_async(lambda: len(sink.payloads) == 3)
            return watcher, sink.payloads

    watcher, payloads = run_waiting(exchange())

    assert payloads == [b"one", b"two", b"three"]
    assert len(watcher.losses) == 2
    assert watcher.losses[1][1] == "the server did not confirm the subscriptions"
    assert len(watcher.returns) == 1


async def ordinary_with(peer: Peer, message: bytes) -> None:
    """Welcome, say ``message`` to the subscriber, and answer its PING."""
    await peer.welcome()
    await peer.hear(b"SUB a")
    peer.say(message + b"PONG\r\n")
    await peer.hear_all()


def test_what_had_arrived_while_reading_was_paused_survives_a_failed_write():
    """asyncio closes a connection at a failed write, with all that the kernel still holds for us."""

    async def exchange() -> bytes:
        ours, theirs = socket.socketpair()
        with theirs:
            transport, stream = await asyncio.get_running_loop().create_connection(Stream, sock=ours)
            while stream.held <= _HELD_BYTES:
                stream.buffer_updated(READ_SIZE)
            held = len(stream.chunks)
            theirs.sendall(b"the last words")
            stream.connection_lost(BrokenPipeError())
            transport.abort()
            return b"".join(list(stream.chunks)[held:])

    assert asyncio.run(exchange()) == b"the last words"
