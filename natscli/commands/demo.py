"""``natscli demo``."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.demo.scenario import Scenario
from natscli.demo.traffic import STREAM, Publisher, keep_orders, kept_orders, serve_prices
from natscli.errors import NatsCliError
from natscli.messaging.tally import Tally
from natscli.render.colour import is_terminal
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.traffic import Screen, live_screen, traffic_table
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from natscli.text.durations import format_duration
from natscli.text.sizes import plural

_REFRESH_S = 0.5
_UNWATCHED_S = 5.0  # how long it runs where nobody can press Ctrl-C


@shared_options
def demo(
    shared: SharedOptions,
    for_: Annotated[
        float | None,
        typer.Option("--for", parser=duration, metavar="DUR", help="End after this long. [5s without a terminal]"),
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=1, max=100_000, help="Messages published a second.")] = 500,
    binary: Annotated[
        str | None, typer.Option("--binary", help="The nats-server to run. [NATS_SERVER, or the one installed]")
    ] = None,
) -> None:
    """See live traffic on a server started for it.

    Orders, sensors and a pricing service, as JSON and binary, through a real nats-server.  In a terminal
    the table refreshes until Ctrl-C; elsewhere the figures are printed at the end.
    """
    watched = is_terminal(sys.stdout)
    seconds = for_ if for_ is not None or watched else _UNWATCHED_S
    notices = Notices(quiet=shared.quiet)
    with LocalServer.start(ServerConfig(jetstream=True), binary=binary) as server:
        notices.say(f"nats-server runs at {server.url}; publishing {rate:,.0f} messages a second")
        play = _Play(shared, Target(parse_urls(server.url), name="natscli demo"), rate, seconds)
        with live_screen() if watched else nullcontext(None) as screen:
            text = run(lambda stop: play.run(stop, screen), ends_itself=True, emergency=lambda: server.stop(0))
    print_text(text)
    if play.signal:
        ended_by_signal(play.signal, unfinished=False)


class _Play:
    """One performance: a service, a publisher, and a subscriber to everything that counts."""

    def __init__(self, shared: SharedOptions, target: Target, rate: float, seconds: float | None) -> None:
        self.signal = 0
        self._shared = shared
        self._target = target
        self._rate = rate
        self._seconds = seconds

    async def run(self, stop: asyncio.Future[int], screen: Screen | None) -> str:
        """Play to the end and return the figures."""
        async with AsyncExitStack() as stack:
            service, shop, watcher = [await stack.enter_async_context(self._connect()) for _ in range(3)]
            await serve_prices(service)
            await keep_orders(service, Deadline(self._target.timeout_s))
            tally = Tally(time.monotonic())
            await watcher.subscribe_bulk(">", tally.take)
            await watcher.confirm(self._target.timeout_s)
            publisher = Publisher(shop, Scenario(), self._rate)
            started = time.monotonic()
            publishing = asyncio.ensure_future(publisher.run(lambda: self._over(started, stop)))
            while not publishing.done():
                await asyncio.wait({publishing}, timeout=_REFRESH_S)
                if screen is not None:
                    screen.show(traffic_table(tally.look(time.monotonic())))
            await publishing
            seconds = time.monotonic() - started
            await _settle(service, watcher, self._target.timeout_s)
            text = _figures(tally, publisher, seconds)
            kept = await kept_orders(service, Deadline(self._target.timeout_s))
        self.signal = stop.result() if stop.done() else 0
        return f"{text}, {plural(kept, 'order event')} in stream {STREAM}"

    def _connect(self) -> AbstractAsyncContextManager[Connection]:
        return connected(self._shared, self._target, Deadline(self._target.timeout_s))

    def _over(self, started: float, stop: asyncio.Future[int]) -> bool:
        return stop.done() or (self._seconds is not None and time.monotonic() - started >= self._seconds)


async def _settle(service: Connection, watcher: Connection, timeout_s: float) -> None:
    """Let the last answers go out and be counted: each PONG comes behind what was on its way."""
    for connection in (service, service, watcher):
        await connection.confirm(timeout_s)


def _figures(tally: Tally, publisher: Publisher, seconds: float) -> str:
    """Return the table and what went in and came out; raise when a message got lost."""
    picture = tally.overall(seconds)
    replies = sum(row.messages for row in picture.rows if row.subject.startswith("_INBOX."))
    received = sum(row.messages for row in picture.rows if not row.subject.startswith(("_INBOX.", "$")))
    if received != publisher.published:
        raise NatsCliError(f"{publisher.published - received} of {plural(publisher.published, 'message')} went missing")
    went = f"{plural(publisher.published, 'message')} published and received in {format_duration(seconds)}"
    return f"{traffic_table(picture)}\n\n{went}, {plural(replies, 'reply')}"
