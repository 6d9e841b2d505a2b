"""Messages one a line: time, subject where it is not the same for all, size, and how the payload begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from natscli.traffic.values import Kept
from natscli.tui import figures
from natscli.tui.panes.last import is_text
from natscli.tui.pieces import Line, fit, foreign, foreign_bytes, middle_cut, right

_SUBJECT_WIDTH = 20


def clock(wall_s: float) -> str:
    """Return the time of day to the millisecond."""
    return f"{time.strftime('%H:%M:%S', time.localtime(wall_s))}.{int(wall_s * 1000) % 1000:03}"


def feed_line(kept: Kept, wall: Callable[[float], float], below: str | None) -> Line:
    """Return a message as one line; only its beginning is looked at.

    Its subject is shown where ``below`` is given, the branch whose name needs no repeating.
    """
    message = kept.message
    start = message.payload[:1024]
    text = " ".join(foreign_bytes(start.replace(b"\n", b" ")).split()) if is_text(start) else start[:64].hex(" ")
    pieces = [("dim", clock(wall(kept.time_s)) + " ")]
    if below is not None:
        subject = foreign_bytes(message.subject).removeprefix(f"{foreign(below)}.")
        pieces.append(("subject", fit(middle_cut(subject, _SUBJECT_WIDTH), _SUBJECT_WIDTH) + " "))
    pieces.append(("bytes", right(figures.whole_size(len(message.payload)), 5)))
    pieces.append(("warn", " ? ") if message.reply else ("plain", "   "))
    pieces.append(("plain", text))
    return tuple(pieces)


def message_lines(
    messages: Sequence[Kept], chosen: int | None, wall: Callable[[float], float], below: str | None
) -> list[Line]:
    """Return kept messages, the newest first; the chosen one is marked."""
    lines = []
    for number, kept in enumerate(reversed(messages)):
        mark = ("chosen", "▶ ") if number == chosen else ("plain", "  ")
        lines.append((mark, *feed_line(kept, wall, below)))
    return lines or [(("dim", "  no message is kept of this row"),)]
