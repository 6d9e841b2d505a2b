"""The highest rate whose 99th percentile stays within a limit: doubled, then halved in between.  Pure."""

from __future__ import annotations

from natscli.bench.report import FoundRate, Result, Step
from natscli.bench.summary import rate_reached

_FIRST = 1000.0
_CLOSE = 0.05  # of the rate: good enough
_REACHED = 0.95  # of the rate that was asked for
_MOST_STEPS = 24
_HIGHEST = 5e6


class Search:
    """Says which rate to try next, and learns from the result."""

    def __init__(self, slo_s: float) -> None:
        self._slo_s = slo_s
        self._steps: list[Step] = []
        self._good = 0.0
        self._bad: float | None = None
        self._again: float | None = None  # a rate that missed once: one bad moment of the machine is no verdict

    def next_rate(self) -> float | None:
        """Return the rate to try next; None when the highest has been found."""
        if len(self._steps) >= _MOST_STEPS or self._good >= _HIGHEST:
            return None
        if self._again is not None:
            return self._again
        if self._bad is None:
            return self._good * 2 or _FIRST
        if self._bad - self._good <= max(_CLOSE * self._bad, 1.0):
            return None
        return (self._good + self._bad) / 2

    def learn(self, rate: float, result: Result) -> None:
        """Take the result of a run at a rate: it must have been reached, without loss, in time."""
        p99 = result.latency.histogram.percentile(99) if result.latency else 0
        reached = rate_reached(result.spec, result.sent, result.seconds, result.ended)
        kept = p99 <= self._slo_s * 1e9 and reached >= _REACHED * rate and not result.lost
        self._steps.append(Step(rate=rate, reached=reached, p99_ns=p99, kept=kept))
        if kept:
            self._good, self._again = rate, None
        elif self._again is None:
            self._again = rate
        else:
            self._bad, self._again = rate, None

    def found(self) -> FoundRate:
        """Return what has been found."""
        return FoundRate(slo_s=self._slo_s, rate=self._good, steps=tuple(self._steps))
