"""What went by, by subject: a sink that only counts, and rates between two looks."""

from dataclasses import dataclass

from natscli.wire.message import Run

_INBOXES = b"_INBOX."
_ALL_INBOXES = b"_INBOX.>"  # reply subjects are used once: one row for all of them


@dataclass(frozen=True, slots=True)
class Row:
    """One subject: totals, and rates per second since the look before."""

    subject: str
    messages: int
    payload_bytes: int
    messages_per_s: float
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Every subject, the busiest first, and their sums."""

    rows: tuple[Row, ...]
    total: Row


class Tally:
    """Counts runs.  ``look`` is given the time, in seconds of any clock."""

    def __init__(self, now_s: float) -> None:
        self._counts: dict[bytes, tuple[int, int]] = {}
        self._before: dict[bytes, tuple[int, int]] = {}
        self._before_s = now_s

    def take(self, run: Run) -> None:
        """Count a run."""
        counts = self._counts
        for subject, payload in zip(run.subjects, run.payloads, strict=True):
            key = _ALL_INBOXES if subject.startswith(_INBOXES) else subject
            messages, size = counts.get(key, (0, 0))
            counts[key] = (messages + 1, size + len(payload))

    def look(self, now_s: float) -> Picture:
        """Return the picture at ``now_s``; rates are over the time since the last look."""
        seconds = max(now_s - self._before_s, 1e-9)
        rows = [self._row(key, seconds) for key in self._counts]
        rows.sort(key=lambda row: (-row.messages, row.subject))
        self._before, self._before_s = dict(self._counts), now_s
        return Picture(tuple(rows), _sum(rows))

    def overall(self, seconds: float) -> Picture:
        """Return the picture with rates over all of ``seconds``."""
        self._before = {}
        self._before_s = 0.0
        return self.look(seconds)

    def _row(self, key: bytes, seconds: float) -> Row:
        messages, size = self._counts[key]
        messages_before, size_before = self._before.get(key, (0, 0))
        return Row(
            key.decode("utf-8", "surrogateescape"),
            messages,
            size,
            (messages - messages_before) / seconds,
            (size - size_before) / seconds,
        )


def _sum(rows: list[Row]) -> Row:
    return Row(
        "all",
        sum(row.messages for row in rows),
        sum(row.payload_bytes for row in rows),
        sum(row.messages_per_s for row in rows),
        sum(row.bytes_per_s for row in rows),
    )
