"""What the registry answers with: frozen values, cut out for what is on show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from natscli.wire.message import Message

SPARK_S = 60  # seconds of history per row, one value each


class Order(StrEnum):
    """What a table is sorted by; the largest first, but subjects from a to z."""

    RATE = "rate"  # messages in the last second
    RATE_10S = "rate-10s"
    RATE_60S = "rate-60s"
    BYTES_RATE = "bytes-rate"
    MESSAGES = "messages"
    BYTES = "bytes"
    MEAN = "mean"
    LARGEST = "largest"
    IDLE = "idle"
    LATENCY = "latency"  # p99
    UNANSWERED = "unanswered"
    SUBJECT = "subject"


class Mark(StrEnum):
    """What is remarkable about a row."""

    NONE = ""
    NEW = "new"  # first seen within the last ten seconds, and not at the start
    QUIET = "quiet"  # it used to come, and has not for ten seconds
    BURST = "burst"  # far above its own average
    EVICTED = "evicted"  # the sum of subjects that were let go to bound memory


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds memory."""

    subjects: int = 100_000  # known one by one; the longest idle give way, and their counts are kept in one sum
    kept_bytes: int = 32 * 1024 * 1024  # of messages kept to look at
    kept_messages: int = 20  # of one subject
    pending: int = 100_000  # requests that wait for their reply
    patience_s: float = 10.0  # after this long a request counts as unanswered
    children: int = 200  # of one node in the tree; more are shown as one *
    looked_at: int = 5_000  # messages kept one by one between two ticks; beyond it the last of each subject


@dataclass(frozen=True, slots=True)
class View:
    """Which rows, and in which order.  ``match`` is of a whole subject, and asked once for each."""

    order: Order = Order.RATE
    reverse: bool = False
    internal: bool = False  # with $SYS, $JS and inboxes
    match: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A subject, a family of subjects (with ``*``) or a branch.  Times are seconds of the clock that was given.

    Percentiles are None without replies, ``since_baseline`` without a baseline.
    """

    subject: str
    messages: int
    payload_bytes: int
    messages_per_s: float  # over the last second, likewise bytes_per_s
    messages_per_s_10s: float
    messages_per_s_60s: float
    bytes_per_s: float
    smallest: int | None  # None for a branch, likewise largest
    mean: float
    largest: int | None
    first_s: float
    last_s: float
    idle_s: float
    mark: Mark
    subjects: int  # how many are in it
    requests: int
    replies: int
    unanswered: int
    p50_s: float | None
    p99_s: float | None
    since_baseline: int | None
    spark: tuple[int, ...]  # messages in each of the last SPARK_S seconds, the current one last


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree.  ``path`` is what ``expanded`` and ``fold_node`` name it by."""

    path: str
    token: str
    depth: int  # 0 for first tokens
    children: int
    expanded: bool
    folded: bool  # this row is a * that stands for many tokens
    row: Row


@dataclass(frozen=True, slots=True)
class Table:
    """The rows asked for, out of so many."""

    rows: tuple[Row, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The lines asked for, out of so many."""

    rows: tuple[TreeRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it came, and when it was read."""

    time_s: float
    message: Message


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything about one row.  ``size_histogram[i]`` counts payloads of ``i`` bits: sizes from 2^(i-1) to 2^i - 1.

    ``latency_histogram`` holds the upper bound of a bucket in seconds, and how many replies were in it.
    """

    row: Row
    size_histogram: tuple[int, ...]
    latency_histogram: tuple[tuple[float, int], ...]
    header_names: tuple[str, ...]
    messages: tuple[Kept, ...]  # the oldest first


@dataclass(frozen=True, slots=True)
class Totals:
    """All that came, whatever has been let go since."""

    messages: int
    payload_bytes: int
    messages_per_s: float
    messages_per_s_10s: float
    messages_per_s_60s: float
    bytes_per_s: float
    elapsed_s: float
    subjects: int  # known one by one now
    evicted_subjects: int
    evicted_messages: int  # kept messages given up for the byte budget, beyond the last few of each subject
    evicted_requests: int  # given up while they waited for a reply, because too many did
    unseen_bodies: int  # counted, but not looked at, as they came too fast: see Limits.looked_at
    kept_bytes: int
    pending_requests: int
    requests: int
    replies: int
    unanswered: int
    read_together: int  # replies read in one go with their requests: their latency counts as none
    pairing: bool  # whether replies can be seen
    dropped: int  # messages that were lost before they could be counted
    cuts: int  # times the server cut us off for reading too slowly; how many messages each cost, nobody knows
    since_baseline: int | None
    spark: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one time: what headless output is made of."""

    totals: Totals
    table: Table
