"""``natscli demo``."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.looking import can_show_app
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.client import Connection, Watcher
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.demo.scenario import Scenario
from natscli.demo.traffic import STREAM, Publisher, keep_orders, kept_orders, serve_prices
from natscli.errors import NatsCliError
from natscli.jetstream.api import Api
from natscli.messaging.tally import Tally
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.traffic import traffic_table
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from natscli.text.durations import format_duration
from natscli.text.sizes import plural

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
    they are shown as natscli top shows them, until q; the figures are printed at the end.
    """
    watched = can_show_app()
    seconds = for_ if for_ is not None or watched else _UNWATCHED_S
    notices = Notices(quiet=shared.quiet)
    with LocalServer.start(ServerConfig(jetstream=True, monitor_port=0, server_name="demo"), binary=binary) as server:
        notices.say(f"nats-server runs at {server.url}; publishing {rate:,.0f} messages a second")
        target = Target(parse_urls(server.url), name="natscli demo")
        play = _Play(shared, target, server.monitor_url, rate, seconds)
        emergency = _emergency(server, watched=watched)
        text = run(lambda stop: play.run(stop, watched=watched), ends_itself=True, emergency=emergency)
    print_text(text)
    if play.signal:
        ended_by_signal(play.signal, unfinished=False)


def _emergency(server: LocalServer, *, watched: bool) -> Callable[[], None]:
    """Return what has to be done before the process leaves at once."""
    if not watched:
        return lambda: server.stop(0)
    from natscli.tui.rescue import rescue

    give_back = rescue()

    def both() -> None:
        give_back()
        server.stop(0)

    return both


class _Play:
    """One performance: a service, a publisher, and a subscriber to everything that counts."""

    def __init__(
        self, shared: SharedOptions, target: Target, monitor_url: str | None, rate: float, seconds: float | None
    ) -> None:
        self.signal = 0
        self._shared = shared
        self._target = target
        self._monitor_urls = (monitor_url,) if monitor_url else ()
        self._rate = rate
        self._seconds = seconds
        self._seen = False  # enough, by who watched

    async def run(self, stop: asyncio.Future[int], *, watched: bool) -> str:
        """Play to the end and return the figures."""
        async with AsyncExitStack() as stack:
            service, shop, watcher = [await stack.enter_async_context(self._connect()) for _ in range(3)]
            await serve_prices(service)
            await keep_orders(Api(service))
            tally = Tally(time.monotonic())
            await watcher.subscribe_bulk(">", tally.take)
            await watcher.confirm(self._target.timeout_s)
            publisher = Publisher(shop, Scenario(), self._rate)
            started = time.monotonic()
            publishing = asyncio.ensure_future(publisher.run(lambda: self._over(started, stop)))
            if watched:
                await self._show(publishing, stop)
            await publishing
            seconds = time.monotonic() - started
            await _settle(service, watcher, self._target.timeout_s)
            text = _figures(tally, publisher, seconds)
            kept = await kept_orders(Api(service))
        self.signal = stop.result() if stop.done() else 0
        return f"{text}, {plural(kept, 'order event')} in stream {STREAM}"

    async def _show(self, publishing: asyncio.Future[None], stop: asyncio.Future[int]) -> None:
        """Show the traffic until the user has seen enough, or it ends."""
        from natscli.tap.plan import Plan
        from natscli.tui.launch import Launch
        from natscli.tui.run import run_app

        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def end(_done: object) -> None:
            if not ended.done():
                ended.set_result(0)

        for reason in (publishing, stop):
            reason.add_done_callback(end)

        def connect(watcher: Watcher) -> AbstractAsyncContextManager[Connection]:
            return connected(self._shared, self._target, Deadline(self._target.timeout_s), notices=watcher)

        origin = ("--server", self._target.urls[0].display)
        try:
            launch = Launch(
                plan=Plan(), connect=connect, context="demo", origin=origin, monitor_urls=self._monitor_urls
            )
            await run_app(launch, ended)
        finally:
            self._seen = True

    def _connect(self) -> AbstractAsyncContextManager[Connection]:
        return connected(self._shared, self._target, Deadline(self._target.timeout_s))

    def _over(self, started: float, stop: asyncio.Future[int]) -> bool:
        return self._seen or stop.done() or (self._seconds is not None and time.monotonic() - started >= self._seconds)


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
