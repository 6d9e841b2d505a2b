"""Curves: messages and bytes a second, sizes, and a number out of JSON payloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from natscli.tui import figures
from natscli.tui.charts import bar, curve, nice_ceiling
from natscli.tui.pieces import Line, fit, foreign, right

_SCALE = 7  # cells at the left for the numbers


def plot(
    title: str,
    values: Sequence[float],
    width: int,
    height: int,
    *,
    form: Callable[[float], str],
    what: tuple[str, str],
    from_zero: bool = True,
    style: str = "rate",
) -> list[Line]:
    """Return a curve with its scale; ``what`` says of what each column is one, and what the last is."""
    lines: list[Line] = [(("title", foreign(title)),), ()]
    across = max(width - _SCALE - 2, 4)
    if not values:
        return [*lines, (("dim", "  nothing to draw yet"),)]
    values = values[-across:]
    low, high = _bounds(values, from_zero=from_zero)
    rows = max(height, 2)
    drawn = curve(_stretch(values, across), rows, low, high)
    for number, row in enumerate(drawn):
        at = {0: form(high), rows - 1: form(low) if low else "0"}
        if rows > 4:
            at[rows // 2] = form((low + high) / 2)
        lines.append((("dim", right(at.get(number, ""), _SCALE - 1) + " ┤"), (style, row)))
    left, last = f"{len(values)} {what[0]}", what[1]
    lines.append((("dim", " " * (_SCALE + 1) + left + right(last, max(across - len(left), len(last)))),))
    return lines


def _bounds(values: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if from_zero and low >= 0:
        return 0.0, nice_ceiling(high)
    step = nice_ceiling((high - low) / 4 or abs(high) / 4 or 1.0)
    return step * (low // step), step * (high // step + 1)


def _stretch(values: Sequence[float], width: int) -> list[float]:
    """Return values spread evenly over the width; of more than fit, the last."""
    shown = list(values)[-width:]
    return [shown[at * len(shown) // width] for at in range(width)]


def size_lines(histogram: Sequence[int], width: int) -> list[Line]:
    """Return how many payloads were of which size: one bar for each power of two."""
    if not any(histogram):
        return []
    first = next(bits for bits, count in enumerate(histogram) if count)
    lines: list[Line] = [(), (("title", "payload sizes"),)]
    most, across = max(histogram), max(width - 22, 4)
    for bits in range(first, len(histogram)):
        upto = figures.whole_size(2**bits - 1 if bits else 0)
        filled = bar(histogram[bits], most, across)
        label = right(f"≤ {upto}", 8)
        lines.append((("dim", label + " "), ("bytes", filled), ("plain", " " + figures.count(histogram[bits]))))
    return lines


def number(value: float) -> str:
    """Return any number in at most six characters."""
    if abs(value) >= 10_000:
        return ("-" if value < 0 else "") + figures.count(abs(value))
    return f"{value:.6g}"[:6]


def field_name(path: Sequence[str]) -> str:
    """Return a field's path as it is written in expressions."""
    return fit(foreign("json." + ".".join(path)), 40).rstrip()
