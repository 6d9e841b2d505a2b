"""``top`` without the app: figures at the end, or every so often."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import nullcontext
from typing import Any

from natscli.cli.options import SharedOptions
from natscli.commands.session import connected, ended_by_signal
from natscli.commands.watching import WatchOptions
from natscli.commands.writing import printing
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import DroppedError, NatsCliError
from natscli.messaging.writing import Writer
from natscli.render.colour import is_terminal
from natscli.render.figures import Figures, alert_words, figures
from natscli.render.notices import Notices
from natscli.render.output import print_bytes
from natscli.render.traffic import Screen, live_screen
from natscli.system.permissions import subscribe_rules
from natscli.tap.live import TICK_S, Tap
from natscli.tap.plan import Plan
from natscli.text.sizes import plural
from natscli.traffic.alerts import Alarm, Alert
from natscli.traffic.look import Look
from natscli.traffic.registry import Registry
from natscli.traffic.values import View

_AT_MOST = 5  # the figures take no more than one part in so many of the time


class Headless:
    """One ``top`` without the app: from the options to the verdict."""

    def __init__(self, shared: SharedOptions, options: WatchOptions, plan: Plan, target: Target) -> None:
        self._shared = shared
        self._options = options
        self._plan = plan
        self._target = target
        self._notices = Notices(quiet=shared.quiet)
        self._seconds = plan.interval_s if options.once else options.for_
        # At the end alone, unless it never ends, or an interval says otherwise.
        self._stream = self._seconds is None or (options.interval is not None and not options.once)
        self._live = self._stream and not options.json and not options.csv and is_terminal(sys.stdout)
        self._view = View(order=plan.order, internal=plan.internal)
        self._fired: dict[Alert, str] = {}
        self._firing: set[Alert] = set()
        self._skipped = 0

    async def run(self, stop: asyncio.Future[int]) -> None:
        """Watch and show until the end, then raise unless that is what was asked for."""
        deadline = Deadline(self._target.timeout_s)
        ping_s = self._options.ping_interval
        async with connected(
            self._shared, self._target, deadline, notices=self._notices, ping_interval_s=ping_s, stop=stop
        ) as connection:
            registry = Registry(time.monotonic(), inbox_prefix=self._target.inbox_prefix)
            registry.fold(on=self._plan.fold)
            tap = Tap(connection, self._plan, registry, self._notices, subscribe_rules)
            form = "json" if self._options.json else "csv" if self._options.csv else ""
            show = figures(form, streamed=self._stream)
            watching = _Watching(registry, tap, Look(registry), Alarm(self._plan.alerts, registry), show)
            await tap.open(self._notices.warn)
            self._notices.say(f"Watching {', '.join(self._plan.subjects)}")
            try:
                await self._watch(connection, watching, stop)
            finally:
                await tap.close()
            if connection.failure is not None:
                raise connection.failure
        self._judge(registry, stop)

    async def _watch(self, connection: Connection, watching: _Watching, stop: asyncio.Future[int]) -> None:
        """Watch to the end; print as often as is asked for, and what is left to print in the end."""
        if self._stream and not self._live:
            async with printing(connection, stop) as output:
                await self._until_the_end(connection, watching, stop, output)
            return
        with live_screen() if self._live else nullcontext(None) as screen:
            await self._until_the_end(connection, watching, stop, screen)
        print_bytes(self._print(watching))

    async def _until_the_end(
        self, connection: Connection, watching: _Watching, stop: asyncio.Future[int], to: Writer | Screen | None
    ) -> None:
        started = time.monotonic()
        ends = started + self._seconds if self._seconds is not None else float("inf")
        due = started + self._plan.interval_s
        reasons: set[asyncio.Future[Any]] = {stop, connection.ended}
        while not (stop.done() or connection.ended.done()):
            now = time.monotonic()
            if now >= ends:
                return
            await asyncio.wait(reasons, timeout=min(TICK_S, ends - now, due - now), return_when=asyncio.FIRST_COMPLETED)
            watching.tap.tick()
            self._heed(watching)
            if time.monotonic() >= due:
                begun = time.monotonic()
                self._show(watching, to)
                spent = time.monotonic() - begun
                due = max(due + self._plan.interval_s, begun + _AT_MOST * spent)

    def _show(self, watching: _Watching, to: Writer | Screen | None) -> None:
        if isinstance(to, Writer):
            if to.full:
                self._skipped += 1
            else:
                to.write(self._print(watching), 0)
        elif to is not None:
            to.show(self._print(watching).decode())

    def _print(self, watching: _Watching) -> bytes:
        snapshot = watching.look.snapshot(self._view, self._plan.top)
        return watching.figures.show(snapshot, watching.alarm.check(), watching.tap.missing, watching.tap.rtt_s)

    def _heed(self, watching: _Watching) -> None:
        """Say once what begins to fire."""
        firing = {found.alert: alert_words(found) for found in watching.alarm.check()} if self._plan.alerts else {}
        for alert, words in firing.items():
            if alert not in self._firing:
                self._notices.warn(words)
            self._fired.setdefault(alert, words)
        self._firing = set(firing)

    def _judge(self, registry: Registry, stop: asyncio.Future[int]) -> None:
        totals = registry.totals()
        if totals.cuts:
            raise cut_off(totals.cuts)
        if self._skipped:
            raise DroppedError(f"{plural(self._skipped, 'snapshot')} dropped: the output is read too slowly")
        if stop.done():
            ended_by_signal(stop.result(), unfinished=self._seconds is not None and not self._fired)
        if self._fired:
            raise NatsCliError("; ".join(self._fired.values()))


def cut_off(times: int) -> DroppedError:
    """Return the error for messages that the server could not hand us in time."""
    return DroppedError(
        f"the server cut the connection {plural(times, 'time')} because it was read too slowly: "
        "messages were lost and not counted"
    )


class _Watching:
    """What a watch consists of."""

    def __init__(self, registry: Registry, tap: Tap, look: Look, alarm: Alarm, figures: Figures) -> None:
        self.registry = registry
        self.tap = tap
        self.look = look
        self.alarm = alarm
        self.figures = figures
