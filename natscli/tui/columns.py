"""The columns of the table and the tree: which fit a width, and what they say of a row.

What is shown depends on the width alone, never on the figures: columns come and go when the terminal is resized,
and at no other time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from natscli.traffic.values import SPARK_S, Order, Row, Totals
from natscli.tui import figures
from natscli.tui.charts import bar, sparkline
from natscli.tui.pieces import Piece, right

_NARROWEST_SUBJECT = 12
_WIDEST_SUBJECT = 44
_GAP = 1
_GUTTER = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column.  ``key`` sorts by it behind ``s``; the smaller ``rank``, the longer it stays when it gets narrow."""

    title: str
    width: int
    key: str
    order: Order | None
    rank: int
    style: str
    text: Callable[[Row, Totals], str]
    about: str


def _share(row: Row, totals: Totals) -> str:
    return figures.share(row.messages_per_s_10s, totals.messages_per_s_10s)


def _unanswered(row: Row) -> str:
    return figures.count(row.unanswered) if row.unanswered else ""


_COLUMNS = (
    Column(
        "msg/s",
        6,
        "r",
        Order.RATE,
        1,
        "rate",
        lambda row, _: figures.rate(row.messages_per_s),
        "messages in the last second",
    ),
    Column(
        "10s",
        6,
        "1",
        Order.RATE_10S,
        5,
        "rate",
        lambda row, _: figures.rate(row.messages_per_s_10s),
        "msg/s over ten seconds",
    ),
    Column(
        "60s",
        6,
        "6",
        Order.RATE_60S,
        6,
        "rate",
        lambda row, _: figures.rate(row.messages_per_s_60s),
        "msg/s over a minute",
    ),
    Column(
        "B/s",
        5,
        "b",
        Order.BYTES_RATE,
        2,
        "bytes",
        lambda row, _: figures.size(row.bytes_per_s),
        "bytes in the last second",
    ),
    Column("share", 5, "", None, 7, "plain", _share, "of all messages, over ten seconds"),
    Column(
        "total",
        6,
        "m",
        Order.MESSAGES,
        3,
        "plain",
        lambda row, _: figures.count(row.messages),
        "messages since the start",
    ),
    Column(
        "bytes",
        5,
        "B",
        Order.BYTES,
        11,
        "bytes",
        lambda row, _: figures.whole_size(row.payload_bytes),
        "bytes since the start",
    ),
    Column("mean", 5, "z", Order.MEAN, 8, "bytes", lambda row, _: figures.whole_size(row.mean), "mean size"),
    Column("max", 5, "x", Order.LARGEST, 12, "bytes", lambda row, _: figures.size(row.largest), "largest size"),
    Column(
        "p99",
        5,
        "l",
        Order.LATENCY,
        9,
        "plain",
        lambda row, _: figures.latency(row.p99_s),
        "99 % of replies came within",
    ),
    Column("lost", 5, "u", Order.UNANSWERED, 13, "bad", lambda row, _: _unanswered(row), "requests without a reply"),
    Column("idle", 4, "i", Order.IDLE, 4, "dim", lambda row, _: figures.since(row.idle_s), "since the last message"),
)
SUBJECT = Column("subject", 0, "s", Order.SUBJECT, 0, "subject", lambda row, _: row.subject, "from a to z")
_BASELINE = Column(
    "Δ", 7, "", None, 0, "good", lambda row, _: figures.change(row.since_baseline or 0), "messages since the baseline"
)
SORTABLE = (SUBJECT, *(column for column in _COLUMNS if column.order is not None))


@dataclass(frozen=True, slots=True)
class Layout:
    """What fits: columns in their order; cells for the subject, the last value, the share's bar and the curve."""

    width: int
    subject: int
    columns: tuple[Column, ...]
    value: int
    share_bar: int
    spark: int

    def cells(self, row: Row, totals: Totals, *, quiet: bool) -> list[Piece]:
        """Return the pieces behind the subject, the last value left out."""
        pieces: list[Piece] = []
        for column in self.columns:
            text = column.text(row, totals)
            style = "dim" if quiet or text in ("·", "") else column.style
            if column.title == "share" and self.share_bar:
                filled = bar(row.messages_per_s_10s, totals.messages_per_s_10s, self.share_bar)
                pieces.append(("dim" if quiet else "bar", " " * _GAP + filled))
            pieces.append((style, " " * _GAP + right(text, column.width)))
        if self.spark:
            curve = sparkline(row.spark[:-1], self.spark)
            pieces.append(("dim" if quiet else "spark", "  " + curve))
        return pieces


def layout(width: int, *, baseline: bool, order: Order | None = None, pairing: bool = True) -> Layout:
    """Return what fits into so many cells; the column that is sorted by comes first.

    Without ``pairing`` replies cannot be seen, and no column speaks of them.
    """
    there = [column for column in _COLUMNS if pairing or column.order not in (Order.LATENCY, Order.UNANSWERED)]
    subject = min(max(_NARROWEST_SUBJECT, width * 2 // 5), _WIDEST_SUBJECT)
    spark = 12 if width >= 56 else 8 if width >= 44 else 0
    left = width - _GUTTER - subject - (spark + 2 if spark else 0)
    chosen = [_BASELINE] if baseline and left > 8 + 7 else []
    left -= sum(column.width + _GAP for column in chosen)
    for column in sorted(there, key=lambda column: 0 if order is not None and column.order is order else column.rank):
        if column.width + _GAP > left:
            break
        chosen.append(column)
        left -= column.width + _GAP
    if not chosen:
        return Layout(width, max(width - _GUTTER, 1), (), 0, 0, 0)
    columns = tuple(column for column in (_BASELINE, *_COLUMNS) if column in chosen)
    return _spread(width, subject, columns, spark, left)


def _spread(width: int, subject: int, columns: tuple[Column, ...], spark: int, left: int) -> Layout:
    """Give out the cells that are left: a bar beside the share, a value, a longer curve, a longer subject."""
    share_bar = 0
    if left >= 7 and any(column.title == "share" for column in columns):
        share_bar, left = 6, left - 7
    value = 0
    if left >= 40:
        value = min(left * 2 // 3, 60)
        left -= value
    if spark:
        longer = min(left, SPARK_S - 1 - spark)
        spark, left = spark + longer, left - longer
    return Layout(width, subject + left, columns, value, share_bar, spark)
