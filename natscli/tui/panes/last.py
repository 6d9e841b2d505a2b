"""The last value of a row, in one line."""

from __future__ import annotations

from natscli.traffic.values import Detail
from natscli.tui.pieces import foreign_bytes


def last_value(detail: Detail | None, width: int) -> str:
    """Return how the last payload begins; what is not text as its first bytes in hexadecimal."""
    if detail is None or not detail.messages:
        return ""
    payload = detail.messages[-1].message.payload[: max(width, 8) * 4]
    if is_text(payload):
        return " ".join(foreign_bytes(payload.replace(b"\n", b" ")).split())
    return payload[: width // 3].hex(" ")


def is_text(payload: bytes) -> bool:
    """Whether bytes are meant to be read: UTF-8, and hardly a control character among them."""
    start = payload[:1024]
    try:
        text = start.decode()
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3:  # and not cut in the middle of a character
            return False
        text = start[: error.start].decode()
    return sum(character < " " and character not in "\n\r\t" for character in text) <= len(text) // 100
