"""What commands hold: a connection that is sent frames, gives out runs, and knows when it is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from natscli.connection.causes import cause_of
from natscli.connection.dispatch import Sink
from natscli.connection.hardened import HardenedClient
from natscli.connection.pool import ReconnectPlan
from natscli.connection.transport import Trace
from natscli.connection.upstream import Client, Srv, Subscription
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.errors import ConnectionLostError, DeadlineError, PermissionDeniedError
from natscli.text.durations import format_duration
from natscli.wire import encode

_T = TypeVar("_T")
_CLOSE_S = 1.0
_DENIED_KEPT = 100  # a server may refuse every message of millions


class Watcher(Protocol):
    """Is told what happens to a connection while it is in use."""

    def lost(self, url: str, reason: str) -> None:
        """The connection to ``url`` broke; reconnecting begins."""

    def retrying(self, reason: str) -> None:
        """An attempt to reconnect failed."""

    def regained(self, url: str, seconds: float) -> None:
        """Connected again, ``seconds`` after the loss; subscriptions are in place."""

    def refused(self, error: PermissionDeniedError) -> None:
        """The server refused a subject; the connection stays."""


class Connection(HardenedClient):
    """A connection to a target.  ``natscli.connection.open`` makes them."""

    def __init__(self, target: Target, url: ServerUrl, trace: Trace | None = None) -> None:
        super().__init__(target, url, trace)
        self.watcher: Watcher | None = None
        self.denied: list[PermissionDeniedError] = []
        # Done when the connection is over: with the reason, or None when it was closed by its owner.
        self.ended: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._established = False
        self._closing = False
        self._lost_at = 0.0
        self._confirming = 0  # calls of ``round_trip`` under way
        self._plan = ReconnectPlan()
        self._tasks: set[asyncio.Task[None]] = set()

    async def dial(self, seconds: float, *, reconnect: bool, ping_interval_s: float) -> None:
        """Connect to the first URL within ``seconds``, or raise what happened, whatever its type."""
        try:
            async with asyncio.timeout(seconds):
                await self.connect(
                    self.first_url.display,
                    error_cb=self._on_error,
                    disconnected_cb=self._on_disconnected,
                    reconnected_cb=self._on_reconnected,
                    closed_cb=self._on_closed,
                    reconnect_to_server_handler=self._plan,
                    name=self.target.name,
                    allow_reconnect=False,
                    connect_timeout=seconds,  # type: ignore[arg-type]  # nats-py says int and takes a float
                    reconnect_time_wait=1,
                    max_reconnect_attempts=-1,
                    ping_interval=ping_interval_s,  # type: ignore[arg-type]  # likewise
                    inbox_prefix=self.target.inbox_prefix,
                    tls_handshake_first=self.target.tls.first,
                    tls_hostname=self.first_url.tls_name,
                    flush_timeout=seconds,
                    skip_subject_validation=True,
                )
        except BaseException:
            self.let_go()
            await self._settle()
            raise
        self._established = True
        self.options["allow_reconnect"] = reconnect
        self.options["connect_timeout"] = min(seconds, 2.0)
        known = {server.uri.netloc for server in self._server_pool}
        others = (self._parse_server_uri(url.display) for url in self.target.urls)
        self._server_pool += [Srv(uri) for uri in others if uri.netloc not in known]

    # -- what it is connected to -----------------------------------------------------------------

    @property
    def info(self) -> dict[str, Any]:
        """The server's latest INFO, as sent."""
        return self._server_info

    # -- sending ---------------------------------------------------------------------------------

    def check_usable(self) -> None:
        """Raise unless bytes written now would leave.  (nats-py buffers or drops them in silence.)"""
        if self.failure is not None or not self.is_connected:
            raise self._over()

    def send(self, frames: bytes) -> None:
        """Send whole frames, behind what nats-py has queued.  After many, ``drain_writes``."""
        self.check_usable()
        self._write_pending()
        assert self._transport is not None
        self._transport.write(frames)

    async def drain_writes(self, timeout_s: float) -> None:
        """Wait until most of what was sent has left; DeadlineError when the server takes no bytes."""
        self.check_usable()
        assert self._transport is not None
        try:
            async with asyncio.timeout(timeout_s):
                await self._transport.drain()
        except TimeoutError:
            raise DeadlineError(f"{self.url} took no bytes for {format_duration(timeout_s)}") from None
        except OSError as error:
            await self._process_op_err(error)
        self.check_usable()

    async def confirm(self, timeout_s: float) -> float:
        """Do as ``round_trip`` does, and raise a permission refused meanwhile."""
        elapsed = await self.round_trip(timeout_s)
        if self.denied:
            first = self.denied[0]
            self.denied.clear()
            raise first
        return elapsed

    async def round_trip(self, timeout_s: float) -> float:
        """Return the seconds from PING to PONG: the server has then read all that was sent before.

        What it refused of that is in ``denied``.  nats-py's ``flush`` sends its PING ahead of what is queued,
        and reports success while disconnected.
        """
        self.check_usable()
        pong: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        started = time.perf_counter()
        await self._send_ping(pong)
        self._confirming += 1
        try:
            await self.until(pong, timeout_s, f"{self.url} did not answer a PING")
        finally:
            self._confirming -= 1
        return time.perf_counter() - started

    async def until(self, future: asyncio.Future[_T], timeout_s: float, missed: str) -> _T:
        """Return the future's result, or raise why the connection ended, or DeadlineError(``missed``)."""
        waiting: set[asyncio.Future[Any]] = {future, self.ended}
        try:
            await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if future.done():
                return future.result()
        finally:
            future.cancel()
        if self.ended.done():
            raise self.ended.result() or self._over()
        raise DeadlineError(f"{missed} within {format_duration(timeout_s)}")

    # -- receiving -------------------------------------------------------------------------------

    async def subscribe_bulk(self, subject: str, sink: Sink, *, queue: str = "", limit: int = 0) -> Subscription:
        """Subscribe; ``sink`` gets every run.  After ``limit`` messages (0 = none) interest ends by itself.

        The server is told the limit at once, so that other members of a queue group get the rest.
        nats-py holds a placeholder, by which it subscribes again after a reconnect.
        """
        self.check_usable()
        sid = self._sid + 1
        self.sinks[sid] = sink
        nobody: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            placeholder = await self.subscribe(subject, queue, future=nobody, max_msgs=limit)
        except BaseException:
            self.sinks.pop(sid, None)
            raise
        if limit:
            self.send(encode.unsub(placeholder._id, limit))
        return placeholder

    def subscribed_subject(self, sid: int) -> str:
        """Return the subject of a subscription; empty once it has ended."""
        subscription = self._subs.get(sid)
        return subscription.subject if subscription is not None else ""

    def refuse(self, error: PermissionDeniedError) -> None:
        """Keep a refusal for whoever waits in ``round_trip``, or tell the watcher."""
        if len(self.denied) < _DENIED_KEPT:
            self.denied.append(error)
        if not self._confirming:
            self._tell(lambda watcher: watcher.refused(error))

    def fail(self, error: Exception) -> None:
        """Give the connection up because of ``error``, which whoever waits on it gets."""
        if self.failure is None:
            self.failure = error
            self._spawn(self._close(Client.CLOSED, True))

    async def close(self, deadline_s: float = _CLOSE_S) -> None:
        """Close within ``deadline_s`` whatever the peer does.  (nats-py waits for ever for a frozen one.)"""
        self._closing = True
        self._loss_reason = "it was closed here"
        closing = asyncio.ensure_future(super().close())
        done, _ = await asyncio.wait([closing], timeout=deadline_s)
        if not done:
            self.let_go()
            closing.cancel()
        elif not closing.cancelled():
            closing.exception()  # taken, so that asyncio does not report it
        if not self.ended.done():
            self.ended.set_result(None)

    # -- inner workings --------------------------------------------------------------------------

    def _over(self) -> Exception:
        """Return why the connection cannot be used."""
        return self.failure or ConnectionLostError(f"the connection to {self.url} was lost: {self._loss_reason}")

    def _tell(self, news: Callable[[Watcher], None]) -> None:
        """Tell the watcher; its failure ends the connection, and would end the reconnecting in silence."""
        if self.watcher is None:
            return
        try:
            news(self.watcher)
        except Exception as error:  # noqa: BLE001 - raised to the owner of the connection
            self.fail(error)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self) -> None:
        """Wait a moment for what was broken off to be gone."""
        if self.stream is not None:
            await self.stream.wait_closed()  # type: ignore[no-untyped-call]

    async def _on_error(self, error: Exception) -> None:
        """First connect: raise, which makes nats-py stop at once with the true cause.  Later: tell."""
        if not self._established:
            raise error
        if not self._closing and not self.is_connected and not self.is_closed:
            words = cause_of(error, self.target_url(), self.stream).words
            self._tell(lambda watcher: watcher.retrying(words))

    async def _on_disconnected(self) -> None:
        for waiter in self._pongs:
            if not waiter.done():
                waiter.set_exception(self._over())
                waiter.exception()  # taken: nobody may be waiting
        self._pongs = []
        self._lost_at = time.monotonic()
        if self.is_reconnecting:
            self._tell(lambda watcher: watcher.lost(self.url, self._loss_reason))

    async def _on_reconnected(self) -> None:
        self._plan.succeeded()
        self._tell(lambda watcher: watcher.regained(self.url, time.monotonic() - self._lost_at))

    async def _on_closed(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None if self._closing else self._over())
