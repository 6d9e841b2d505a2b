"""The latest news, on one line above the keys; nothing when there is none."""

from __future__ import annotations

from natscli.tui.pieces import Line, fit, foreign
from natscli.tui.widgets.painted import Painted


class Notice(Painted):
    """An alert that holds, or what the server said last."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="notice")
        self._said: tuple[str, str] = ("", "")

    def show(self, style: str, text: str) -> None:
        """Show a text; an empty one takes the line away."""
        if (style, text) != self._said:
            self._said = (style, text)
            self.display = bool(text)
            self.refresh()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._said[1]

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return the text."""
        style, text = self._said
        return ((style, fit(" " + foreign(text), width).rstrip()),) if not y else (), ""
