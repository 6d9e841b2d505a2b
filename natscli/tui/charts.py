"""Charts made of characters: bars and columns that grow by eighths of a cell."""

from __future__ import annotations

from collections.abc import Sequence

_UP = " ▁▂▃▄▅▆▇"  # never a whole cell: rows above one another stay apart
_RIGHT = " ▏▎▍▌▋▊▉█"
_FULL = " ▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int, top: float | None = None) -> str:
    """Return the last ``width`` values as bars of up to seven eighths of a cell; nothing is a gap, anything shows."""
    shown = values[-width:] if width > 0 else ()
    highest = max(top or 0, *shown, 0) if shown else 0
    if highest <= 0:
        return " " * width
    bars = "".join([_UP[max(1, round(7 * value / highest))] if value > 0 else " " for value in shown])
    return bars.rjust(width)


def bar(part: float, whole: float, width: int) -> str:
    """Return a part as a bar from the left; anything is at least an eighth of a cell."""
    if whole <= 0 or part <= 0 or width <= 0:
        return " " * max(width, 0)
    eighths = max(round(8 * width * min(part / whole, 1.0)), 1)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_RIGHT[rest] if rest else "")).ljust(width)


def curve(values: Sequence[float], height: int, low: float, high: float) -> list[str]:
    """Return values as columns that rise by eighths, one cell wide each, the top line first."""
    heights = [_eighths(value, low, high - low, height) for value in values]
    levels = range(8 * (height - 1), -1, -8)
    return ["".join([_FULL[min(max(eighths - level, 0), 8)] for eighths in heights]) for level in levels]


def _eighths(value: float, low: float, span: float, height: int) -> int:
    if span <= 0 or value <= low:
        return 0
    return max(1, min(round(8 * height * (value - low) / span), 8 * height))


def nice_ceiling(value: float) -> float:
    """Return the next of 1, 2, 2.5, 5, 10, 20, … above a value: a scale that seldom changes."""
    step = 1.0
    if value <= 0:
        return step
    while step < value:
        step *= 10
    while step / 10 >= value:
        step /= 10
    for part in (step / 5, step / 4, step / 2, step):
        if part >= value:
            return part
    return step
