"""Traffic of a server: one connection that is tapped, made again when it is lost, and used to publish."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from natscli.connection.client import Connection, Watcher
from natscli.errors import NatsCliError, PermissionDeniedError
from natscli.system.permissions import subscribe_rules
from natscli.tap.live import Tap
from natscli.tap.plan import Plan
from natscli.text.durations import format_duration
from natscli.traffic.registry import Registry
from natscli.tui.ring import Ring
from natscli.tui.source import Spread, Standing, State

Connect = Callable[[Watcher], AbstractAsyncContextManager[Connection]]


class LiveSource:
    """Watches a connection while it taps it; what there is to tell goes to ``news``."""

    def __init__(
        self, plan: Plan, connect: Connect, context: str, inbox_prefix: str, monitor_urls: Sequence[str] = ()
    ) -> None:
        self.ring = Ring()
        self.news: deque[str] = deque(maxlen=100)
        self.subjects = ", ".join(plan.subjects)
        self.context = context
        self.monitor_urls = monitor_urls  # of the servers' HTTP monitoring
        self.connection: Connection | None = None
        self._plan = plan
        self._connect = connect
        self.spread = Spread(time.monotonic(), self.ring, inbox_prefix=inbox_prefix)
        self.spread.fold(on=plan.fold)
        self.registry: Registry = self.spread
        self._offset_s = time.time() - time.monotonic()
        self._tap: Tap | None = None
        self._state = State.CONNECTING
        self._stack = AsyncExitStack()
        self.recorded: Callable[[], int | None] = lambda: None

    async def start(self) -> None:
        """Connect and subscribe; raises what makes that impossible."""
        self.connection = await self._stack.enter_async_context(self._connect(self))
        await self._open()

    async def stop(self) -> None:
        """Close the connection."""
        if self._tap is not None:
            await self._tap.close()
        await self._stack.aclose()

    @property
    def missing(self) -> list[str]:
        """What the figures lack, in words."""
        return self._tap.missing if self._tap is not None else []

    @property
    def failure(self) -> Exception | None:
        """What ended the connection for good."""
        return self.connection.failure if self.connection is not None else None

    def tick(self) -> None:
        """Bring the registry up to now, and notice the end of the connection."""
        if self._tap is not None:
            self._tap.tick()
        if self._state is not State.FAILED and self.connection is not None and self.connection.ended.done():
            self._state = State.FAILED
            reason = self.connection.ended.result()
            if reason is not None:
                self.tell(str(reason))

    def standing(self) -> Standing:
        """Say how it stands."""
        connection = self.connection
        return Standing(
            state=self._state,
            context=self.context,
            server=connection.url if connection is not None else "",
            version=str(connection.info.get("version", "")) if connection is not None else "",
            rtt_s=self._tap.rtt_s if self._tap is not None and self._state is State.LIVE else None,
            recorded=self.recorded(),
        )

    def wall_s(self, time_s: float) -> float:
        """Return seconds since the epoch for a time of the registry's clock."""
        return time_s + self._offset_s

    async def toggle(self) -> None:
        """Subscribe no more, so that the server sends nothing; or subscribe again."""
        if self._state is State.LIVE and self._tap is not None:
            await self._tap.unsubscribe()
            self._state = State.UNSUBSCRIBED
        elif self._state is State.UNSUBSCRIBED:
            await self._open()

    def tell(self, text: str) -> None:
        """Keep something to be told, with its time."""
        self.news.append(f"{time.strftime('%H:%M:%S')} {text}")

    # -- as the watcher of its connection --------------------------------------------------------

    def lost(self, url: str, reason: str) -> None:
        """Tell that there is a gap."""
        if self._state is State.LIVE:
            self._state = State.LOST
        self.tell(f"disconnected from {url}: {reason}; what is published meanwhile is not counted")

    def retrying(self, reason: str) -> None:
        """Tell why it goes on, once for each reason."""
        text = f"cannot reconnect yet: {reason}; trying on"
        if not (self.news and self.news[-1].endswith(text)):
            self.tell(text)

    def regained(self, url: str, seconds: float) -> None:
        """Tell how long the gap was."""
        if self._state is State.LOST:
            self._state = State.LIVE
        self.tell(f"reconnected to {url} after {format_duration(seconds)}")

    def renewed(self, url: str, seconds: float, source: str) -> None:
        """Tell that it was for newer credentials."""
        self.tell(f"the credentials were renewed from {source}")
        self.regained(url, seconds)

    def refused(self, error: PermissionDeniedError) -> None:
        """Tell what the server refused."""
        self.tell(str(error))

    async def _open(self) -> None:
        assert self.connection is not None
        if self._tap is not None:
            await self._tap.close()
        self._tap = Tap(self.connection, self._plan, self.registry, self, subscribe_rules)
        try:
            await self._tap.open(self.tell)
        except NatsCliError:
            if self._state is State.CONNECTING:
                raise
            self._state = State.FAILED
            raise
        self._state = State.LIVE
