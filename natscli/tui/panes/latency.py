"""How long replies take: percentiles, what is unanswered, and a histogram."""

from __future__ import annotations

from collections.abc import Sequence

from natscli.traffic.values import Detail, Totals
from natscli.tui import figures
from natscli.tui.charts import bar
from natscli.tui.pieces import Line

_PERCENTS = (50, 90, 99)
_WATCHED = "            as we watch, also what nobody serves"


def latency_lines(detail: Detail, totals: Totals, width: int) -> list[Line]:
    """Return what is known of requests and their replies; or why nothing is."""
    row = detail.row
    if not totals.pairing:
        return [
            (("warn", "Replies cannot be seen here."),),
            (("dim", "They go to inboxes, which this user may not see,"),),
            (("dim", "or --no-latency was given."),),
        ]
    if not row.requests and not detail.latency_histogram:
        return [
            (("dim", "No request has come here."),),
            (("dim", "A request is a message with an inbox to reply to."),),
        ]
    answered = f"{100 * row.replies / row.requests:.1f} %" if row.requests else "none"
    lines: list[Line] = [
        (("label", "requests    "), ("strong", f"{row.requests:,}")),
        (("label", "replies     "), ("strong", f"{row.replies:,}"), ("dim", f"  {answered}")),
        (("label", "unanswered  "), ("bad" if row.unanswered else "dim", f"{row.unanswered:,}")),
        *([(("dim", _WATCHED),)] if row.unanswered else []),
        (),
    ]
    buckets = detail.latency_histogram
    for percent in _PERCENTS:
        within = percentile(buckets, percent)
        lines.append((("label", f"p{percent:<11}"), ("number", figures.latency(within) or "none")))
    if buckets:
        lines.append((("label", f"{'slowest':<12}"), ("number", figures.latency(buckets[-1][0]))))
        lines += [(), (("title", "replies by the time they took"),), *_bars(buckets, width)]
    return lines


def percentile(buckets: Sequence[tuple[float, int]], percent: float) -> float | None:
    """Return the bound that so many per cent of the replies keep to; None without any."""
    left = sum(count for _, count in buckets) * percent / 100
    for bound, count in buckets:
        left -= count
        if left <= 1e-9:
            return bound
    return None


def _bars(buckets: Sequence[tuple[float, int]], width: int) -> list[Line]:
    """Return bars for whole powers of two: the registry's buckets are eight times as fine.

    A reply that was read in one go with its request took no time that could be measured.
    """
    coarse: dict[int, int] = {}
    for bound, count in buckets:
        octave = max(0, int(bound * 1e6) - 1).bit_length()
        coarse[octave] = coarse.get(octave, 0) + count
    most, across = max(coarse.values()), max(width - 22, 4)

    def row(label: str, count: int) -> Line:
        return ("dim", label.rjust(8) + " "), ("rate", bar(count, most, across)), ("plain", " " + figures.count(count))

    lines = [row("too fast", coarse.pop(0))] if 0 in coarse else []
    if coarse:
        octaves = range(min(coarse), max(coarse) + 1)
        lines += [row(f"≤ {figures.latency(2**octave / 1e6)}", coarse.get(octave, 0)) for octave in octaves]
    return lines
