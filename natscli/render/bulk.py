"""Whole runs printed at once, column by column, for files and pipes.

At C speed a message costs a tenth of a microsecond this way, against several when each is looked at.  What a run
has besides subjects and bodies (headers, reply subjects) costs only the messages that have it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from json.encoder import encode_basestring_ascii as quoted
from typing import TypeVar

from natscli.messaging.ndjson import (
    LONGEST_TEXT,
    ReplyFields,
    encode_line,
    format_time,
    header_fields,
    reply_field,
)
from natscli.messaging.writing import Writer
from natscli.render.content import header_lines
from natscli.text.sanitise import decode
from natscli.wire.message import Run

T = TypeVar("T", bytes, str)


def human(run: Run, number: int, stamp: bytes) -> bytes:
    """Return headline, headers, body and a blank line for each message of a run; its first has ``number``."""
    payloads = run.payloads
    if run.replies is not None or run.headers is not None or b"" in payloads or _has_line_feeds(payloads):
        return _human_of_all_kinds(run, number, stamp)
    numbers = range(number, number + len(run))
    subject = run.subject
    headline = b"[#%d]" + stamp.replace(b"%", b"%%") + b' Received on "'
    if subject is None:
        fields: Iterable[object] = chain.from_iterable(zip(numbers, run.subjects, payloads, strict=True))
        line = headline + b'%b"\n%b\n\n'
    else:
        fields = chain.from_iterable(zip(numbers, payloads, strict=True))
        line = headline + subject.replace(b"%", b"%%") + b'"\n%b\n\n'
    return line * len(run) % tuple(fields)


def _human_of_all_kinds(run: Run, number: int, stamp: bytes) -> bytes:
    fields = zip(
        range(number, number + len(run)),
        run.subjects,
        _where_given(run.replies, lambda reply: b' with reply "' + reply + b'"', b""),
        *contents(run),
        strict=False,  # columns that a run has none of never end
    )
    line = b"[#%d]" + stamp.replace(b"%", b"%%") + b' Received on "%b"%b\n%b%b%b'
    return line * len(run) % tuple(chain.from_iterable(fields))


def contents(run: Run) -> tuple[Iterable[bytes], Sequence[bytes], Sequence[bytes]]:
    """Return the columns of what stands below headlines: headers, which may never end, bodies, and their ends."""
    headers = _where_given(run.headers, lambda block: header_lines(block, terminal=False) + b"\n", b"")
    bodies = [payload or b"nil body" for payload in run.payloads]
    return headers, bodies, [b"\n" if body.endswith(b"\n") else b"\n\n" for body in bodies]


def json_lines(run: Run, time: str, told: ReplyFields = reply_field) -> bytes:
    """Return the JSON lines of a run (``messaging.ndjson``); ``told`` writes what replies tell."""
    bodies = _texts(run.payloads)
    if bodies is None:
        return b"".join([encode_line(message, time, told) for message in run])
    subject = run.subject
    between = f',"time":"{time}"'
    if subject is None or run.headers is not None or run.replies is not None:
        subjects = map(_cached(lambda raw: quoted(decode(raw))), run.subjects)
        replies = _where_given(run.replies, told, "")
        headers = _where_given(run.headers, header_fields, "")
        columns = zip(subjects, replies, headers, bodies, strict=False)
        return "".join([f'{{"subject":{n}{between}{r}{h},"data":{body}}}\n' for n, r, h, body in columns]).encode()
    start = f'{{"subject":{quoted(decode(subject))}{between},"data":'
    return (start + ("}\n" + start).join(bodies) + "}\n").encode()


def write_lines(writer: Writer, run: Run, read_ns: int) -> None:
    """Give a writer the JSON lines of a run that was read at ``read_ns``, or drop it where too much waits."""
    if writer.full:
        writer.drop(len(run))
    else:
        writer.write(json_lines(run, format_time(read_ns)), len(run))


def _texts(payloads: Sequence[bytes]) -> list[str] | None:
    """Return every payload as a JSON string, or None where one is not to stand in a line as text."""
    if max(map(len, payloads), default=0) > LONGEST_TEXT:
        return None
    try:
        return [*map(quoted, map(bytes.decode, payloads))]
    except UnicodeDecodeError:
        return None


def _where_given(column: Sequence[bytes] | None, shown: Callable[[bytes], T], nothing: T) -> Iterable[T]:
    """Return how each value is shown, ``nothing`` for an empty one; an endless column for none at all."""
    return repeat(nothing) if column is None else [shown(value) if value else nothing for value in column]


def _has_line_feeds(payloads: Iterable[bytes]) -> bool:
    return b"\n" in b"".join(payloads)


def _cached(function: Callable[[bytes], str]) -> Callable[[bytes], str]:
    """Return a function that does its work once for each subject of a run."""
    known: dict[bytes, str] = {}

    def once(raw: bytes) -> str:
        if raw not in known:
            known[raw] = function(raw)
        return known[raw]

    return once
