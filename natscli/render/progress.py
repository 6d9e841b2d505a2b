"""How far something is, on one line of a terminal's stderr, drawn anew ten times a second; nothing anywhere else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from natscli.render.colour import is_terminal
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes

Advance = Callable[[str, float | None], None]  # what is done, in words, and the part that is over if that is known
Bytes = Callable[[int, int], None]  # how many are done, and of how many; 0 for what is not known

_PAUSE_S = 0.1
_SMALLEST = 20 * 1024
_LONGEST_BAR = 40


@contextmanager
def progress_bar(title: str = "", *, shown: bool = True) -> Iterator[Advance]:
    """Give what draws the bar; it goes when all is over."""
    drawn = _Drawn(safe(title)) if shown and is_terminal(sys.stderr) else None
    try:
        yield drawn.advance if drawn is not None else _unseen
    finally:
        if drawn is not None:
            drawn.clear()


@contextmanager
def byte_progress(*, shown: bool, expected: int | None = None) -> Iterator[Bytes]:
    """Give what shows bytes as they go by; few, where so many are expected, are over before they are seen."""
    with progress_bar(shown=shown and (expected is None or expected > _SMALLEST)) as advance:

        def show(done: int, total: int) -> None:
            of = f" of {format_bytes(total)}" if total else ""
            advance(f"{format_bytes(done)}{of}", min(done / total, 1.0) if total else None)

        yield show if advance is not _unseen else _uncounted


@contextmanager
def counting(total: int | None, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Give what to tell of each so many bytes more."""
    done = 0
    with byte_progress(shown=shown, expected=total) as show:

        def more(size: int) -> None:
            nonlocal done
            done += size
            show(done, total or 0)

        yield more


class _Drawn:
    """The line on the terminal."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._last = 0.0

    def advance(self, words: str, part: float | None) -> None:
        now = time.monotonic()
        if now - self._last < _PAUSE_S:
            return
        self._last = now
        seconds = int(now - self._started)
        ends = [self._title, words, f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"]
        width = shutil.get_terminal_size().columns - 1
        if part is not None:
            left = width - sum(len(end) + 1 for end in ends if end)
            ends.insert(1, bar(part, min(left, _LONGEST_BAR)))
        _write(f"\r{' '.join(end for end in ends if end)[:width]}\x1b[K")

    def clear(self) -> None:
        """Leave an empty line behind."""
        if self._last:
            _write("\r\x1b[K")


def bar(part: float, width: int) -> str:
    """Return a bar that is full as far as ``part``; nothing where there is hardly room for one."""
    full = round(part * width)
    return "━" * full + "─" * (width - full) if width >= 5 else ""


def _write(text: str) -> None:
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(text.encode(encoding, "replace").decode(encoding))
    sys.stderr.flush()


def _uncounted(_done: int, _total: int) -> None:
    """Nobody is watching, and nothing is put into words."""


def _unseen(_words: str, _part: float | None) -> None:
    """Nobody is watching."""
