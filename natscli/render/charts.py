"""Columns of blocks over time: the newest value on the right, the largest in sight as high as the chart."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = " ▁▂▃▄▅▆▇█"
_FINEST = len(_BLOCKS) - 1
_LABEL = 12  # columns beside the chart
LEAST_WIDTH, LEAST_HEIGHT = 20, 20  # of a terminal that shows charts


def chart(title: str, values: Sequence[float], width: int, height: int) -> str:
    """Return a title with the newest value and ``height`` lines of blocks, ``width`` columns in all; values from 0."""
    shown = values[-max(width - _LABEL, 1) :]
    top = max([*shown, 1.0])
    steps = [round(max(value, 0.0) / top * height * _FINEST) for value in shown]
    lines = [f"{title}: {_number(shown[-1] if shown else 0.0)}"]
    for level in reversed(range(height)):
        label = _number(top) if level == height - 1 else "0" if level == 0 else ""
        blocks = "".join(_BLOCKS[min(max(step - level * _FINEST, 0), _FINEST)] for step in steps)
        lines.append(f"{label:>{_LABEL - 2}} │{blocks}".rstrip())
    return "\n".join(lines)


def page(heading: str, series: Sequence[tuple[str, Sequence[float]]], width: int, height: int) -> str:
    """Return a heading and charts below each other that fill so many lines."""
    each = max((height - 1) // len(series) - 2, 1)
    charts = [chart(title, values, width, each) for title, values in series]
    return "\n\n".join([heading, *charts])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}"
