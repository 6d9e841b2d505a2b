"""nats-py with its faults put right; each override says which fault of nats-py 2.16 it closes.

nats-py is never used bare.  ``natscli.connection.client`` builds on this what commands use.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from natscli import __version__
from natscli.connection import auth, tls
from natscli.connection.causes import reason_of
from natscli.connection.dispatch import Dispatcher, Sink
from natscli.connection.handshake import HandshakeError, Stage
from natscli.connection.pool import discovered
from natscli.connection.presented import Presented, presented
from natscli.connection.server_errors import left_open
from natscli.connection.transport import ServerTransport, StreamTransport, Trace
from natscli.connection.upstream import Client, Srv, errors
from natscli.context.proxy import Proxy
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.errors import PermissionDeniedError
from natscli.wire import encode
from natscli.wire.headers import parse_headers
from natscli.wire.message import Run

CONFIRM_S = 10.0  # the answer after a reconnect comes behind all messages that come meanwhile
_STALE = "stale connection"
_NO_TLS = "TLS was asked for and the server does not offer it; no credentials were sent"


class HardenedClient(Client):
    """A nats-py client that fails when it has failed, and says why.

    Subclasses say what to do with a refused subject, a failure and an error of the moment.
    """

    def __init__(self, target: Target, url: ServerUrl, trace: Trace | None) -> None:
        super().__init__()
        self.target = target
        self.first_url = url
        self.remote_account: str | None = None
        self.failure: Exception | None = None  # why the connection has been given up
        self.presented = Presented()
        self.sinks: dict[int, Sink] = {}
        self._trace = trace
        self._context: ssl.SSLContext | None = None
        self._loss_reason = "the server closed the connection"
        self._ps: Any = Dispatcher(self, trace)

    def refuse(self, error: PermissionDeniedError) -> None:
        """The server refused a subject and left the connection open."""
        raise NotImplementedError

    def fail(self, error: Exception) -> None:
        """The connection is to be given up because of ``error``."""
        raise NotImplementedError

    async def _ended_by_server(self, words: str) -> None:
        """The server said why it ends the connection."""
        raise NotImplementedError

    async def _on_error(self, error: Exception) -> None:
        raise NotImplementedError

    @property
    def url(self) -> str:
        """The URL of the server in use, without user information."""
        if self._current_server is None:
            return self.first_url.display
        return f"{self._current_server.uri.scheme}://{self._current_server.uri.netloc}"

    @property
    def stream(self) -> ServerTransport | None:
        """The transport in use, or being tried; None before there is one."""
        return self._transport if isinstance(self._transport, ServerTransport) else None

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that the server in use is reached through, if any."""
        return self.stream.proxy if self.stream is not None else None

    @property
    def remote_address(self) -> str:
        """``host:port`` of the server, as the socket knows it; nothing where the socket ends at a proxy."""
        address = self.stream.remote_address if self.stream is not None else None
        if address is None or self.proxy is not None:
            return ""
        host, port = address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """The TLS context, built when first needed: loading the system's CAs takes 20 ms."""
        if self._context is None:
            self._context = tls.build_context(self.target.tls)
        return self._context

    def count_in(self, run: Run) -> Run:
        """Account for a run, and cut it where its subscription's limit ends it."""
        subscription = self._subs.get(run.sid)
        if subscription is not None and subscription._max_msgs:
            run = run.head(subscription._max_msgs - subscription._received)
            subscription._received += len(run)
            if subscription._received >= subscription._max_msgs:
                self._remove_sub(run.sid)
        self.stats["in_msgs"] += len(run)
        return run

    def _connect_command(self) -> bytes:
        """Never sends credentials in clear when TLS was asked for; reads key files anew each time."""
        stream = self.stream
        if self.target.wants_tls and (stream is None or stream.tls is None):
            raise HandshakeError(_NO_TLS)
        info = self._server_info
        url = self.target_url()
        options = {
            "verbose": False,
            "pedantic": False,
            "lang": "python",
            "version": __version__,
            "protocol": 1,
            "name": self.target.name,
            "echo": True,
            "headers": bool(info.get("headers")),
            "no_responders": bool(info.get("headers")),
            "tls_required": self.target.wants_tls,
        }
        fields = auth.connect_fields(self.target.credentials, self.target.token, url, info.get("nonce"))
        self.presented = presented(self.target.credentials, fields, info.get("nonce"))
        options |= fields
        if stream is not None:
            stream.stage, stream.last_line = Stage.CONNECTING, b""
        return encode.connect(options)

    async def _connect_to_server(self, s: Srv) -> None:
        """Uses our transports, a new one each time; nats-py's leaves its reader with a 64 KiB line limit."""
        self.let_go()
        self._current_server = s
        s.last_attempt = time.monotonic()
        with _survivable():
            self._transport = self._new_transport(s)
            await self._transport.connect(s.uri, 0, self.options["connect_timeout"])

    def _new_transport(self, s: Srv) -> ServerTransport:
        proxy = self.target.proxy_for(s.uri.hostname or "")
        if s.uri.scheme not in ("ws", "wss"):
            return StreamTransport(self._trace, proxy)
        if s.uri.scheme == "ws" and self.target.wants_tls:  # its HTTP headers may be secret already
            raise HandshakeError(_NO_TLS, hint="wss:// is a WebSocket under TLS")
        from natscli.connection.websocket import WebSocketTransport  # 15 ms

        context = self.ssl_context if s.uri.scheme == "wss" else None
        tls_name = self.options.get("tls_hostname") or s.tls_name
        return WebSocketTransport(self._trace, proxy, context, tls_name, self.target.ws_headers)

    def let_go(self) -> None:
        """Break off what an attempt began; nats-py leaves its socket open and its tasks running."""
        for task in (self._reading_task, self._ping_interval_task, self._flusher_task):
            if task is not None:
                task.cancel()
        if self.stream is not None:
            self.stream.abort()

    async def _process_connect_init(self) -> None:
        """Any failure becomes one that nats-py's reconnect loop survives."""
        with _survivable():
            await super()._process_connect_init()
        if not self.is_connected:
            raise errors.Error("the server did not confirm the connection")
        if self.stream is not None:
            self.stream.stage = Stage.OPEN

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        """Upgrades where TLS is only offered, keeps later INFO (nats-py drops it), learns the account.

        Takes the addresses of other servers that can be read; nats-py dies of the first that cannot, and
        has a WebSocket client go on over TCP.
        """
        if initial_connection and self.target.wants_tls and info.get("tls_available"):
            info["tls_required"] = True
        max_payload = info.get("max_payload", self._max_payload)
        if isinstance(max_payload, int):
            self._max_payload = max_payload
        elif initial_connection:
            raise errors.ProtocolError("INFO has a max_payload that is no number")
        if not initial_connection:
            self._server_info.update(info)
        account = info.get("remote_account")
        self.remote_account = account if isinstance(account, str) else self.remote_account
        if self._current_server is not None:
            self._server_pool += discovered(info.get("connect_urls"), self._current_server, self._server_pool)

    async def _process_err(self, err_msg: str) -> None:
        """Keeps the server's words and reports what ends the connection; nats-py just goes silent."""
        passing = left_open(err_msg)
        if passing is not None:
            self.refuse(passing)
        elif _STALE in err_msg.lower():
            await self._process_op_err(errors.Error("the server had no answer to its pings"))
        else:
            await self._ended_by_server(err_msg)

    async def _process_pong(self) -> None:
        """Survives a PONG whose waiter has given up; nats-py's read loop dies of it."""
        self._pings_outstanding = 0
        if self._pongs:
            waiter = self._pongs.pop(0)
            if not waiter.done():
                waiter.set_result(True)

    def _remove_sub(self, sid: int, max_msgs: int = 0) -> None:
        """Forgets the sink with its subscription; what still comes for them is passed over."""
        self.sinks.pop(sid, None)
        super()._remove_sub(sid, max_msgs)

    async def _close(self, status: int, do_cbs: bool = True) -> None:
        """Writes what is queued and does not wait for it to leave: nats-py would, for ever."""
        if self.is_connected:
            self._write_pending()
        self._pending = []
        self._pending_data_size = 0
        await super()._close(status, do_cbs)

    async def flush(self, timeout: float = CONFIRM_S) -> None:
        """Confirms the subscriptions after a reconnect; without an answer the new connection is lost, and it is said.

        nats-py tries on in silence: messages come and go unannounced, the next connection begins with half a
        message of this one, and its PONG is taken for this one's.
        """
        try:
            await super().flush(timeout)  # type: ignore[arg-type]  # nats-py says int and takes a float
        except errors.FlushTimeoutError:
            await self._process_op_err(errors.Error("the server did not confirm the subscriptions"))
            await asyncio.sleep(0)  # the task that reconnects has been replaced, and is cancelled here
            raise

    async def _process_op_err(self, e: Exception) -> None:
        """Keeps the first reason of a loss; what follows from it tells less."""
        if not self.is_closed and not self.is_reconnecting:
            self._loss_reason = reason_of(e)
        await super()._process_op_err(e)

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        """Messages of nats-py's own subscriptions: an error in one does not end the read loop."""
        try:
            await super()._process_msg(sid, subject, reply, data, headers)
        except Exception as error:  # noqa: BLE001 - whatever a hostile message provokes in nats-py
            await self._on_error(error)

    async def _process_headers(self, headers: bytes) -> dict[str, str] | None:
        """Reads any block; nats-py raises on a short or foreign one."""
        return dict(parse_headers(headers).shown()) or None

    def _build_message(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: Any) -> Any:
        """Takes subjects that are not UTF-8."""
        return self.msg_class(
            subject=subject.decode("utf-8", "surrogateescape"),
            reply=reply.decode("utf-8", "surrogateescape"),
            data=data,
            headers=headers,
            _client=self,
            _sid=sid,
        )

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        """Sends the PING behind what is queued, not ahead of it."""
        self._write_pending()
        if self._transport is None:
            raise ConnectionResetError("not connected")
        self._pongs.append(future or asyncio.get_running_loop().create_future())
        self._transport.write(encode.PING)

    def _write_pending(self) -> None:
        if self._pending and self._transport is not None:
            self._transport.writelines(self._pending)
            self._pending = []
            self._pending_data_size = 0

    def target_url(self) -> ServerUrl:
        """Return the URL, with its user information, that the current server was given by."""
        current = self._current_server.uri.netloc if self._current_server else ""
        return next((url for url in self.target.urls if url.address == current), self.first_url)


@contextmanager
def _survivable() -> Iterator[None]:
    """Turn errors that would end nats-py's reconnecting without a word into one that it survives."""
    try:
        yield
    except (OSError, errors.Error):
        raise
    except Exception as error:
        raise errors.Error(str(error) or type(error).__name__) from error
