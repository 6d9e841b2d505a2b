"""A snapshot of traffic as JSON, CSV, Markdown or an aligned table.

Nothing is left unsaid: what was not looked at, let go or lost stands in the notes of each snapshot.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, Protocol

from natscli.messaging.ndjson import format_time
from natscli.render.table import aligned
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes, plural
from natscli.traffic.alerts import SIZES, TIMES, Firing
from natscli.traffic.values import Row, Snapshot, Totals

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would work them out
_COLUMNS = (
    "time", "subject", "messages", "payload_bytes", "messages_per_s", "messages_per_s_10s", "messages_per_s_60s",
    "bytes_per_s", "smallest", "mean", "largest", "first_seen", "last_seen", "idle_s", "mark", "subjects",
    "requests", "replies", "unanswered", "p50_s", "p99_s",
)  # fmt: skip


class Figures(Protocol):
    """Shows snapshots, one after another."""

    def show(self, snapshot: Snapshot, firing: Sequence[Firing], missing: Sequence[str], rtt_s: float | None) -> bytes:
        """Return the next snapshot as it is to be written."""


def figures(form: str, *, streamed: bool = False, start_s: float | None = None) -> Figures:
    """Return what shows snapshots, as ``json``, ``csv``, ``md`` (Markdown) or, for anything else, as a table to read.

    The times in them are of ``time.monotonic``, or of a clock whose zero was ``start_s`` seconds after the epoch.
    """
    clock = _Clock(start_s)
    if form == "json":
        return _Json(clock)
    if form == "csv":
        return _Csv(clock)
    return _Markdown() if form == "md" else _Human(streamed=streamed)


def alert_words(firing: Firing) -> str:
    """Say that an alert holds, and of what."""
    metric, value = firing.alert.metric, firing.value
    shown = f"{value:,.0f}"
    if metric in TIMES or metric in SIZES:
        shown = format_duration(value) if metric in TIMES else format_bytes(value)
    whose = "" if firing.subject == firing.alert.pattern else f" on {firing.subject}"
    return f"alert {firing.alert.text}: it is {shown}{whose}"


def notes(totals: Totals, missing: Sequence[str]) -> list[str]:
    """Return what a reader of the figures must know to trust them."""
    said = list(missing)
    if totals.cuts:
        said.append(f"messages were lost: the server cut us off {plural(totals.cuts, 'time')} for reading too slowly")
    if totals.dropped:
        said.append(f"{plural(totals.dropped, 'message')} dropped")
    if totals.unseen_bodies:
        unseen = plural(totals.unseen_bodies, "message")
        said.append(f"{unseen} counted without keeping body and headers, as they came too fast")
    if totals.read_together * 100 > totals.replies:
        of = f"{totals.read_together:,} of {plural(totals.replies, 'reply')}"
        said.append(f"{of} read in one go with their requests: they count as answered at once, and latency is too low")
    if totals.evicted_subjects:
        said.append(f"{plural(totals.evicted_subjects, 'idle subject')} let go; they count on in rows marked evicted")
    if totals.evicted_requests:
        said.append(f"{plural(totals.evicted_requests, 'request')} no longer waited for, as too many are open")
    return said


class _Clock:
    """From seconds of a clock to the time of day."""

    def __init__(self, start_s: float | None) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns() if start_s is None else int(start_s * 1e9)

    def text(self, seconds: float) -> str:
        return format_time(self._offset_ns + int(seconds * 1e9))


class _Json:
    def __init__(self, clock: _Clock) -> None:
        self._clock = clock

    def show(self, snapshot: Snapshot, firing: Sequence[Firing], missing: Sequence[str], rtt_s: float | None) -> bytes:
        totals = _fields(snapshot.totals)
        totals["history"] = totals.pop("spark")
        document = {
            "time": format_time(time.time_ns()),
            "rtt_s": _rounded(rtt_s),
            "totals": totals,
            "rows_in_all": snapshot.table.count,
            "rows": [self._row(row) for row in snapshot.table.rows],
            "alerts": [
                {"alert": found.alert.text, "subject": found.subject, "value": _rounded(found.value)}
                for found in firing
            ],
            "notes": notes(snapshot.totals, missing),
        }
        return json.dumps(document).encode() + b"\n"

    def _row(self, row: Row) -> dict[str, Any]:
        values = _fields(row)
        values["history"] = values.pop("spark")
        values["first_seen"], values["last_seen"] = map(self._clock.text, (row.first_s, row.last_s))
        del values["first_s"], values["last_s"]
        return values


class _Csv:
    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._begun = False

    def show(self, snapshot: Snapshot, firing: Sequence[Firing], missing: Sequence[str], rtt_s: float | None) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not self._begun:
            writer.writerow(_COLUMNS)
            self._begun = True
        now = format_time(time.time_ns())
        for row in snapshot.table.rows:
            values = _fields(row) | {
                "time": now,
                "subject": _cell(row.subject),
                "first_seen": self._clock.text(row.first_s),
                "last_seen": self._clock.text(row.last_s),
            }
            writer.writerow([values[name] for name in _COLUMNS])
        return text.getvalue().encode()


class _Human:
    def __init__(self, *, streamed: bool) -> None:
        self._streamed = streamed

    def show(self, snapshot: Snapshot, firing: Sequence[Firing], missing: Sequence[str], rtt_s: float | None) -> bytes:
        totals = snapshot.totals
        columns = _columns(snapshot)
        titles = [title for title, _ in columns]
        table = aligned([titles, *([show(row) for _, show in columns] for row in snapshot.table.rows)])
        left_out = snapshot.table.count - len(snapshot.table.rows)
        lines = [
            table[0].rstrip(),
            "─" * len(table[0]),
            *(line.rstrip() for line in table[1:]),
            *([f"and {left_out:,} more"] if left_out else []),
            "",
            _summary(totals),
            *(f"note: {safe(said)}" for said in notes(totals, missing)),
            *(f"ALERT {safe(alert_words(found).removeprefix('alert '))}" for found in firing),
        ]
        return ("\n".join(lines) + ("\n\n" if self._streamed else "\n")).encode("utf-8", "backslashreplace")


class _Markdown:
    def show(self, snapshot: Snapshot, firing: Sequence[Firing], missing: Sequence[str], rtt_s: float | None) -> bytes:
        (_, name), *columns = _columns(snapshot)
        rows = [
            f"| {code(name(row))} | {' | '.join(show(row) for _, show in columns)} |" for row in snapshot.table.rows
        ]
        lines = [
            f"Traffic at {format_time(time.time_ns())}: {_summary(snapshot.totals)}",
            "",
            f"| subject | {' | '.join(title for title, _ in columns)} |",
            f"|:--|{'--:|' * len(columns)}",
            *rows,
        ]
        said = [*notes(snapshot.totals, missing), *map(alert_words, firing)]
        lines += ["", *(f"* {code(safe(one))}" for one in said)] if said else []
        return ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


def code(text: str) -> str:
    """Return a stranger's text as it stands in Markdown, in a table too: nothing in it is a link, a tag or a cell."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    shown = text.replace("\\|", "\\x7c").replace("|", "\\|")  # a backslash in front would undo the second
    return f"{fence} {shown} {fence}" if "`" in text else f"{fence}{shown or ' '}{fence}"


