"""A table of what is looked at as a whole once in a while: which columns fit, which rows are shown, in what order.

What is shown depends on the width alone, never on the figures: columns come and go when the terminal is resized,
and at no other time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from natscli.tui.pieces import Line, Piece, fit, right
from natscli.tui.search import Search

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column.  The smaller ``rank``, the longer it stays when it gets narrow; the first one stays always.

    It takes a ``part`` of the table at least (5: a fifth), and up to ``widest`` cells of what is left over.
    ``key`` sorts by it behind ``s``; ``paint`` draws what is no text in one style, in exactly so many cells.
    """

    title: str
    width: int
    rank: int
    style: str
    text: Callable[[Row], str]
    order: Callable[[Row], float | str]
    words: bool = False  # at the left of its column
    key: str = ""
    about: str = ""
    part: int = 0
    widest: int = 0
    paint: Callable[[Row, int], tuple[Piece, ...]] | None = None

    def cell(self, row: Row, width: int) -> tuple[Piece, ...]:
        """Return what it says of a row."""
        if self.paint is not None:
            return self.paint(row, width)
        text = self.text(row)
        shown = fit(text, width) if self.words else right(text, width)
        return (("dim" if text == "·" else self.style, shown),)


class Table(Generic[Row]):
    """Rows, a search, an order.  ``name`` tells rows apart from look to look; ``words`` is what is searched."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        name: Callable[[Row], Hashable],
        words: Callable[[Row], str],
        sorted_by: str,
        gap: int = 2,
    ) -> None:
        self.columns = columns
        self.name = name
        self.entries: Sequence[Row] = ()
        self.sorted_by = sorted_by
        self.reverse = False
        self.search: Search | None = None
        self._words = words
        self._gap = gap
        self._frozen: dict[Hashable, int] | None = None
        self._laid_out: tuple[int, str, list[tuple[Column[Row], int]]] = (-1, "", [])

    # -- order -----------------------------------------------------------------------------------

    def sort_by(self, title: str) -> None:
        """Sort by a column; by the same again, the other way round."""
        self.reverse = title == self.sorted_by and not self.reverse
        self.sorted_by = title
        self._frozen = None

    def sort_next(self, step: int, width: int) -> None:
        """Sort by a column beside."""
        names = [column.title for column, _ in self.layout(width)]
        at = names.index(self.sorted_by) if self.sorted_by in names else 0
        self.sorted_by = names[(at + step) % len(names)]
        self._frozen = None

    @property
    def frozen(self) -> bool:
        """Whether rows keep their places."""
        return self._frozen is not None

    def freeze(self, *, on: bool) -> None:
        """Have rows keep their places, new ones at the end; or sort again."""
        self._frozen = {self.name(row): place for place, row in enumerate(self.shown())} if on else None

    def shown(self) -> list[Row]:
        """Return the rows that are searched for, in order."""
        found = [row for row in self.entries if self.search is None or self.search.match(self._words(row))]
        order = next(column.order for column in self.columns if column.title == self.sorted_by)
        found.sort(key=lambda row: (order(row), self.name(row)), reverse=self.reverse)
        places = self._frozen
        if places is not None:
            last = len(places)
            found.sort(key=lambda row: places.get(self.name(row), last))
        return found

    # -- lines -----------------------------------------------------------------------------------

    def layout(self, width: int) -> list[tuple[Column[Row], int]]:
        """Return the columns that fit, with their cells; the one that is sorted by comes first."""
        if self._laid_out[:2] != (width, self.sorted_by):
            self._laid_out = (width, self.sorted_by, self._lay_out(width))
        return self._laid_out[2]

    def _lay_out(self, width: int) -> list[tuple[Column[Row], int]]:
        cells: dict[str, int] = {}
        left = width
        for column in self._by_rank():
            wide = max(column.width, min(width // column.part, column.widest)) if column.part else column.width
            if wide + self._gap > left and cells:
                break
            cells[column.title] = wide
            left -= wide + self._gap
        for column in self._by_rank():
            if left > 0 and column.title in cells and column.widest > cells[column.title]:
                more = min(column.widest - cells[column.title], left)
                cells[column.title] += more
                left -= more
        return [(column, cells[column.title]) for column in self.columns if column.title in cells]

    def heading(self, width: int) -> Line:
        """Return the titles, the one that is sorted by marked with its direction."""
        pieces = []
        for column, wide in self.layout(width):
            chosen = column.title == self.sorted_by
            title = column.title + (self._arrow(column) if chosen else "")
            text = fit(title, wide) if column.words else right(title, wide)
            pieces.append(("chosen" if chosen else "title", text + " " * self._gap))
        return tuple(pieces)

    def row(self, row: Row, width: int) -> Line:
        """Return a row."""
        gap: Piece = ("plain", " " * self._gap)
        return tuple(piece for column, wide in self.layout(width) for piece in (*column.cell(row, wide), gap))

    def column_at(self, x: int, width: int) -> Column[Row] | None:
        """Return the column in which a cell is."""
        edge = 0
        for column, wide in self.layout(width):
            edge += wide + self._gap
            if x < edge:
                return column
        return None

    def _arrow(self, column: Column[Row]) -> str:
        """Words rise unless they are turned round, numbers fall."""
        return "•" if self.frozen else "▲" if self.reverse is not column.words else "▼"

    def _by_rank(self) -> Iterable[Column[Row]]:
        first = min(column.rank for column in self.columns)

        def place(column: Column[Row]) -> float:
            sorting = column.title == self.sorted_by and column.rank != first
            return first + 0.5 if sorting else column.rank

        return sorted(self.columns, key=place)
