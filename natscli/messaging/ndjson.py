"""Messages as JSON lines: the schema of ``sub -o json`` (docs/json.md), both ways.

One object a line: ``subject``; ``time`` (RFC 3339, UTC, microseconds, when the run was read);
``reply`` and ``headers`` (every name with a list of values) where there are any; and ``data`` with the
payload as text, or ``data_b64`` where it is not UTF-8 or very large.  Everything outside ASCII is escaped, so that no
character ends a line early or acts on a terminal.

A header block that ``headers`` would not give back byte for byte also stands in ``headers_b64``, which
wins when it is read.  The first line of a recording says so, and is no message (``encode_heading``).
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from natscli.messaging.pairing import Pair
from natscli.text.sanitise import decode
from natscli.wire.headers import encode_headers, parse_headers, plain_lines
from natscli.wire.message import Message
from natscli.wire.subjects import check_publish, to_wire

RECORDING_VERSION = 1
LONGEST_LINE = 96 * 1024 * 1024  # 64 MiB, which no server exceeds, in base64, and room for the rest
LONGEST_TEXT = 15 * 1024 * 1024  # escaped it may take six times as much, and is to fit a line
_HEADING = "natscli_recording"
_SUBJECTS_KNOWN = 10_000  # checked once; inboxes, used once, push each other out
_LONGEST_SHOWN = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_LENGTH = len("2026-11-23T12:00:00.000001Z")


ReplyFields = Callable[[bytes], str]  # the fields that come of a reply subject, each behind a comma


class LineError(ValueError):
    """A line that is no message; the words say what is wrong with it, and not where it stands."""


class NewerRecordingError(LineError):
    """A recording of a version to come."""


class Line(NamedTuple):
    """What a line holds: a message, its time in nanoseconds since the epoch, and where it was stored; if it says so."""

    message: Message
    time_ns: int | None
    stream: str = ""
    sequence: int = 0


def format_time(nanoseconds: int) -> str:
    """Return nanoseconds since the epoch as ``2026-11-23T12:00:00.000001Z``."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def encode_line(message: Message, time: str, told: ReplyFields | None = None) -> bytes:
    """Return the message as one line, ended by a line feed; ``told`` writes what its reply tells."""
    rest = _rest(message, told or reply_field)
    return f'{{"subject":{quoted(decode(message.subject))},"time":"{time}"{rest}}}\n'.encode()


def encode_pair(pair: Pair) -> bytes:
    """Return a request as a line with its ``answer``, null when none came, and ``rtt_ns``."""
    request, answer, more = pair.request, pair.reply, ""
    if request.reply and answer is None:
        more = ',"answer":null,"rtt_ns":null'
    elif request.reply and answer is not None:
        subject = quoted(decode(answer.subject))
        more = f',"answer":{{"subject":{subject}{_rest(answer, reply_field)}}},"rtt_ns":{round(pair.rtt_s * 1e9)}'
    subject, time = quoted(decode(request.subject)), format_time(pair.read_ns)
    return f'{{"subject":{subject},"time":"{time}"{_rest(request, reply_field)}{more}}}\n'.encode()


def encode_heading(subjects: Sequence[str], time: str) -> bytes:
    """Return the line that a recording of ``subjects`` begins with."""
    return f'{{"{_HEADING}":{RECORDING_VERSION},"time":"{time}","subjects":{json.dumps(list(subjects))}}}\n'.encode()


def _rest(message: Message, told: ReplyFields) -> str:
    """Return the fields behind the time.  Joined by hand: json.dumps of a dict takes four times as long."""
    reply = told(message.reply) if message.reply else ""
    headers = header_fields(message.headers) if message.headers else ""
    payload = message.payload
    try:
        if len(payload) <= LONGEST_TEXT:
            return f'{reply}{headers},"data":{quoted(payload.decode())}'
    except UnicodeDecodeError:
        pass
    return f'{reply}{headers},"data_b64":"{base64.b64encode(payload).decode()}"'


def quoted_text(text: str) -> str:
    """Return a text as a JSON string in ASCII."""
    return quoted(text)


def reply_field(reply: bytes) -> str:
    """Return ``reply`` as it stands in a line, behind a comma."""
    return f',"reply":{quoted(decode(reply))}'


def header_fields(block: bytes) -> str:
    """Return ``headers`` as they stand in a line, and ``headers_b64`` where they lose something."""
    if fields := _plain_fields(block):
        return fields
    lists = parse_headers(block).lists()
    fields = ",".join([f"{quoted(name)}:[{','.join(map(quoted, values))}]" for name, values in lists.items()])
    text = f',"headers":{{{fields}}}'
    if _gives_back(lists, block):
        return text
    return f'{text},"headers_b64":"{base64.b64encode(block).decode()}"'


def _plain_fields(block: bytes) -> str:
    """Return ``headers`` of a plain block whose names differ, which loses nothing; nothing for another."""
    lines = plain_lines(block).decode("ascii").splitlines()
    pairs = [line.partition(": ") for line in lines]
    if not pairs or len({name for name, _, _ in pairs}) < len(pairs):
        return ""
    return ',"headers":{' + ",".join([f"{quoted(name)}:[{quoted(value)}]" for name, _, value in pairs]) + "}"


