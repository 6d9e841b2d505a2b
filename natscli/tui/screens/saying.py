"""What every screen of the app does: it knows the app, says something for a moment, and copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.screen import Screen

from natscli.tui.keys import Key
from natscli.tui.pieces import foreign

if TYPE_CHECKING:
    from natscli.tui.app import TopApp


_TINY = (30, 8)  # columns and lines; below either there are no keys at the bottom


class Saying(Screen[None]):
    """A screen of the app; ``palette`` are the keys that the command palette lists, by group."""

    palette: ClassVar[Mapping[str, Sequence[Key]]] = {}

    @property
    def top(self) -> TopApp:
        """The app, by its own type."""
        return cast("TopApp", self.app)

    def on_resize(self, event: events.Resize) -> None:
        """Have room for what matters most."""
        self.set_class(event.size.width < _TINY[0] or event.size.height < _TINY[1], "-tiny")

    def say(self, text: str, *, bad: bool = False) -> None:
        """Say something for a moment; it is never taken for markup."""
        self.notify(foreign(text), markup=False, severity="error" if bad else "information", timeout=4)

    def copy(self, text: str, what: str) -> None:
        """Copy a text, and say so."""
        if text:
            self.app.copy_to_clipboard(text.encode("utf-8", "backslashreplace").decode())
            self.say(f"copied {what}"[:400])
