"""Which messages of a stream have come, by their sequences: each counts once, whoever of the clients got it.

Nothing is done for a message where a run of them is one stretch of the stream, which first and last tell if none has
been delivered before; only others are looked at one by one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from natscli.jetstream.acks import Delivery, delivery_of

_LEADING = 5  # tokens of an acknowledgement's subject before the stream's sequence, without domain and account
_WITH_DOMAIN = 11


class Places:
    """One byte for each sequence, from the lowest that has come on: those of an old stream are large numbers."""

    def __init__(self) -> None:
        self._seen = bytearray()
        self._base = 0  # the sequence of the first byte, once there is one
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many have come."""
        return self._seen.count(1)

    @property
    def missing(self) -> int:
        """How many have not come, between the first and the last that have."""
        first = self._seen.find(1)
        return self._seen.count(0, first, self._seen.rfind(1)) if first >= 0 else 0

    def cover(self, others: Places) -> int:
        """Take all that have come to ``others``, which are more; return how many are new."""
        with self._lock, others._lock:
            new = others.count - self.count
            self._seen, self._base = bytearray(others._seen), others._base
        return new

    def take_replies(self, replies: Sequence[bytes]) -> int:
        """Take messages by what they are to be acknowledged with; return how many are new."""
        first, last = delivery_of(replies[0]), delivery_of(replies[-1])
        if first is None or last is None:
            return 0
        if _is_stretch(first, last, replies):
            return self.take(first.stream_sequence, len(replies))
        places = sequences(replies)
        return sum([self.take(place, 1) for place in places])

    def take(self, first: int, count: int) -> int:
        """Take sequences that follow each other; return how many are new."""
        with self._lock:
            seen = self._seen
            if not seen:
                self._base = first
            if first < self._base:
                seen[:0] = bytes(self._base - first)
                self._base = first
            start = first - self._base
            end = start + count
            if end > len(seen):
                seen.extend(bytes(max(end - len(seen), len(seen))))
            new = seen.count(0, start, end)
            seen[start:end] = b"\1" * count
        return new


def _is_stretch(first: Delivery, last: Delivery, replies: Sequence[bytes]) -> bool:
    """Whether these are one stretch of the stream: as many deliveries as messages, and each the first of its own.

    A consumer makes its first deliveries in the order of the stream, so that the ends tell what is between them.
    """
    steps = len(replies) - 1
    if (
        last.stream_sequence - first.stream_sequence != steps
        or last.consumer_sequence - first.consumer_sequence != steps
    ):
        return False
    head, _ = _parted(replies[0])
    return b"\n".join(replies).count(head + b".1.") == len(replies)


def _parted(reply: bytes) -> tuple[bytes, list[bytes]]:
    """Return what the subjects of one consumer's acknowledgements begin with, and the tokens behind it."""
    tokens = reply.split(b".")
    before = _LEADING + 1 if len(tokens) >= _WITH_DOMAIN else _LEADING - 1
    return b".".join(tokens[:before]), tokens[before:]


def sequences(replies: Sequence[bytes]) -> list[int]:
    """Return the stream's sequences of messages."""
    _, tokens = _parted(replies[0])
    behind = len(tokens) - 1  # of the deliveries
    return [int(reply.rsplit(b".", behind)[1]) for reply in replies]
