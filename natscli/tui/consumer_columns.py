"""The columns of the table of consumers, and the marks in front."""

from __future__ import annotations

from natscli.jetstream.flows import ConsumerFlow, Trend
from natscli.tui import figures
from natscli.tui.charts import sparkline
from natscli.tui.pieces import Piece, foreign, right
from natscli.tui.stream_columns import idle_text, lag_cell, leader_cell, placed_cell, placed_mark, rate_text
from natscli.tui.table import Column, Table

CONSUMER_MARKS = (
    ("alarm", "!", "no leader"),
    ("warn", "!", "a replica is behind or away"),
    ("warn", "‖", "paused"),
    ("warn", "●", "waits for acknowledgements: it has as many unacknowledged as it may"),
    ("dim", "○", "nobody takes what is there for it"),
)


def consumers_table(*, everywhere: bool) -> Table[ConsumerFlow]:
    """Return an empty table, of one stream's consumers or of those of all streams."""
    columns = CONSUMER_COLUMNS if everywhere else tuple(c for c in CONSUMER_COLUMNS if c.title != "stream")
    return Table(columns, name=name_of, words=_words, sorted_by="lag", gap=1)


def name_of(flow: ConsumerFlow) -> tuple[str, str]:
    """Return the names of the stream and the consumer."""
    return flow.look.stream, flow.look.name


def consumer_mark(flow: ConsumerFlow) -> Piece:
    """Return what is special about a consumer."""
    look = flow.look
    if look.placed.leaderless:
        return "alarm", "! "
    if look.paused:
        return "warn", "‖ "
    if look.stalled:
        return "warn", "● "
    return placed_mark(look.placed) or (("dim", "○ ") if look.unasked else ("plain", "  "))


def drain_cell(flow: ConsumerFlow, width: int) -> tuple[Piece, ...]:
    """Return how long it takes until there is no lag, at the present rate."""
    if not flow.look.lag:
        return (("dim", right("·", width)),)
    if flow.drained_s is not None:
        return (("good", right(figures.age(max(flow.drained_s, 1)), width)),)
    words = {Trend.GROWING: ("bad", "never"), Trend.STEADY: ("dim", "steady")}
    style, text = words.get(flow.trend, ("dim", ""))
    return ((style, right(text, width)),)


def _drain_order(flow: ConsumerFlow) -> float:
    """Put what never ends first, then what takes long."""
    if not flow.look.lag:
        return 1.0
    if flow.drained_s is not None:
        return -flow.drained_s
    return float("-inf") if flow.trend is Trend.GROWING else -1e15


def _unacked_cell(flow: ConsumerFlow, width: int) -> tuple[Piece, ...]:
    look = flow.look
    if look.acks == "none":
        return (("plain", " " * width),)
    style = "warn" if look.stalled else "plain" if look.unacked else "dim"
    return ((style, right(figures.count(look.unacked) if look.unacked else "·", width)),)


def _pulls_text(flow: ConsumerFlow) -> str:
    look = flow.look
    if not look.is_pull:
        return "push"
    return figures.count(look.waiting) if look.waiting else "·"


def _acked_text(flow: ConsumerFlow) -> str:
    return "" if flow.look.acks == "none" else rate_text(flow.acked_per_s)


def _words(flow: ConsumerFlow) -> str:
    look = flow.look
    return f"{look.name} {look.stream} {look.filters} {look.description} {look.acks} {look.placed.leader}"


CONSUMER_COLUMNS: tuple[Column[ConsumerFlow], ...] = (
    Column(
        "consumer", 15, 0, "subject", lambda f: foreign(f.look.name), lambda f: f.look.name,
        words=True, key="s", about="from a to z", part=6, widest=32,
    ),
    Column(
        "stream", 13, 1, "branch", lambda f: foreign(f.look.stream), lambda f: f.look.stream,
        words=True, key="t", about="its stream", part=8, widest=32,
    ),
    Column(
        "lag", 8, 2, "plain", lambda f: "", lambda f: -f.look.lag,
        key="l", about="messages that were not delivered yet; grows ↗, shrinks ↘, neither →",
        paint=lag_cell,
    ),
    Column(
        "trend", 7, 3, "spark", lambda f: "", lambda f: -f.slope,
        key="n", about="the lag, look by look", part=9, widest=59,
        paint=lambda f, width: (("spark", sparkline(f.curve, width)),),
    ),
    Column(
        "drain", 6, 4, "plain", lambda f: "", _drain_order,
        key="d", about="time until there is no lag, at the present rate", paint=drain_cell,
    ),
    Column(
        "out/s", 6, 5, "rate", lambda f: rate_text(f.delivered_per_s), lambda f: -(f.delivered_per_s or 0),
        key="o", about="messages delivered, again or not",
    ),
    Column(
        "acked/s", 7, 7, "rate", _acked_text, lambda f: -(f.acked_per_s or 0),
        key="a", about="messages acknowledged",
    ),
    Column(
        "unacked", 7, 6, "plain", lambda f: "", lambda f: -f.look.unacked,
        key="u", about="delivered, and not acknowledged yet", paint=_unacked_cell,
    ),
    Column(
        "redel", 5, 8, "warn", lambda f: figures.count(f.look.redelivered) if f.look.redelivered else "·",
        lambda f: -f.look.redelivered, key="r", about="of these, delivered more than once",
    ),
    Column(
        "pulls", 5, 9, "plain", _pulls_text, lambda f: -f.look.waiting,
        key="p", about="pulls that wait for messages; push is sent them",
    ),
    Column(
        "idle", 4, 10, "dim", lambda f: idle_text(f.look.idle_s), lambda f: f.look.idle_s or 0,
        key="i", about="since something was delivered",
    ),
    Column(
        "acks", 8, 13, "dim", lambda f: foreign(f.look.acks), lambda f: f.look.acks,
        words=True, key="k", about="policy: explicit, all or none",
    ),
    Column(
        "repl", 4, 11, "plain", lambda f: "", lambda f: f.look.placed.current - f.look.placed.wanted,
        key="c", about="replicas up to date, of all", paint=lambda f, width: placed_cell(f.look.placed, width),
    ),
    Column(
        "leader", 12, 12, "plain", lambda f: "", lambda f: f.look.placed.leader,
        words=True, key="e", about="who leads it", paint=lambda f, width: leader_cell(f.look.placed, width),
    ),
    Column(
        "filter", 16, 14, "dim", lambda f: foreign(f.look.filters), lambda f: f.look.filters,
        words=True, key="f", about="subjects it is about", part=8, widest=60,
    ),
)  # fmt: skip
