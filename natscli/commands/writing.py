"""Writing what arrives without standing in its way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from natscli.connection.client import Connection
from natscli.messaging.writing import Sink, Writer
from natscli.render.output import StandardOutput, stdout

_LAST_WORDS_S = 0.5  # for what waits to be written once the user has stopped us
_SLICES = 5  # of that; a machine that stands still takes one at most


def printing(connection: Connection, stop: asyncio.Future[int]) -> AbstractAsyncContextManager[Writer]:
    """Give what writes to standard output at once, for ``connection``."""
    return writing(StandardOutput(stdout()), connection, stop)


@asynccontextmanager
async def writing(
    sink: Sink, connection: Connection, stop: asyncio.Future[int], *, patience_s: float = 0.0
) -> AsyncIterator[Writer]:
    """Give a writer whose failure ends ``connection``; on leaving, what waits is written, or the failure raised.

    That takes as long as the sink does, until the user stops us.
    """
    loop = asyncio.get_running_loop()
    written: asyncio.Future[None] = loop.create_future()
    failures: list[Exception] = []

    def failed(error: Exception) -> None:
        failures.append(error)
        _tell(loop, connection.fail, error)

    def finished() -> None:
        _tell(loop, written.set_result, None)

    writer = Writer(sink, failed, finished, patience_s=patience_s)
    try:
        yield writer
    finally:
        writer.finish()
        if not stop.done():
            either: set[asyncio.Future[Any]] = {written, stop}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            for _ in range(_SLICES):
                await asyncio.wait({written}, timeout=_LAST_WORDS_S / _SLICES)
    if failures:  # perhaps with the last piece, when nobody asks the connection any more
        raise failures[0]


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[..., object], argument: object) -> None:
    """Call on the loop's thread; a loop that is gone needs no telling."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, argument)
