"""Messages as JSON lines: the schema of ``sub -o json`` (docs/ndjson.md).

One object a line: ``subject``; ``time`` (RFC 3339, UTC, microseconds, when the run was read);
``reply`` and ``headers`` (every name with a list of values) where there are any; and ``data`` with the
payload as text, or ``data_b64`` where it is not UTF-8.  Everything outside ASCII is escaped, so that no
character ends a line early or acts on a terminal.
"""

import base64
import json
from datetime import UTC, datetime

from natscli.wire.headers import parse_headers
from natscli.wire.message import Message


def format_time(nanoseconds: int) -> str:
    """Return nanoseconds since the epoch as ``2026-11-23T12:00:00.000001Z``."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def encode_line(message: Message, time: str) -> bytes:
    """Return the message as one line, ended by a line feed."""
    line: dict[str, object] = {"subject": _text(message.subject), "time": time}
    if message.reply:
        line["reply"] = _text(message.reply)
    if message.headers:
        line["headers"] = parse_headers(message.headers).lists()
    try:
        line["data"] = message.payload.decode()
    except UnicodeDecodeError:
        line["data_b64"] = base64.b64encode(message.payload).decode()
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
