"""Figures of one subject, or of a branch: counts, rates by the second, sizes, latencies."""

from __future__ import annotations

import math
from array import array
from collections import Counter

from natscli.traffic.values import SPARK_S

_NO_SIZE = 1 << 62
_PER_OCTAVE = 8  # latency buckets for each doubling: a percentile is within 4.5 %
_SHORTEST_S = 1e-6

_NOTHING = (0,) * SPARK_S


class Flow:
    """How many messages and bytes, in all and by the second.

    ``fresh`` has come since the last tick; ``roll`` takes it in.  The current second is kept apart, so
    that a subject that came once needs no ring.
    """

    __slots__ = (
        "base", "bucket", "bucket_size", "count", "first_s", "fresh", "fresh_size", "last_s", "ring", "ring_sizes",
        "second", "size",
    )  # fmt: skip

    def __init__(self, now_s: float) -> None:
        self.count = self.size = 0
        self.fresh = self.fresh_size = 0
        self.base = 0
        self.first_s = self.last_s = now_s
        self.second = -1
        self.bucket = self.bucket_size = 0
        self.ring: array[int] | None = None
        self.ring_sizes: array[int] | None = None

    def roll(self, second: int, now_s: float) -> None:
        """Count what is fresh, in this second."""
        if second != self.second:
            self._advance(second)
        fresh, size = self.fresh, self.fresh_size
        self.bucket += fresh
        self.bucket_size += size
        self.count += fresh
        self.size += size
        self.fresh = self.fresh_size = 0
        self.last_s = now_s

    def rate(self, window: int, now: float) -> float:
        """Return messages per second over the last ``window`` seconds; ``now`` counts from the start."""
        if window == 1 and now >= 1:  # what tables are sorted by
            newest = int(now)
            if self.second == newest:
                before = self.ring[(newest - 1) % SPARK_S] if self.ring is not None else 0
                return self.bucket + before * (1 - now + newest)
            return self.bucket * (1 - now + newest) if self.second == newest - 1 else 0.0
        return self._sum(self.ring, self.bucket, window, now) / span(window, now)

    def size_rate(self, window: int, now: float) -> float:
        """Return bytes per second likewise."""
        return self._sum(self.ring_sizes, self.bucket_size, window, now) / span(window, now)

    def spark(self, now: float) -> tuple[int, ...]:
        """Return the counts of the last seconds, the current one last."""
        newest, ring, second = int(now), self.ring, self.second
        if newest < second:
            return tuple(self._at(ring, self.bucket, each) for each in range(newest - SPARK_S + 1, newest + 1))
        oldest = second % SPARK_S
        before = (*ring[oldest:], *ring[:oldest]) if ring is not None else _NOTHING
        return (*before, self.bucket, *_NOTHING[: newest - second])[-SPARK_S:]

    def merge(self, other: Flow, sign: int = 1) -> None:
        """Add what another has counted, or with -1 take it away again."""
        newest = max(self.second, other.second)
        if newest > self.second:
            self._advance(newest)
        self.count += sign * other.count
        self.size += sign * other.size
        self.base += sign * other.base
        if sign > 0:
            self.first_s, self.last_s = min(self.first_s, other.first_s), max(self.last_s, other.last_s)
        if other.second == newest:
            self.bucket += sign * other.bucket
            self.bucket_size += sign * other.bucket_size
        if other.second < newest - SPARK_S or (other.ring is None and other.second == newest):
            return
        self._make_ring()
        assert self.ring is not None
        assert self.ring_sizes is not None
        first = max(newest - SPARK_S, other.second - SPARK_S if other.ring is not None else other.second, 0)
        for second in range(first, min(newest, other.second + 1)):
            place = second % SPARK_S
            self.ring[place] = max(self.ring[place] + sign * other._at(other.ring, other.bucket, second), 0)
            size = other._at(other.ring_sizes, other.bucket_size, second)
            self.ring_sizes[place] = max(self.ring_sizes[place] + sign * size, 0)

    def _advance(self, second: int) -> None:
        """Begin another second; those without messages in between are empty."""
        if self.second >= 0 and (self.ring is not None or self.bucket):
            self._make_ring()
            assert self.ring is not None
            assert self.ring_sizes is not None
            self.ring[self.second % SPARK_S] = self.bucket
            self.ring_sizes[self.second % SPARK_S] = self.bucket_size
            for empty in range(max(self.second + 1, second - SPARK_S), second):
                self.ring[empty % SPARK_S] = self.ring_sizes[empty % SPARK_S] = 0
        self.second = second
        self.bucket = self.bucket_size = 0

    def _make_ring(self) -> None:
        if self.ring is None:
            self.ring, self.ring_sizes = array("Q", bytes(8 * SPARK_S)), array("Q", bytes(8 * SPARK_S))

    def _at(self, ring: array[int] | None, bucket: int, second: int) -> int:
        if second == self.second:
            return bucket
        if ring is None or second < 0 or not self.second - SPARK_S <= second < self.second:
            return 0
        return ring[second % SPARK_S]

    def _sum(self, ring: array[int] | None, bucket: int, window: int, now: float) -> float:
        """Sum a window that ends now: its oldest second, which is only partly in it, counts for that part."""
        newest = int(now)
        oldest, second = newest - window, self.second
        if second < oldest:
            return 0
        part = self._at(ring, bucket, oldest) * (1 - (now - newest))
        if second == oldest:
            return part
        first = max(oldest + 1, second - SPARK_S, 0)
        if ring is None or first >= second:
            return bucket + part
        begin, end = first % SPARK_S, second % SPARK_S
        full = sum(ring[begin:end]) if begin < end else sum(ring[begin:]) + sum(ring[:end])
        return full + bucket + part


