"""The two lines at the top of every screen."""

from __future__ import annotations

from natscli.tui.panes.header import header_lines
from natscli.tui.pieces import Line
from natscli.tui.widgets.painted import Painted


class Header(Painted):
    """Where we look, what goes by in all, and what is special about the moment."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="header")
        self._lines: tuple[Line, Line] = ((), ())

    def pull(self) -> None:
        """Fetch both lines, and paint them if they are new."""
        desk = self.app.desk  # type: ignore[attr-defined]
        lines = header_lines(desk.source.standing(), desk.watch.totals(), desk.badges(), self.size.width)
        if lines != self._lines:
            self._lines = lines
            self.refresh()
        self.set_height(2)

    def on_resize(self) -> None:
        """Fit the new width."""
        self.pull()

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return one of the two."""
        return (self._lines[y] if y < 2 else ()), ""
