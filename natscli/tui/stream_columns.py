"""The columns of the table of streams, and the marks in front."""

from __future__ import annotations

from dataclasses import dataclass

from natscli.jetstream.flows import ConsumerFlow, StreamFlow, Trend
from natscli.jetstream.looks import Placed
from natscli.tui import figures
from natscli.tui.charts import sparkline
from natscli.tui.pieces import Piece, fit, foreign, right
from natscli.tui.table import Column, Table

ARROWS = {Trend.GROWING: ("bad", "↗"), Trend.SHRINKING: ("good", "↘"), Trend.STEADY: ("dim", "→")}
STREAM_MARKS = (("alarm", "!", "no leader"), ("warn", "!", "a replica is behind or away"), ("dim", "■", "sealed"))


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream, its consumer that is furthest behind (None: none, or not looked at), and whether it is not told of."""

    flow: StreamFlow
    furthest: ConsumerFlow | None = None
    missing: bool = False

    @property
    def name(self) -> str:
        """The stream's name."""
        return self.flow.look.name

    @property
    def mark(self) -> Piece:
        """What is wrong with it."""
        if self.missing:
            return "alarm", "! "
        return placed_mark(self.flow.look.placed) or (("dim", "■ ") if self.flow.look.sealed else ("plain", "  "))


def streams_table() -> Table[StreamRow]:
    """Return an empty table."""
    return Table(STREAM_COLUMNS, name=lambda row: row.name, words=_words, sorted_by="msg/s", gap=1)


def placed_mark(placed: Placed) -> Piece | None:
    """Return the mark for a leader or a replica that is not there."""
    if placed.leaderless:
        return "alarm", "! "
    return ("warn", "! ") if placed.short else None


def placed_cell(placed: Placed, width: int) -> tuple[Piece, ...]:
    """Return how many replicas are up to date, of how many."""
    style = "bad" if placed.leaderless else "warn" if placed.short else "plain"
    text = f"{placed.current}/{placed.wanted}" if placed.clustered else "1"
    return ((style, right(text, width)),)


def leader_cell(placed: Placed, width: int) -> tuple[Piece, ...]:
    """Return who leads."""
    if placed.leaderless:
        return (("bad", fit("none", width)),)
    return (("plain", fit(foreign(placed.leader), width)),)


def lag_cell(flow: ConsumerFlow | None, width: int) -> tuple[Piece, ...]:
    """Return a lag and where it goes."""
    if flow is None:
        return (("plain", " " * width),)
    if not flow.look.lag:
        return (("dim", right("·", width - 2) + "  "),)
    style, arrow = ARROWS.get(flow.trend, ("dim", " "))
    number = "bad" if flow.trend is Trend.GROWING else "plain"
    return (number, right(figures.count(flow.look.lag), width - 2) + " "), (style, arrow)


def rate_text(value: float | None) -> str:
    """Return a rate; nothing where there is none yet."""
    return "" if value is None else figures.rate(value)


def idle_text(value: float | None) -> str:
    """Return how long nothing came; nothing where nothing ever did."""
    return "" if value is None else figures.since(value)


def _bytes_text(flow: StreamFlow) -> str:
    if flow.in_bytes_per_s is None:
        return ""
    text = figures.size(flow.in_bytes_per_s)
    return f"~{text}" if flow.estimated and text != "·" else text


def _full_text(flow: StreamFlow) -> str:
    return "" if flow.look.full is None else figures.share(flow.look.full, 1)


def _words(row: StreamRow) -> str:
    look = row.flow.look
    return f"{look.name} {look.subjects} {look.description} {look.storage} {look.retention} {look.placed.leader}"


STREAM_COLUMNS: tuple[Column[StreamRow], ...] = (
    Column(
        "stream", 17, 0, "subject", lambda r: foreign(r.name), lambda r: r.name,
        words=True, key="s", about="from a to z", part=5, widest=32,
    ),
    Column(
        "msg/s", 6, 1, "rate", lambda r: rate_text(r.flow.in_per_s), lambda r: -(r.flow.in_per_s or 0),
        key="r", about="messages stored in the last second",
    ),
    Column(
        "B/s", 6, 4, "bytes", lambda r: _bytes_text(r.flow), lambda r: -(r.flow.in_bytes_per_s or 0),
        key="b", about="bytes stored; ~ where messages went, too",
    ),
    Column(
        "gone/s", 6, 9, "plain", lambda r: rate_text(r.flow.gone_per_s), lambda r: -(r.flow.gone_per_s or 0),
        key="g", about="messages that limits, acks and people removed",
    ),
    Column(
        "trend", 9, 6, "spark", lambda r: "", lambda r: -(r.flow.in_per_s or 0),
        about="msg/s, look by look", part=9, widest=59,
        paint=lambda r, width: (("spark", sparkline(r.flow.curve, width)),),
    ),
    Column(
        "msgs", 6, 2, "plain", lambda r: figures.count(r.flow.look.messages), lambda r: -r.flow.look.messages,
        key="m", about="messages in it",
    ),
    Column(
        "size", 5, 3, "bytes", lambda r: figures.whole_size(r.flow.look.bytes), lambda r: -r.flow.look.bytes,
        key="z", about="bytes in it",
    ),
    Column(
        "full", 4, 11, "plain", lambda r: _full_text(r.flow), lambda r: -(r.flow.look.full or 0),
        key="f", about="of its limit on messages or bytes, the nearer",
    ),
    Column(
        "lag", 8, 5, "plain", lambda r: "", lambda r: -(r.furthest.look.lag if r.furthest else -1),
        key="l", about="of the consumer that is furthest behind",
        paint=lambda r, width: lag_cell(r.furthest, width),
    ),
    Column(
        "idle", 4, 7, "dim", lambda r: idle_text(r.flow.look.idle_s), lambda r: r.flow.look.idle_s or 0,
        key="i", about="since the last message",
    ),
    Column(
        "cons", 5, 8, "plain", lambda r: figures.count(r.flow.look.consumers) if r.flow.look.consumers else "·",
        lambda r: -r.flow.look.consumers, key="c", about="consumers",
    ),
    Column(
        "repl", 4, 10, "plain", lambda r: "", lambda r: r.flow.look.placed.current - r.flow.look.placed.wanted,
        key="p", about="replicas up to date, of all",
        paint=lambda r, width: placed_cell(r.flow.look.placed, width),
    ),
    Column(
        "leader", 12, 13, "plain", lambda r: "", lambda r: r.flow.look.placed.leader,
        words=True, key="e", about="who leads it", paint=lambda r, width: leader_cell(r.flow.look.placed, width),
    ),
    Column(
        "deleted", 7, 15, "plain", lambda r: figures.count(r.flow.look.deleted) if r.flow.look.deleted else "·",
        lambda r: -r.flow.look.deleted, key="d", about="messages missing in between",
    ),
    Column(
        "store", 6, 14, "dim", lambda r: foreign(r.flow.look.storage), lambda r: r.flow.look.storage,
        words=True, key="o", about="file or memory",
    ),
    Column(
        "keeps", 9, 16, "dim", lambda r: foreign(r.flow.look.retention), lambda r: r.flow.look.retention,
        words=True, key="k", about="retention: limits, interest or workqueue",
    ),
    Column(
        "subjects", 16, 12, "dim", lambda r: foreign(r.flow.look.subjects), lambda r: r.flow.look.subjects,
        words=True, key="j", about="what it stores", part=8, widest=60,
    ),
)  # fmt: skip
