"""A screen of what is asked for once a second as long as it is on show: a header, a table, a prompt, the keys."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer

from natscli.tui.screens.saying import Saying
from natscli.tui.search import parse_search
from natscli.tui.widgets.header import Header
from natscli.tui.widgets.listing import Listing
from natscli.tui.widgets.prompt import Prompt

_EVERY_S = 1.0

HELP = Binding("question_mark", "help", "Help", key_display="?", id="help")
ORDER = (
    Binding("slash", "filter", "Filter", key_display="/", id="filter"),
    Binding("less_than_sign,comma", "sort_next(-1)", "Sort", key_display="<", id="sort-left"),
    Binding("greater_than_sign,full_stop", "sort_next(1)", "Sort", key_display=">", id="sort-right"),
    Binding("r", "reverse", "Reverse", id="reverse"),
    Binding("space", "pause", "Pause", id="pause"),
)
QUIT = Binding("q,ctrl+c,ctrl+q", "app.quit", "Quit", key_display="q", id="quit")


class LookingScreen(Saying):
    """Looks once a second; a look that takes longer delays the next, and is followed by as long a rest."""

    hint = ""  # of what can be typed behind /

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self.listing = listing
        self.paused = False
        self._looking = False
        self._due_s = 0.0
        self._rested_s = 0.0
        self._hurried = False

    def compose(self) -> ComposeResult:
        """Header, table, prompt, keys."""
        yield Header()
        yield self.listing
        yield Prompt()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin with the table."""
        self.listing.focus()

    async def look(self) -> None:
        """Look at how things are; what fails is remembered, to be shown."""
        raise NotImplementedError

    def pull(self) -> None:
        """Show how things are now, and look again if it is time."""
        self.query_one(Header).pull()
        if not self.paused and not self._looking and time.monotonic() >= self._due_s:
            self._looking = True
            self.run_worker(self._look(), exclusive=True, exit_on_error=False)

    def hurry(self) -> None:
        """Look again soon: something else is to be seen."""
        self._hurried = True
        self._due_s = min(self._due_s, self._rested_s)

    async def _look(self) -> None:
        began, self._hurried = time.monotonic(), False
        try:
            await self.look()
        finally:
            ended = time.monotonic()
            self._looking = False
            self._rested_s = 2 * ended - began
            self._due_s = self._rested_s if self._hurried else max(began + _EVERY_S, self._rested_s)
        self.listing.pull()

    # -- a filter --------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Ask what to show."""
        now = self.listing.table.search
        self.query_one(Prompt).ask("filter", "filter", now.text if now else "", self.hint)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Filter while it is typed."""
        self.search(event.text)

    def on_prompt_answered(self, event: Prompt.Answered) -> None:
        """Keep the filter."""
        self.search(event.text)
        self.listing.focus()

    def on_prompt_cancelled(self) -> None:
        """Show everything."""
        self.search("")
        self.listing.focus()

    def search(self, text: str) -> None:
        """Show what matches; everything for nothing."""
        self.listing.table.search = parse_search(text)
        self.listing.pull()

    # -- order and time --------------------------------------------------------------------------

    def action_sort_next(self, step: int) -> None:
        """Sort by a column beside."""
        listing = self.listing
        listing.table.sort_next(step, listing.table_width(listing.size.width))
        listing.pull()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.listing.table.reverse = not self.listing.table.reverse
        self.listing.pull()

    def action_pause(self) -> None:
        """Look no more, or again."""
        self.paused = not self.paused
        self.listing.pull()
