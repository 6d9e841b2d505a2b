"""Proxies on ports the kernel chose, in a thread of their own: good ones, and ones that misbehave.

They know names that nobody else does: ``NAMES``.
"""

import asyncio
import base64
import ipaddress
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

NAMES = {"nats.inside": "127.0.0.1"}
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Manner(NamedTuple):
    """How a proxy behaves."""

    kind: str = "socks5"  # or http
    user: str = ""
    password: str = ""
    fault: str = ""  # what it does in place of its work: hang, close, rubbish, late, refuse, or a status


class Proxy:
    """A running proxy; ``asked`` is what it was asked for, ``heard`` what came over it from clients."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.asked: list[str] = []
        self.heard = b""
        self.port = 0

    @property
    def url(self) -> str:
        return f"{self.manner.kind}://127.0.0.1:{self.port}"

    def url_of(self, user: str, password: str) -> str:
        """The URL with user information."""
        return f"{self.manner.kind}://{user}:{password}@127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with suppress(OSError, EOFError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.manner.fault == "close":
            await reader.read(1)
            return
        if self.manner.fault == "hang":
            await reader.read()
            return
        if self.manner.fault == "rubbish":
            writer.write(b"\x1b[2JSSH-2.0-nobody\r\n" * 3)
            await reader.read()
            return
        work: Callable[..., Awaitable[Pair | None]] = self._http if self.manner.kind == "http" else self._socks
        if (far := await work(reader, writer)) is not None:
            pumps = [self._pump(reader, far[1], heard=True), self._pump(far[0], writer)]
            tasks = [asyncio.ensure_future(pump) for pump in pumps]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                far[1].close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, heard: bool = False) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if heard and len(self.heard) < 1_000_000:
                    self.heard += data
                sink.write(data)
                await sink.drain()

    async def _reach(self, host: str, port: int) -> Pair:
        self.asked.append(f"{host}:{port}")
        return await asyncio.open_connection(NAMES.get(host, host), port)

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Pair | None:
        head = await reader.readuntil(b"\r\n\r\n")
        verb, authority, _ = head.partition(b"\r\n")[0].decode().split(" ")
        host, _, port = authority.rpartition(":")
        wanted = base64.b64encode(f"{self.manner.user}:{self.manner.password}".encode())
        if self.manner.user and b"Proxy-Authorization: Basic " + wanted + b"\r\n" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return None
        if verb != "CONNECT" or self.manner.fault:
            writer.write(f"HTTP/1.1 {self.manner.fault or '405 No'}\r\nContent-Length: 0\r\n\r\n".encode())
            return None
        try:
            far = await self._reach(host.strip("[]"), int(port))
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return None
        # The server's INFO in the same bytes as the answer, as a fast server has it.
        with suppress(TimeoutError):
            async with asyncio.timeout(0.02):
                await far[0]._wait_for_data("peek")  # type: ignore[attr-defined]
        first = bytes(far[0]._buffer)  # type: ignore[attr-defined]
        far[0]._buffer.clear()  # type: ignore[attr-defined]
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n" + first)
        return far

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Pair | None:
        methods = await reader.readexactly((await reader.readexactly(2))[1])
        method = 2 if self.manner.user else 0
        if method not in methods:
            writer.write(b"\x05\xff")
            return None
        writer.write(bytes([5, method]))
        if method == 2:
            user = await reader.readexactly((await reader.readexactly(2))[1])
            password = await reader.readexactly((await reader.readexactly(1))[0])
            right = (user.decode(), password.decode()) == (self.manner.user, self.manner.password)
            writer.write(bytes([1, 0 if right else 1]))
            if not right:
                return None
        if self.manner.fault == "late":
            await reader.read()
            return None
        host, port = await self._socks_address(reader)
        if self.manner.fault == "refuse":
            writer.write(b"\x05\x02\x00\x01" + bytes(6))
            return None
        try:
            far = await self._reach(host, port)
        except OSError:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return None
        for byte in b"\x05\x00\x00\x03\x04name" + bytes(2):  # a bound address that is a name, in single bytes
            writer.write(bytes([byte]))
            await writer.drain()
        return far

    async def _socks_address(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        return host, int.from_bytes(await reader.readexactly(2))


@contextmanager
def proxy(manner: Manner) -> Iterator[Proxy]:
    """A proxy for the length of a block."""
    running = Proxy(manner)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(running.serve, "127.0.0.1", 0))
    running.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)
