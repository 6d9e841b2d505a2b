"""A table of subjects and their traffic, still or refreshed in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from natscli.messaging.tally import Picture, Row
from natscli.render.table import aligned
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes

_TITLES = ("subject", "messages", "bytes", "msg/s", "bytes/s")


def traffic_table(picture: Picture, most: int | None = None) -> str:
    """Return the rows, at most so many, and the sum of all as aligned text."""
    rows = picture.rows[:most]
    left_out = len(picture.rows) - len(rows)
    total = replace(picture.total, subject=f"all {len(picture.rows):,}") if left_out else picture.total
    cells = [_TITLES, *(_cells(row) for row in (*rows, total))]
    lines = aligned(cells)
    rule = "─" * len(lines[0])
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


class Screen(Protocol):
    """Something that shows a text in place of the one before."""

    def show(self, text: str) -> None:
        """Show ``text``."""


@contextmanager
def live_screen() -> Iterator[Screen]:
    """Give the terminal's other screen to show texts on; the first one comes back in the end."""
    from rich.console import Console  # 40 ms, and only for a person who watches
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(highlight=False), screen=True, auto_refresh=False) as live:

        class _Screen:
            def show(self, text: str) -> None:
                live.update(Text(text, no_wrap=True, overflow="crop"), refresh=True)

        yield _Screen()


def _cells(row: Row) -> tuple[str, ...]:
    return (
        safe(row.subject),
        f"{row.messages:,}",
        format_bytes(row.payload_bytes),
        f"{row.messages_per_s:,.0f}",
        format_bytes(row.bytes_per_s),
    )
