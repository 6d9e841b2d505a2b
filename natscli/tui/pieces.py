"""Lines to be painted: pieces of text, each with the name of what it means.  Colours are the style sheet's business."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.cells import cell_len, chop_cells, set_cell_size

from natscli.text.sanitise import decode, safe

STYLES = (
    "plain", "dim", "strong", "title", "label", "subject", "branch", "rate", "bytes", "spark", "bar", "good", "warn",
    "bad", "alarm", "badge", "record", "key", "string", "number", "literal", "added", "removed", "cursor",
    "cursor-off", "found", "chosen", "rule",
)  # fmt: skip

Piece: TypeAlias = tuple[str, str]  # the name of its meaning, and the text
Line: TypeAlias = tuple[Piece, ...]

_LONGEST = 4096  # characters of a foreign text that are looked at for one line


def foreign(text: str) -> str:
    """Return a stranger's text for one line: every control character and tab visible."""
    return safe(text[:_LONGEST]).replace("\t", "\\t")


def foreign_bytes(raw: bytes) -> str:
    """Return a stranger's bytes for one line."""
    return foreign(decode(raw[:_LONGEST]))


def fit(text: str, width: int) -> str:
    """Return the text in exactly so many cells, cut with an ellipsis where it is longer."""
    if width <= 0:
        return ""
    length = cell_len(text)
    if length <= width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…"


def right(text: str, width: int) -> str:
    """Return the text in exactly so many cells, at the right."""
    length = cell_len(text)
    return " " * (width - length) + text if length <= width else fit(text, width)


def middle_cut(text: str, width: int) -> str:
    """Return the text in at most so many cells; of a long one the beginning and the end."""
    if cell_len(text) <= width or width < 5:
        return text if cell_len(text) <= width else fit(text, width)
    head = set_cell_size(text, (width - 1) // 2)
    room, tail = width - 1 - cell_len(head), ""
    for character in reversed(text[-room:]):
        if cell_len(character + tail) > room:
            break
        tail = character + tail
    return f"{head}…{tail}"


def wrap(line: Line, width: int) -> list[Line]:
    """Return a line as lines of at most so many cells."""
    if width < 2 or width_of(line) <= width:
        return [line]
    lines: list[Line] = []
    pieces: list[Piece] = []
    room = width
    for style, text in line:
        for part in chop_cells(text, width) if cell_len(text) > room else [text]:
            if cell_len(part) > room:
                lines.append(tuple(pieces))
                pieces, room = [], width
            pieces.append((style, part))
            room -= cell_len(part)
    return [*lines, tuple(pieces)]


def joined(parts: Sequence[Sequence[Piece]], room: int, dot: str = " · ") -> list[Piece]:
    """Return as many parts as fit, with dots or nothing between."""
    line: list[Piece] = []
    for part in parts:
        between: list[Piece] = [("dim", dot)] if line else []
        if width_of(line) + width_of(between) + width_of(part) > room:
            break
        line += [*between, *part]
    if not line and parts and room > 3:
        style, text = parts[0][0]
        line = [(style, fit(text, room))]
    return line


def width_of(line: Iterable[Piece]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(text) for _, text in line)