def span(window: int, now: float) -> float:
    """Return the seconds that a rate is over: the window, or the time since the start where that is less."""
    return min(float(window), max(now, 1e-3))


class Traffic(Flow):
    """A flow whose sizes and requests are known."""

    __slots__ = ("histogram", "largest", "latency", "smallest")

    def __init__(self, now_s: float) -> None:
        super().__init__(now_s)
        self.smallest = _NO_SIZE
        self.largest = 0
        self.histogram: list[int] = []
        self.latency: Latency | None = None

    def add(self, count: int, size: int) -> None:
        """Take in messages of one size; they count with the next ``roll``."""
        self.fresh += count
        self.fresh_size += count * size
        self.note_size(count, size)

    def note_size(self, count: int, size: int) -> None:
        """Remember the size of messages that are counted elsewhere."""
        if size < self.smallest:
            self.smallest = size
        if size > self.largest:
            self.largest = size
        bits = size.bit_length()
        try:
            self.histogram[bits] += count
        except IndexError:
            self.histogram += [0] * (bits + 1 - len(self.histogram))
            self.histogram[bits] += count

    def absorb(self, other: Traffic) -> None:
        """Add all that another knows."""
        self.merge(other)
        self.note(other)

    def note(self, other: Traffic) -> None:
        """Add the sizes and latencies of messages that are counted elsewhere."""
        self.smallest, self.largest = min(self.smallest, other.smallest), max(self.largest, other.largest)
        self.histogram += [0] * (len(other.histogram) - len(self.histogram))
        for bits, count in enumerate(other.histogram):
            self.histogram[bits] += count
        if other.latency is not None:
            self.timed().merge(other.latency)

    def timed(self) -> Latency:
        """Return the latencies, to write to."""
        if self.latency is None:
            self.latency = Latency()
        return self.latency


class Latency:
    """Requests, and how long their replies took, in buckets of a fixed ratio."""

    __slots__ = ("buckets", "replies", "requests", "unanswered")

    def __init__(self) -> None:
        self.requests = self.replies = self.unanswered = 0
        self.buckets: Counter[int] = Counter()

    def add(self, seconds: float, count: int) -> None:
        """Count replies that took so long."""
        self.replies += count
        self.buckets[round(math.log2(max(seconds, _SHORTEST_S) / _SHORTEST_S) * _PER_OCTAVE)] += count

    def merge(self, other: Latency) -> None:
        """Add another's."""
        self.requests += other.requests
        self.replies += other.replies
        self.unanswered += other.unanswered
        self.buckets.update(other.buckets)

    def percentile(self, percent: float) -> float | None:
        """Return the seconds that so many per cent of the replies took at most, or None without replies."""
        left = self.replies * percent / 100
        for bucket in sorted(self.buckets):
            left -= self.buckets[bucket]
            if left <= 1e-9:
                return _middle(bucket)
        return None

    def histogram(self) -> tuple[tuple[float, int], ...]:
        """Return each bucket's upper bound in seconds, and its count."""
        return tuple((_middle(bucket + 0.5), self.buckets[bucket]) for bucket in sorted(self.buckets))


def _middle(bucket: float) -> float:
    return float(_SHORTEST_S * 2 ** (bucket / _PER_OCTAVE))
