"""Colour, where a terminal shows it and nobody said no."""

import os
from typing import TextIO

_CODES = {"red": "31", "yellow": "33", "cyan": "36", "dim": "2", "bold": "1"}


def wanted(stream: TextIO) -> bool:
    """Whether to colour what goes to ``stream``: NO_COLOR, then FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO | None) -> bool:
    """Whether ``stream`` is a terminal; not when it is closed or absent."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def paint(text: str, style: str, *, on: bool) -> str:
    """Return ``text`` in a style, or as it is."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if on else text
