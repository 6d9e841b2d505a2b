"""Watching a bucket: what changes in it, as it changes, until Ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.deadline import Deadline
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket, Kind, check_bucket, open_bucket
from natscli.jetstream.reading import Watching
from natscli.render.notices import Notices
from natscli.render.output import print_bytes

Lines = Callable[[Api, Bucket, Watching], AsyncGenerator[bytes, None]]


def watch_bucket(shared: SharedOptions, kind: Kind, bucket: str, lines: Lines) -> None:
    """Print what ``lines`` makes of a bucket."""
    check_bucket(bucket)
    target = shared.target
    notices = Notices(quiet=shared.quiet)

    async def watch(stop: asyncio.Future[int]) -> None:
        deadline = Deadline(target.timeout_s)
        async with connected(shared, target, deadline, notices=notices, stop=stop) as connection:
            api = Api(connection)
            opened = await open_bucket(api, kind, bucket)
            watching = Watching(lambda: notices.say(f"Watching bucket '{bucket}'"), notices.warn)
            await _print(lines(api, opened, watching), stop)
        ended_by_signal(stop.result(), unfinished=False)

    run(watch, ends_itself=True)


async def _print(lines: AsyncGenerator[bytes, None], stop: asyncio.Future[int]) -> None:
    """Print until the user stops it; raises what ends it otherwise."""

    async def printed() -> None:
        async with aclosing(lines):
            async for text in lines:
                print_bytes(text)

    printing = asyncio.ensure_future(printed())
    either: set[asyncio.Future[Any]] = {printing, stop}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not printing.done():
        printing.cancel()
        await asyncio.wait([printing])
    if not printing.cancelled():
        printing.result()
