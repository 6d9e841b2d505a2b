"""What commands hold: a connection that is sent frames, gives out runs, and knows when it is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from typing import Any, Protocol, TypeVar

from natscli.connection.dispatch import Sink
from natscli.connection.renewal import RenewingClient
from natscli.connection.transport import Trace
from natscli.connection.upstream import Client, Srv, Subscription
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.errors import ConnectionLostError, DeadlineError, PermissionDeniedError, RefusedError
from natscli.text.durations import format_duration
from natscli.wire import encode

_T = TypeVar("_T")
_CLOSE_S = 1.0
_REFUSED_S = 2.0  # how long a server may refuse who we are before we believe it
_DENIED_KEPT = 100  # a server may refuse every message of millions


class Watcher(Protocol):
    """Is told what happens to a connection while it is in use."""

    def lost(self, url: str, reason: str) -> None:
        """The connection to ``url`` broke; reconnecting begins."""

    def retrying(self, reason: str) -> None:
        """An attempt to reconnect failed."""

    def regained(self, url: str, seconds: float) -> None:
        """Connected again, ``seconds`` after the loss; subscriptions are in place."""

    def renewed(self, url: str, seconds: float, source: str) -> None:
        """Connected again as ``regained`` says, with newer credentials; ``source`` says where from."""

    def refused(self, error: PermissionDeniedError) -> None:
        """The server refused a subject; the connection stays."""


class Connection(RenewingClient):
    """A connection to a target.  ``natscli.connection.open`` makes them."""

    def __init__(self, target: Target, url: ServerUrl, trace: Trace | None = None) -> None:
        super().__init__(target, url, trace)
        self.watcher: Watcher | None = None
        self.denied: list[PermissionDeniedError] = []
        # Adds to a refusal, before the watcher is told of it, what can be found out.
        self.explain: Callable[[PermissionDeniedError], Awaitable[PermissionDeniedError]] | None = None
        # Told of each refusal as it comes; whether that is all that is to be said of it.
        self.on_refusal: Callable[[PermissionDeniedError], bool] | None = None
        # Done when the connection is over: with the reason, or None when it was closed by its owner.
        self.ended: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self.returns = 0  # how often it was lost and made again
        self._closing = False
        self._lost_at = 0.0
        self._confirming = 0  # calls of ``round_trip`` under way
        self._back: asyncio.Future[tuple[str, float]] | None = None  # done with each return
        self._refused_since: dict[str, float] = {}  # servers that refuse who we are, and since when
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
                    tls_hostname=self.target.tls.name or self.first_url.tls_name,
                    flush_timeout=seconds,
                    skip_subject_validation=True,
                )
        except BaseException:
            self.let_go()
            await self._settle()
            raise
        self._established = True
        self._reconnects = self.options["allow_reconnect"] = reconnect
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
        transport = self.stream
        assert transport is not None
        try:
            async with asyncio.timeout(timeout_s) if transport.is_congested else nullcontext():  # 8 µs
                await transport.drain()  # type: ignore[no-untyped-call]
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

    def ping(self) -> asyncio.Future[bool]:
        """Send a PING behind what was sent, and return what its PONG completes; a loss of the connection fails it.

        Many may be under way at once, which ``round_trip`` is too slow for.
        """
        self.check_usable()
        pong: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        self.send(encode.PING)
        return pong

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

    async def renew(self, margin_s: float, timeout_s: float) -> tuple[str, float]:
        """Come back with newer credentials: at once where there are some, else when those in use expire.

        ``margin_s`` is the longest that may take.  Returns where they are from, and for how many seconds there was
        no connection.  Raises what ended it where there are none.
        """
        self._renewable = True
        self._back = asyncio.get_running_loop().create_future()
        try:
            await self.leave_for_newer_credentials()
            return await self.until(self._back, margin_s + timeout_s, "the credentials were not renewed")
        finally:
            self._renewable, self._back = False, None

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

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription; what is still on its way to it is passed over."""
        if subscription._id in self._subs:
            self._remove_sub(subscription._id)
            if self.is_connected:
                self.send(encode.unsub(subscription._id))

    def subscribed_subject(self, sid: int) -> str:
        """Return the subject of a subscription; empty once it has ended."""
        subscription = self._subs.get(sid)
        return subscription.subject if subscription is not None else ""

    def refuse(self, error: PermissionDeniedError) -> None:
        """Keep a refusal for whoever waits in ``round_trip``, or tell the watcher."""
        if len(self.denied) < _DENIED_KEPT:
            self.denied.append(error)
        if self.on_refusal is not None and self.on_refusal(error):
            return
        if not self._confirming and self.watcher is not None:
            self._spawn(self._tell_refused(error))

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

    async def _tell_refused(self, error: PermissionDeniedError) -> None:
        explained = await self.explain(error) if self.explain is not None else error
        self._tell(lambda watcher: watcher.refused(explained))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self) -> None:
        """Wait a moment for what was broken off to be gone."""
        if self.stream is not None:
            await self.stream.wait_closed()  # type: ignore[no-untyped-call]

    async def _on_error(self, error: Exception) -> None:
        """First connect: raise, which makes nats-py stop at once with the true cause.  Later: tell, or give up.

        A server just started may not know all accounts yet; one that goes on refusing who we are means it.
        """
        if not self._established:
            raise error
        if self._closing or self.is_connected or self.is_closed:
            return
        cause = self.cause(error, self.target_url())
        now = time.monotonic()
        if cause.of_identity and now - self._refused_since.setdefault(self.url, now) > _REFUSED_S:
            self.fail(RefusedError(f"{self.url} {cause.words}", cause.hint))
        elif not self._reconnects and not cause.of_identity:
            self.fail(ConnectionLostError(f"cannot return to {self.url}: {cause.words}", cause.hint))
        else:
            self._tell(lambda watcher: watcher.retrying(cause.words))

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
        self._refused_since.clear()
        self.returns += 1
        seconds = time.monotonic() - self._lost_at
        source = self._returned()
        if self._back is not None and not self._back.done():
            self._back.set_result((source, seconds))
        if source:
            self._tell(lambda watcher: watcher.renewed(self.url, seconds, source))
        else:
            self._tell(lambda watcher: watcher.regained(self.url, seconds))

    async def _on_closed(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None if self._closing else self._over())
