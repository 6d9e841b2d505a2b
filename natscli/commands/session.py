"""What the commands share: opening a connection as the options say, and closing it again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from natscli.cli.options import SharedOptions
from natscli.connection.client import Connection, Watcher
from natscli.connection.deadline import Deadline
from natscli.connection.open import PING_INTERVAL_S, open_connection
from natscli.connection.transport import Trace
from natscli.context.credentials import exposed, secret_files
from natscli.context.target import Target
from natscli.errors import PermissionDeniedError, SignalledError, UsageError
from natscli.messaging.body import parse_header
from natscli.render.notices import Notices
from natscli.wire.headers import encode_headers

if TYPE_CHECKING:
    from natscli.system.permissions import Advisor


@asynccontextmanager
async def connected(
    shared: SharedOptions,
    target: Target,
    deadline: Deadline,
    *,
    notices: Watcher | None = None,
    ping_interval_s: float | None = None,
    stop: asyncio.Future[int] | None = None,
    cautioned: bool = False,
) -> AsyncIterator[Connection]:
    """Open a connection and close it in the end.  With ``notices`` it reconnects, and tells them.

    A signal that completes ``stop`` while connecting raises SignalledError.  What the user should know of the
    target is told, unless they were ``cautioned`` before.
    """
    if not cautioned:
        caution(target, shared)
    if isinstance(notices, Notices):
        notices.unchecked = target.tls.insecure
    trace: Trace | None = None
    if shared.trace:
        from natscli.connection.trace import trace_to_stderr as trace
    opening = open_connection(
        target,
        deadline,
        reconnect=notices is not None,
        watcher=notices,
        trace=trace,
        ping_interval_s=ping_interval_s or PING_INTERVAL_S,
        show_certificate=Notices().say if shared.debug else None,
    )
    connection = await (opening if stop is None else _unless_stopped(opening, stop))
    explain = connection.explain = _explainer(connection)
    try:
        yield connection
    except PermissionDeniedError as error:
        over = deadline.is_over  # where it was that of connecting alone
        raise await explain(error, target.timeout_s if over else deadline.remaining()) from error
    finally:
        await connection.close()


def _explainer(connection: Connection) -> Callable[..., Awaitable[PermissionDeniedError]]:
    """Return what adds to a refused subject what is permitted instead, within some seconds."""
    advisors: list[Advisor] = []

    async def explain(error: PermissionDeniedError, patience_s: float | None = None) -> PermissionDeniedError:
        if not advisors:
            from natscli.system.permissions import Advisor  # 5 ms, and only for a refusal

            advisors.append(Advisor(connection))
        return await advisors[0].explain(error, patience_s or connection.target.timeout_s)

    return explain


async def _unless_stopped(opening: Coroutine[Any, Any, Connection], stop: asyncio.Future[int]) -> Connection:
    attempt = asyncio.ensure_future(opening)
    either: set[asyncio.Future[Any]] = {attempt, stop}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if attempt.done():
        return attempt.result()
    attempt.cancel()
    raise SignalledError(stop.result())


def caution(target: Target, shared: SharedOptions) -> None:
    """Tell of a secret that goes to a server it was not saved for, of files that others may read, and of weak TLS."""
    notices = Notices(quiet=shared.quiet)
    if target.caution is not None:
        notices.say(target.caution)
    if target.tls.given:
        from natscli.connection.trust import cautions  # 10 ms, only for TLS

        for weakness in cautions(target):
            notices.warn(weakness)
    for path in filter(exposed, [*secret_files(target.credentials, target.token), target.tls.key or ""]):
        notices.warn_of_exposed(path)


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
