"""``natscli stream graph`` and ``natscli consumer graph``: rates and levels as they change, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.jetstream import CONSUMER, STREAM, ChoiceOptions, chosen_consumer, chosen_stream, linked
from natscli.commands.session import ended_by_signal
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.consumers import consumer_info
from natscli.jetstream.document import Document
from natscli.jetstream.streams import stream_info
from natscli.render.charts import LEAST_HEIGHT, LEAST_WIDTH, page
from natscli.render.colour import is_terminal
from natscli.render.notices import Notices
from natscli.render.traffic import Screen, live_screen

_EVERY_S = 1.0
_KEPT = 1000  # values of each chart; no terminal is wider

Look = Callable[[Api], Awaitable[Document]]


class Gauge(NamedTuple):
    """What is drawn: a level as it is, or a counter as its rate."""

    title: str
    read: Callable[[Document], int]
    is_counter: bool = False


_STREAM = (
    Gauge("Messages Stored", lambda info: info.part("state").whole("messages")),
    Gauge("Messages Removed / second", lambda info: info.part("state").whole("first_seq"), is_counter=True),
    Gauge("Messages Stored / second", lambda info: info.part("state").whole("last_seq"), is_counter=True),
)
_CONSUMER = (
    Gauge("Messages Delivered / second", lambda info: info.part("delivered").whole("consumer_seq"), is_counter=True),
    Gauge("Messages Acknowledged / second", lambda info: info.part("ack_floor").whole("consumer_seq"), is_counter=True),
    Gauge("Messages Pending", lambda info: info.whole("num_pending")),
    Gauge("Messages Waiting for Ack", lambda info: info.whole("num_ack_pending")),
)


@shared_options
def stream_graph(shared: SharedOptions, choice: ChoiceOptions, stream: STREAM = None) -> None:
    """Draw what a stream stores and removes, second by second."""
    _check_terminal()
    name = chosen_stream(shared, stream, every=choice.all)
    _watch(shared, f"Stream {name}", lambda api: stream_info(api, name), _STREAM)


@shared_options
def consumer_graph(
    shared: SharedOptions, choice: ChoiceOptions, stream: STREAM = None, consumer: CONSUMER = None
) -> None:
    """Draw what a consumer delivers, second by second."""
    _check_terminal()
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    _watch(shared, f"Consumer {of_stream} > {name}", lambda api: consumer_info(api, of_stream, name), _CONSUMER)


def _check_terminal() -> None:
    if not is_terminal(sys.stdout):
        raise UsageError("charts need a terminal", "natscli stream state --json tells a program")
    size = _size()
    if size.columns < LEAST_WIDTH or size.lines < LEAST_HEIGHT:
        raise UsageError(f"charts need {LEAST_WIDTH} columns and {LEAST_HEIGHT} lines")


def _size() -> os.terminal_size:
    return os.get_terminal_size(sys.stdout.fileno())


class _Unheard(Notices):
    """Says nothing: the screen tells itself why it stands still."""

    def warn(self, text: str) -> None:
        """Pass over a warning."""


class Charts:
    """The values so far, by gauge."""

    def __init__(self, gauges: Sequence[Gauge]) -> None:
        self._gauges = gauges
        self._values: Mapping[str, deque[float]] = {gauge.title: deque(maxlen=_KEPT) for gauge in gauges}
        self._before: Document | None = None
        self._at = 0.0

    def take(self, info: Document, now: float) -> None:
        """Take in what is now; a rate needs two."""
        for gauge in self._gauges:
            value = float(gauge.read(info))
            if gauge.is_counter:
                if self._before is None:
                    continue
                value = max(value - gauge.read(self._before), 0.0) / max(now - self._at, 1e-9)
            self._values[gauge.title].append(value)
        self._before, self._at = info, now

    def drawn(self, heading: str, width: int, height: int) -> str:
        """Return them as text."""
        return page(heading, [(title, list(values)) for title, values in self._values.items()], width, height)


def _watch(shared: SharedOptions, heading: str, look: Look, gauges: Sequence[Gauge]) -> None:
    async def work(stop: asyncio.Future[int]) -> int:
        charts = Charts(gauges)
        async with linked(shared, notices=_Unheard(quiet=True), stop=stop) as connection:
            api = Api(connection)
            charts.take(await look(api), time.monotonic())  # what is not there is said without a screen
            with live_screen() as screen:
                while not stop.done():
                    await _turn(api, look, charts, screen, heading)
                    await asyncio.wait([stop], timeout=_EVERY_S)
        return stop.result()

    ended_by_signal(run(work, ends_itself=True), unfinished=False)


async def _turn(api: Api, look: Look, charts: Charts, screen: Screen, heading: str) -> None:
    """Show what is now, or why that is not known."""
    told = heading
    try:
        charts.take(await look(api), time.monotonic())
    except NatsCliError as error:
        told = f"{heading}: {error}"
    size = _size()
    screen.show(charts.drawn(told, size.columns, size.lines))
