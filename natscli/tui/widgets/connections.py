"""The table of connections."""

from __future__ import annotations

from natscli.tui.pieces import Line, foreign
from natscli.tui.roster import Roster
from natscli.tui.widgets.listing import Listing


class ConnectionsTable(Listing):
    """Scrolls through everybody; the first line says where it is known from."""

    def __init__(self, roster: Roster) -> None:
        super().__init__(roster, id="connections")
        self.roster = roster

    def above(self, y: int, width: int) -> Line:
        """Return where it is from."""
        return (("warn" if self.roster.problem else "dim", " " + foreign(self.roster.summary())),) if not y else ()
