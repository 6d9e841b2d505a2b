"""What is known of JetStream, and what of it is shown: streams, the consumers of one, or those of all."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from natscli.errors import NatsCliError
from natscli.jetstream.document import Document
from natscli.jetstream.flows import ConsumerFlow, Flows, StreamFlow
from natscli.jetstream.survey import Survey, Wanted
from natscli.text.sizes import format_bytes, plural
from natscli.tui import figures
from natscli.tui.consumer_columns import consumer_mark, consumers_table
from natscli.tui.pieces import Line, Piece, fit, foreign, joined, width_of
from natscli.tui.stream_columns import StreamRow, streams_table
from natscli.tui.table import Table

_OLD_S = 3.0  # figures that are older are said to be
_NEARLY = 0.9  # of a limit


class View(StrEnum):
    """What is shown."""

    STREAMS = "streams"
    CONSUMERS = "consumers"  # of one stream
    EVERYWHERE = "everywhere"  # consumers of all streams


class Ledger:
    """Keeps what looks brought, and fills the table on show from it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.flows = Flows()
        self.survey = Survey(self.flows, clock)
        self.view = View.STREAMS
        self.chosen = ""  # the stream whose consumers are shown
        self.problem = ""  # why the last look saw nothing
        self.hint = ""
        self.looked_s: float | None = None  # when the last look that saw something was over
        self._wanted = Wanted()
        self._tables: dict[View, Table[Any]] = {
            View.STREAMS: streams_table(),
            View.CONSUMERS: consumers_table(everywhere=False),
            View.EVERYWHERE: consumers_table(everywhere=True),
        }

    @property
    def table(self) -> Table[Any]:
        """The table on show."""
        return self._tables[self.view]

    def show(self, view: View, chosen: str = "") -> None:
        """Show something else; a filter and frozen rows stay behind."""
        if (view, chosen) != (self.view, self.chosen):
            self.view, self.chosen = view, chosen
            self.table.search = None
            self.table.freeze(on=False)
        self.refill()

    def refill(self) -> None:
        """Fill the table on show from what is known now."""
        flows = self.flows
        if self.view is View.STREAMS:
            missing = set(self.survey.missing)
            self.table.entries = [
                StreamRow(flow, flows.furthest(name), missing=name in missing) for name, flow in flows.streams.items()
            ]
        else:
            self.table.entries = self._consumers()

    def wanted(self, in_sight: list[Any]) -> Wanted:
        """Return whose consumers are to be asked for: those in sight, and all where the order needs them."""
        if self.view is View.CONSUMERS:
            wanted = Wanted(chosen=self.chosen)
        elif self.view is View.EVERYWHERE:
            wanted = Wanted(in_sight={flow.look.stream for flow in in_sight}, others=True)
        else:
            wanted = Wanted(in_sight={row.name for row in in_sight}, others=self.table.sorted_by == "lag")
        self._wanted = wanted
        return wanted

    def saw(self) -> None:
        """Note that a look saw something."""
        self.problem = self.hint = ""
        self.looked_s = self.clock()

    def fail(self, words: str, hint: str | None = None) -> None:
        """Remember why nothing is seen."""
        self.problem, self.hint = words, hint or ""

    def failed(self, error: NatsCliError) -> None:
        """Remember what a look ended in."""
        self.fail(str(error), error.hint)

    def mark(self, row: StreamRow | ConsumerFlow) -> Piece:
        """Return the mark in front of a row."""
        return row.mark if isinstance(row, StreamRow) else consumer_mark(row)

    def names(self, row: StreamRow | ConsumerFlow) -> tuple[str, ...]:
        """Return what a row is called: a stream, or a stream and its consumer."""
        return (row.name,) if isinstance(row, StreamRow) else (row.look.stream, row.look.name)

    # -- above the table -------------------------------------------------------------------------

    def headline(self, width: int, badges: list[Piece]) -> Line:
        """Return what is shown, and what it comes to in all."""
        parts = {
            View.STREAMS: self._account_parts,
            View.CONSUMERS: self._stream_parts,
            View.EVERYWHERE: self._everywhere_parts,
        }[self.view]()
        tail = [piece for badge in badges for piece in (("plain", " "), badge)]
        room = width - 2 - width_of(tail)
        line = joined(parts, room, "  ")
        gap = max(room - width_of(line), 0)
        return ("plain", " "), *line, ("plain", " " * gap), *tail

    def remark(self, width: int) -> Line:
        """Return what cannot be seen, or is not as it is now; nothing where all is well."""
        style, text = self._remark(self.clock())
        return ((style, " " + fit(foreign(text), max(width - 2, 1))),) if text else ()

    def _remark(self, now_s: float) -> tuple[str, str]:
        old_s = now_s - self.looked_s if self.looked_s is not None else None
        if self.problem:
            old = "" if old_s is None else f"these figures are {figures.age(old_s)} old"
            return "warn", " · ".join(filter(None, (self.problem, old, self.hint)))
        if old_s is None:
            return "dim", "asking JetStream"
        if self.survey.missing:
            return "warn", f"{_listed(self.survey.missing)} cannot be told of now: no leader, or its server is away"
        if self.survey.unseen:
            return "warn", f"consumers cannot be seen: {self.survey.unseen}"
        if old_s > _OLD_S:
            return "dim", f"these figures are {figures.age(old_s)} old"
        return "dim", self._lateness(now_s)

    def _lateness(self, now_s: float) -> str:
        """Say how much of the consumers is not known, or not of now: no more are asked for than a look has room for."""
        asked_s, streams, wanted = self.flows.asked_s, self.flows.streams, self._wanted
        asked = streams if wanted.others else (wanted.chosen, *wanted.in_sight)
        looks = [streams[name].look for name in asked if name in streams]
        names = [look.name for look in looks if look.consumers and not look.placed.leaderless]
        known = [name for name in names if name in asked_s]
        if len(known) < len(names):
            return f"consumers of {len(known):,} of {plural(len(names), 'stream')} are known; the others follow"
        oldest_s = max((now_s - asked_s[name] for name in known), default=0.0)
        return f"the oldest figures of consumers are {figures.age(oldest_s)} old" if oldest_s > _OLD_S else ""

    def _account_parts(self) -> list[list[Piece]]:
        flows = [flow for flow in self.flows.streams.values() if flow.in_per_s is not None]
        account = self.survey.account or Document()
        limits = account.part("limits")
        streams = _limited(len(self.flows.streams), limits.whole("max_streams"), "stream")
        parts = [[("chosen", "Streams")], *_in_parts(flows)]
        if not self.flows.streams and self.looked_s is None:
            return parts[:1]
        parts.append(streams)
        if not account:
            return parts
        parts.append(_limited(account.whole("consumers"), limits.whole("max_consumers"), "consumer"))
        parts += _stored("files", account.whole("storage"), limits.whole("max_storage"))
        parts += _stored("memory", account.whole("memory"), limits.whole("max_memory"))
        for tier, usage in sorted(account.part("tiers").raw.items()):
            within = Document(usage if isinstance(usage, dict) else {})
            parts += _stored(foreign(tier), within.whole("storage"), within.part("limits").whole("max_storage"))
        if domain := account.text("domain"):
            parts.append([("dim", "domain "), ("plain", foreign(domain))])
        return parts

    def _stream_parts(self) -> list[list[Piece]]:
        flow = self.flows.streams.get(self.chosen)
        parts: list[list[Piece]] = [[("chosen", foreign(self.chosen))]]
        if flow is None:
            return [*parts, [("warn", "this stream is gone")]] if self.looked_s is not None else parts
        look, placed = flow.look, flow.look.placed
        parts += _in_parts([flow] if flow.in_per_s is not None else [])
        parts += [
            [("strong", figures.count(look.messages).rjust(6)), ("dim", " messages")],
            [("bytes", format_bytes(look.bytes).rjust(9))],
            [("strong", f"{look.consumers:,}"), ("dim", " consumers" if look.consumers != 1 else " consumer")],
            [("plain", foreign(f"{look.storage}, {look.retention}"))],
        ]
        if placed.clustered:
            style = "bad" if placed.leaderless else "warn" if placed.short else "plain"
            parts.append([(style, f"{placed.current}/{placed.wanted}"), ("dim", " replicas, leader ")])
            parts[-1].append(("bad", "none") if placed.leaderless else ("plain", foreign(placed.leader)))
        parts += [[("dim", foreign(text))] for text in (look.subjects, look.description) if text]
        return parts

    def _everywhere_parts(self) -> list[list[Piece]]:
        flows = self._consumers()
        there = sum(flow.look.consumers for flow in self.flows.streams.values())
        of_all = [("strong", f"{len(flows):,}"), ("dim", f" of {there:,}" if len(flows) < there else "")]
        streams = len({flow.look.stream for flow in flows})
        lag = sum(flow.look.lag for flow in flows)
        unacked = sum(flow.look.unacked for flow in flows)
        return [
            [("chosen", "Consumers of all streams")],
            [("rate", _rate(sum(flow.delivered_per_s or 0 for flow in flows))), ("dim", " msg/s out")],
            [("rate", _rate(sum(flow.acked_per_s or 0 for flow in flows))), ("dim", " acked/s")],
            [("strong", figures.count(lag).rjust(6)), ("dim", " to deliver")],
            [("strong", figures.count(unacked).rjust(6)), ("dim", " unacknowledged")],
            [*of_all, ("dim", " consumers")],
            [("strong", f"{streams:,}"), ("dim", " streams" if streams != 1 else " stream")],
        ]

    def _consumers(self) -> list[ConsumerFlow]:
        known = self.flows.consumers
        streams = [self.chosen] if self.view is View.CONSUMERS else list(known)
        return [flow for stream in streams for flow in known.get(stream, {}).values()]


