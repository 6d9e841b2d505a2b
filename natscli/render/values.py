"""Key-value entries as a person reads them, and as documents."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from natscli.jetstream.entries import Entries, Entry, Operation
from natscli.render.colour import paint
from natscli.text.moments import local_second, local_time
from natscli.text.sanitise import safe, safe_bytes

_LONGEST, _HISTORY_LONGEST, _HISTORY_END = 120, 40, 15
_COLOURS = {Operation.PUT: "cyan", Operation.DELETE: "red", Operation.PURGE: "red"}


def entry_document(entry: Entry, *, value: bool = True) -> dict[str, Any]:
    """Return an entry as docs/json.md has it; a marker has no value."""
    document: dict[str, Any] = {
        "bucket": entry.bucket,
        "key": entry.key,
        "revision": entry.revision,
        "created": entry.created,
        "operation": entry.operation.value,
    }
    if not value or entry.operation is not Operation.PUT:
        return document
    try:
        return {**document, "value": entry.value.decode()}
    except UnicodeDecodeError:
        return {**document, "value_b64": base64.b64encode(entry.value).decode()}


def entry_text(entry: Entry) -> str:
    """Return an entry as ``kv get`` shows it."""
    text = printable(entry.value)
    head = f"{entry.bucket} > {entry.key} revision: {entry.revision} created @ {local_time(entry.created)}"
    cut = (
        f"Showing first {_LONGEST} bytes of {len(text):,}, use --raw for full data\n\n" if len(text) > _LONGEST else ""
    )
    return f"{safe(head)}\n\n{cut}{safe(text[:_LONGEST], multiline=True)}\n"


def watch_printer(*, colour: bool, terminal: bool) -> Callable[[Entries], bytes]:
    """Return what prints entries as ``kv watch`` shows them, a line each; column by column, 1 µs each."""
    marks = {operation: paint(operation.value, _COLOURS[operation], on=colour).encode() for operation in Operation}
    put = marks[Operation.PUT]

    def lines(entries: Entries) -> bytes:
        shown: Iterable[bytes] = map(str.encode, map(safe_bytes, entries.values)) if terminal else entries.values
        operations = entries.operations
        if operations is None:
            done: Iterable[bytes] = repeat(put)
            rests: Iterable[bytes] = map(b": ".__add__, shown)
        else:
            done = map(marks.__getitem__, operations)
            rests = [
                b": " + value if operation is Operation.PUT else b""
                for operation, value in zip(operations, shown, strict=True)
            ]
        line = b"[%b] %b " + entries.bucket.encode().replace(b"%", b"%%") + b" > %b%b\n"
        columns = (_local_times(entries.times_ns), done, _safe_keys(entries.keys), rests)
        return b"".join(map(line.__mod__, zip(*columns, strict=False)))

    return lines


def _local_times(times_ns: Sequence[int]) -> Iterable[bytes]:
    """Return what the clock here showed; many were often stored within a second."""
    seconds = [each // 10**9 for each in times_ns]
    known = {second: local_second(second).encode() for second in set(seconds)}
    return map(known.__getitem__, seconds)


def _safe_keys(keys: Sequence[str]) -> Iterable[bytes]:
    """Return keys as they may be shown; hardly ever is one of them not what it is."""
    together = "".join(keys)
    return map(str.encode, keys if safe(together) == together else map(safe, keys))


def history_row(entry: Entry) -> tuple[str, ...]:
    """Return an entry as a row of ``kv history``."""
    text = printable(entry.value)
    if len(text) > _HISTORY_LONGEST:
        text = f"{text[:_HISTORY_END]}...{text[-_HISTORY_END:]}"
    size = f"{len(entry.value):,}"
    return entry.key, str(entry.revision), entry.operation.value, local_time(entry.created), size, text


def printable(value: bytes) -> str:
    """Return a value as text; in base64 where it is none."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
    plain = text.replace("\n", "").replace("\r", "").replace("\t", "")
    return text if not plain or plain.isprintable() else base64.b64encode(value).decode()
