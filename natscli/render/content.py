"""What a message carries, as a person reads it: headers and body, exact or safe for a terminal."""

from natscli.text.sanitise import safe, safe_bytes
from natscli.wire.headers import parse_headers, plain_lines


def body_text(payload: bytes, *, terminal: bool) -> bytes:
    """Return a payload to be read by a person, or exactly as it is."""
    return safe_bytes(payload).encode() if terminal else payload


def header_lines(block: bytes, *, terminal: bool) -> bytes:
    """Return one ``Name: value`` line for each header, or nothing."""
    if lines := plain_lines(block):
        return lines.replace(b"\r\n", b"\n")
    pairs = parse_headers(block).shown() if block else []
    texts = (f"{name}: {value}" for name, value in pairs)
    return b"".join((safe(text) if terminal else text).encode("utf-8", "surrogateescape") + b"\n" for text in texts)
