"""The bytes of a TCP or TLS connection, under nats-py.

One owned read buffer of 128 KiB and one joined write per flush.  Both numbers are measured: reads
above 128 KiB leave glibc's recycled memory and cost up to five times the CPU at 1 KiB payloads, and
``writelines`` with many fragments is quadratic in asyncio from Python 3.12 on.

``stage`` says how far a handshake got, so that a time-out or an end of stream can be named.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any

from natscli.connection.upstream import Transport

READ_SIZE = 128 * 1024
_HELD_BYTES = 1024 * 1024  # read ahead of the parser before reading stops
_WRITE_AHEAD = 1024 * 1024  # written ahead of the socket before ``drain`` waits
_CLOSE_S = 0.5  # how long bytes may take to leave when a connection is closed
_LONGEST_LINE = 1024 * 1024

Trace = Callable[[str, bytes], None]  # called with the direction, '>' or '<', and whole bytes


class Stage(Enum):
    """How far a handshake got."""

    RESOLVING = "resolving"
    DIALLING = "dialling"
    WAITING_FOR_INFO = "waiting for INFO"
    TLS = "TLS"
    CONNECTING = "CONNECT sent"
    OPEN = "open"


class _Stream(asyncio.BufferedProtocol):
    """Collects what arrives; pauses reading when nobody takes it."""

    def __init__(self) -> None:
        self._buffer = bytearray(READ_SIZE)
        self._view = memoryview(self._buffer)
        self.chunks: deque[bytes] = deque()
        self.held = 0
        self.ended = False
        self.error: Exception | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writers: list[asyncio.Future[None]] = []
        self.write_paused = False
        self._read_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # always a Transport for streams

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        self.chunks.append(bytes(self._view[:nbytes]))
        self.held += nbytes
        if self.held > _HELD_BYTES and not self._read_paused and self.transport is not None:
            self._read_paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.error = exc
        self._wake()
        self.resume_writing()
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        self.write_paused = True

    def resume_writing(self) -> None:
        self.write_paused = False
        for waiter in self._writers:
            if not waiter.done():
                waiter.set_result(None)
        self._writers.clear()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def readable(self) -> None:
        """Wait until there are bytes, or there will be none."""
        while not self.chunks and not self.ended:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader

    async def writable(self) -> None:
        """Wait until written bytes have left far enough."""
        while self.write_paused:
            waiter = asyncio.get_running_loop().create_future()
            self._writers.append(waiter)
            await waiter

    def take(self) -> bytes:
        chunk = self.chunks.popleft()
        self.held -= len(chunk)
        if self._read_paused and self.held < _HELD_BYTES // 2 and self.transport is not None:
            self._read_paused = False
            self.transport.resume_reading()
        return chunk

    def put_back(self, chunk: bytes) -> None:
        if chunk:
            self.chunks.appendleft(chunk)
            self.held += len(chunk)


class StreamTransport(Transport):
    """nats-py's transport interface over ``_Stream``."""

    def __init__(self, trace: Trace | None = None) -> None:
        self.stage = Stage.RESOLVING
        self.last_line = b""  # of the handshake, as received
        self._trace = trace
        self._stream: _Stream | None = None
        self._under_tls: asyncio.BaseTransport | None = None  # kept: collecting it would close the socket

    async def connect(self, uri: Any, buffer_size: int, connect_timeout: float) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(connect_timeout):
            await loop.getaddrinfo(uri.hostname, uri.port)  # apart, so that a failure is named
            self.stage = Stage.DIALLING
            _, stream = await loop.create_connection(_Stream, uri.hostname, uri.port, happy_eyeballs_delay=0.25)
        self._use(stream)
        self.stage = Stage.WAITING_FOR_INFO

    async def connect_tls(
        self, uri: Any, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: float
    ) -> None:
        before = self.stage
        self.stage = Stage.TLS
        under = self._open().transport
        assert under is not None
        stream = _Stream()
        async with asyncio.timeout(connect_timeout):
            over = await asyncio.get_running_loop().start_tls(
                under,
                stream,
                ssl_context,
                server_hostname=uri if isinstance(uri, str) else uri.hostname,
                ssl_handshake_timeout=connect_timeout,
                ssl_shutdown_timeout=_CLOSE_S,
            )
        self._under_tls = under
        stream.transport = over
        self._use(stream)
        self.stage = before  # TLS may come before INFO or after it

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS session, or None in clear."""
        if self._stream is None or self._stream.transport is None:
            return None
        found = self._stream.transport.get_extra_info("ssl_object")
        return found if isinstance(found, ssl.SSLObject) else None

    @property
    def remote_address(self) -> tuple[str, int] | None:
        """The address and port at the other end."""
        if self._stream is None or self._stream.transport is None:
            return None
        peer = self._stream.transport.get_extra_info("peername")
        return (peer[0], peer[1]) if peer else None

    def write(self, payload: bytes) -> None:
        transport = self._open().transport
        assert transport is not None
        if self._trace is not None:
            self._trace(">", payload)
        transport.write(payload)

    def writelines(self, payload: list[bytes]) -> None:
        self.write(b"".join(payload))

    async def read(self, buffer_size: int) -> bytes:
        stream = self._open()
        await stream.readable()
        if stream.chunks:
            return stream.take()
        if stream.error is not None:
            raise stream.error
        return b""

    async def readline(self) -> bytes:
        """Return one line of the handshake; less than a line when the stream ends.

        The answer to CONNECT may come behind other lines (a second INFO): those are kept for the parser.
        """
        stream = self._open()
        kept = b""
        line = await self._line(stream)
        while self.stage is Stage.CONNECTING and line.startswith((b"INFO", b"PING", b"+OK")):
            kept += line
            line = await self._line(stream)
        stream.put_back(kept)
        self.last_line = line
        if self._trace is not None:
            self._trace("<", line)
        return line

    async def _line(self, stream: _Stream) -> bytes:
        line = b""
        while b"\n" not in line and len(line) < _LONGEST_LINE:
            await stream.readable()
            if not stream.chunks:
                if stream.error is not None and not line:
                    raise stream.error
                break
            line += stream.take()
        line, newline, rest = line.partition(b"\n")
        stream.put_back(rest)
        return line + newline

    async def drain(self) -> None:
        stream = self._open()
        if stream.error is not None:
            raise stream.error
        await stream.writable()

    async def wait_closed(self) -> None:
        """Wait for the close, and break the connection when the peer does not let it happen."""
        if self._stream is None:
            return
        done, _ = await asyncio.wait([self._stream.closed], timeout=_CLOSE_S)
        if not done:
            self.abort()

    def close(self) -> None:
        if self._stream is not None and self._stream.transport is not None:
            self._stream.transport.close()

    def abort(self) -> None:
        """Break the connection at once; bytes not sent are lost."""
        if self._stream is not None and self._stream.transport is not None:
            self._stream.transport.abort()

    def at_eof(self) -> bool:
        return self._stream is None or (self._stream.ended and not self._stream.chunks)

    def __bool__(self) -> bool:
        return self._stream is not None

    def _use(self, stream: _Stream) -> None:
        assert stream.transport is not None
        stream.transport.set_write_buffer_limits(high=_WRITE_AHEAD)
        self._stream = stream

    def _open(self) -> _Stream:
        if self._stream is None:
            raise ConnectionResetError("not connected")
        return self._stream
