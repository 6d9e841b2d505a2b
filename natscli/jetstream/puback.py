"""What a stream says of a message that it was sent (ADR-22), and what it means that nobody says anything."""

from __future__ import annotations

import re
from typing import NamedTuple

from natscli.errors import DeadlineError, NatsCliError, NoRespondersError
from natscli.jetstream.api import Api, check
from natscli.jetstream.document import Document
from natscli.jetstream.errors import LEADERLESS, NO_LEADER, ApiError
from natscli.jetstream.streams import stream_names
from natscli.wire.message import Message

# As servers write nearly all: 1 µs to read, not 20.
_PLAIN = re.compile(rb'\{"stream": ?"([-\w]+)", ?"seq": ?([1-9]\d{,18})\}', re.ASCII)


class PubAck(NamedTuple):
    """What the stream says of a message that it has."""

    stream: str
    sequence: int
    duplicate: bool = False
    domain: str = ""
    value: str = ""  # of a counter (ADR-49)
    batch: str = ""  # of an atomic batch (ADR-50), with how many messages it has
    size: int = 0


def read_ack(message: Message, what: str) -> PubAck:
    """Return what a reply acknowledges; ApiError for a refusal, NatsCliError for what is no acknowledgement."""
    plain = _PLAIN.fullmatch(message.payload)
    if plain is not None:
        return PubAck(plain[1].decode("ascii"), int(plain[2]))
    try:
        document = Document.parse(message.payload)
    except ValueError:
        raise NatsCliError(f"{what}: the reply is no acknowledgement: is it a stream that answers?") from None
    check(document, what)
    if not document.text("stream") or not document.whole("seq"):
        raise NatsCliError(f"{what}: the reply is no acknowledgement: is it a stream that answers?")
    return PubAck(
        document.text("stream"), document.whole("seq"), document.flag("duplicate"), document.text("domain"),
        document.text("val"), document.text("batch"), document.whole("count"),
    )  # fmt: skip


def unstored(what: str) -> NoRespondersError:
    """Return the error for nobody taking a message."""
    return NoRespondersError(f"{what}: no stream stores it", "natscli stream ls --all lists the streams")


async def why_unstored(api: Api, subject: str, what: str) -> tuple[NatsCliError, bool]:
    """Return the error for nobody taking a message, and whether that may pass: its stream is without a leader."""
    try:
        names = await stream_names(api, subject)
    except NatsCliError as error:
        if isinstance(error, ApiError) and error.err_code in LEADERLESS:
            return error.about(what), True
        if isinstance(error, DeadlineError):
            return NoRespondersError(f"{what}: nobody stores it; {error}", error.hint), False
        return unstored(what), False
    if not names:
        return unstored(what), False
    return NoRespondersError(f"{what}: stream '{names[0]}' has no leader, and nobody stores it", NO_LEADER), True
