"""The one widget that draws: lines of pieces, and only those in sight (Textual's Line API).

Measured (Textual 8.2, 160 x 50): 5 ms a tick for 5,000 rows, where a DataTable takes 180.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from natscli.tui.pieces import STYLES, Line


class PaintingApp(App[None]):
    """An app whose widgets paint.  It alone has the styles of pieces, which are mixed once for each background.

    As component classes of each widget there would be three hundred, each matched with every rule whenever a class
    of the widget changes: a tenth of the time to the first picture.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"painted--{name}" for name in STYLES}

    def __init__(self) -> None:
        super().__init__()
        self._mixed: dict[tuple[Style, str, str], Style] = {}

    def notify_style_update(self) -> None:
        """Mix the styles anew."""
        super().notify_style_update()
        self._mixed.clear()

    def mixed(self, base: Style, name: str, under: str = "") -> Style:
        """Return the style of a piece over a background, in a line under which another style lies (empty: none)."""
        known = self._mixed.get((base, name, under))
        if known is None:
            known = base
            for each in filter(None, (name, under)):
                known += self.get_component_styles(f"painted--{each}").partial_rich_style
            self._mixed[base, name, under] = known
        return known


class Painted(ScrollView):
    """Paints the lines that ``line`` gives for what is in sight.  What a piece means has its colour in natscli.tcss."""

    heading_lines = 0  # at the top, which do not scroll

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._base = Style()

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return a line of the content, and the name of the style that lies under it (empty for none)."""
        raise NotImplementedError

    def heading(self, y: int, width: int) -> Line:
        """Return a line that does not scroll."""
        raise NotImplementedError

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint what is in sight; the background is looked up once."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the widget."""
        width = self.size.width
        if y < self.heading_lines:
            line, under = self.heading(y, width), ""
        else:
            line, under = self.line(y - self.heading_lines + self.scroll_offset.y, width)
        return self._strip(line, under, width)

    def set_height(self, lines: int) -> None:
        """Say how many lines the content has, the heading not counted."""
        height = lines + self.heading_lines
        if height != self.virtual_size.height or self.virtual_size.width != self.size.width:
            self.virtual_size = Size(self.size.width, height)

    def _strip(self, line: Line, under: str, width: int) -> Strip:
        base, app = self._base, self.app
        assert isinstance(app, PaintingApp)
        if under and app.current_theme.ansi:  # of sixteen colours none goes with all the others
            turned = base + (Style(reverse=True) if under == "cursor" else Style(bold=True))
            return Strip([Segment(text, turned) for _, text in line]).adjust_cell_length(width, turned)
        segments = [Segment(text, app.mixed(base, name, under)) for name, text in line]
        return Strip(segments).adjust_cell_length(width, app.mixed(base, "", under))


class Lines(Painted):
    """Lines that are set as a whole, and scroll."""

    can_focus = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()

    @property
    def text(self) -> str:
        """What is shown, as plain text."""
        return "\n".join("".join(text for _, text in line).rstrip() for line in self._lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; the ones before scroll no further than they have."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()
        self.set_height(len(lines))

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return one of the lines."""
        return (self._lines[y] if y < len(self._lines) else ()), ""
