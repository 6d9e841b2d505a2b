"""Making a connection: every URL once, within one deadline, and the true cause for each that failed."""

import random
import ssl
from collections.abc import Callable, Sequence

from natscli.connection import auth
from natscli.connection.causes import CLOSED_AFTER_CONNECT, Cause, closed_for_certificate
from natscli.connection.client import Connection, Watcher
from natscli.connection.deadline import Deadline
from natscli.connection.tls import build_context
from natscli.connection.transport import Trace
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.errors import ConnectError, DeadlineError, ExitCode, NatsCliError, RefusedError, UsageError

_LOOK_S = 2.0  # for a second look at a certificate that was refused
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
    show_certificate: Callable[[str], None] | None = None,
) -> Connection:
    """Return a connection to one of the target's servers.

    Each URL is tried once, in random order, with its share of the time that is left; the error names
    every one and why.  With ``reconnect`` a later loss is repaired for ever, and told to ``watcher``.
    ``show_certificate`` is told a line for each certificate of a server's chain, accepted or not.
    """
    await auth.prepare(target.credentials, target.token, deadline)
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
            failures.append((url, await _cause(error, connection, url, deadline, show_certificate)))
        else:
            connection.watcher = watcher
            if show_certificate is not None and connection.stream is not None:
                _show_session(show_certificate, connection.stream.tls)
            return connection
    raise _failed(failures)


async def _cause(
    error: Exception,
    connection: Connection,
    url: ServerUrl,
    deadline: Deadline,
    show_certificate: Callable[[str], None] | None,
) -> Cause:
    """Return why ``url`` could not be connected to."""
    target, cause = connection.target, connection.cause(error, url)
    if cause.words == CLOSED_AFTER_CONNECT and connection.info.get("tls_verify"):
        return closed_for_certificate(target.tls.cert)
    if isinstance(error, ssl.SSLError):
        return await _about_certificates(error, cause, target, url, deadline, show_certificate)
    return cause


async def _about_certificates(
    error: ssl.SSLError,
    cause: Cause,
    target: Target,
    url: ServerUrl,
    deadline: Deadline,
    show_certificate: Callable[[str], None] | None,
) -> Cause:
    """Return the cause with the facts of the certificate that was refused, theirs or ours."""
    from natscli.connection import trust  # 10 ms, for those whom a handshake has failed

    if isinstance(error, ssl.SSLCertVerificationError):
        chain = await trust.presented(target, url, min(deadline.remaining(), _LOOK_S))
        if show_certificate is not None:
            for line in trust.describe(chain):
                show_certificate(line)
        words, hint = trust.their_fault(error, chain, target.tls_name_of(url))
        return Cause(words, cause.exit_code, hint)
    if cause.exit_code == ExitCode.REFUSED and target.tls.cert is not None:
        return Cause(cause.words, cause.exit_code, trust.our_fault(target.tls.cert) or cause.hint)
    return cause


def _show_session(show_certificate: Callable[[str], None], session: ssl.SSLObject | None) -> None:
    from natscli.connection import trust  # 10 ms, for --debug

    for line in trust.describe(trust.chain_of(session)):
        show_certificate(line)


def _check_websocket() -> None:
    try:
        import websockets.client  # noqa: F401  # 15 ms: only where a WebSocket is wanted
    except ImportError:
        raise UsageError("WebSocket URLs need the package websockets", "pip install 'natscli[ws]'") from None


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
