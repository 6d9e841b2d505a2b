"""The table of streams, or of consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from natscli.tui.pieces import Line, Piece, foreign
from natscli.tui.widgets.listing import Pickable

if TYPE_CHECKING:
    from natscli.tui.ledger import Ledger


class JetStreamTable(Pickable):
    """What the ledger has on show; the lines above say what that is, and what of it is not known."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger.table, id="jetstream")
        self.ledger = ledger
        self.paused = False

    def pull(self) -> None:
        """Fetch what is known now."""
        self.ledger.refill()
        super().pull()

    def mark(self, row: Any) -> Piece:
        """Return what is special about a row."""
        return self.ledger.mark(row)

    def above(self, y: int, width: int) -> Line:
        """Return what is shown; what cannot be seen."""
        if y == 0:
            return self.ledger.headline(width, self._badges())
        return self.ledger.remark(width)

    def _badges(self) -> list[Piece]:
        search = self.table.search
        badges: list[Piece] = [("badge", " PAUSED ")] if self.paused else []
        if search is not None:
            badges.append(("badge", f" /{foreign(search.text)[:24]} "))
        if self.table.frozen:
            badges.append(("badge", " FROZEN "))
        return badges

    def line(self, y: int, width: int) -> tuple[Line, str]:
        """Return a row; or that nothing is there, once that is known."""
        if self.shown or y != 1 or self.ledger.looked_s is None or self.ledger.problem:
            return super().line(y, width)
        if self.table.search is not None:
            return (("dim", f"  nothing matches {foreign(self.table.search.text)}"),), ""
        return (("dim", f"  there is no {'stream' if self.ledger.view == 'streams' else 'consumer'}"),), ""
