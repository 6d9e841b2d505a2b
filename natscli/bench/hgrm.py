"""Latencies in HdrHistogram's percentile distribution text, which its plotters and other tools read.

The form is that of ``AbstractHistogram.outputPercentileDistribution`` (github.com/HdrHistogram/HdrHistogram):
values in milliseconds, five lines for each halving of what is left to 100 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from natscli.bench.histogram import Histogram, highest_in

_TICKS = 5  # lines for each halving
_MS = 1e6  # nanoseconds
_SUB_BUCKETS = 2048


class Row(NamedTuple):
    """So many values (``seen``, a part of all) do not exceed ``value_ns``."""

    value_ns: int
    part: float
    seen: int


def distribution(histogram: Histogram) -> Iterator[Row]:
    """Yield the lines of the distribution, the last with all values; none for nothing."""
    total, seen = histogram.count, 0
    levels = _levels()
    level = next(levels)
    for bucket, count in histogram.buckets:
        seen += count
        while seen / total >= level:
            yield Row(min(highest_in(bucket), histogram.maximum), level, seen)
            level = next(levels)
            if seen == total:
                break
    if total:
        yield Row(histogram.maximum, 1.0, total)


def _levels() -> Iterator[float]:
    """Yield parts from nothing on, without the drift of a sum; at 2⁻⁵⁰ of the whole there is no more to halve."""
    for halvings in range(50):
        left = 2.0**-halvings
        yield from (1 - left + left / 2 * tick / _TICKS for tick in range(_TICKS))
    yield math.inf


def write_distribution(histogram: Histogram) -> str:
    """Return the text, values to the nanosecond."""
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    for row in distribution(histogram):
        line = f"{row.value_ns / _MS:12.6f} {row.part:2.12f} {row.seen:10d}"
        lines.append(line if row.part == 1 else f"{line} {1 / (1 - row.part):14.2f}")
    mean, deviation, highest = histogram.mean / _MS, _deviation(histogram) / _MS, histogram.maximum / _MS
    powers = max(histogram.maximum, 1).bit_length()
    lines += [
        f"#[Mean    = {mean:12.6f}, StdDeviation   = {deviation:12.6f}]",
        f"#[Max     = {highest:12.6f}, Total count    = {histogram.count:12d}]",
        f"#[Buckets = {max(powers - 10, 1):12d}, SubBuckets     = {_SUB_BUCKETS:12d}]",
    ]
    return "\n".join([*lines, ""])


def _deviation(histogram: Histogram) -> float:
    """Return the standard deviation, each value taken for the highest of its bucket."""
    mean = histogram.mean
    squares = sum(count * (highest_in(bucket) - mean) ** 2 for bucket, count in histogram.buckets)
    return math.sqrt(squares / (histogram.count or 1))
