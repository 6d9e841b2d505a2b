"""Messages as people and programs read them.  A printer is chosen once; a run becomes one write."""

from collections.abc import Callable
from enum import StrEnum

from natscli.messaging.ndjson import encode_line, format_time
from natscli.render.colour import paint
from natscli.text.sanitise import safe, safe_bytes
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message, Run

Printer = Callable[[Run, int, int], bytes]  # a run, its first number, when it was read (ns since the epoch)


class Format(StrEnum):
    """How messages are shown."""

    HUMAN = "human"
    RAW = "raw"
    JSON = "json"
    NONE = "none"


def printer(format_: Format, *, terminal: bool, colour: bool) -> Printer:
    """Return the printer for a format.  On a terminal foreign bytes are made visible; elsewhere they are exact."""
    if format_ is Format.JSON:
        return _json
    if format_ is Format.RAW:
        return _raw_for_terminal if terminal else _raw
    if format_ is Format.NONE:
        return _none
    show = _safe_text if terminal else _exact

    def human(run: Run, number: int, _read_ns: int) -> bytes:
        return b"".join(_human(message, number + at, show, colour=colour) for at, message in enumerate(run))

    return human


def body_text(payload: bytes, *, terminal: bool) -> bytes:
    """Return a payload to be read by a person, or exactly as it is."""
    return _safe_text(payload, multiline=True) if terminal else payload


def header_lines(block: bytes, *, terminal: bool) -> bytes:
    """Return one ``Name: value`` line for each header, or nothing."""
    pairs = parse_headers(block).shown() if block else []
    lines = (f"{name}: {value}" for name, value in pairs)
    return b"".join(_encoded(safe(line) if terminal else line) + b"\n" for line in lines)


def _human(message: Message, number: int, show: Callable[..., bytes], *, colour: bool) -> bytes:
    headline = paint(f"[#{number}]", "cyan", on=colour).encode() + b' Received on "' + show(message.subject) + b'"'
    if message.reply:
        headline += b' with reply "' + show(message.reply) + b'"'
    parts = [headline, b"\n"]
    if message.headers:
        parts += [header_lines(message.headers, terminal=show is _safe_text), b"\n"]
    body = show(message.payload, multiline=True) if message.payload else b"nil body"
    parts += [body, b"\n" if body.endswith(b"\n") else b"\n\n"]
    return b"".join(parts)


def _raw(run: Run, _number: int, _read_ns: int) -> bytes:
    return b"\n".join(run.payloads) + b"\n"


def _raw_for_terminal(run: Run, _number: int, _read_ns: int) -> bytes:
    return b"".join(_safe_text(payload, multiline=True) + b"\n" for payload in run.payloads)


def _json(run: Run, _number: int, read_ns: int) -> bytes:
    time = format_time(read_ns)
    return b"".join([encode_line(message, time) for message in run])


def _none(_run: Run, _number: int, _read_ns: int) -> bytes:
    return b""


def _exact(raw: bytes, *, multiline: bool = False) -> bytes:
    return raw


def _safe_text(raw: bytes, *, multiline: bool = False) -> bytes:
    return safe_bytes(raw, multiline=multiline).encode()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
