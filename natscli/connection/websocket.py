"""NATS over WebSocket, by aiohttp, which is imported when this module is.

nats-py's own transport sends nothing until it is told to, waits for ever for a peer that takes part in
nothing, and hides what went wrong.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Any

import aiohttp

from natscli.connection.names import resolve
from natscli.connection.transport import CLOSE_S, LONGEST_LINE, HandshakeError, ServerTransport, Stage, Trace


class WebSocketTransport(ServerTransport):
    """One WebSocket; ``context`` is for wss, whose certificate has to bear ``tls_name`` or the host's name."""

    def __init__(self, trace: Trace | None, context: ssl.SSLContext | None, tls_name: str | None) -> None:
        super().__init__(trace)
        self._context = context
        self._tls_name = tls_name
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse[bool] | None = None
        self._unread = b""
        self._ended = False
        self._unsent: list[bytes] = []
        self._sender: asyncio.Task[None] | None = None
        self._failure: OSError | None = None
        self._closer: asyncio.Task[None] | None = None

    async def connect(self, uri: Any, buffer_size: int, connect_timeout: float) -> None:
        async with asyncio.timeout(connect_timeout):
            await resolve(uri.hostname, uri.port)  # apart, so that a failure is named
            self.stage = Stage.UPGRADING
            self._session = aiohttp.ClientSession()
            try:
                self._socket = await self._session.ws_connect(
                    uri.geturl(),
                    ssl=self._context or True,
                    server_hostname=self._tls_name if self._context else None,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                    max_msg_size=0,
                )
            except aiohttp.ClientConnectorCertificateError as error:
                raise error.certificate_error from None
            except aiohttp.ClientConnectorError as error:
                raise error.os_error from None
            except aiohttp.WSServerHandshakeError as error:
                raise HandshakeError(f"the server does not speak WebSocket there: HTTP status {error.status}") from None
            except aiohttp.ClientError as error:
                raise HandshakeError("the server does not speak WebSocket there") from error
        self.stage = Stage.WAITING_FOR_INFO

    async def connect_tls(
        self, uri: Any, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: float
    ) -> None:
        """Nothing: TLS comes before the WebSocket or never."""

    @property
    def tls(self) -> ssl.SSLObject | None:
        found = self._socket.get_extra_info("ssl_object") if self._socket is not None else None
        return found if isinstance(found, ssl.SSLObject) else None

    @property
    def remote_address(self) -> tuple[str, int] | None:
        peer = self._socket.get_extra_info("peername") if self._socket is not None else None
        return (peer[0], peer[1]) if peer else None

    def write(self, payload: bytes) -> None:
        self._tell(payload)
        if self._failure is None:
            self._unsent.append(payload)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.ensure_future(self._send())

    def writelines(self, payload: list[bytes]) -> None:
        self.write(b"".join(payload))

    async def _send(self) -> None:
        assert self._socket is not None
        while self._unsent and self._failure is None:
            payload = b"".join(self._unsent)
            self._unsent.clear()
            try:
                await self._socket.send_bytes(payload)
            except (OSError, aiohttp.ClientError) as error:
                self._failure = error if isinstance(error, OSError) else ConnectionError(str(error))

    async def drain(self) -> None:
        while self._sender is not None and not self._sender.done():
            await asyncio.wait([self._sender])
        if self._failure is not None and self.at_eof():  # what came before the end may say why it came
            raise self._failure

    async def read(self, buffer_size: int) -> bytes:
        data, self._unread = self._unread, b""
        return data or await self._frame()

    async def _frame(self) -> bytes:
        """Return what the next frame carries; nothing at the end."""
        assert self._socket is not None
        message = await self._socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            return bytes(message.data)
        self._ended = True
        if message.type is aiohttp.WSMsgType.ERROR:
            raise ConnectionError(str(message.data))
        return b""

    async def _line(self) -> bytes:
        line, self._unread = self._unread, b""
        while b"\n" not in line and len(line) < LONGEST_LINE and not self._ended:
            line += await self._frame()
        line, newline, self._unread = line.partition(b"\n")
        return line + newline

    def _put_back(self, data: bytes) -> None:
        self._unread = data + self._unread

    def at_eof(self) -> bool:
        return self._ended and not self._unread

    def close(self) -> None:
        if self._closer is None:
            self._closer = asyncio.ensure_future(self._close())

    async def wait_closed(self) -> None:
        """Wait for the close, and break the connection when the peer does not let it happen."""
        if self._closer is not None:
            done, _ = await asyncio.wait([self._closer], timeout=CLOSE_S)
            if not done:
                self.abort()
                await asyncio.wait([self._closer], timeout=CLOSE_S)

    def abort(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
        raw = self._socket.get_extra_info("socket") if self._socket is not None else None
        if raw is not None:
            with suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)  # aiohttp's own ways all wait for the peer
        self.close()

    async def _close(self) -> None:
        if self._sender is not None:
            await asyncio.wait([self._sender])
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()

    def __bool__(self) -> bool:
        return self._socket is not None
