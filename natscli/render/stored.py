"""Messages that come from a stream: where they stand in it, beside what every message has."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import chain

from natscli.jetstream.acks import Delivery, deliveries_of, delivery_of
from natscli.messaging.ndjson import quoted_text
from natscli.render.bulk import contents
from natscli.text.durations import format_duration
from natscli.wire.message import Run


def delivery_fields(reply: bytes) -> str:
    """Return where a message stands, as it is in a JSON line behind a comma; nothing where the reply does not tell."""
    delivery = delivery_of(reply)
    if delivery is None:
        return ""
    consumer = ""
    if delivery.consumer:  # none with direct gets
        consumer = f',"consumer":{quoted_text(delivery.consumer)},"consumer_seq":{delivery.consumer_sequence}'
        consumer += f',"delivered":{delivery.deliveries}'
    domain = f',"domain":{quoted_text(delivery.domain)}' if delivery.domain else ""
    seconds, nanoseconds = divmod(delivery.time_ns, 1_000_000_000)
    stored = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{nanoseconds:09d}Z"
    where = f',"stream":{quoted_text(delivery.stream)},"stream_seq":{delivery.stream_sequence}{domain}'
    return f'{where}{consumer},"pending":{delivery.pending},"stored":"{stored}"'


def headline(delivery: Delivery, subject: str) -> str:
    """Return what stands above a message, in the Go CLI's words."""
    moment = _moment(delivery.time_ns // 1_000_000_000)
    if not delivery.consumer:
        where = f"(direct): stream: {delivery.stream} seq {delivery.stream_sequence:,}"
        return f" Received JetStream message {where} / subject: {subject} / time: {moment}"
    where = f"stream: {delivery.stream} seq: {delivery.stream_sequence:,} / pending: {delivery.pending:,}"
    return f" Received JetStream message: {where} / subject: {subject} / time: {moment}"


def human_lines(run: Run, number: int) -> bytes | None:
    """Return what ``headline`` says, and headers and body, for all messages of a run; its first has ``number``.

    Column by column, 2 µs each in place of 13; None where the replies are not those of one consumer.
    """
    places = deliveries_of(run.replies or ())
    if places is None:
        return None
    stream = places.stream.encode("utf-8", "surrogateescape").replace(b"%", b"%%")
    line = b"[#%d] Received JetStream message: stream: " + stream
    line += b" seq: %b / pending: %b / subject: %b / time: %b\n%b%b%b"
    columns = zip(
        range(number, number + len(run)),
        _grouped(places.stream_sequences),
        _grouped(places.pending),
        run.subjects,
        map(_Moments().__getitem__, [digits[:-9] for digits in places.times_ns]),
        *contents(run),
        strict=False,  # a column of no headers never ends
    )
    return line * len(run) % tuple(chain.from_iterable(columns))


def _grouped(numbers: Iterable[bytes]) -> list[bytes]:
    """Return numbers with commas between thousands."""
    return "\n".join(map("{:,}".format, map(int, numbers))).encode().split(b"\n")


class _Moments(dict[bytes, bytes]):
    """The clock's words for seconds since the epoch, said once each."""

    def __missing__(self, seconds: bytes) -> bytes:
        said = self[seconds] = _moment(int(seconds or b"0")).encode()
        return said


def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def age(delivery: Delivery) -> str:
    """Return how long ago a message was stored."""
    return format_duration(max(time.time_ns() - delivery.time_ns, 0) / 1e9)
