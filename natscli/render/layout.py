"""``sub --format '{time} {subject} {data}'``: a line laid out by the user."""

import re
from collections.abc import Callable

from natscli.messaging.ndjson import format_time
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")

Part = bytes | Callable[[Message, int, int], bytes]


class Layout:
    """Text with fields from a fixed table; ``{{`` and ``}}`` are braces.  ValueError for an unknown field."""

    def __init__(self, text: str) -> None:
        self._parts: list[Part] = []
        position = 0
        for found in _FIELD.finditer(text):
            self._parts += [text[position : found.start()].encode("utf-8", "surrogateescape"), _part(found)]
            position = found.end()
        self._parts.append(text[position:].encode("utf-8", "surrogateescape"))

    def fill(self, message: Message, number: int, read_ns: int) -> bytes:
        """Return the line for one message; its number counts from 1, the time is ns since the epoch."""
        return b"".join([part if isinstance(part, bytes) else part(message, number, read_ns) for part in self._parts])


def _part(found: re.Match[str]) -> Part:
    if found[0] in ("{{", "}}"):
        return found[0][0].encode()
    if found[1] is None or found[1] not in _FIELDS:
        raise ValueError(f"'{found[0]}' is no field; there are {', '.join(f'{{{name}}}' for name in _FIELDS)}")
    return _FIELDS[found[1]]


def _headers(message: Message, _number: int, _read_ns: int) -> bytes:
    pairs = parse_headers(message.headers).shown() if message.headers else []
    return " ".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "surrogateescape")


_FIELDS: dict[str, Callable[[Message, int, int], bytes]] = {
    "number": lambda _message, number, _read_ns: b"%d" % number,
    "time": lambda _message, _number, read_ns: format_time(read_ns).encode(),
    "subject": lambda message, _number, _read_ns: message.subject,
    "reply": lambda message, _number, _read_ns: message.reply,
    "headers": _headers,
    "data": lambda message, _number, _read_ns: message.payload,
    "size": lambda message, _number, _read_ns: b"%d" % len(message.payload),
}
