"""NATS over WebSocket: the frames are those of ``websockets`` (its part that does no I/O), the bytes go as all go.

So a WebSocket is dialled, proxied, encrypted, timed out, aborted and drained as a TCP connection is.
Nothing is compressed, though nats-server offers it: small JSON messages went through at 0.7 of the speed,
for 1.6 times the CPU of ours and more of the server's.
"""

import asyncio
import ssl
from typing import Any

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from natscli.connection.handshake import HandshakeError, Stage
from natscli.connection.transport import LONGEST_LINE, StreamTransport, Trace
from natscli.context.proxy import Proxy
from natscli.errors import ExitCode

_LARGEST_FRAME = 256 * 1024 * 1024  # a server sends what is pending as one frame, of at most 64 MiB by default
_DATA = (Opcode.BINARY, Opcode.TEXT, Opcode.CONT)
_UNAUTHORISED = (401, 403)
_STRANGER = "the server does not speak WebSocket there"


class WebSocketTransport(StreamTransport):
    """One WebSocket; ``context`` is for wss, whose certificate has to bear ``tls_name`` or the host's name."""

    def __init__(
        self,
        trace: Trace | None,
        proxy: Proxy | None,
        context: ssl.SSLContext | None,
        tls_name: str | None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(trace, proxy)
        self._context = context
        self._tls_name = tls_name
        self._headers = headers
        self._protocol: ClientProtocol | None = None
        self._unread = b""
        self._ended = False

    async def connect(self, uri: Any, buffer_size: int, connect_timeout: float) -> None:
        async with asyncio.timeout(connect_timeout):
            await self._reach(uri.hostname, uri.port)
            if self._context is not None:
                await self._encrypt(self._tls_name or uri.hostname, self._context, connect_timeout)
            self.stage = Stage.UPGRADING
            await self._upgrade(uri.geturl())
        self.stage = Stage.WAITING_FOR_INFO

    async def _upgrade(self, url: str) -> None:
        self._protocol = protocol = ClientProtocol(parse_uri(url), max_size=_LARGEST_FRAME)
        request = protocol.connect()
        for name, value in self._headers:
            request.headers[name] = value
        protocol.send_request(request)
        self._send_waiting()
        while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
            data = await super().read(0)
            if not data:
                raise HandshakeError(_STRANGER)
            protocol.receive_data(data)
        if isinstance(protocol.handshake_exc, InvalidStatus):
            raise _declined(protocol.handshake_exc.response.status_code)
        if protocol.handshake_exc is not None:
            raise HandshakeError(_STRANGER) from protocol.handshake_exc
        self._unread = self._arrived()

    async def connect_tls(
        self, uri: Any, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: float
    ) -> None:
        """Nothing: TLS comes before the WebSocket or never."""

    def write(self, payload: bytes) -> None:
        self._tell(payload)
        if self._protocol is not None and self._protocol.state is State.OPEN:
            self._protocol.send_binary(payload)
            self._send_waiting()

    async def read(self, buffer_size: int) -> bytes:
        data, self._unread = self._unread, b""
        return data or await self._payload()

    async def _payload(self) -> bytes:
        """Return what the next frames carry; nothing at the end."""
        assert self._protocol is not None
        while self._protocol.state is State.OPEN:
            received = await super().read(0)
            if not received:
                break
            self._protocol.receive_data(received)
            data = self._arrived()
            self._send_waiting()
            if data:
                return data
        self._ended = True
        if self._protocol.parser_exc is not None:
            raise ConnectionError(f"not a WebSocket any more: {self._protocol.parser_exc}")
        return b""

    def _arrived(self) -> bytes:
        """Return the payloads of the frames that are complete."""
        assert self._protocol is not None
        events = self._protocol.events_received()
        frames = [event.data for event in events if isinstance(event, Frame) and event.opcode in _DATA]
        return bytes(frames[0]) if len(frames) == 1 else b"".join(frames)

    def _send_waiting(self) -> None:
        """Hand what the protocol has to say to the stream."""
        assert self._protocol is not None
        transport = self._open().transport
        assert transport is not None
        for data in self._protocol.data_to_send():
            if data:
                transport.write(data)

    async def _line(self) -> bytes:
        line, self._unread = self._unread, b""
        while b"\n" not in line and len(line) < LONGEST_LINE:
            data = await self._payload()
            if not data:
                break
            line += data
        line, newline, self._unread = line.partition(b"\n")
        return line + newline

    def _put_back(self, data: bytes) -> None:
        self._unread = data + self._unread

    def at_eof(self) -> bool:
        return self._ended and not self._unread

    def close(self) -> None:
        if self._protocol is not None and self._protocol.state is State.OPEN and not super().at_eof():
            self._protocol.send_close(1000)
            self._send_waiting()
        super().close()

    def __bool__(self) -> bool:
        return self._protocol is not None


def _declined(status: int) -> HandshakeError:
    """Return what an answer other than a WebSocket comes to."""
    if status in _UNAUTHORISED:  # a gateway's word: nats-server takes every handshake
        words = f"refused: the WebSocket handshake is answered with HTTP status {status}"
        return HandshakeError(words, ExitCode.REFUSED, "--ws-header sends what a gateway may want to see")
    return HandshakeError(f"{_STRANGER}: HTTP status {status}")
