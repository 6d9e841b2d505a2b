"""What the detail pane looks at: a row, one of its messages, a tab and its manner.  No widgets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from natscli.traffic.values import Detail, Kept
from natscli.tui import figures
from natscli.tui.panes.feed import feed_line, message_lines
from natscli.tui.panes.formats import Formats
from natscli.tui.panes.graph import field_name, number, plot, size_lines
from natscli.tui.panes.latency import latency_lines
from natscli.tui.panes.value import number_at, numeric_fields, value_lines
from natscli.tui.pieces import Line, foreign, wrap
from natscli.tui.ring import Ring
from natscli.tui.watch import Watch
from natscli.wire.message import Message

TABS = ("value", "feed", "graph", "latency", "messages")
_SERIES = ("msg/s", "bytes/s", "all msg/s", "size")  # and the numbers in the payloads
_RATES_KEPT = 600  # seconds of bytes a second of the selected row
_FEED_AT_ONCE = 200
_ABOVE = 3  # messages shown above the chosen one


@dataclass(frozen=True, slots=True)
class Place:
    """Room and time: what the pane has to know of the world outside."""

    width: int
    height: int
    wall_s: Callable[[float], float]


class Closeup:
    """The lines of the detail pane for the row that is selected."""

    def __init__(self, watch: Watch, ring: Ring, formats: Formats | None = None) -> None:
        self.watch = watch
        self.ring = ring
        self.tab = 0
        self.formats = formats or Formats()
        self.form = 0  # of the formats
        self.series = 0  # of what the graph tab can draw
        self.diff = True
        self.chosen: int | None = None  # how many messages before the newest; None follows the newest
        self._pinned: Kept | None = None
        self._path = ""
        self._rates: deque[tuple[int, float]] = deque(maxlen=_RATES_KEPT)
        self._feed: deque[Line] = deque(maxlen=1000)
        self._fed = 0

    # -- what keys change ------------------------------------------------------------------------

    def select(self, path: str) -> None:
        """Look at another row."""
        if path == self._path:
            return
        self._path = path
        self.ring.choose(path)
        keep = self.ring.keep
        self.ring.seed([kept for kept in self.watch.kept_below(path) if keep is None or keep(kept.message)])
        self._rates.clear()
        self._feed.clear()
        self._fed = 0
        self.unpin()
        self.series = 0

    def change_manner(self) -> str:
        """Take the next format of the value, or the next series of the graph; return its name."""
        if self.tab == TABS.index("graph"):
            names = self._series()
            self.series = (self.series + 1) % len(names)
            return names[self.series]
        self.form = (self.form + 1) % len(self.formats.names)
        return self.formats.names[self.form]

    def step(self, messages: int) -> None:
        """Go to an older message, or back to newer ones."""
        kept = self.messages()
        if not kept:
            return
        at = self._index(kept)
        wanted = min(max(at + messages, 0), len(kept) - 1)
        self.chosen = wanted
        self._pinned = kept[len(kept) - 1 - wanted]
        if messages < 0 and at == 0:
            self.unpin()

    def unpin(self) -> None:
        """Follow the newest message again."""
        self.chosen = self._pinned = None

    # -- what is shown ---------------------------------------------------------------------------

    def messages(self) -> Sequence[Kept]:
        """Return the messages at hand, the oldest first: those of the ring, or those the registry has kept."""
        detail = self.watch.detail(self._path)
        kept = detail.messages if detail is not None else ()
        more = len(self.ring.kept) > len(kept) and not self.watch.holding
        if more or self.ring.keep is not None:
            return tuple(self.ring.kept)
        return kept or tuple(self.ring.kept)

    def want(self, keep: Callable[[Message], bool] | None) -> None:
        """Look only at messages that are wanted; None wants all."""
        seen = self.messages()
        self.ring.keep = keep
        self.ring.clear()
        self._feed.clear()
        self._fed = 0
        self.unpin()
        self.ring.seed([kept for kept in seen if keep is None or keep(kept.message)])

    def current(self) -> Kept | None:
        """Return the message that is looked at."""
        if self._pinned is not None:
            return self._pinned
        kept = self.messages()
        return kept[-1] if kept else None

    def note(self, now_s: float) -> None:
        """Remember what the registry does not: bytes a second of the row."""
        detail = self.watch.detail(self._path) if not self.watch.holding else None
        second = int(now_s)
        if detail is not None and (not self._rates or self._rates[-1][0] != second):
            self._rates.append((second, detail.row.bytes_per_s))

    def lines(self, place: Place) -> list[Line]:
        """Return what the tab shows."""
        detail = self.watch.detail(self._path)
        if detail is None:
            return [(("dim", "  nothing is selected"),)]
        name = TABS[self.tab]
        if name == "value":
            return self._value(place)
        if name == "feed":
            return self._feed_lines(place)
        if name == "graph":
            return self._graph(detail, place)
        if name == "latency":
            return latency_lines(detail, self.watch.totals(), place.width)
        return self._messages(place)

    # -- inner workings --------------------------------------------------------------------------

    def _index(self, kept: Sequence[Kept]) -> int:
        """Return how many messages before the newest the chosen one is now."""
        if self._pinned is None:
            return 0
        for back, other in enumerate(reversed(kept)):
            if other is self._pinned or other == self._pinned:
                return back
        return len(kept) - 1

    def _value(self, place: Place) -> list[Line]:
        kept = self.messages()
        current = self.current()
        if current is None:
            return self._no_message()
        at = self._index(kept)
        before = kept[len(kept) - 2 - at] if self.diff and at + 1 < len(kept) else None
        if before is not None and before.message.subject != current.message.subject:
            before = next(
                (k for k in reversed(kept[: len(kept) - 1 - at]) if k.message.subject == current.message.subject), None
            )
        form = self.formats.names[self.form]
        ago_s = max(self.watch.registry.now_s - current.time_s, 0)
        lines = value_lines(self.formats, form, current, before, ago_s)
        if self._pinned is not None:
            lines.insert(0, (("warn", f"message {at + 1} back of {len(kept)}; ] goes on, esc follows the newest"),))
        return [part for line in lines for part in wrap(line, place.width - 1)]

    def _messages(self, place: Place) -> list[Line]:
        """Return the messages, the newest first; from a little above the chosen one where one is."""
        kept = self.messages()
        at = self._index(kept)
        lines = message_lines(kept, at, place.wall_s, self._below())
        if self._pinned is None or at <= _ABOVE:
            return lines
        return [(("dim", f"  {at - _ABOVE:,} newer"),), *lines[at - _ABOVE :]]

    def _no_message(self) -> list[Line]:
        if self._many():
            return [(("dim", "  the next message below this branch will be shown"),)]
        return [(("dim", "  no message is kept of this row"),)]

    def _feed_lines(self, place: Place) -> list[Line]:
        ring = self.ring
        if not self.watch.holding:
            new = min(ring.seen - self._fed, len(ring.kept))
            if new > 0:
                below = self._below()
                latest = list(ring.kept)[-new:][-_FEED_AT_ONCE:]
                self._feed.extend(feed_line(kept, place.wall_s, below) for kept in latest)
            self._fed = ring.seen
        lines = list(self._feed)
        if ring.passed_over:
            lines.append(
                (("warn", f"sampled: up to {figures.count(ring.passed_over)} more came too fast to be shown"),)
            )
        return lines or [(("dim", "  waiting for the next message"),)]

    def _graph(self, detail: Detail, place: Place) -> list[Line]:
        names = self._series()
        self.series = min(self.series, len(names) - 1)
        height = max(min(place.height - 5, 14), 4)
        more = f"   v: {names[(self.series + 1) % len(names)]}" if len(names) > 1 else ""
        lines = self._plot(names[self.series], more, detail, place.width, height)
        return lines + size_lines(detail.size_histogram, place.width)

    def _series(self) -> list[str]:
        fields = self._fields()
        return [*_SERIES, *(field_name(path) for path in fields)]

    def _fields(self) -> list[tuple[str, ...]]:
        kept = self.messages()
        return numeric_fields(self.formats.text(kept[-1].message)) if kept else []

    def _plot(self, name: str, more: str, detail: Detail, width: int, height: int) -> list[Line]:
        seconds, messages = ("s ago", "now"), ("messages", "newest")
        if self.series == 0:
            title = f"messages a second{more}"
            return plot(title, detail.row.spark[:-1], width, height, form=figures.rate, what=seconds)
        if self.series == 1:
            rates = [value for _, value in self._rates]
            form = figures.whole_size
            return plot(f"bytes a second{more}", rates, width, height, form=form, what=seconds, style="bytes")
        if self.series == 2:
            title = f"messages a second, all subjects{more}"
            return plot(title, self.watch.totals().spark[:-1], width, height, form=figures.rate, what=seconds)
        kept = self.messages()
        if self.series == 3:
            sizes = [len(one.message.payload) for one in kept]
            form = figures.whole_size
            return plot(f"payload size{more}", sizes, width, height, form=form, what=messages, style="bytes")
        path = self._fields()[self.series - len(_SERIES)]
        found = [number_at(self.formats.text(one.message), path) for one in kept]
        numbers = [value for value in found if value is not None]
        title = f"{name}{more}"
        return plot(title, numbers, width, height, form=number, what=messages, from_zero=False, style="number")

    def _below(self) -> str | None:
        """Return the branch that messages are shown of; None for a single subject."""
        return self._path if self._many() else None

    def _many(self) -> bool:
        """Whether the row stands for more than one subject."""
        detail = self.watch.detail(self._path)
        return detail is not None and (detail.row.subjects > 1 or "*" in self._path or self._path.endswith(">"))

    def title(self) -> str:
        """Return what is looked at."""
        return foreign(self._path)
