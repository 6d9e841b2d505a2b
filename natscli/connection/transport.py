"""The bytes of a TCP or TLS connection, straight or through a proxy, under nats-py.

One joined write per flush: ``writelines`` with many fragments is quadratic in asyncio from Python 3.12 on.

``ServerTransport`` is what the rest of this room knows of a transport: ``stage`` says how far a
handshake got, so that a time-out or an end of stream can be named.
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from natscli.connection.handshake import Stage
from natscli.connection.names import resolve
from natscli.connection.stream import Stream
from natscli.connection.upstream import Transport
from natscli.context.proxy import Proxy

_WRITE_AHEAD = 1024 * 1024  # written ahead of the socket before ``drain`` waits
CLOSE_S = 0.5  # how long bytes may take to leave when a connection is closed
LONGEST_LINE = 1024 * 1024
_OTHERS = (b"INFO", b"PING", b"+OK")  # what may come before the answer to CONNECT, and how many of them
_MOST_OTHERS = 20

Trace = Callable[[str, bytes], None]  # called with the direction, '>' or '<', and whole bytes


class ServerTransport(Transport):
    """nats-py's transport interface, and what the handshake needs beyond it."""

    def __init__(self, trace: Trace | None, proxy: Proxy | None = None) -> None:
        self.stage = Stage.RESOLVING
        self.proxy = proxy  # None: straight to the server
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

    @property
    @abstractmethod
    def is_congested(self) -> bool:
        """Whether ``drain`` has to wait."""

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

    def __init__(self, trace: Trace | None = None, proxy: Proxy | None = None) -> None:
        super().__init__(trace, proxy)
        self._stream: Stream | None = None
        self._under_tls: asyncio.BaseTransport | None = None  # kept: collecting it would close the socket

    async def connect(self, uri: Any, buffer_size: int, connect_timeout: float) -> None:
        async with asyncio.timeout(connect_timeout):
            await self._reach(uri.hostname, uri.port)
        self.stage = Stage.WAITING_FOR_INFO

    async def _reach(self, host: str, port: int) -> None:
        """Have a stream of bytes to and from the server."""
        if self.proxy is None:
            await self._dial(host, port)
            return
        from natscli.connection import proxies  # only for those who have one

        self.stage = Stage.DIALLING_PROXY
        with proxies.named(self.proxy):
            await self._dial(self.proxy.host, self.proxy.port, Stage.DIALLING_PROXY)
            self.stage = Stage.PROXY
            await proxies.tunnel(self._open(), self.proxy, host, port)

    async def _dial(self, host: str, port: int, stage: Stage = Stage.DIALLING) -> None:
        addresses = await resolve(host, port)
        self.stage = stage
        loop = asyncio.get_running_loop()
        if len(addresses) == 1:  # and no race, which loses the winner's socket when it is cancelled
            _, stream = await loop.create_connection(Stream, addresses[0], port)
        else:
            _, stream = await loop.create_connection(Stream, host, port, happy_eyeballs_delay=0.25)
        self._use(stream)

    async def connect_tls(
        self, uri: Any, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: float
    ) -> None:
        await self._encrypt(uri if isinstance(uri, str) else uri.hostname, ssl_context, connect_timeout)

    async def _encrypt(self, name: str, context: ssl.SSLContext, seconds: float) -> None:
        """Go on under TLS; the certificate at the other end has to bear ``name``."""
        before = self.stage
        self.stage = Stage.TLS
        clear = self._open()
        under = clear.transport
        assert under is not None
        stream = Stream()
        try:
            async with asyncio.timeout(seconds):
                over = await asyncio.get_running_loop().start_tls(
                    under,
                    stream,
                    context,
                    server_hostname=name,
                    ssl_handshake_timeout=seconds,
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

    @property
    def is_congested(self) -> bool:
        return self._open().write_paused

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

    def _use(self, stream: Stream) -> None:
        assert stream.transport is not None
        stream.transport.set_write_buffer_limits(high=_WRITE_AHEAD)
        self._stream = stream

    def _open(self) -> Stream:
        if self._stream is None:
            raise ConnectionResetError("not connected")
        return self._stream
