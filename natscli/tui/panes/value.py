"""A message closely: headers and payload; what has changed is marked."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from natscli.messaging.decoding import DecodeError
from natscli.messaging.decoding.structures import read_json
from natscli.text.sizes import format_bytes
from natscli.traffic.values import Kept
from natscli.tui.panes.formats import MOST_BYTES, Formats
from natscli.tui.pieces import Line, Piece, foreign, foreign_bytes
from natscli.wire.headers import parse_headers

_LONGEST_DIFF = 400  # lines of either side: difflib takes the square
_NO_FIELDS = 64 * 1024  # bytes of a document beyond which no number is drawn: hundreds are read for a curve


def value_lines(formats: Formats, form: str, kept: Kept, before: Kept | None, ago_s: float) -> list[Line]:
    """Return a message in full; with ``before``, what differs from it is marked at the left."""
    message = kept.message
    shown, body = formats.body(message, form)
    head: list[Line] = [
        (("label", "subject  "), ("strong", foreign_bytes(message.subject))),
    ]
    if message.reply:
        head.append((("label", "reply    "), ("plain", foreign_bytes(message.reply))))
    size = f"{format_bytes(len(message.payload))}, {shown}, {_ago(ago_s)}"
    head.append((("label", "payload  "), ("plain", size)))
    head += [
        (("label", "header   "), ("key", foreign(name)), ("dim", ": "), ("string", foreign(value)))
        for name, value in parse_headers(message.headers).shown()
    ]
    if len(message.payload) > MOST_BYTES and shown != "hex":
        head.append((("warn", f"only the first {format_bytes(MOST_BYTES)} are shown"),))
    head.append(())
    old = formats.body(before.message, form)[1] if before is not None else None
    return head + _marked(body, old)


def _ago(seconds: float) -> str:
    return "just now" if seconds < 2 else f"{seconds:,.0f} s ago"


def _marked(lines: list[Line], before: list[Line] | None) -> list[Line]:
    """Put a mark in front of what is not as it was; what is gone is shown where it stood."""
    plain: Piece = ("plain", "  ")
    if before is None or max(len(lines), len(before)) > _LONGEST_DIFF:
        return [(plain, *line) for line in lines]
    marked: list[Line] = []
    for kind, a0, a1, b0, b1 in difflib.SequenceMatcher(None, before, lines, autojunk=False).get_opcodes():
        if kind != "equal":
            marked += [(("removed", f"- {text_of(line)}"),) for line in before[a0:a1]]
        mark = plain if kind == "equal" else ("added", "+ ")
        marked += [(mark, *line) for line in lines[b0:b1]]
    return marked


def text_of(line: Line) -> str:
    """Return a line without its meanings."""
    return "".join(text for _, text in line)


def number_at(payload: bytes, path: Sequence[str]) -> float | None:
    """Return the number a field of a JSON document holds, or None."""
    try:
        value = read_json(payload[:_NO_FIELDS])
    except DecodeError:
        return None
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def numeric_fields(payload: bytes) -> list[tuple[str, ...]]:
    """Return the paths of all numbers in a JSON document, at most a hundred."""
    try:
        value = read_json(payload[:_NO_FIELDS])
    except DecodeError:
        return []
    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], object]] = [((), value)]
    while waiting and len(found) < 100:
        path, value = waiting.pop(0)
        if isinstance(value, dict):
            waiting += [((*path, str(key)), inner) for key, inner in value.items()]
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append(path)
    return found
