"""The connection in use as it can be looked at from here: INFO, a measured round trip, the TLS session."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.connection.trust import chain_of
from natscli.errors import ConnectError, NatsCliError, PermissionDeniedError, RefusedError


@dataclass(frozen=True, slots=True)
class TlsSession:
    """The TLS session in use."""

    version: str
    cipher: str
    server_name: str  # the subject of the server's certificate
    expires: str  # as the certificate writes it


@dataclass(frozen=True, slots=True)
class Link:
    """One connection to one server.  ``info`` is the server's own, unknown fields included."""

    url: str
    address: str  # of the server; empty where only its proxy knows it
    proxy: str | None  # the URL, without user information
    rtt_s: float
    tls: TlsSession | None
    info: dict[str, Any]


async def look_at(connection: Connection, deadline: Deadline) -> Link:
    """Return what is known of the connection, with a round trip measured now."""
    rtt_s = await connection.confirm(deadline.remaining())
    return Link(
        url=connection.url,
        address=connection.remote_address,
        proxy=None if connection.proxy is None else connection.proxy.display,
        rtt_s=rtt_s,
        tls=_tls_session(connection),
        info={key: value for key, value in connection.info.items() if key != "nonce"},
    )


async def tried(asking: Coroutine[Any, Any, dict[str, Any]]) -> tuple[dict[str, Any] | None, str | None]:
    """Return the answer to a question, or why there is none; raises what ends the connection."""
    try:
        return await asking, None
    except NatsCliError as error:
        if isinstance(error, ConnectError | RefusedError) and not isinstance(error, PermissionDeniedError):
            raise
        return None, str(error)


def _tls_session(connection: Connection) -> TlsSession | None:
    session = connection.stream.tls if connection.stream is not None else None
    if session is None:
        return None
    certificate: dict[str, Any] = session.getpeercert() or {}
    names = [value for group in certificate.get("subject", ()) for key, value in group if key == "commonName"]
    expires = str(certificate.get("notAfter", ""))
    if not certificate and (chain := chain_of(session)):  # Python reads only what it has checked
        names = [f"{chain[0].short_subject} (not checked)"]
        expires = f"{chain[0].not_after:%b %e %H:%M:%S %Y} GMT"
    cipher = session.cipher()
    return TlsSession(
        version=session.version() or "unknown",
        cipher=cipher[0] if cipher else "unknown",
        server_name=", ".join(names),
        expires=expires,
    )
