"""``top`` with the app: what it is started with, and the verdict when it has ended."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from natscli.cli.bundles import Options, changed
from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.filtering import DECODERS, named
from natscli.commands.headless import cut_off
from natscli.commands.session import connected, ended_by_signal
from natscli.commands.watching import WatchOptions
from natscli.connection.client import Connection, Watcher
from natscli.connection.deadline import Deadline
from natscli.context.resolve import context_here
from natscli.context.store import Store
from natscli.context.target import Target
from natscli.context.urls import redact
from natscli.errors import NatsCliError, UsageError
from natscli.render.colour import is_terminal
from natscli.system.monitoring import check_monitor_url
from natscli.tap.plan import Plan

if TYPE_CHECKING:
    from natscli.tui.launch import Launch
    from natscli.tui.live import Connect
    from natscli.tui.run import Outcome

_HINTS = {"--from": "natscli replay publishes a recording again", "--decode": "natscli sub --decode prints messages"}


class LookOptions(Options):
    """What only the app knows."""

    from_: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="FILE", help="Play a recording instead; may be repeated."),
    ] = None
    read_only: Annotated[
        bool | None,
        typer.Option("--read-only/--no-read-only", help="Publish nothing from the app. [only with --web]"),
    ] = None
    decode: Annotated[
        str | None,
        typer.Option("--decode", metavar="FORMAT", help=f"What payloads are: {DECODERS}."),
    ] = None
    monitor: Annotated[
        list[str] | None,
        typer.Option(
            "--monitor", metavar="URL", help="A server's HTTP monitoring, as http://host:8222; once for each server."
        ),
    ] = None

    def check(self, *, app: bool) -> None:
        """Raise UsageError for what cannot be used."""
        for name, value in (("--from", self.from_), ("--decode", self.decode), ("--monitor", self.monitor)):
            if value and not app:
                raise UsageError(f"{name} needs a terminal", _HINTS.get(name))
        if self.monitor and self.from_:
            raise UsageError("--monitor and --from do not go together: a recording has no servers")
        for url in self.monitor or ():
            check_monitor_url(url)
        if self.decode is not None:
            named(self.decode)


def can_show_app() -> bool:
    """Whether all three streams are a terminal, as Textual draws on stderr; or a browser is behind them."""
    return in_browser() or all(map(is_terminal, (sys.stdin, sys.stdout, sys.stderr)))


def in_browser() -> bool:
    """Whether this is the process behind a page: textual-serve has Textual speak to a browser, and says so."""
    return os.environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver")


def look(shared: SharedOptions, plan: Plan, looking: LookOptions, watching: WatchOptions) -> None:
    """Run the app to its end, then raise unless all was well."""
    from natscli.tui.rescue import rescue
    from natscli.tui.run import run_app  # 150 ms, of which Textual takes most

    target = shared.target

    def launched(stop: asyncio.Future[int]) -> Launch:
        launch = _launch(shared, target, plan, _Way(watching.ping_interval, stop))
        return dataclasses.replace(
            launch,
            order=watching.sort,
            tick_s=watching.interval or launch.tick_s,
            read_only=bool(looking.read_only),
            served=in_browser(),
            recordings=tuple(looking.from_ or ()),
            monitor_urls=tuple(looking.monitor or ()),
            decoder=looking.decode or "",
        )

    judge(run(lambda stop: _ended(run_app(launched(stop), stop), stop), ends_itself=True, emergency=rescue()))


async def _ended(running: Coroutine[Any, Any, Outcome], stop: asyncio.Future[int]) -> Outcome:
    outcome = await running
    if stop.done():
        ended_by_signal(stop.result(), unfinished=False)
    return outcome


def judge(outcome: Outcome) -> None:
    """Raise for what ended the connection, for messages that were lost, and for alerts that fired."""
    if outcome.failure is not None:
        raise outcome.failure
    if outcome.totals.cuts:
        raise cut_off(outcome.totals.cuts)
    if outcome.fired:
        raise NatsCliError("; ".join(outcome.fired.values()))


@dataclass(frozen=True, slots=True)
class _Way:
    """How connections are made, whoever they are made as."""

    ping_interval_s: float | None
    stop: asyncio.Future[int]

    def connect(self, shared: SharedOptions, target: Target) -> Connect:
        def connection(watcher: Watcher) -> AbstractAsyncContextManager[Connection]:
            deadline = Deadline(target.timeout_s)
            return connected(
                shared, target, deadline, notices=watcher, ping_interval_s=self.ping_interval_s, stop=self.stop
            )

        return connection


def _launch(shared: SharedOptions, target: Target, plan: Plan, way: _Way) -> Launch:
    from natscli.tui.launch import Launch

    def connect_as(context: str) -> tuple[Connect, str]:
        other = SharedOptions(context=context, timeout=shared.timeout, quiet=True)
        there = other.target
        return way.connect(other, there), there.inbox_prefix

    return Launch(
        plan=plan,
        connect=way.connect(changed(shared, quiet=True), target),
        connect_as=connect_as,
        contexts=saved_contexts(),
        context=_context(shared),
        origin=_origin(shared),
        inbox_prefix=target.inbox_prefix,
    )


def saved_contexts() -> tuple[str, ...]:
    """Return the names of the saved contexts."""
    return tuple(Store.of(os.environ).names())


def _context(shared: SharedOptions) -> str:
    """Return the name of the context in use, if any."""
    if shared.server:
        return ""
    return context_here(shared.typed, use_context=not shared.no_context) or ""


def _origin(shared: SharedOptions) -> tuple[str, ...]:
    """Return the options that were typed to get here, none of them secret."""
    typed = (
        ("--context", shared.context),
        ("--server", redact(shared.server) if shared.server else None),
        ("--creds", shared.creds),
        ("--nkey", shared.nkey),
        ("--tlsca", shared.tlsca),
        ("--tlscert", shared.tlscert),
        ("--tlskey", shared.tlskey),
        ("--js-domain", shared.js_domain),
        ("--js-api-prefix", shared.js_api_prefix),
    )
    return tuple(word for name, value in typed if value for word in (name, value))