def _columns(snapshot: Snapshot) -> list[tuple[str, Callable[[Row], str]]]:
    """Return the columns that say something."""
    timed = any(row.requests for row in snapshot.table.rows)
    return [column for column in _HUMAN if timed or column[0] not in _TIMED]


def _summary(totals: Totals) -> str:
    came = f"{plural(totals.messages, 'message')}, {format_bytes(totals.payload_bytes)}"
    subjects = f"{plural(totals.subjects, 'subject')} in {format_duration(totals.elapsed_s)}"
    now = f"{totals.messages_per_s:,.0f} msg/s, {format_bytes(totals.bytes_per_s)}/s"
    return f"{came}, {subjects}; {now}; {totals.dropped:,} dropped"


_TIMED = ("requests", "unanswered", "p50", "p99")
_HUMAN: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("subject", lambda row: safe(row.subject)),
    ("msg/s", lambda row: f"{row.messages_per_s:,.0f}"),
    ("10s", lambda row: f"{row.messages_per_s_10s:,.0f}"),
    ("60s", lambda row: f"{row.messages_per_s_60s:,.0f}"),
    ("bytes/s", lambda row: format_bytes(row.bytes_per_s)),
    ("messages", lambda row: f"{row.messages:,}"),
    ("bytes", lambda row: format_bytes(row.payload_bytes)),
    ("mean", lambda row: format_bytes(row.mean)),
    ("largest", lambda row: "" if row.largest is None else format_bytes(row.largest)),
    ("requests", lambda row: f"{row.requests:,}" if row.requests else ""),
    ("unanswered", lambda row: f"{row.unanswered:,}" if row.requests else ""),
    ("p50", lambda row: "" if row.p50_s is None else format_duration(row.p50_s)),
    ("p99", lambda row: "" if row.p99_s is None else format_duration(row.p99_s)),
    ("", lambda row: f"idle {format_duration(float(round(row.idle_s)))}" if row.mark == "quiet" else row.mark),
)


def _cell(text: str) -> str:
    """Return foreign text as a cell that no spreadsheet computes and no terminal obeys."""
    shown = safe(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _fields(of: Row | Totals) -> dict[str, Any]:
    """Return what the value has by name; ``asdict`` would copy each history number by number."""
    return {field.name: _rounded(getattr(of, field.name)) for field in fields(of)}


def _rounded(value: Any) -> Any:
    return round(value, 7) if isinstance(value, float) else value
