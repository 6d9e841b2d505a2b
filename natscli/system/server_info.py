"""What any user may know of a server and of themselves: INFO, a measured round trip, the account.

Sources: the INFO of the connection; PING and PONG; the TLS session; ``$SYS.REQ.USER.INFO``, which every
user may ask (nats-server 2.8 and later).
"""

import json
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError
from natscli.messaging.request import request_one

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


async def describe(connection: Connection, deadline: Deadline) -> ServerReport:
    """Return what the connected server says of itself and of us."""
    rtt_s = await connection.confirm(deadline.remaining())
    user, user_error = None, None
    try:
        user = await _user_info(connection, deadline)
    except NatsCliError as error:
        user_error = str(error)
    return ServerReport(
        url=connection.url,
        address=connection.remote_address,
        rtt_s=rtt_s,
        tls=_tls_session(connection),
        info={key: value for key, value in connection.info.items() if key != "nonce"},
        user=user,
        user_error=user_error,
    )


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
