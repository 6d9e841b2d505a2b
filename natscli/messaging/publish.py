"""Publishing: many messages in few writes, and proof that the server has read them."""

from dataclasses import dataclass

from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, NatsCliError
from natscli.text.sizes import plural
from natscli.wire.encode import pub

_BATCH_BYTES = 64 * 1024  # larger writes cost more CPU per byte at 1 KiB payloads


@dataclass(frozen=True, slots=True)
class Publication:
    """One message and how many times it is sent; ``headers`` is an encoded block."""

    subject: bytes
    payload: bytes
    reply: bytes = b""
    headers: bytes = b""
    count: int = 1


async def publish(connection: Connection, publication: Publication, timeout_s: float) -> None:
    """Publish, and return once the server has answered a PING sent behind the last message.

    ``timeout_s`` bounds each wait on the server.  A refused subject raises PermissionDeniedError.
    """
    check_size(connection, publication)
    frame = pub(publication.subject, publication.payload, publication.reply, publication.headers)
    per_batch = max(_BATCH_BYTES // len(frame), 1)
    batch = frame * min(per_batch, publication.count)
    whole, rest = divmod(publication.count, per_batch)
    try:
        for _ in range(whole):
            connection.send(batch)
            await connection.drain_writes(timeout_s)
        if rest:
            connection.send(frame * rest)
        await connection.confirm(timeout_s)
    except ConnectionLostError as error:
        raise ConnectionLostError(f"{error}; none of {plural(publication.count, 'message')} is confirmed") from error


def check_size(connection: Connection, publication: Publication) -> None:
    """Raise unless the server takes a message of this size; it counts headers too, and hangs up on more."""
    headers, payload = len(publication.headers), len(publication.payload)
    if headers + payload > connection.max_payload:
        parts = f" ({headers:,} of them headers)" if headers else ""
        limit = f"the server's limit of {connection.max_payload:,}"
        raise NatsCliError(f"the message of {headers + payload:,} bytes{parts} exceeds {limit}")
