"""What a payload says, as lines: structures, text, hexadecimal; guessed, or as the user says it is.

Nothing takes longer than decoders may (``natscli.messaging.decoding``), and a message is read once for all the times
it is painted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from natscli.errors import UsageError
from natscli.messaging.decoding import DecodeError
from natscli.messaging.decoding.decoder import Decoder
from natscli.messaging.decoding.structures import read_json
from natscli.text.sanitise import decode, safe
from natscli.tui.panes.last import is_text
from natscli.tui.pieces import Line, Piece, foreign
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message

FORMATS = ("auto", "json", "text", "msgpack", "cbor", "hex")
MOST_BYTES = 64 * 1024  # of a payload that are shown
MOST_READ = 1024 * 1024  # of a payload that are decoded
_TITLES = {"json": "JSON", "msgpack": "MessagePack", "cbor": "CBOR"}
_MOST_LINES = 2_000
_BODIES = 8  # that are remembered: the one on show and the one before it, and whose they were just now
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([{}\[\],:]+)')

Body: TypeAlias = tuple[str, list[Line]]  # what the payload was taken for, and its lines


class Formats:
    """The formats that can be chosen from; the one that ``--decode`` names comes first.  Raises UsageError."""

    def __init__(self, named: str = "") -> None:
        own = named.rpartition("#")[2]  # of proto:FILE#Type the type
        self.names = tuple(dict.fromkeys((own, *FORMATS))) if named else FORMATS
        self.decoder = Decoder(named) if named else None
        self._readers: dict[str, Callable[[Message], Body]] = {
            "auto": _Guess().read,
            "text": lambda message: ("text", _text_lines(message.payload)),
            "hex": lambda message: ("hex", _hex_lines(message.payload)),
        }
        if named and own not in self._readers:
            self._readers[own] = _reader(own, Decoder(named, pretty=True))
        self.body = lru_cache(_BODIES)(self._body)

    def text(self, message: Message) -> bytes:
        """Return a payload as text, where ``--decode`` makes that of it; otherwise as it came."""
        if self.decoder is None:
            return message.payload
        try:
            return self.decoder.decode(message)
        except DecodeError:
            return message.payload

    def _body(self, message: Message, form: str) -> Body:
        if not message.payload and form in FORMATS:  # no bytes at all are a Protocol Buffers message too
            return "empty", []
        if form not in self._readers:
            try:
                self._readers[form] = _reader(form, Decoder(form, pretty=True))
            except UsageError as error:  # a library that is not installed
                return _refused(message.payload, form, error)
        return self._readers[form](message)


class _Guess:
    """Follows Content-Encoding, Content-Type, then how the payload begins."""

    def __init__(self) -> None:
        self._decoder = Decoder("auto", pretty=True)

    def read(self, message: Message) -> Body:
        """Return what the payload may be."""
        media = (parse_headers(message.headers).get("Content-Type") or "").lower() if message.headers else ""
        try:
            data = self._decoder.decode(_cut(message))
        except DecodeError:
            data = message.payload
        packed = "" if data is message.payload or data == message.payload else "unpacked "
        for name, title in _TITLES.items():
            if packed and name in media:
                return title, _json_lines(data)
        if data.lstrip()[:1] in (b"{", b"[", b'"'):
            try:
                read_json(data[:MOST_READ])
            except DecodeError:
                pass
            else:
                return f"{packed}JSON", _json_lines(_pretty(data))
        return (f"{packed}text", _text_lines(data)) if is_text(data) else (f"{packed}hex", _hex_lines(data))


def _pretty(data: bytes) -> bytes:
    return Decoder("json", pretty=True).decode(Message(b"", data[:MOST_READ]))


def _reader(name: str, decoder: Decoder) -> Callable[[Message], Body]:
    def read(message: Message) -> Body:
        try:
            text = decoder.decode(_cut(message))
        except DecodeError as error:
            return _refused(message.payload, name, error)
        if not is_text(text):
            return name, _hex_lines(text)
        structure = name in _TITLES or text[:1] in (b"{", b"[")
        return _TITLES.get(name, name), _json_lines(text) if structure else _text_lines(text)

    return read


def _refused(payload: bytes, form: str, error: Exception) -> Body:
    lines = _text_lines(payload) if is_text(payload) else _hex_lines(payload)
    return f"not {form}: {foreign(str(error).removeprefix(f'it is not {form}: '))}", lines


def _cut(message: Message) -> Message:
    return message if len(message.payload) <= MOST_READ else message._replace(payload=message.payload[:MOST_READ])


def _json_lines(text: bytes) -> list[Line]:
    return [_json_line(safe(line)) for line in decode(text[:MOST_BYTES]).split("\n")[:_MOST_LINES]]


def _json_line(line: str) -> Line:
    pieces: list[Piece] = []
    position = 0
    for token in _TOKEN.finditer(line):
        if token.start() > position:
            pieces.append(("plain", line[position : token.start()]))
        text, colon, number, literal, _ = token.groups()
        if text is not None:
            pieces.append(("key" if colon else "string", text))
            if colon:
                pieces.append(("dim", colon))
        elif number is not None:
            pieces.append(("number", number))
        else:
            pieces.append(("literal" if literal is not None else "dim", token[0]))
        position = token.end()
    if position < len(line):
        pieces.append(("plain", line[position:]))
    return tuple(pieces)


def _text_lines(payload: bytes) -> list[Line]:
    text = safe(decode(payload[:MOST_BYTES]).replace("\r\n", "\n"), multiline=True).replace("\t", "    ")
    return [(("plain", line),) for line in text.split("\n")[:_MOST_LINES]]


def _hex_lines(payload: bytes) -> list[Line]:
    lines: list[Line] = []
    for start in range(0, min(len(payload), 16 * _MOST_LINES), 16):
        row = payload[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        lines.append((("dim", f"{start:06x}  "), ("number", f"{row.hex(' '):<47}"), ("dim", "  "), ("string", letters)))
    return lines
