"""The pane at the right: one row closely, in five ways."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from natscli.tui.closeup import TABS, Closeup, Place
from natscli.tui.widgets.painted import Lines
from natscli.tui.widgets.tabs import Tabs


class Content(Lines):
    """What a tab shows; scrolled with the keys of the table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("home,g", "scroll_home", "First", show=False),
        Binding("end,G", "scroll_end", "Last", show=False),
    ]


class DetailPane(Vertical):
    """Tabs and what the active one shows."""

    def __init__(self, closeup: Closeup) -> None:
        super().__init__(id="detail")
        self.closeup = closeup
        self._shown: tuple[int, str] = (-1, "")

    def compose(self) -> ComposeResult:
        """Tabs above the content."""
        yield Tabs(TABS)
        yield Content(id="content")

    @property
    def content(self) -> Content:
        """What the active tab shows."""
        return self.query_one(Content)

    def pull(self) -> None:
        """Fetch what the tab shows; a feed stays at its end unless somebody scrolled up."""
        content = self.content
        if not self.display or not content.size.width:
            return
        following = content.scroll_offset.y >= content.max_scroll_y
        place = Place(content.size.width, content.size.height, self.app.desk.source.wall_s)  # type: ignore[attr-defined]
        content.show(self.closeup.lines(place))
        shown = (self.closeup.tab, self.closeup.title())
        is_feed = TABS[self.closeup.tab] == "feed"
        if shown != self._shown:
            self._shown = shown
            content.scroll_to(y=content.max_scroll_y if is_feed else 0, animate=False, force=True)
        elif is_feed and following:
            content.scroll_to(y=content.max_scroll_y, animate=False, force=True)

    def show_tab(self, index: int) -> None:
        """Show another tab."""
        self.closeup.tab = index % len(TABS)
        self.query_one(Tabs).pick(self.closeup.tab)
        self.pull()

    def on_tabs_picked(self, event: Tabs.Picked) -> None:
        """Show the tab that was clicked."""
        event.stop()
        self.show_tab(event.index)
