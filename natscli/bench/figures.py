"""The figures of a result by name, with what they are of and which way is better.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from natscli.bench.report import Result


class Unit(StrEnum):
    """What a figure counts; a duration is in nanoseconds."""

    RATE = "msgs/s"
    BYTES = "bytes/s"
    NANOSECONDS = "ns"
    COUNT = "messages"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``read`` returns None of a result that has none."""

    name: str
    unit: Unit
    read: Callable[[Result], float | None]
    higher_is_better: bool = False


def _at(percent: float) -> Callable[[Result], float | None]:
    def read(result: Result) -> float | None:
        histogram = result.latency and result.latency.histogram
        return float(histogram.percentile(percent)) if histogram and histogram.buckets else None

    return read


FIGURES = {
    figure.name: figure
    for figure in (
        Figure("throughput", Unit.RATE, lambda result: result.msgs_per_sec, higher_is_better=True),
        Figure("bytes", Unit.BYTES, lambda result: result.bytes_per_sec, higher_is_better=True),
        Figure("p50", Unit.NANOSECONDS, _at(50)),
        Figure("p90", Unit.NANOSECONDS, _at(90)),
        Figure("p99", Unit.NANOSECONDS, _at(99)),
        Figure("p99.9", Unit.NANOSECONDS, _at(99.9)),
        Figure("max", Unit.NANOSECONDS, _at(100)),
        Figure("lost", Unit.COUNT, lambda result: result.lost),
        Figure("duplicated", Unit.COUNT, lambda result: result.duplicated),
        Figure("out_of_order", Unit.COUNT, lambda result: result.out_of_order),
        Figure("errors", Unit.COUNT, lambda result: result.errors),
    )
}
