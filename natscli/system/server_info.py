"""What any user may know of a server and of themselves: INFO, a measured round trip, the account.

Sources: the INFO of the connection; PING and PONG; the TLS session; ``$SYS.REQ.USER.INFO``, which every
user may ask (nats-server 2.8 and later); VARZ where the system account or HTTP monitoring allows.
"""

import json
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.urls import redact
from natscli.errors import DeadlineError, NatsCliError, NoRespondersError, PermissionDeniedError
from natscli.messaging.request import request_one
from natscli.system.monitoring import varz_from_http, varz_from_system_account

USER_INFO_SUBJECT = "$SYS.REQ.USER.INFO"


@dataclass(frozen=True, slots=True)
class TlsSession:
    """The TLS session in use."""

    version: str
    cipher: str
    server_name: str  # the subject of the server's certificate
    expires: str  # as the certificate writes it


@dataclass(frozen=True, slots=True)
class ServerReport:
    """One server as one user sees it.  Documents are the server's own, unknown fields included."""

    url: str
    address: str
    rtt_s: float
    tls: TlsSession | None
    info: dict[str, Any]
    user: dict[str, Any] | None
    user_error: str | None  # why ``user`` is None
    varz: dict[str, Any] | None  # None for a user who may not ask, and without monitoring
    varz_source: str


async def describe(connection: Connection, deadline: Deadline, monitor_url: str | None = None) -> ServerReport:
    """Return what the connected server says of itself and of us.

    A monitoring URL that was given has to answer; without one the system account's users get VARZ too.
    """
    rtt_s = await connection.confirm(deadline.remaining())
    user, user_error = await _tried(connection, _user_info(connection, deadline))
    varz: dict[str, Any] | None
    if monitor_url is not None:
        varz, source = await varz_from_http(monitor_url, deadline), f"{redact(monitor_url)}/varz"
    else:
        source = f"$SYS.REQ.SERVER.{connection.info.get('server_id', '')}.VARZ"
        varz, _ = await _tried(connection, varz_from_system_account(connection, source.split(".")[3], deadline))
    return ServerReport(
        url=connection.url,
        address=connection.remote_address,
        rtt_s=rtt_s,
        tls=_tls_session(connection),
        info={key: value for key, value in connection.info.items() if key != "nonce"},
        user=user,
        user_error=user_error,
        varz=varz,
        varz_source=source,
    )


async def _tried(
    connection: Connection, asking: Coroutine[Any, Any, dict[str, Any]]
) -> tuple[dict[str, Any] | None, str | None]:
    """Return the answer, or why there is none; a subject that is refused does not spoil the next question."""
    try:
        return await asking, None
    except (NoRespondersError, DeadlineError, PermissionDeniedError) as error:
        connection.denied.clear()
        return None, str(error)


async def _user_info(connection: Connection, deadline: Deadline) -> dict[str, Any]:
    answer = await request_one(connection, USER_INFO_SUBJECT, b"", deadline)
    try:
        document = json.loads(answer.payload)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise NatsCliError("the answer about the user cannot be read")
    return dict(document["data"])


def _tls_session(connection: Connection) -> TlsSession | None:
    session = connection.stream.tls if connection.stream is not None else None
    if session is None:
        return None
    certificate: dict[str, Any] = session.getpeercert() or {}
    names = [value for group in certificate.get("subject", ()) for key, value in group if key == "commonName"]
    cipher = session.cipher()
    return TlsSession(
        version=session.version() or "unknown",
        cipher=cipher[0] if cipher else "unknown",
        server_name=", ".join(names),
        expires=str(certificate.get("notAfter", "")),
    )
