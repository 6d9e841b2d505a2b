"""Acknowledgements (ADR-13, ADR-15): what is said of a message that a consumer delivered, and what its reply tells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from natscli.jetstream.api import Api
from natscli.messaging.request import request_one
from natscli.text.sanitise import decode
from natscli.wire.encode import pub

_ACK = b"$JS.ACK."
_FEWEST, _WITH_DOMAIN = 9, 11  # tokens of an acknowledgement's subject; later servers may add more
_NUMBERS = 5  # of these, behind what is the same for all messages of a consumer
_MOST_DIGITS = 20


class Ack(Enum):
    """What is said of a message."""

    DONE = b"+ACK"
    AGAIN = b"-NAK"  # deliver it again, after a delay if one is given
    NEVER = b"+TERM"  # do not deliver it again, for a reason if one is given
    WORKING = b"+WPI"  # do not deliver it again yet


class Delivery(NamedTuple):
    """Where a delivered message stands, read from its reply subject."""

    stream: str
    consumer: str
    deliveries: int
    stream_sequence: int
    consumer_sequence: int
    time_ns: int  # when it was stored, since the epoch
    pending: int
    domain: str = ""


def delivery_of(reply: bytes) -> Delivery | None:
    """Return what a reply subject tells of its message; None for one that is no acknowledgement's."""
    if not reply.startswith(_ACK):
        return None
    tokens = reply.split(b".")
    domain = b""
    if len(tokens) >= _WITH_DOMAIN:
        domain = b"" if tokens[2] == b"_" else tokens[2]
        tokens = tokens[:2] + tokens[4:]
    if len(tokens) < _FEWEST:
        return None
    numbers = tokens[4 : 4 + _NUMBERS]
    if not (all(numbers) and b"".join(numbers).isdigit() and max(map(len, numbers)) <= _MOST_DIGITS):
        return None
    tries, stored, delivered, time_ns, pending = map(int, numbers)
    return Delivery(decode(tokens[2]), decode(tokens[3]), tries, stored, delivered, time_ns, pending, decode(domain))


class Deliveries(NamedTuple):
    """Where the messages of one consumer stand, column by column, numbers as digits."""

    stream: str
    domain: str
    stream_sequences: Sequence[bytes]
    times_ns: Sequence[bytes]  # when they were stored, since the epoch
    pending: Sequence[bytes]


def deliveries_of(replies: Sequence[bytes]) -> Deliveries | None:
    """Return what the reply subjects of a run tell, in a tenth of the time that they take one by one.

    None where they are not those of one consumer, or any is not what a server writes: one by one then.
    """
    first = delivery_of(replies[0]) if replies else None
    if first is None or not first.consumer:
        return None
    tokens = replies[0].split(b".")
    same = 6 if len(tokens) >= _WITH_DOMAIN else 4
    start, width = b"\n" + b".".join(tokens[:same]) + b".", len(tokens) - same
    rests = (b"\n" + b"\n".join(replies)).split(start)
    numbers = b".".join(rests[1:]).split(b".")
    columns = [numbers[place::width] for place in range(_NUMBERS)]
    if rests[0] or len(numbers) != width * len(replies) or len(rests) != len(replies) + 1:
        return None
    if not b"".join(map(b"".join, columns)).isdigit() or not all(numbers) or max(map(len, numbers)) > _MOST_DIGITS:
        return None
    _, stored, _, times_ns, pending = columns
    return Deliveries(first.stream, first.domain, stored, times_ns, pending)


def ack_body(ack: Ack, *, delay_s: float = 0.0, reason: str = "") -> bytes:
    """Return what is sent; a delay is for AGAIN alone, a reason for NEVER."""
    word: bytes = ack.value
    if ack is Ack.AGAIN and delay_s:
        return word + b" " + json.dumps({"delay": round(delay_s * 1e9)}).encode()
    if ack is Ack.NEVER and reason:
        return word + b" " + reason.encode("utf-8", "surrogateescape")
    return word


def send_ack(api: Api, reply: bytes, body: bytes = Ack.DONE.value) -> None:
    """Send an acknowledgement; nobody says whether it was heard."""
    api.connection.send(pub(reply, body))


async def confirm_ack(api: Api, reply: bytes, body: bytes = Ack.DONE.value) -> None:
    """Send an acknowledgement and wait for the server to say that it was heard; raises NatsCliError."""
    await request_one(api.connection, decode(reply), body, api.deadline)
