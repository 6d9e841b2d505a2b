"""Acknowledging JetStream messages that a plain subscription sees (ADR-13: an empty reply, or +ACK)."""

from natscli.connection.client import Connection
from natscli.wire.encode import pub
from natscli.wire.message import Run

_ACK_SUBJECTS = b"$JS.ACK."


def acknowledge(connection: Connection, run: Run) -> None:
    """Acknowledge every message of a run that can be; without a connection none: they will come again."""
    acks = [pub(reply, b"") for reply in run.replies or () if reply.startswith(_ACK_SUBJECTS)]
    if acks and connection.is_connected:
        connection.send(b"".join(acks))
