"""Plots of a benchmark as SVG that takes its colours from the page around it; every text is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from natscli.bench.hgrm import distribution
from natscli.bench.histogram import Histogram, highest_in
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 16, 12, 40
_BINS = 64
_MOST_POINTS = 300  # of a time-line: more would not show
_PERCENTS = ("0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999")


@dataclass(frozen=True, slots=True)
class _Axis:
    """From values to places along a line; with ``log`` each power of ten takes as much of it."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies; what is beyond an end lies on it."""
        value = min(max(value, self.low), self.high)
        if self.low == self.high:
            part = 0.5
        elif self.log:
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)


def text(words: str) -> str:
    """Return foreign text as HTML: what could act on a reader is made visible, what is markup is none."""
    return escape(safe(words))


def histogram_plot(histogram: Histogram) -> str:
    """Return how many values fell into which of 64 ranges, each as much wider as the one before."""
    low, high = max(histogram.minimum, 1), max(histogram.maximum, 1)
    shares = _shares(histogram, low, high)
    across = _Axis(low, high, _LEFT, _WIDTH - _RIGHT, log=True)
    up = _Axis(0, max(shares), _HEIGHT - _BOTTOM, _TOP)
    step = (across.end - across.start) / len(shares)
    parts = [*_durations_below(across), *_lines(up, ((share, f"{share:.1%}") for share in _even(up.high, 4)))]
    factor = (high / low) ** (1 / len(shares))
    for number, share in enumerate(shares):
        if share:
            top = min(up.place(share), up.start - 1)
            words = f"up to {format_duration(low * factor ** (number + 1) / 1e9)}: {share:.3%}"
            box = f'x="{across.start + number * step:.1f}" y="{top}" width="{max(step - 1, 1):.1f}"'
            parts.append(f'<rect class="bar" {box} height="{up.start - top:.1f}"><title>{words}</title></rect>')
    return _drawing("How many took how long", parts, "latency", "share of all")


def percentile_plot(histogram: Histogram) -> str:
    """Return the latency that so many percent do not exceed, the rare slow ones drawn out."""
    rows = [row for row in distribution(histogram) if row.part < 1]
    most = max(histogram.count, 10)
    across = _Axis(1, most, _LEFT, _WIDTH - _RIGHT, log=True)
    up = _Axis(max(histogram.minimum, 1), max(histogram.maximum, 1), _HEIGHT - _BOTTOM, _TOP, log=True)
    points = [(across.place(1 / (1 - row.part)), up.place(row.value_ns)) for row in rows]
    points.append((across.end, up.place(histogram.maximum)))
    parts = list(_lines(up, ((value, _short(value)) for value in _round_values(up.low, up.high))))
    for power, name in enumerate(_PERCENTS):
        if 10**power <= most:
            parts.append(_below(across.place(10**power), f"{name}%"))
    parts.append(f'<path class="line" d="{_path(points)}"/>')
    for row in rows:
        at = f'cx="{across.place(1 / (1 - row.part))}" cy="{up.place(row.value_ns)}"'
        words = f"{row.part:.7%} within {format_duration(row.value_ns / 1e9)}"
        parts.append(f'<circle class="dot" {at} r="3"><title>{words}</title></circle>')
    return _drawing("Latency by percentile", parts, "percentile", "latency")


def timeline_plot(timeline: Sequence[int], bucket_s: float, marks: Iterable[tuple[float, str]] = ()) -> str:
    """Return messages a second over time; ``marks`` are moments (seconds) with words."""
    points = min(len(timeline), _MOST_POINTS)
    edges = [len(timeline) * point // points for point in range(points + 1)]
    rates = [sum(timeline[a:b]) / ((b - a) * bucket_s) for a, b in pairwise(edges)]
    seconds = len(timeline) * bucket_s
    across = _Axis(0, seconds, _LEFT, _WIDTH - _RIGHT)
    up = _Axis(0, max(*rates, 1), _HEIGHT - _BOTTOM, _TOP)
    parts = list(_lines(up, ((rate, _count(rate)) for rate in _even(up.high, 4))))
    parts += [_below(across.place(at), f"{at:g}s") for at in _even(seconds, 6)]
    outline: list[tuple[float, float]] = [(across.start, up.start)]
    boxes = []
    for rate, (first, last) in zip(rates, pairwise(edges), strict=True):
        left, right, top = across.place(first * bucket_s), across.place(last * bucket_s), up.place(rate)
        outline += [(left, top), (right, top)]
        box = f'x="{left}" y="{_TOP}" width="{right - left:.1f}" height="{up.start - _TOP}"'
        boxes.append(f'<rect class="hover" {box}><title>{first * bucket_s:.1f}s: {rate:,.0f} msgs/s</title></rect>')
    outline.append((across.end, up.start))
    parts += [f'<path class="area" d="{_path(outline)}"/>', *boxes]
    for at, words in marks:
        x = across.place(at)
        parts.append(
            f'<path class="mark" d="M{x} {_TOP}V{up.start}"/><circle class="mark" cx="{x}" cy="{_TOP}" r="4">'
            f"<title>{text(words)}</title></circle>"
        )
    return _drawing("Throughput over time", parts, "time", "messages a second")


def _shares(histogram: Histogram, low: float, high: float) -> list[float]:
    bins = _BINS if high > low else 1
    width = math.log(high / low) / bins
    shares = [0.0] * bins
    for bucket, count in histogram.buckets:
        place = math.log(max(highest_in(bucket), low) / low) / width if width else 0
        shares[min(int(place), bins - 1)] += count / histogram.count
    return shares


def _drawing(title: str, parts: Iterable[str], below: str, beside: str) -> str:
    names = (
        f'<text class="axis" x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 4}" text-anchor="end">{below}</text>'
        f'<text class="axis" x="{-_TOP}" y="12" text-anchor="end" transform="rotate(-90)">{beside}</text>'
    )
    head = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">'
    return f"<figure><figcaption>{title}</figcaption>{head}{''.join(parts)}{names}</svg></figure>"


def _lines(axis: _Axis, ticks: Iterable[tuple[float, str]]) -> Iterator[str]:
    """Yield level lines with what they stand for."""
    for value, words in ticks:
        y = axis.place(value)
        yield f'<path class="grid" d="M{_LEFT} {y}H{_WIDTH - _RIGHT}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{words}</text>'


def _below(x: float, words: str) -> str:
    y = _HEIGHT - _BOTTOM
    return f'<path class="grid" d="M{x} {y}v4"/><text x="{x}" y="{y + 16}" text-anchor="middle">{words}</text>'


def _durations_below(axis: _Axis) -> Iterator[str]:
    yield from (_below(axis.place(value), _short(value)) for value in _round_values(axis.low, axis.high))


def _round_values(low: float, high: float) -> list[float]:
    """Return round numbers between two, in nanoseconds: ten at most, the ends where there is none."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        values = [float(step * 10**power) for power in powers for step in steps]
        found = [value for value in values if low <= value <= high]
        if len(found) <= 10:
            break
    return found if len(found) > 1 else [low, high]


def _even(high: float, parts: int) -> list[float]:
    """Return even steps from nothing up to ``high``, about so many, at round numbers."""
    rough = high / parts
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * factor for factor in (1, 2, 2.5, 5, 10) if scale * factor >= rough * 0.999)
    return [round(step * number, 12) for number in range(int(high / step + 1e-9) + 1)]


def _short(nanoseconds: float) -> str:
    return format_duration(nanoseconds / 1e9).replace(".00", "")


def _count(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)
