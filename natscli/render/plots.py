"""Plots of block characters: a histogram of latencies, a time-line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from natscli.bench.histogram import Histogram, highest_in
from natscli.text.durations import format_duration

_ROWS = 10
_WIDTH = 40
_STEPS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉"


def histogram_lines(histogram: Histogram) -> list[str]:
    """Return a bar for each range of latencies: the ranges grow by one factor, the bars are shares of all."""
    count, low, high = histogram.count, max(histogram.minimum, 1), max(histogram.maximum, 1)
    if not count:
        return []
    rows = _ROWS if high > low else 1
    factor = (high / low) ** (1 / rows)
    shares = [0] * rows
    for bucket, number in histogram.buckets:
        place = math.log(max(highest_in(bucket), low) / low, factor) if factor > 1 else 0
        shares[min(int(place), rows - 1)] += number
    edges = [format_duration(low * factor ** (row + 1) / 1e9) for row in range(rows)]
    width = max(map(len, edges))
    return [
        f"≤ {edge:>{width}} {bar(share / max(shares)):<{_WIDTH}} {share / count:6.2%}"
        for edge, share in zip(edges, shares, strict=True)
    ]


def bar(share: float) -> str:
    """Return a bar for a part of the whole width; the least there is shows."""
    eighths = max(round(share * _WIDTH * 8), 1 if share else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def sparkline(values: Sequence[float], width: int = 60) -> str:
    """Return a line of blocks from nothing to the highest value, averaged where there are too many."""
    count = min(len(values), width)
    cells = []
    for cell in range(count):
        part = values[len(values) * cell // count : len(values) * (cell + 1) // count]
        cells.append(sum(part) / len(part))
    most = max(cells, default=0) or 1
    return "".join([_STEPS[round(cell / most * (len(_STEPS) - 1))] if cell else " " for cell in cells])
