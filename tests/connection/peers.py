"""Peers that misbehave: fake servers on ports the kernel chose, and a client that sends raw bytes."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from natscli.wire.encode import PING

INFO: dict[str, Any] = {
    "server_id": "FAKE",
    "version": "2.15.0",
    "proto": 1,
    "headers": True,
    "max_payload": 1_048_576,
    "client_id": 1,
}


def info(**fields: Any) -> bytes:
    """The INFO line of a fake server, with ``fields`` added or replaced."""
    return b"INFO " + json.dumps(INFO | fields).encode() + b"\r\n"


class Peer:
    """One accepted connection; ``heard`` is everything that came, also when nobody was reading for it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.heard = b""

    def say(self, data: bytes) -> None:
        """Send bytes, as soon as they can leave."""
        self.writer.write(data)

    async def hear(self, wanted: bytes) -> None:
        """Read until ``wanted`` has come, or the end."""
        while wanted not in self.heard and (data := await self.reader.read(65536)):
            self.heard += data

    async def hear_all(self) -> None:
        """Read to the end of the stream."""
        while data := await self.reader.read(65536):
            self.heard += data

    async def welcome(self, **fields: Any) -> None:
        """Do what a server does until the connection is made."""
        self.say(info(**fields))
        await self.hear(b"PING\r\n")
        self.say(b"PONG\r\n")

    def reset(self) -> None:
        """Break the connection so that the other end gets a RST."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Peer], Awaitable[None]]


class FakeServer:
    """Listens on a port of its own and behaves to every connection as told; the behaviour's end closes it."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.peers: list[Peer] = []
        self.open = 0
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def heard(self) -> bytes:
        """Everything that came over all connections."""
        return b"".join(peer.heard for peer in self.peers)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open += 1
        peer = Peer(reader, writer)
        self.peers.append(peer)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self.behaviour(peer)
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    def end(self) -> None:
        """Cut everything off."""
        for task in self._tasks:
            task.cancel()
        for peer in self.peers:
            peer.writer.transport.abort()


@asynccontextmanager
async def fake_server(behaviour: Behaviour, port: int = 0, **options: Any) -> AsyncIterator[FakeServer]:
    """A fake server for the length of a block."""
    fake = FakeServer(behaviour)
    server = await asyncio.start_server(fake.accept, "127.0.0.1", port, limit=4 * 1024 * 1024, **options)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        fake.end()
        await asyncio.sleep(0)


async def silence(peer: Peer) -> None:
    """Listen, and never say a word."""
    await peer.hear_all()


async def ordinary(peer: Peer) -> None:
    """Behave as a server to whom nobody publishes."""
    await peer.welcome()
    answered = peer.heard.count(b"PING\r\n")
    while data := await peer.reader.read(65536):
        peer.heard += data
        for _ in range(peer.heard.count(b"PING\r\n") - answered):
            answered += 1
            peer.say(b"PONG\r\n")


def welcoming(reaction: Behaviour, after: bytes = b"SUB") -> Behaviour:
    """Welcome a client, and react once it has said ``after``."""

    async def behave(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear(after)
        await reaction(peer)

    return behave


class RawClient:
    """Speaks to a real server in bytes, for what no proper client would send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Self:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        writer.write(b'CONNECT {"verbose":false,"pedantic":false,"headers":true,"protocol":0}\r\n')
        return cls(reader, writer)

    async def send(self, frames: bytes) -> None:
        """Send frames and wait until the server has read them; it must not have complained."""
        self._writer.write(frames + b"PING\r\n")
        async with asyncio.timeout(30.0):
            line = await self._reader.readline()
            while line == PING:  # of its own, two seconds after it was connected to
                line = await self._reader.readline()
        assert line == b"PONG\r\n", line

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
