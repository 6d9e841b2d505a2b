"""Every key, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from natscli.tui.columns import SORTABLE
from natscli.tui.keys import GROUPS, MOVING, Key
from natscli.tui.pieces import Line, wrap
from natscli.tui.widgets.painted import Lines

_MARKS = (("✦", "good", "new"), ("▲", "warn", "burst"), ("○", "dim", "gone quiet"), ("!", "alarm", "alert"))


class PageScreen(ModalScreen[None]):
    """A page to read, closed with any of the usual keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter,space,L", "dismiss", "Close"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__()
        self._page = lines

    def compose(self) -> ComposeResult:
        """One page."""
        with Vertical(classes="box"):
            yield Lines(id="page")

    def on_resize(self) -> None:
        """Have long lines go on below."""
        page = self.query_one(Lines)
        width = page.size.width - 1
        page.show([part for line in self._page for part in wrap(line, width)])

    def action_scroll(self, lines: int) -> None:
        """Move on the page."""
        self.query_one(Lines).scroll_relative(y=lines, animate=False)


def help_lines() -> list[Line]:
    """Return the page."""
    lines: list[Line] = []
    for name, keys in GROUPS.items():
        lines += key_lines(name, keys)
    lines.append((("title", "Moving"),))
    lines += [(("chosen", f"  {keys:<10}"), ("plain", about)) for keys, about in MOVING]
    lines += [(), (("title", "Columns, and their keys behind s"),)]
    lines += [
        (("chosen", f"  {column.key:<4}"), ("rate", f"{column.title:<8}"), ("plain", column.about))
        for column in SORTABLE
    ]
    lines += [(), (("title", "Marks"),)]
    lines.append(
        tuple(piece for mark, style, about in _MARKS for piece in ((style, f"  {mark} "), ("plain", f"{about} ")))
    )
    return lines


def key_lines(name: str, keys: Sequence[Key]) -> list[Line]:
    """Return a group of keys, and what they do."""
    lines: list[Line] = [(("title", name),)]
    for key in keys:
        shown = key.shown_as or key.keys.partition(",")[0].replace("space", "Space").replace("escape", "Esc")
        lines.append((("chosen", f"  {shown:<10}"), ("plain", key.about)))
    return [*lines, ()]