def _in_parts(flows: list[StreamFlow]) -> list[list[Piece]]:
    came = sum(flow.in_per_s or 0 for flow in flows)
    came_bytes = sum(flow.in_bytes_per_s or 0 for flow in flows)
    return [
        [("rate", _rate(came)), ("dim", " msg/s in")],
        [("bytes", format_bytes(came_bytes).rjust(10)), ("dim", "/s in")],
    ]


def _rate(value: float) -> str:
    return figures.rate(value).replace("·", "0").rjust(6)


def _limited(now: int, most: int, noun: str) -> list[Piece]:
    """Return how many there are, and may be."""
    style = _nearly(now, most, "strong")
    if most <= 0:
        return [(style, f"{now:,}"), ("dim", plural(now, noun).removeprefix(f"{now:,}"))]
    return [(style, f"{now:,}"), ("dim", f" of {plural(most, noun)}")]


def _stored(where: str, now: int, most: int) -> list[list[Piece]]:
    """Return how many bytes are stored, and may be; nothing where nothing is, and nothing is said."""
    if not now and most <= 0:
        return []
    limit: list[Piece] = [("dim", f" of {format_bytes(most)}")] if most > 0 else []
    return [[("dim", f"{where} "), (_nearly(now, most, "bytes"), format_bytes(now)), *limit]]


def _nearly(now: int, most: int, style: str) -> str:
    if most <= 0 or now < _NEARLY * most:
        return style
    return "bad" if now >= most else "warn"


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3:,} more" if len(names) > 3 else shown
