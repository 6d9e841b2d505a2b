"""What the commands share: opening a connection as the options say, and closing it again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from natscli.cli.options import SharedOptions
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.connection.open import PING_INTERVAL_S, open_connection
from natscli.connection.trace import trace_to_stderr
from natscli.context.credentials import CredsFile, SeedFile, exposed
from natscli.context.target import Target
from natscli.errors import SignalledError, UsageError
from natscli.messaging.body import parse_header
from natscli.render.notices import Notices
from natscli.wire.headers import encode_headers


@asynccontextmanager
async def connected(
    shared: SharedOptions,
    target: Target,
    deadline: Deadline,
    *,
    notices: Notices | None = None,
    ping_interval_s: float | None = None,
    stop: asyncio.Future[int] | None = None,
) -> AsyncIterator[Connection]:
    """Open a connection and close it in the end.  With ``notices`` it reconnects, and tells them.

    A signal that completes ``stop`` while connecting raises SignalledError.
    """
    warn_if_exposed(target, shared)
    opening = open_connection(
        target,
        deadline,
        reconnect=notices is not None,
        watcher=notices,
        trace=trace_to_stderr if shared.trace else None,
        ping_interval_s=ping_interval_s or PING_INTERVAL_S,
    )
    connection = await (opening if stop is None else _unless_stopped(opening, stop))
    try:
        yield connection
    finally:
        await connection.close()


async def _unless_stopped(opening: Coroutine[Any, Any, Connection], stop: asyncio.Future[int]) -> Connection:
    attempt = asyncio.ensure_future(opening)
    either: set[asyncio.Future[Any]] = {attempt, stop}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if attempt.done():
        return attempt.result()
    attempt.cancel()
    raise SignalledError(stop.result())


def warn_if_exposed(target: Target, shared: SharedOptions) -> None:
    """Warn of a key file that others may read."""
    credentials = target.credentials
    if isinstance(credentials, CredsFile | SeedFile) and exposed(credentials.path):
        Notices(quiet=shared.quiet).warn(f"'{credentials.path}' can be read by others: chmod 600 it")


def header_pairs(headers: list[str] | None) -> list[tuple[str, str]]:
    """Return names and values of the ``Name:value`` options; UsageError for one that cannot be sent."""
    try:
        pairs = [parse_header(header) for header in headers or ()]
        encode_headers(pairs)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return pairs


def header_block(headers: list[str] | None) -> bytes:
    """Return the encoded block for the ``Name:value`` options; UsageError for one that cannot be sent."""
    return encode_headers(header_pairs(headers))


def ended_by_signal(number: int, *, unfinished: bool) -> None:
    """Raise for a signal that ended a command early: Ctrl-C is the normal end of one that runs for ever."""
    if unfinished or number != signal.SIGINT:
        raise SignalledError(number)
