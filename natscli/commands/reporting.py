"""``sub --report-subjects``: a table of what goes by, refreshed on a terminal, printed at the end elsewhere."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import asdict

from natscli.commands.receiving import ShowOptions
from natscli.connection.client import Connection
from natscli.messaging.subscribe import Received, Subscriptions, receive
from natscli.messaging.tally import Picture, Tally
from natscli.render.colour import is_terminal
from natscli.render.messages import Format
from natscli.render.output import print_bytes, print_text
from natscli.render.traffic import Screen, live_screen, traffic_table
from natscli.wire.message import Run

_REFRESH_S = 1.0


class Reporting:
    """Counts by subject or by subscription, and shows the busiest."""

    def __init__(
        self,
        connection: Connection,
        options: ShowOptions,
        format_: Format,
        receiver: Callable[..., Awaitable[Received]] = receive,
    ) -> None:
        self._receiver = receiver
        self._connection = connection
        self._options = options
        self._format = format_
        self._started = time.monotonic()
        self._tally = Tally(self._started)

    async def run(self, wished: Subscriptions, stop: asyncio.Future[int], announce: Callable[[], None]) -> Received:
        """Count until the end; on a terminal, show the table every second."""
        live = is_terminal(sys.stdout) and self._format is Format.HUMAN
        with live_screen() if live else nullcontext(None) as screen:
            by = self._options.report_subscriptions
            work = self._receiver(self._connection, wished, self._take, stop, announce, by_subscription=by)
            receiving = asyncio.ensure_future(work)
            while not receiving.done():
                await asyncio.wait({receiving}, timeout=_REFRESH_S)
                self._show(screen)
            return receiving.result()

    def print_last(self) -> None:
        """Print the table with the rates over the whole time."""
        picture = self._tally.overall(time.monotonic() - self._started)
        if self._format is Format.JSON:
            rows = picture.rows[: self._options.report_top]
            print_bytes(b"".join([json.dumps(asdict(row)).encode() + b"\n" for row in rows]))
        elif self._format is not Format.NONE:
            print_text(traffic_table(picture, self._options.report_top))

    def _take(self, run: Run, _number: int, _read_ns: int) -> None:
        self._tally.take(run)

    def _show(self, screen: Screen | None) -> None:
        if screen is not None:
            picture: Picture = self._tally.look(time.monotonic())
            screen.show(traffic_table(picture, self._options.report_top))
