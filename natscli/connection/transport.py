"""The bytes of a TCP or TLS connection, under nats-py.

One owned read buffer of 128 KiB and one joined write per flush.  Both numbers are measured: reads
above 128 KiB leave glibc's recycled memory and cost up to five times the CPU at 1 KiB payloads, and
``writelines`` with many fragments is quadratic in asyncio from Python 3.12 on.

``ServerTransport`` is what this and ``websocket`` have in common: ``stage`` says how far a handshake
got, so that a time-out or an end of stream can be named.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Any

from natscli.connection.names import resolve
from natscli.connection.upstream import Transport, errors

READ_SIZE = 128 * 1024
_HELD_BYTES = 1024 * 1024  # read ahead of the parser before reading stops
_LEFT_BYTES = 16 * 1024 * 1024  # what a kernel may hold for a connection that has broken (Linux: 6 MiB)
_WRITE_AHEAD = 1024 * 1024  # written ahead of the socket before ``drain`` waits
CLOSE_S = 0.5  # how long bytes may take to leave when a connection is closed
LONGEST_LINE = 1024 * 1024
_OTHERS = (b"INFO", b"PING", b"+OK")  # what may come before the answer to CONNECT, and how many of them
_MOST_OTHERS = 20

Trace = Callable[[str, bytes], None]  # called with the direction, '>' or '<', and whole bytes


class HandshakeError(errors.Error):
    """The peer does not take part as it should; the words say how, and need nothing added."""


class Stage(Enum):
    """How far a handshake got."""

    RESOLVING = "resolving"
    DIALLING = "dialling"
    UPGRADING = "WebSocket handshake"
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
        if exc is not None:
            self._salvage()
        self.ended = True
        self.error = exc
        self._wake()
        self.resume_writing()
        if not self.closed.done():
            self.closed.set_result(None)

    def _salvage(self) -> None:
        """Read what the peer said last: asyncio leaves it unread when a write fails first."""
        assert self.transport is not None
        if self.transport.get_extra_info("sslcontext") is not None:
            return
        most = self.held + _LEFT_BYTES  # whatever waits here already: reading may have been paused
        with suppress(OSError), self.transport.get_extra_info("socket").dup() as raw:
            raw.setblocking(False)
            while self.held < most and (data := raw.recv(READ_SIZE)):
                self.chunks.append(data)
                self.held += len(data)

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


class ServerTransport(Transport):
    """nats-py's transport interface, and what the handshake needs beyond it."""

    def __init__(self, trace: Trace | None) -> None:
        self.stage = Stage.RESOLVING
        self.last_line = b""  # of the handshake, as received
        self._trace = trace

    @property
    @abstractmethod
    def tls(self) -> ssl.SSLObject | None:
        """The TLS session, or None in clear."""

    @property
    @abstractmethod
    def remote_address(self) -> tuple[str, int] | None:
        """The address and port at the other end."""

    @abstractmethod
    def abort(self) -> None:
        """Break the connection at once; bytes not sent are lost."""

    @abstractmethod
    async def _line(self) -> bytes:
        """Read a line; less than one when the stream ends or the line does not."""

    @abstractmethod
    def _put_back(self, data: bytes) -> None:
        """Have ``data`` read again, ahead of the rest."""

    async def readline(self) -> bytes:
        """Return one line of the handshake; less than a line when the stream ends.

        The answer to CONNECT may come behind other lines (a second INFO): those are kept for the parser.
        """
        kept: list[bytes] = []
        line = await self._line()
        while self.stage is Stage.CONNECTING and line.startswith(_OTHERS) and len(kept) < _MOST_OTHERS:
            kept.append(line)
            line = await self._line()
        self._put_back(b"".join(kept))
        self.last_line = line
        if self._trace is not None:
            self._trace("<", line)
        return line

    def _tell(self, payload: bytes) -> None:
        if self._trace is not None and payload:
            self._trace(">", payload)


class StreamTransport(ServerTransport):
    """TCP, and TLS over it."""

    def __init__(self, trace: Trace | None = None) -> None:
        super().__init__(trace)
        self._stream: _Stream | None = None
        self._under_tls: asyncio.BaseTransport | None = None  # kept: collecting it would close the socket

    async def connect(self, uri: Any, buffer_size: int, connect_timeout: float) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(connect_timeout):
            addresses = await resolve(uri.hostname, uri.port)
            self.stage = Stage.DIALLING
            if len(addresses) == 1:  # and no race, which loses the winner's socket when it is cancelled
                _, stream = await loop.create_connection(_Stream, addresses[0], uri.port)
            else:
                _, stream = await loop.create_connection(_Stream, uri.hostname, uri.port, happy_eyeballs_delay=0.25)
        self._use(stream)
        self.stage = Stage.WAITING_FOR_INFO

    async def connect_tls(
        self, uri: Any, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: float
    ) -> None:
        before = self.stage
        self.stage = Stage.TLS
        clear = self._open()
        under = clear.transport
        assert under is not None
        stream = _Stream()
        try:
            async with asyncio.timeout(connect_timeout):
                over = await asyncio.get_running_loop().start_tls(
                    under,
                    stream,
                    ssl_context,
                    server_hostname=uri if isinstance(uri, str) else uri.hostname,
                    ssl_handshake_timeout=connect_timeout,
                    ssl_shutdown_timeout=CLOSE_S,
                )
        except BaseException:
            under.abort()
            clear.connection_lost(None)  # asyncio has forgotten whom to tell
            raise
        self._under_tls = under
        stream.transport = over
        self._use(stream)
        self.stage = before  # TLS may come before INFO or after it

    @property
    def tls(self) -> ssl.SSLObject | None:
        if self._stream is None or self._stream.transport is None:
            return None
        found = self._stream.transport.get_extra_info("ssl_object")
        return found if isinstance(found, ssl.SSLObject) else None

    @property
    def remote_address(self) -> tuple[str, int] | None:
        if self._stream is None or self._stream.transport is None:
            return None
        peer = self._stream.transport.get_extra_info("peername")
        return (peer[0], peer[1]) if peer else None

    def write(self, payload: bytes) -> None:
        transport = self._open().transport
        assert transport is not None
        self._tell(payload)
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

    async def _line(self) -> bytes:
        stream = self._open()
        line = b""
        while b"\n" not in line and len(line) < LONGEST_LINE:
            await stream.readable()
            if not stream.chunks:
                if stream.error is not None and not line:
                    raise stream.error
                break
            line += stream.take()
        line, newline, rest = line.partition(b"\n")
        stream.put_back(rest)
        return line + newline

    def _put_back(self, data: bytes) -> None:
        self._open().put_back(data)

    async def drain(self) -> None:
        stream = self._open()
        await stream.writable()
        if stream.ended and not stream.chunks:  # what came before the end may say why it came
            raise stream.error or ConnectionResetError(errno.ECONNRESET, "the server closed the connection")

    async def wait_closed(self) -> None:
        """Wait for the close, and break the connection when the peer does not let it happen."""
        if self._stream is None:
            return
        done, _ = await asyncio.wait([self._stream.closed], timeout=CLOSE_S)
        if not done:
            self.abort()

    def close(self) -> None:
        if self._stream is not None and self._stream.transport is not None:
            self._stream.transport.close()

    def abort(self) -> None:
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
