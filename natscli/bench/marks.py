"""Time and number inside the payload, by which a receiver tells latency, loss, repetition and order.

A payload begins with 16 bytes in network order: the time it was due (``time.perf_counter_ns``) and the run's tag,
the publisher and its number.  A block of frames is a template whose numbers are written column by column
(``block[offset::stride] = …``): 20 ns a message, where formatting each takes 150.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from struct import pack

from natscli.bench.bodies import BLOCK_BYTES
from natscli.bench.histogram import Recorder
from natscli.bench.ledger import Ledger
from natscli.bench.plan import MARK_BYTES
from natscli.messaging.outgoing import Letter
from natscli.wire.message import Run

_NUMBER_BITS = 36
_CLIENT_BITS = 12
_PAGE = 65536  # numbers that differ in their two lowest bytes only
_LOW = bytes(range(256)) * 256
_MIDDLE = b"".join(bytes([byte]) * 256 for byte in range(256))


def mark(tag: int, client: int, number: int) -> int:
    """Return the second eight bytes."""
    return (tag << _CLIENT_BITS | client) << _NUMBER_BITS | number


def greeting(tag: int, client: int, number: int) -> bytes:
    """Return the payload of a message ahead of a run: foreign to the run itself, should it come late."""
    return pack("!QQ", tag, mark(tag ^ 1, client, number))


class Greetings:
    """Which number each publisher's latest greeting had."""

    def __init__(self, tag: int) -> None:
        self._tag = tag
        self.latest: dict[int, int] = {}

    def take(self, run: Run) -> None:
        """Read them."""
        fields = run.leading("QQ")
        for tag, number in zip(fields[::2], fields[1::2], strict=True):
            sender = number >> _NUMBER_BITS
            if tag == self._tag and sender >> _CLIENT_BITS == tag ^ 1:
                self.latest[sender % (1 << _CLIENT_BITS)] = number % (1 << _NUMBER_BITS)


class MarkedBlocks:
    """Frames that carry when they were due and which they are."""

    def __init__(self, letter: Letter, tag: int, client: int) -> None:
        rest = letter.payload[MARK_BYTES:]
        self._size = MARK_BYTES + len(rest)
        frame = Letter(letter.subject, bytes(MARK_BYTES) + rest, b"", letter.headers).frame
        self._head, self._tail = frame[: len(frame) - 2 - self._size], rest + b"\r\n"
        self._stride = len(frame)
        self._offset = self._stride - 2 - self._size
        self._count = min(max(BLOCK_BYTES // self._stride, 1), _PAGE)
        self._block = bytearray(frame * self._count)
        self._next = mark(tag, client, 0)
        self._written = bytes(MARK_BYTES - 2)  # time and all but the lowest bytes of the number, in the whole block

    def take(self, most: int, stamp_ns: int) -> tuple[bytes, int, int]:
        """Return the next messages, all due at ``stamp_ns``."""
        block, stride, offset, number = self._block, self._stride, self._offset, self._next
        low = number % _PAGE  # and of the run's first: a mark's lowest bits are the number's
        count = min(most, self._count, _PAGE - low)
        fixed = stamp_ns.to_bytes(8, "big") + (number >> 16).to_bytes(6, "big")
        for place, (byte, before) in enumerate(zip(fixed, self._written, strict=True), offset):
            if byte != before:
                block[place::stride] = bytes([byte]) * self._count
        self._written = fixed
        stop = count * stride
        block[offset + MARK_BYTES - 2 : stop : stride] = _MIDDLE[low : low + count]
        start = low % 256
        block[offset + MARK_BYTES - 1 : stop : stride] = _LOW[start : start + count]
        self._next += count
        return bytes(block[:stop]), count, count * self._size

    def take_due(self, due: Sequence[int]) -> tuple[bytes, int, int]:
        """Return a message for each of these times."""
        head, tail, number = self._head, self._tail, self._next
        frames = b"".join([head + pack("!QQ", stamp, place) + tail for place, stamp in enumerate(due, number)])
        self._next += len(due)
        return frames, len(due), len(due) * self._size


class MarkReader:
    """Reads the marks of one receiver's messages."""

    def __init__(self, tag: int, latency: Recorder) -> None:
        self._tag = tag
        self._latency = latency
        self.ledgers: dict[int, Ledger] = {}  # by publisher
        self.foreign = 0

    def take(self, run: Run, now_ns: int) -> None:
        """Account for a run: in one step where its numbers follow each other, as those of one publisher do."""
        fields = run.leading("QQ")
        stamps, marks = fields[::2], fields[1::2]
        count = len(marks)
        self.foreign += len(run) - count
        if not count:
            return
        first = marks[0]
        if marks[-1] - first == count - 1 and marks == tuple(range(first, first + count)):
            self._take(first, count, stamps, now_ns)
        else:
            for stamp, number in zip(stamps, marks, strict=True):
                self._take(number, 1, (stamp,), now_ns)

    def _take(self, first: int, count: int, stamps: Sequence[int], now_ns: int) -> None:
        sender = first >> _NUMBER_BITS
        if sender >> _CLIENT_BITS != self._tag:
            self.foreign += count
            return
        client = sender % (1 << _CLIENT_BITS)
        ledger = self.ledgers.get(client)
        if ledger is None:
            ledger = self.ledgers[client] = Ledger()
        ledger.take(first % (1 << _NUMBER_BITS), count)
        self.record(stamps, now_ns)

    def record(self, stamps: Sequence[int], now_ns: int) -> None:
        """Record latencies: once for each block, whose messages share their time."""
        place = 0
        while place < len(stamps):
            stamp = stamps[place]
            end = bisect_right(stamps, stamp, place)
            self._latency.add(now_ns - stamp, end - place)
            place = end