def _gives_back(lists: dict[str, list[str]], block: bytes) -> bool:
    """Whether the names and values alone make the same block, also for who reads JSON as UTF-8, as jq does."""
    try:
        block.decode()
        return encode_headers(_pairs(lists)) == block
    except ValueError:
        return False


def _pairs(lists: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in lists.items() for value in values]


def decode_line(line: bytes) -> Line | None:
    """Return the message of a line that can be published, or None for the heading of a recording.

    Fields that are not ours are passed over.  LineError says what is wrong.
    """
    try:
        fields = json.loads(line.decode())  # json looks for UTF-16 in bytes, for half a microsecond
    except UnicodeDecodeError:
        raise LineError("it is not UTF-8") from None
    except RecursionError:
        raise LineError("it is nested too deeply") from None
    except ValueError as error:
        raise LineError(_json_fault(error)) from None
    if not isinstance(fields, dict):
        raise LineError("it is not a JSON object")
    if _HEADING in fields:
        _check_version(fields[_HEADING])
        return None
    subject = _text(fields, "subject")
    if subject is None:
        raise LineError("it has no subject")
    reply = _text(fields, "reply")
    message = Message(_subject(subject), _payload(fields), _reply(reply) if reply else b"", _block(fields))
    time = _text(fields, "time")
    sequence = fields.get("stream_seq")
    if sequence is not None and (not isinstance(sequence, int) or isinstance(sequence, bool) or sequence < 0):
        raise LineError("stream_seq is no sequence")
    return Line(message, None if time is None else parse_time(time), _text(fields, "stream") or "", sequence or 0)


def parse_time(text: str) -> int:
    """Return the nanoseconds since the epoch of an RFC 3339 time; LineError for what is none."""
    try:
        if len(text) == _TIME_LENGTH and text[19] == "." and text[-1] == "Z" and text[20:26].isdigit():
            return _second(text[:19]) * 1_000_000_000 + int(text[20:26]) * 1000
        since = datetime.fromisoformat(text) - _EPOCH
    except (ValueError, TypeError, OverflowError):
        raise LineError(f"time '{_shown(text)}' is not an RFC 3339 time") from None
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


@lru_cache(maxsize=16)
def _second(text: str) -> int:
    """Return the second since the epoch that ``2026-11-23T12:00:00`` names; messages of one share the work."""
    since = datetime.fromisoformat(text + "+00:00") - _EPOCH
    return since.days * 86_400 + since.seconds


def _check_version(version: object) -> None:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise LineError(f"'{_shown(str(version))}' is no version of a recording")
    if version > RECORDING_VERSION:
        known = f"it is of version {version}, and this natscli reads version {RECORDING_VERSION}"
        raise NewerRecordingError(f"the recording was made by a newer natscli: {known}")


@lru_cache(maxsize=_SUBJECTS_KNOWN)
def _subject(text: str) -> bytes:
    try:
        check_publish(text)
    except ValueError as error:
        raise LineError(str(error)) from None
    return to_wire(text)


def _reply(text: str) -> bytes:
    try:
        check_publish(text)
    except ValueError as error:
        raise LineError(f"reply: {error}") from None
    return to_wire(text)


def _payload(fields: dict[str, Any]) -> bytes:
    data = _text(fields, "data")
    encoded = _text(fields, "data_b64")
    if (data is None) == (encoded is None):
        raise LineError("it has neither data nor data_b64" if data is None else "it has both data and data_b64")
    if encoded is not None:
        return _from_base64(encoded, "data_b64")
    assert data is not None
    try:
        return data.encode()
    except UnicodeEncodeError:
        raise LineError("data has half of a surrogate pair: bytes that are no text belong in data_b64") from None


def _block(fields: dict[str, Any]) -> bytes:
    """Return the header block: as it was, or made from names and values."""
    raw = _text(fields, "headers_b64")
    if raw is not None:
        return _from_base64(raw, "headers_b64")
    headers = fields.get("headers")
    if headers is None:
        return b""
    if not isinstance(headers, dict):
        raise LineError("headers is not an object")
    lists = {name: [value] if isinstance(value, str) else value for name, value in headers.items()}
    for name, values in lists.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise LineError(f"header '{_shown(name)}' is not a list of texts")
    try:
        return encode_headers(_pairs(lists))
    except UnicodeEncodeError:
        raise LineError("a header has half of a surrogate pair") from None
    except ValueError as error:
        raise LineError(str(error)) from None


def _text(fields: dict[str, Any], name: str) -> str | None:
    """Return a field's text; None where it is absent or null."""
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(f"{name} is not a text")
    return value


def _from_base64(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise LineError(f"{name} is not base64") from None


def _json_fault(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON: {error.msg[:1].lower()}{error.msg[1:]} at column {error.colno}"
    return f"it is not JSON: {str(error)[:_LONGEST_SHOWN].lower()}"


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
