"""Messages as JSON lines: the schema of ``sub -o json`` (docs/json.md).

One object a line: ``subject``; ``time`` (RFC 3339, UTC, microseconds, when the run was read);
``reply`` and ``headers`` (every name with a list of values) where there are any; and ``data`` with the
payload as text, or ``data_b64`` where it is not UTF-8.  Everything outside ASCII is escaped, so that no
character ends a line early or acts on a terminal.
"""

import base64
import json
from datetime import UTC, datetime

from natscli.messaging.pairing import Pair
from natscli.text.sanitise import decode
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message


def format_time(nanoseconds: int) -> str:
    """Return nanoseconds since the epoch as ``2026-11-23T12:00:00.000001Z``."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def encode_line(message: Message, time: str) -> bytes:
    """Return the message as one line, ended by a line feed."""
    return _line({"subject": decode(message.subject), "time": time, **_rest(message)})


def encode_pair(pair: Pair) -> bytes:
    """Return a request as a line with its ``answer``, null when none came, and ``rtt_ns``."""
    line = {"subject": decode(pair.request.subject), "time": format_time(pair.read_ns), **_rest(pair.request)}
    if pair.request.reply:
        answer = pair.reply
        line["answer"] = None if answer is None else {"subject": decode(answer.subject), **_rest(answer)}
        line["rtt_ns"] = None if answer is None else round(pair.rtt_s * 1e9)
    return _line(line)


def _rest(message: Message) -> dict[str, object]:
    fields: dict[str, object] = {}
    if message.reply:
        fields["reply"] = decode(message.reply)
    if message.headers:
        fields["headers"] = parse_headers(message.headers).lists()
    try:
        fields["data"] = message.payload.decode()
    except UnicodeDecodeError:
        fields["data_b64"] = base64.b64encode(message.payload).decode()
    return fields


def _line(document: dict[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"
