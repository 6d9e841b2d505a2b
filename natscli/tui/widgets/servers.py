"""The table of servers, above the connections."""

from __future__ import annotations

from natscli.tui.fleet import Fleet, Post
from natscli.tui.pieces import Line, Piece, foreign
from natscli.tui.widgets.listing import Pickable

_MOST_LINES = 10  # of the screen, the titles among them


class ServersTable(Pickable):
    """Every server; the one whose connections are shown is marked."""

    heading_lines = 2
    low = 0  # it is as high as it has to be

    def __init__(self, fleet: Fleet) -> None:
        super().__init__(fleet, id="servers")
        self.fleet = fleet
        self.chosen: str | None = None  # the server whose connections are shown; None for all

    def pull(self) -> None:
        """Fetch all servers; the table is as high as it has to be, and gone where none is known."""
        super().pull()
        self.display = bool(self.fleet.entries)
        self.styles.height = min(len(self.shown) + self.heading_lines, _MOST_LINES)

    def mark(self, row: Post) -> Piece:
        """Return the mark of the server whose connections are shown."""
        return ("chosen", "▶ ") if row.server.name == self.chosen else ("plain", "  ")

    def above(self, y: int, width: int) -> Line:
        """Return how many there are, and what is not known of them."""
        count = len(self.shown)
        said: list[Piece] = [("strong", f" {count:,} server{'' if count == 1 else 's'}")]
        if self.fleet.problems:
            said.append(("warn", foreign(f"  {'; '.join(self.fleet.problems)}")))
        return tuple(said)
