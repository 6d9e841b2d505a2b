"""Reading a stream: runs passed on until there is a reason to stop, and no more asked for than can be passed on.

``Reading`` hands them to an output, as many as a person wants; ``runs`` gives them to whoever makes something of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from natscli.connection.client import Connection
from natscli.connection.dispatch import Sink
from natscli.errors import ConnectionLostError, DeadlineError
from natscli.jetstream.acks import delivery_of
from natscli.jetstream.api import Api
from natscli.jetstream.ordered import Ordered, Selection
from natscli.jetstream.settling import Settling
from natscli.messaging.pacing import Pace
from natscli.messaging.subscribe import Deliver, Progress, Received, Subscriptions, unlike
from natscli.text.durations import format_duration
from natscli.wire.message import Message, Run

_TICK_S = 0.05
_MOST = 2_000  # on their way to an output
_SHELVED, _SHELVED_BYTES = 500, 8 * 1024 * 1024  # and to whoever makes something of them


class Source(Protocol):
    """Where runs come from: a consumer (``feeding.Existing``, ``ordered.Ordered``), or direct gets (``direct``)."""

    async def begin(self) -> None:
        """Begin; raises what keeps it from that."""

    async def look_after(self) -> None:
        """Do what is due; raises what cannot be mended."""

    def ask(self) -> None:
        """Ask for more where there is room."""

    def end(self) -> None:
        """Take no more."""

    @property
    def is_over(self) -> bool:
        """Whether all that there was has come, as far as the source knows; the last message tells, too."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a stream is read: whether to stop where it ends, who acknowledges, and whether the output keeps up."""

    at_end: bool
    settling: Settling | None
    keeps_up: Callable[[], bool]


class Reading:
    """One reading.  ``make`` makes the source from a sink and what says how many messages there is room for."""

    def __init__(self, connection: Connection, wanted: Subscriptions, manner: Manner, deliver: Deliver) -> None:
        self._connection = connection
        self._manner = manner
        self._wanted = self._judging(wanted)
        self._deliver = deliver
        self._progress = Progress(wanted.count)
        work = self._wanted.work()
        self._pace = None if work is None else Pace(connection, work, selects=wanted.convert is None)
        self._paced: Sink | None = None if self._pace is None else self._pace.sink(self._take)
        self._source: Source | None = None
        self._has_ended = False
        self._asked_for = 0

    def room(self) -> int:
        """Return how many messages may be on their way."""
        if not self._manner.keeps_up() or (self._pace is not None and self._pace.busy) or self._has_ended:
            return 0
        count = self._wanted.count
        if not count or self._wanted.keep is not None:
            return _MOST
        return max(min(count - self._progress.messages, _MOST), 0)

    def sink(self, run: Run) -> None:
        """Take a run from the source."""
        if self._progress.complete.done() or self._has_ended:
            return
        if self._manner.at_end and run.replies:
            last = delivery_of(run.replies[-1])
            self._has_ended = last is not None and last.pending == 0
        if self._manner.settling is not None:
            run = self._manner.settling.only_new(run)
        if self._paced is None:
            self._take(run, time.time_ns())
        elif len(run):
            self._paced(run)
        self._finish_at_end()

    async def run(self, source: Source, stop: asyncio.Future[int], announce: Callable[[], None]) -> Received:
        """Read until the end; raises what ended the connection, or the source."""
        self._source = source
        await source.begin()
        announce()
        self._has_ended = self._has_ended or (self._manner.at_end and source.is_over)
        self._finish_at_end()
        pace, progress = self._pace, self._progress
        async with self._looked_after(source):
            try:
                end = await progress.until_the_end(
                    self._connection, self._wanted.idle_s, stop, lambda: pace is not None and pace.busy
                )
            finally:
                if self._connection.is_connected:
                    source.end()
                if pace is not None:
                    await pace.finish(stop, progress.complete)
        return progress.received(end)

    def _judging(self, wanted: Subscriptions) -> Subscriptions:
        """Return what is wanted with all conditions in one; what is left out is acknowledged."""
        settling, keep = self._manner.settling, wanted.keep
        named = unlike(wanted.ignored) if wanted.ignored else None
        if keep is None and named is None:
            return wanted

        def judge(message: Message) -> bool:
            if (named is None or named(message.subject)) and (keep is None or keep(message)):
                return True
            if settling is not None:
                settling.leave_out(message.reply)
            return False

        return replace(wanted, keep=judge, ignored=())

    def _take(self, run: Run, read_ns: int) -> None:
        progress = self._progress
        run = progress.cut(run)
        if len(run):
            self._deliver(run, progress.messages + 1, read_ns)
            progress.advance(len(run), run.payload_bytes)
        self._finish_at_end()
        if self._source is not None:
            self._source.ask()

    def _finish_at_end(self) -> None:
        if self._has_ended and (self._pace is None or not self._pace.busy):
            self._progress.finish()

    @asynccontextmanager
    async def _looked_after(self, source: Source) -> AsyncIterator[None]:
        """See to the source meanwhile; its failure ends the connection, and so is raised to whoever reads."""

        async def look() -> None:
            while True:
                await asyncio.sleep(_TICK_S)
                try:
                    await source.look_after()
                    if self._manner.settling is not None:
                        self._manner.settling.look_after()
                except ConnectionLostError:  # it comes back, or its end is told by itself
                    continue
                except Exception as error:  # noqa: BLE001 - also a fault of ours must end the command, not this task alone
                    self._connection.fail(error)
                    return
                self._has_ended = self._has_ended or (self._manner.at_end and source.is_over)
                self._finish_at_end()

        looking = asyncio.ensure_future(look())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.wait({looking})


