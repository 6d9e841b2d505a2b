"""Messages in a stream: read by sequence or subject, one or many at a time, and removed (ADR-31)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError, NoRespondersError
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.arrivals import Arrivals
from natscli.jetstream.document import Document, encode
from natscli.jetstream.errors import MESSAGE_NOT_FOUND, ApiError
from natscli.text.sanitise import decode
from natscli.wire.headers import VERSION, parse_headers
from natscli.wire.message import Message

# What the server adds behind a message's own headers when it answers directly.
_ADDED = (
    b"Nats-Stream", b"Nats-Subject", b"Nats-Sequence", b"Nats-Time-Stamp", b"Nats-Num-Pending", b"Nats-Last-Sequence",
    b"Nats-UpTo-Sequence",
)  # fmt: skip
_END_OF_BATCH = 204
_NOT_FOUND = 404
_BATCH = 500  # of one direct get; the server gives up to 1000


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as the stream keeps it; ``headers`` is its whole block, ``time`` RFC 3339 with nanoseconds."""

    subject: bytes
    sequence: int
    time: str
    payload: bytes
    headers: bytes = b""
    pending: int = 0  # how many of the batch it came in are still to come; of a batch alone


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which message: ``sequence``; the last of ``last_for``; or of ``next_for`` the first from ``sequence`` on."""

    sequence: int = 0
    last_for: str = ""
    next_for: str = ""
    since: str = ""  # in place of a sequence: the first that was stored then or later (RFC 3339)

    @property
    def body(self) -> dict[str, Any]:
        """The request for it."""
        if self.last_for:
            return {"last_by_subj": self.last_for}
        start: dict[str, Any] = {"start_time": self.since} if self.since else {"seq": self.sequence}
        return start | ({"next_by_subj": self.next_for} if self.next_for else {})


async def get_message(api: Api, stream: str, wanted: Wanted) -> StoredMessage:
    """Return a message from the stream's leader; ApiError with MESSAGE_NOT_FOUND where there is none."""
    what = f"stream '{stream}'"
    answer = await api.ask(f"STREAM.MSG.GET.{check_name(stream, 'stream')}", what, wanted.body)
    stored = answer.part("message")
    try:
        payload, headers = (b64decode(stored.text(key), validate=True) for key in ("data", "hdrs"))
    except binascii.Error:
        raise NatsCliError(f"{what}: the message of the answer cannot be read") from None
    subject = stored.text("subject").encode("utf-8", "surrogatepass")
    return StoredMessage(subject, stored.whole("seq"), stored.text("time"), payload, headers)


async def get_direct(api: Api, stream: str, wanted: Wanted) -> StoredMessage:
    """Return a message from any replica, or from a mirror; where the stream does not allow that, from the leader."""
    what = f"stream '{stream}'"
    try:
        answer = await api.exchange(f"DIRECT.GET.{check_name(stream, 'stream')}", what, encode(wanted.body))
    except NoRespondersError:
        return await get_message(api, stream, wanted)
    status = parse_headers(answer.headers)
    if status.status:
        raise _refusal(what, status.status, status.description)
    return direct_answer(answer)


async def get_batch(
    api: Api, stream: str, body: Mapping[str, Any], *, wait_s: float | None = None
) -> AsyncGenerator[StoredMessage, None]:
    """Yield the messages of one batched direct get (``body``: ``batch``, ``seq``, ``next_by_subj`` …).

    The stream has to allow direct gets: NoRespondersError otherwise.  Nothing found is no message.
    ``wait_s`` bounds each wait for the next one.
    """
    what = f"stream '{stream}'"
    operation = f"DIRECT.GET.{check_name(stream, 'stream')}"
    wait_s = wait_s or api.connection.target.timeout_s
    async with Arrivals.of(api.connection) as arrivals:
        await arrivals.ask(api.subject(operation), encode(body), wait_s)
        while True:
            message = await arrivals.next(Deadline(wait_s), f"{what}: no message")
            status = parse_headers(message.headers) if message.headers else None
            if status is None or not status.status:
                yield direct_answer(message)
            elif status.status in (_END_OF_BATCH, _NOT_FOUND):
                return
            else:
                raise _refusal(what, status.status, status.description)


async def read_from(
    api: Api, stream: str, start: Wanted, count: int, *, direct: bool
) -> AsyncGenerator[StoredMessage, None]:
    """Yield up to ``count`` messages in order from ``start`` on (of ``next_for``, ``>`` for all).

    In batches where the stream allows direct gets, one by one from its leader where not.
    """
    left, wanted = count, start
    while left > 0:
        before = left
        if direct:
            async for message in get_batch(api, stream, wanted.body | {"batch": min(left, _BATCH)}):
                yield message
                left, wanted = left - 1, replace(start, sequence=message.sequence + 1, since="")
        else:
            try:
                message = await get_message(api, stream, wanted)
            except ApiError as error:
                if error.err_code != MESSAGE_NOT_FOUND:
                    raise
                return
            yield message
            left, wanted = left - 1, replace(start, sequence=message.sequence + 1, since="")
        if left == before:
            return


async def delete_message(api: Api, stream: str, sequence: int, *, erase: bool = False) -> None:
    """Remove one message; with ``erase`` its bytes on disk are overwritten, too."""
    body = {"seq": sequence, **({} if erase else {"no_erase": True})}
    await api.ask(f"STREAM.MSG.DELETE.{check_name(stream, 'stream')}", f"stream '{stream}'", body)


def direct_answer(message: Message) -> StoredMessage:
    """Return what a direct answer carries, without the headers that the server added to it."""
    added, own = _split(message.headers)
    return StoredMessage(
        added.text("Nats-Subject").encode("utf-8", "surrogateescape"),
        _number(added.text("Nats-Sequence")),
        added.text("Nats-Time-Stamp"),
        message.payload,
        own,
        _number(added.text("Nats-Num-Pending")),
    )


def _split(block: bytes) -> tuple[Document, bytes]:
    """Return the last header of each added name, which is the server's, and the block without those."""
    lines = block.removesuffix(b"\r\n\r\n").split(b"\r\n")
    added: dict[str, str] = {}
    own: list[bytes] = []
    for line in reversed(lines[1:]):
        name, _, value = line.partition(b":")
        key = name.decode("ascii", "replace")
        if name in _ADDED and key not in added:
            added[key] = decode(value.strip(b" \t"))
        else:
            own.append(line)
    return Document(added), b"\r\n".join([VERSION, *reversed(own)]) + b"\r\n\r\n" if own else b""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 21 else 0


def _refusal(what: str, status: int, description: str) -> NatsCliError:
    if status == _NOT_FOUND:
        return ApiError(what, status, MESSAGE_NOT_FOUND, "no message found")
    return ApiError(what, status, 0, description.lower())
