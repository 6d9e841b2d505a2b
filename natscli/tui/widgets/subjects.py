"""The subjects, as a table or as a tree: pulled from the watch a few times a second, as many as are in sight."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from natscli.traffic.values import Mark, Order, Totals
from natscli.tui.columns import SUBJECT, Layout, layout
from natscli.tui.panes.last import last_value
from natscli.tui.pieces import Line, Piece, fit, foreign, middle_cut, right
from natscli.tui.watch import Entry, Watch
from natscli.tui.widgets.painted import Painted

_MARKS = {
    Mark.NONE: ("plain", "  "),
    Mark.NEW: ("good", "✦ "),
    Mark.QUIET: ("dim", "○ "),
    Mark.BURST: ("warn", "▲ "),
    Mark.EVICTED: ("dim", "∑ "),
}
_ALERT = ("alarm", "! ")


class Subjects(Painted):
    """Rows with a cursor that stays on its subject, wherever that goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="up"),
        Binding("pagedown,ctrl+f,ctrl+d", "page(1)", "Page down", show=False, id="page-down"),
        Binding("pageup,ctrl+b,ctrl+u", "page(-1)", "Page up", show=False, id="page-up"),
        Binding("home,g", "edge(-1)", "First", show=False, id="first"),
        Binding("end,G", "edge(1)", "Last", show=False, id="last"),
        Binding("right,l", "open(True)", "Open", show=False, id="open"),
        Binding("left,h", "open(False)", "Close", show=False, id="close"),
        Binding("o", "open_all(True)", "Open all", show=False, id="open-all"),
        Binding("O", "open_all(False)", "Close all", show=False, id="close-all"),
        Binding("enter", "choose", "Details", show=False, id="details"),
    ]
    can_focus = True
    heading_lines = 1

    class Selected(Message):
        """Another row is under the cursor."""

    class Chosen(Message):
        """The row under the cursor is to be looked at closely."""

    class Sorted(Message):
        """A heading was clicked."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    def __init__(self, watch: Watch) -> None:
        super().__init__(id="subjects")
        self.looking = watch
        self.alarmed: frozenset[str] = frozenset()
        self.layout_now = layout(80, baseline=False)
        self._entries: tuple[Entry, ...] = ()
        self._offset = 0
        self._totals: Totals = watch.totals()

    # -- what is shown ---------------------------------------------------------------------------

    def pull(self) -> None:
        """Fetch what is in sight, and paint it if it is something new."""
        order = None if self.looking.as_tree else self.looking.view.order
        wanted = layout(
            self.size.width - 1,
            baseline=self._totals.since_baseline is not None,
            order=order,
            pairing=self._totals.pairing,
        )
        # One column is the scroll bar's, also while there is none: nothing jumps when it comes.
        offset, height = self.scroll_offset.y, max(self.size.height - self.heading_lines, 0)
        entries = self.looking.entries(offset, height)
        if offset and self.looking.count <= offset:
            self.set_height(self.looking.count)
            offset = max(self.looking.count - height, 0)
            entries = self.looking.entries(offset, height)
        self._totals = self.looking.totals()
        self._offset, self._entries, self.layout_now = offset, entries, wanted
        self.set_height(self.looking.count)
        if not self.looking.selected and entries:
            self._select(entries[0].path)
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Fetch the rows that have come into sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.pull()

    def on_resize(self) -> None:
        """Fetch as many rows as fit now."""
        self.pull()

    def heading(self, y: int, width: int) -> Line:
        """Return the titles, the one that is sorted by marked with its direction."""
        now, view = self.layout_now, self.looking.view
        sorted_by = SUBJECT.order if self.looking.as_tree else view.order
        frozen = self.looking.frozen and not self.looking.as_tree
        arrow = "•" if frozen else "▲" if view.reverse or sorted_by is Order.SUBJECT else "▼"
        pieces: list[Piece] = [("title", "  ")]
        for column in (SUBJECT, *now.columns):
            chosen = column.order is not None and column.order is sorted_by
            title = f"{column.title}{arrow}" if chosen else column.title
            style = "chosen" if chosen else "title"
            if column is SUBJECT:
                pieces.append((style, fit(title, now.subject)))
                continue
            bar = " " * (now.share_bar + 1) if column.title == "share" and now.share_bar else ""
            pieces.append((style, bar + right(title, column.width + 1)))
        if now.spark:
            pieces.append(("title", fit(f"  last {now.spark} s", now.spark + 2)))
        if now.value:
            pieces.append(("title", fit("  last value", now.value)))
        return tuple(pieces)

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return a row."""
        index = y - self._offset
        if not 0 <= index < len(self._entries):
            return self._nothing(y), ""
        entry = self._entries[index]
        under = ""
        if entry.path == self.looking.selected:
            under = "cursor" if self.has_focus else "cursor-off"
        return self._row(entry, self.layout_now), under

    def _row(self, entry: Entry, now: Layout) -> Line:
        quiet = entry.row.mark is Mark.QUIET
        pieces: list[Piece] = [_ALERT if entry.row.subject in self.alarmed else _MARKS[entry.row.mark]]
        pieces += self._label(entry, now.subject, quiet=quiet)
        pieces += now.cells(entry.row, self._totals, quiet=quiet)
        if now.value:
            pieces.append(
                ("dim", "  " + fit(last_value(self.looking.detail(entry.path), now.value - 2), now.value - 2))
            )
        return tuple(pieces)

    def _label(self, entry: Entry, width: int, *, quiet: bool) -> list[Piece]:
        style = "dim" if quiet else "branch" if entry.children else "subject"
        if self.looking.search is not None and self.looking.search.match(entry.path):
            style = "found"
        if not self.looking.as_tree:
            return [(style, fit(middle_cut(foreign(entry.label), width), width))]
        lead = "  " * entry.depth + ("▾ " if entry.expanded else "▸ " if entry.children else "  ")
        return [("dim", lead[:width]), (style, fit(foreign(entry.label), max(width - len(lead), 0)))]

    def _nothing(self, y: int) -> Line:
        if self.looking.count or y != 1:
            return ()
        if self.looking.filter is not None:
            return (("dim", f"  nothing matches {foreign(self.looking.filter.text)}"),)
        return (("dim", "  waiting for the first message"),)

    # -- moving ----------------------------------------------------------------------------------

    def move_to(self, place: int) -> None:
        """Put the cursor on a line, and have it in sight."""
        place = max(0, min(place, self.looking.count - 1))
        found = self.looking.entries(place, 1)
        if found:
            self._select(found[0].path)
            self._reveal(place)
        self.pull()

    def show_selected(self) -> None:
        """Have the selected line in sight."""
        place = self.looking.place(self.looking.selected)
        self.pull()
        if place is not None:
            self._reveal(place)
        self.pull()

    def action_move(self, lines: int) -> None:
        """Go up or down."""
        self.move_to(self._place() + lines)

    def action_page(self, pages: int) -> None:
        """Go a screen up or down."""
        self.move_to(self._place() + pages * max(self.size.height - self.heading_lines - 1, 1))

    def action_edge(self, direction: int) -> None:
        """Go to the first line or the last."""
        self.move_to(0 if direction < 0 else self.looking.count - 1)

    def action_open(self, on: bool) -> None:  # noqa: FBT001 - an action's argument
        """Open a branch; or close it, or go to the one above."""
        if not self.looking.as_tree:
            return
        selected = self.looking.selected
        if not on and selected not in self.looking.expanded and "." in selected:
            self.looking.selected = selected.rpartition(".")[0]
            self.post_message(self.Selected())
        else:
            self.looking.expand(selected, on=on)
        self.show_selected()

    def action_open_all(self, on: bool) -> None:  # noqa: FBT001 - an action's argument
        """Open or close every branch."""
        self.looking.expand_all(on=on)
        if not on and self.looking.selected:
            self.looking.selected = self.looking.selected.partition(".")[0]
        self.show_selected()

    def action_choose(self) -> None:
        """Open or close a branch; look at a subject closely."""
        at = self.looking.place(self.looking.selected)
        found = self.looking.entries(at, 1) if at is not None else ()
        if found and found[0].children:
            self.looking.expand(self.looking.selected, on=not found[0].expanded)
            self.pull()
        else:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; sort by a heading; open what is clicked twice, or on its triangle."""
        if event.y < self.heading_lines:
            self._click_heading(event.x)
            return
        place = event.y - self.heading_lines + self.scroll_offset.y
        if place >= self.looking.count:
            return
        self.move_to(place)
        entry = next((entry for entry in self._entries if entry.path == self.looking.selected), None)
        if entry is not None and entry.children and (event.chain > 1 or event.x <= 2 * entry.depth + 3):
            self.looking.expand(entry.path, on=not entry.expanded)
            self.pull()
        elif event.chain > 1:
            self.post_message(self.Chosen())

    def _click_heading(self, x: int) -> None:
        right_edge = 2
        for column in (SUBJECT, *self.layout_now.columns):
            wide = self.layout_now.subject if column is SUBJECT else column.width + 1
            right_edge += wide + (
                self.layout_now.share_bar + 1 if column.title == "share" and self.layout_now.share_bar else 0
            )
            if x < right_edge:
                if column.order is not None:
                    self.post_message(self.Sorted(column.order))
                return

    def _place(self) -> int:
        """Return where the cursor is: looked for where it is seen first."""
        for at, entry in enumerate(self._entries):
            if entry.path == self.looking.selected:
                return self._offset + at
        place = self.looking.place(self.looking.selected) if self.looking.selected else None
        return place if place is not None else self._offset

    def _reveal(self, place: int) -> None:
        height = max(self.size.height - self.heading_lines, 1)
        top = self.scroll_offset.y
        if place < top:
            self.scroll_to(y=place, animate=False, force=True)
        elif place >= top + height:
            self.scroll_to(y=place - height + 1, animate=False, force=True)

    def _select(self, path: str) -> None:
        if path != self.looking.selected:
            self.looking.selected = path
            self.post_message(self.Selected())