@dataclass(frozen=True, slots=True)
class Watching:
    """Somebody who wants what is still to come.

    ``begun`` is called once nothing can be missed, ``tell`` with a line about an outage.
    """

    begun: Callable[[], None] = lambda: None
    tell: Callable[[str], None] = lambda _line: None


async def runs(
    api: Api, stream: str, wanted: Selection, watching: Watching | None = None, *, idle_s: float = 0.0
) -> AsyncGenerator[Run, None]:
    """Yield a selection's runs to the end as it was in the beginning, or for whoever is watching on and on.

    Each message has its place in its reply subject.  ``idle_s`` (the time-out if 0) bounds each wait for the next
    message of those that are there.
    Raises DeadlineError where the stream falls silent, ApiError where it is not there, what ended the connection.
    """
    connection = api.connection
    idle_s = idle_s or connection.target.timeout_s
    shelf = _Shelf()
    told = watching or Watching()
    source = Ordered(Api(connection), stream, wanted, shelf.take, shelf.room, told.tell)
    connection.ended.add_done_callback(shelf.wake)
    try:
        await source.begin()
        told.begun()
        heard = time.monotonic()
        while shelf.waiting or watching is not None or not source.is_over:
            for run in shelf.clear():
                yield run
                heard = time.monotonic()
            source.ask()
            if await shelf.wait():
                continue
            if connection.ended.done():
                raise connection.ended.result() or ConnectionLostError("the connection was closed while it was read")
            with suppress(ConnectionLostError):  # it comes back, or its end is told by itself
                await source.look_after()
            if not source.is_over and not shelf.waiting and time.monotonic() - heard >= idle_s:
                silence = f"stream '{stream}': no further message within {format_duration(idle_s)}"
                raise source.trouble or DeadlineError(silence)
    finally:
        connection.ended.remove_done_callback(shelf.wake)
        shelf.end()
        source.end()


class _Shelf:
    """Runs that have come and were not taken yet.  Its clock ticks until ``end``."""

    def __init__(self) -> None:
        self.waiting: list[Run] = []
        self._bytes = 0
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_later(_TICK_S, self._tick)

    def take(self, run: Run) -> None:
        """Keep a run."""
        self.waiting.append(run)
        self._bytes += run.payload_bytes
        self._news.set()

    def clear(self) -> list[Run]:
        """Return what has come."""
        came, self.waiting, self._bytes = self.waiting, [], 0
        self._news.clear()
        return came

    def room(self) -> int:
        """Return how many messages more may be on their way."""
        if self._bytes >= _SHELVED_BYTES:
            return 0
        return max(_SHELVED - sum(map(len, self.waiting)), 0)

    async def wait(self) -> bool:
        """Wait for what comes next, for a tick at most; whether something has."""
        if not self.waiting:
            await self._news.wait()
        return bool(self.waiting)

    def end(self) -> None:
        """Stop the clock: one for all waits, as a timer for each would cost more than a large message."""
        self._next.cancel()

    def _tick(self) -> None:
        self._next = self._loop.call_later(_TICK_S, self._tick)
        self._news.set()

    def wake(self, _ended: asyncio.Future[Exception | None]) -> None:
        """Have whoever waits look at the connection."""
        self._news.set()
