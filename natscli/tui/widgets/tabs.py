"""The names of the detail pane's tabs, on one line; a click chooses one."""

from __future__ import annotations

from textual import events
from textual.message import Message

from natscli.tui.pieces import Line, Piece
from natscli.tui.widgets.painted import Painted


class Tabs(Painted):
    """One line of names; the digit in front is its key."""

    can_focus = False

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(id="tabs")
        self.names = names
        self.active = 0

    def pick(self, index: int) -> None:
        """Show which one is active."""
        self.active = index
        self.refresh()

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return the names, or as much of them as fits."""
        if y:
            return (), ""
        pieces: list[Piece] = []
        for index, text in enumerate(self._texts()):
            pieces.append(("chosen" if index == self.active else "title", text))
        return tuple(pieces), ""

    def on_click(self, event: events.Click) -> None:
        """Find the name that was clicked."""
        edge = 0
        for index, text in enumerate(self._texts()):
            edge += len(text)
            if event.x < edge:
                self.post_message(self.Picked(index))
                return

    def _texts(self) -> list[str]:
        full = [f" {number} {name} " for number, name in enumerate(self.names, 1)]
        if sum(map(len, full)) <= self.size.width:
            return full
        return [
            f" {number} {name} " if number - 1 == self.active else f" {number} "
            for number, name in enumerate(self.names, 1)
        ]
