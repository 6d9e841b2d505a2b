"""When messages are due: an open loop, which does not wait for the one before."""

from __future__ import annotations

import random
from bisect import bisect_right

_AHEAD = 512  # due times made at once


class Schedule:
    """Due times in nanoseconds on ``time.perf_counter_ns``, in order.

    With ``jitter`` each moves at random by up to half that part of the gap, to either side.
    """

    def __init__(self, start_ns: int, rate: float, jitter: float = 0.0) -> None:
        self._start = start_ns
        self._gap = 1e9 / rate
        self._jitter = jitter
        self._made = 0
        self._due: list[int] = []

    def take(self, now_ns: int, most: int) -> list[int]:
        """Return what is due by now, ``most`` at most; what is left comes with the next call."""
        if not self._due:
            self._make()
        count = min(bisect_right(self._due, now_ns), most)
        due, self._due = self._due[:count], self._due[count:]
        return due

    def wait_s(self, now_ns: int) -> float:
        """Return the seconds until the next is due."""
        if not self._due:
            self._make()
        return max((self._due[0] - now_ns) / 1e9, 0.0)

    def _make(self) -> None:
        numbers = range(self._made, self._made + _AHEAD)
        gap, start = self._gap, self._start
        if self._jitter:
            jitter = self._jitter
            self._due = [start + round((n + jitter * (random.random() - 0.5)) * gap) for n in numbers]
        else:
            self._due = [start + round(n * gap) for n in numbers]
        self._made += _AHEAD
