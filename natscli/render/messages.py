"""Messages as people and programs read them.  A printer is chosen once; a run becomes one write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from natscli.messaging.ndjson import encode_pair, format_time
from natscli.messaging.pairing import Pair
from natscli.render import bulk
from natscli.render.colour import paint
from natscli.render.content import body_text, header_lines
from natscli.render.layout import Layout
from natscli.text.durations import format_duration
from natscli.text.sanitise import decode, safe_bytes
from natscli.wire.message import Message, Run

Printer = Callable[[Run, int, int], bytes]  # a run, its first number, when it was read (ns since the epoch)
PairPrinter = Callable[[Sequence[Pair]], bytes]


class Format(StrEnum):
    """How messages are shown."""

    HUMAN = "human"
    RAW = "raw"
    JSON = "json"
    NONE = "none"


class Stamp(Enum):
    """What time stands behind a message's number."""

    NONE = "none"
    CLOCK = "clock"  # local, when it was read
    DELTA = "delta"  # since the start


class Detail(Enum):
    """How much of a message the human form shows."""

    ALL = "all"
    HEADERS = "headers"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How messages are printed.  On a terminal foreign bytes are made visible; elsewhere they are exact."""

    format: Format = Format.HUMAN
    terminal: bool = False
    colour: bool = False
    stamp: Stamp = Stamp.NONE
    detail: Detail = Detail.ALL
    separator: bytes = b"\n"  # behind each raw or laid out message
    layout: Layout | None = None
    started_ns: int = 0
    stored: bool = False  # messages come from a stream: their replies tell where they stand in it


def printer(style: Style) -> Printer:
    """Return the printer for a style."""
    if style.layout is not None:
        return _by_layout(style.layout, style)
    if style.format is Format.JSON:
        return _json_of_stored() if style.stored else _json
    if style.format is Format.RAW:
        return _raw(style)
    if style.format is Format.NONE:
        return lambda _run, _number, _read_ns: b""

    if style.stored:
        return _human_stored(style)
    at_once = style.detail is Detail.ALL and not style.terminal and not style.colour

    def human(run: Run, number: int, read_ns: int) -> bytes:
        stamp = _stamp(style, read_ns)
        if at_once:
            return bulk.human(run, number, stamp)
        return b"".join([_human(message, number + at, stamp, style) for at, message in enumerate(run)])

    return human


def pair_printer(style: Style, patience_s: float) -> PairPrinter:
    """Return what prints requests with their replies; ``patience_s`` is how long a reply was waited for."""
    if style.format is Format.JSON:
        return lambda pairs: b"".join([encode_pair(pair) for pair in pairs])
    if style.format is Format.NONE:
        return lambda _pairs: b""
    if style.format is Format.RAW:
        raw = _raw(style)
        return lambda pairs: b"".join(
            [raw(Run.of(0, [pair.request, *([pair.reply] if pair.reply else [])]), 0, 0) for pair in pairs]
        )
    patience = format_duration(patience_s).encode()
    return lambda pairs: b"".join([_human_pair(pair, patience, style) for pair in pairs])


def _human(message: Message, number: int, stamp: bytes, style: Style) -> bytes:
    headline = _numbered(number, style) + stamp + b' Received on "' + _shown(message.subject, style) + b'"'
    if message.reply:
        headline += b' with reply "' + _shown(message.reply, style) + b'"'
    return headline + b"\n" + _content(message, style)


def _content(message: Message, style: Style) -> bytes:
    """Return headers and body, each followed by a blank line, as far as they are to be shown."""
    if style.detail is Detail.SUBJECT:
        return b""
    headers = header_lines(message.headers, terminal=style.terminal) + b"\n" if message.headers else b""
    if style.detail is Detail.HEADERS:
        return headers
    body = body_text(message.payload, terminal=style.terminal) if message.payload else b"nil body"
    return headers + body + (b"\n" if body.endswith(b"\n") else b"\n\n")


def _human_pair(pair: Pair, patience: bytes, style: Style) -> bytes:
    request = _human(pair.request, pair.number, _stamp(style, pair.read_ns), style)
    if not pair.request.reply:
        return request
    numbered = _numbered(pair.number, style)
    if pair.reply is None:
        return request + numbered + b" No reply within " + patience + b"\n\n"
    where = _shown(pair.reply.subject, style)
    rtt = format_duration(pair.rtt_s).encode()
    return (
        request + numbered + b' Matched reply on "' + where + b'" with rtt ' + rtt + b"\n" + _content(pair.reply, style)
    )


def _numbered(number: int, style: Style) -> bytes:
    return paint(f"[#{number}]", "cyan", on=style.colour).encode()


def _stamp(style: Style, read_ns: int) -> bytes:
    if style.stamp is Stamp.NONE:
        return b""
    if style.stamp is Stamp.DELTA:
        return f" @ {format_duration(max(read_ns - style.started_ns, 0) / 1e9)}".encode()
    local = datetime.fromtimestamp(read_ns // 1_000_000_000).astimezone()
    return f" @ {local:%b} {local.day:2} {local:%H:%M:%S}.{read_ns // 1000 % 1_000_000:06d}".encode()


def _raw(style: Style) -> Printer:
    separator = style.separator
    if style.terminal:
        return lambda run, _number, _read_ns: b"".join(
            [body_text(payload, terminal=True) + separator for payload in run.payloads]
        )
    return lambda run, _number, _read_ns: separator.join(run.payloads) + separator


def _json(run: Run, _number: int, read_ns: int) -> bytes:
    return bulk.json_lines(run, format_time(read_ns))


def _json_of_stored() -> Printer:
    from natscli.render.stored import delivery_fields  # for streams alone

    return lambda run, _number, read_ns: bulk.json_lines(run, format_time(read_ns), delivery_fields)


def _human_stored(style: Style) -> Printer:
    """Print messages of a stream; the time of one is when it was stored."""
    from natscli.jetstream.acks import delivery_of  # for streams alone
    from natscli.render.stored import age, headline, human_lines

    at_once = style.detail is Detail.ALL and style.stamp is Stamp.NONE and not style.terminal and not style.colour

    def one(message: Message, number: int) -> bytes:
        delivery = delivery_of(message.reply)
        if delivery is None:
            return _human(message, number, b"", style)
        stamp = f" @ {age(delivery)}".encode() if style.stamp is Stamp.DELTA else _stamp(style, delivery.time_ns)
        subject = decode(_shown(message.subject, style))
        line = headline(delivery, subject).encode("utf-8", "surrogateescape")
        return _numbered(number, style) + stamp + line + b"\n" + _content(message, style)

    def human(run: Run, number: int, _read_ns: int) -> bytes:
        lines = human_lines(run, number) if at_once else None
        return b"".join([one(message, number + at) for at, message in enumerate(run)]) if lines is None else lines

    return human


def _by_layout(layout: Layout, style: Style) -> Printer:
    def laid_out(run: Run, number: int, read_ns: int) -> bytes:
        lines = [layout.fill(message, number + at, read_ns) for at, message in enumerate(run)]
        return b"".join([body_text(line, terminal=style.terminal) + style.separator for line in lines])

    return laid_out


def _shown(raw: bytes, style: Style) -> bytes:
    return safe_bytes(raw, multiline=False).encode() if style.terminal else raw
