"""Making a connection: every URL once, within one deadline, and the true cause for each that failed."""

import random
from collections.abc import Sequence

from natscli.connection import auth
from natscli.connection.causes import CLOSED_AFTER_CONNECT, Cause, cause_of, closed_for_certificate
from natscli.connection.client import Connection, Watcher
from natscli.connection.deadline import Deadline
from natscli.connection.tls import build_context
from natscli.connection.transport import Trace
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.errors import ConnectError, DeadlineError, ExitCode, NatsCliError, RefusedError, UsageError

PING_INTERVAL_S = 10.0  # a frozen server is noticed after three of them

_ERRORS_FROM_UPSTREAM = Exception  # nats-py raises ValueError, AttributeError, TypeError, … on bad peers


async def open_connection(
    target: Target,
    deadline: Deadline,
    *,
    reconnect: bool = False,
    watcher: Watcher | None = None,
    trace: Trace | None = None,
    ping_interval_s: float = PING_INTERVAL_S,
) -> Connection:
    """Return a connection to one of the target's servers.

    Each URL is tried once, in random order, with its share of the time that is left; the error names
    every one and why.  With ``reconnect`` a later loss is repaired for ever, and told to ``watcher``.
    """
    auth.check(target.credentials)
    if target.tls.given:
        build_context(target.tls)
    if any(url.is_websocket for url in target.urls):
        _check_websocket()
    failures: list[tuple[ServerUrl, Cause]] = []
    order = random.sample(target.urls, len(target.urls))
    for tried, url in enumerate(order):
        connection = Connection(target, url, trace)
        share = deadline.remaining() / (len(order) - tried)
        try:
            await connection.dial(share, reconnect=reconnect, ping_interval_s=ping_interval_s)
        except NatsCliError:
            raise
        except _ERRORS_FROM_UPSTREAM as error:
            cause = cause_of(error, url, connection.stream)
            if cause.words == CLOSED_AFTER_CONNECT and connection.info.get("tls_verify"):
                cause = closed_for_certificate(target.tls.cert)
            failures.append((url, cause))
        else:
            connection.watcher = watcher
            return connection
    raise _failed(failures)


def _check_websocket() -> None:
    try:
        import aiohttp  # noqa: F401  # 90 ms: only where a WebSocket is wanted
    except ImportError:
        raise UsageError("WebSocket URLs need aiohttp", "pip install 'natscli[ws]'") from None


def _failed(failures: Sequence[tuple[ServerUrl, Cause]]) -> NatsCliError:
    failures = sorted(failures, key=lambda failure: failure[0].display)  # they were tried in random order
    if len(failures) == 1:
        (url, cause) = failures[0]
        message = f"cannot connect to {url.display}: {cause.words}"
    else:
        each = "; ".join(f"{url.display}: {cause.words}" for url, cause in failures)
        message = f"cannot connect: {each}"
    codes = {cause.exit_code for _, cause in failures}
    kind = _KINDS.get(codes.pop() if len(codes) == 1 else _worst(codes), ConnectError)
    return kind(message, next((cause.hint for _, cause in failures if cause.hint), None))


_KINDS: dict[int, type[NatsCliError]] = {
    ExitCode.REFUSED: RefusedError,
    ExitCode.TIMEOUT: DeadlineError,
    ExitCode.USAGE: UsageError,
}


def _worst(codes: set[int]) -> int:
    """Return what a list of servers that failed differently comes to: a refusal tells most."""
    return ExitCode.REFUSED if ExitCode.REFUSED in codes else ExitCode.CONNECTION
