"""When a recorded message is due, and how late messages were."""

import math

_FINENESS = 32  # buckets for each doubling: what is read from them is 2 % too high at most
_LEAST_S = 1e-6


class Schedule:
    """Seconds since the first message, in recorded gaps divided by ``speed``; infinity is as fast as it goes.

    Sums of whole nanoseconds: nothing adds up.  A clock that was set back is a gap of nothing.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._elapsed_ns = 0
        self._last_ns: int | None = None
        self._began_ns = 0
        self._messages = 0

    def due_s(self, time_ns: int | None) -> float:
        """Return when the next message is due; one without a time comes with the one before."""
        if time_ns is not None:
            if self._last_ns is not None and time_ns > self._last_ns:
                self._elapsed_ns += time_ns - self._last_ns
            self._last_ns = time_ns
        self._messages += 1
        return self._elapsed_ns / 1e9 / self._speed

    def repeat(self) -> None:
        """Begin anew, one mean gap behind the last message."""
        if self._messages > 1:
            self._elapsed_ns += (self._elapsed_ns - self._began_ns) // (self._messages - 1)
        self._began_ns, self._last_ns, self._messages = self._elapsed_ns, None, 0


class Lateness:
    """How late messages were, in seconds; memory does not grow with their number."""

    def __init__(self) -> None:
        self.count = 0
        self.worst_s = 0.0
        self._buckets: dict[int, int] = {}

    def add(self, seconds: float, messages: int = 1) -> None:
        """Count messages that were so late."""
        bucket = math.ceil(math.log2(max(seconds, _LEAST_S)) * _FINENESS)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + messages
        self.count += messages
        self.worst_s = max(self.worst_s, seconds)

    def percentile_s(self, share: float) -> float:
        """Return what this share of the messages, such as 0.99, did not exceed."""
        wanted = math.ceil(share * self.count)
        for bucket in sorted(self._buckets):
            wanted -= self._buckets[bucket]
            if wanted <= 0:
                return min(math.exp2(bucket / _FINENESS), self.worst_s)
        return 0.0
