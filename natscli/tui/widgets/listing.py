"""A table that is looked at as a whole, painted: a few lines above the titles, a click on a title sorts."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from natscli.tui.pieces import Line, Piece
from natscli.tui.table import Table
from natscli.tui.widgets.painted import Painted


class Listing(Painted):
    """Scrolls through all rows; ``above`` says what they are and where they are known from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", show=False),
        Binding("up,k", "scroll_up", show=False),
        Binding("home,g", "scroll_home", show=False),
        Binding("end,G", "scroll_end", show=False),
    ]
    can_focus = True
    heading_lines = 3
    low = 6  # lines of the whole; with fewer, there are only titles above the rows
    indent = 0  # cells left of the first column

    def __init__(self, table: Table[Any], *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self.table = table
        self.shown: list[Any] = []

    def above(self, y: int, width: int) -> Line:
        """Return one of the lines above the titles."""
        raise NotImplementedError

    def pull(self) -> None:
        """Fetch all rows, in order."""
        self.shown = self.table.shown()
        self.set_height(len(self.shown))
        self.refresh()

    def heading(self, y: int, width: int) -> Line:
        """Return a line above the titles, or these."""
        if y < self.heading_lines - 1:
            return self.above(y, width)
        if self.heading_lines == 1 and not self.shown:
            return self.above(1, width) or self.above(0, width)
        return (("title", " " * self.indent), *self.table.heading(self.table_width(width)))

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return a row."""
        return (self.table.row(self.shown[y], self.table_width(width)) if y < len(self.shown) else ()), ""

    def on_resize(self, event: events.Resize) -> None:
        """Have lines above the titles where there is room."""
        self.heading_lines = type(self).heading_lines if event.size.height >= self.low else 1
        self.set_height(len(self.shown))

    def table_width(self, width: int) -> int:
        """Return the cells there are for columns."""
        return max(width - self.indent, 1)

    def on_click(self, event: events.Click) -> None:
        """Sort by a title; by the same again, the other way round."""
        if event.y == self.heading_lines - 1:
            column = self.table.column_at(event.x - self.indent, self.table_width(self.size.width))
            if column is not None:
                self.table.sort_by(column.title)
                self.pull()


class Pickable(Listing):
    """Rows with a cursor that stays on its row, wherever that goes, and a mark in front of each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False, id="down"),
        Binding("up,k", "move(-1)", "Up", show=False, id="up"),
        Binding("pagedown,ctrl+f,ctrl+d", "page(1)", "Page down", show=False, id="page-down"),
        Binding("pageup,ctrl+b,ctrl+u", "page(-1)", "Page up", show=False, id="page-up"),
        Binding("home,g", "edge(-1)", "First", show=False, id="first"),
        Binding("end,G", "edge(1)", "Last", show=False, id="last"),
        Binding("enter", "choose", "Open", key_display="Enter", id="details"),
    ]
    indent = 2

    class Chosen(Message):
        """The row under the cursor was chosen, with Enter or two clicks."""

    class Scrolled(Message):
        """Other rows have come into sight."""

    def __init__(self, table: Table[Any], *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(table, id=id)
        self.selected: Hashable = None
        self._moved = False  # until then the cursor is on the first row, whichever that is

    @property
    def row(self) -> Any:
        """The row under the cursor; None where there is no row."""
        place = self._place()
        return self.shown[place] if place < len(self.shown) else None

    @property
    def in_sight(self) -> list[Any]:
        """The rows that can be seen."""
        top = int(self.scroll_offset.y)
        return self.shown[top : top + self._height()]

    def mark(self, row: Any) -> Piece:
        """Return the mark of a row, two cells."""
        raise NotImplementedError

    def pull(self) -> None:
        """Fetch all rows; the cursor stays on its own, or in its place where that is gone."""
        place = self._place()
        super().pull()
        names = [self.table.name(row) for row in self.shown]
        if not names:
            self.selected = None
        elif not self._moved:
            self.selected = names[0]
        elif self.selected not in names:
            self.selected = names[min(place, len(names) - 1)]

    def show_table(self, table: Table[Any], selected: Hashable) -> None:
        """Show another table, its cursor on a row of it (None: the first)."""
        self.table, self.selected, self.shown = table, selected, []
        self._moved = selected is not None
        self.pull()
        self._reveal(self._place())

    def show_selected(self) -> None:
        """Fetch all rows, and have the one under the cursor in sight."""
        self.pull()
        self._reveal(self._place())

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return a row with its mark."""
        if y >= len(self.shown):
            return (), ""
        row = self.shown[y]
        under = ("cursor" if self.has_focus else "cursor-off") if self.table.name(row) == self.selected else ""
        return (self.mark(row), *self.table.row(row, self.table_width(width))), under

    def table_width(self, width: int) -> int:
        """Return the cells there are for columns; one is the scroll bar's, also while there is none."""
        bar = 0 if self.show_vertical_scrollbar else 1
        return max(width - self.indent - bar, 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that other rows are in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def action_move(self, lines: int) -> None:
        """Go up or down."""
        self._move_to(self._place() + lines)

    def action_page(self, pages: int) -> None:
        """Go a screen up or down."""
        self._move_to(self._place() + pages * max(self._height() - 1, 1))

    def action_edge(self, direction: int) -> None:
        """Go to the first row or the last."""
        self._move_to(0 if direction < 0 else len(self.shown) - 1)

    def action_choose(self) -> None:
        """Tell that the row is chosen."""
        if self.shown:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there, or sort; two clicks choose."""
        place = event.y - self.heading_lines + int(self.scroll_offset.y)
        if event.y >= self.heading_lines and place < len(self.shown):
            self._move_to(place)
            if event.chain > 1:
                self.action_choose()

    def _move_to(self, place: int) -> None:
        if self.shown:
            place = max(0, min(place, len(self.shown) - 1))
            self.selected = self.table.name(self.shown[place])
            self._moved = True
            self._reveal(place)
            self.refresh()

    def _place(self) -> int:
        for place, row in enumerate(self.shown):
            if self.table.name(row) == self.selected:
                return place
        return 0

    def _height(self) -> int:
        return max(self.size.height - self.heading_lines, 1)

    def _reveal(self, place: int) -> None:
        height, top = self._height(), self.scroll_offset.y
        if place < top:
            self.scroll_to(y=place, animate=False, force=True)
        elif place >= top + height:
            self.scroll_to(y=place - height + 1, animate=False, force=True)
