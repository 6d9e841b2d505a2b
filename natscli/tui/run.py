"""Starting the app, and what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from dataclasses import dataclass

from natscli.traffic.alerts import Alert
from natscli.traffic.values import Totals
from natscli.tui.app import TopApp
from natscli.tui.keys import read_taste, taste_path
from natscli.tui.launch import Launch
from natscli.tui.live import LiveSource
from natscli.tui.player import PlayerSource
from natscli.tui.source import Source

_PAGE_GONE_S = 1.0  # until the process behind a page notices that the one which serves it is gone


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: ``failure`` is what ended the connection for good, ``fired`` are alerts that held, in words."""

    totals: Totals
    fired: dict[Alert, str]
    failure: Exception | None


async def run_app(launch: Launch, stop: asyncio.Future[int]) -> Outcome:
    """Run the app until the user or a signal ends it.  What makes the start impossible is raised before."""
    taste = read_taste(taste_path(os.environ))
    source = _source(launch)
    app = TopApp(launch, source, taste)
    gc.freeze()  # what is imported stays: a collection that looked through it would hold up everything for 100 ms
    ending = asyncio.ensure_future(_end_with(stop, app, served=launch.served))
    try:
        await source.start()
        await app.run_async()
    finally:
        ending.cancel()
        app.end_recording()
        await app.desk.source.stop()
    if app.return_code:
        raise RuntimeError("the app broke off")  # Textual has shown why
    last = app.desk.source
    failure = last.failure if isinstance(last, LiveSource) else None
    return Outcome(last.registry.totals(), app.desk.fired, failure)


def _source(launch: Launch) -> Source:
    if launch.recordings:
        return PlayerSource(list(launch.recordings), fold=launch.plan.fold)
    return LiveSource(launch.plan, launch.connect, launch.context, launch.inbox_prefix, launch.monitor_urls)


async def _end_with(stop: asyncio.Future[int], app: TopApp, *, served: bool) -> None:
    starter = os.getppid()
    while not stop.done() and not (served and os.getppid() != starter):  # nobody else tells that it was killed
        await asyncio.wait({stop}, timeout=_PAGE_GONE_S if served else None)
    with contextlib.suppress(Exception):  # it may not have begun
        app.exit()
