"""What somebody looks at: which rows, in which order, what is open, what is held still.  No widgets, no clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from natscli.traffic.folding import STAR
from natscli.traffic.look import Look
from natscli.traffic.registry import Registry
from natscli.traffic.values import Detail, Kept, Order, Row, Snapshot, Table, Totals, TreeRow, View
from natscli.tui.search import Search, parse_search

_HELD = 2_000  # rows that stay to be looked at while the display is held
_SEARCHED = 20_000  # subjects; among more, those below a branch are not looked for
_LATEST = 20  # subjects below a branch whose messages are shown
_OPENED_AT_FIRST = 24  # lines the tree may grow to by opening itself


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table or the tree."""

    path: str
    label: str
    depth: int
    children: int
    expanded: bool
    row: Row


class Watch:
    """One way of looking at a registry, changed by keys."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.view = View(order=Order.RATE_10S)
        self.as_tree = True
        self.expanded: set[str] = set()
        self.selected = ""
        self.filter: Search | None = None
        self.search: Search | None = None
        self.count = 0
        self.holding = False
        self._look = Look(registry)
        self._touched = False  # whether the user has opened or closed anything
        self._order: list[str] | None = None  # of a frozen table
        self._held: tuple[Entry, ...] = ()
        self._details: dict[str, Detail | None] = {}

    # -- what is seen ----------------------------------------------------------------------------

    def replace_registry(self, registry: Registry) -> None:
        """Look at another registry, in the same way."""
        self.registry = registry
        self._look = Look(registry)
        self._details.clear()

    def totals(self) -> Totals:
        """Return the sums over everything; they are never held."""
        return self.registry.totals()

    def entries(self, offset: int, height: int) -> tuple[Entry, ...]:
        """Return the lines from ``offset`` on; ``count`` is then how many there are."""
        if self.holding:
            self.count = len(self._held)
            return self._held[offset : offset + height]
        return self._live(offset, height)

    def detail(self, path: str) -> Detail | None:
        """Return everything about a row; held, as it was when it was first asked for."""
        if not self.holding:
            return self._look.detail(path) if path else None
        if path not in self._details:
            self._details[path] = self._look.detail(path) if path else None
        return self._details[path]

    def kept_below(self, path: str) -> tuple[Kept, ...]:
        """Return what is kept of the latest few subjects below a branch, the oldest first."""
        detail = self._look.detail(path) if path else None
        if detail is None or detail.messages or len(self.registry.members) > _SEARCHED:
            return ()
        below = View(order=Order.IDLE, internal=True, match=lambda subject: subject.startswith(f"{path}."))
        look = Look(self.registry)
        details = [look.detail(row.subject) for row in look.table(below, 0, _LATEST).rows]
        found = [kept for one in details if one is not None for kept in one.messages]
        return tuple(sorted(found, key=lambda kept: kept.time_s))

    def snapshot(self) -> Snapshot:
        """Return the totals and every row of the table, as they are now."""
        return self._look.snapshot(self.view)

    def place(self, path: str) -> int | None:
        """Return where a line stands, or None where it is not among them."""
        if self.holding:
            return next((at for at, entry in enumerate(self._held) if entry.path == path), None)
        if self.as_tree:
            return self._look.tree_place(self.view, self.expanded, path)
        if self._order is not None:
            return self._order.index(path) if path in self._order else None
        return self._look.place(self.view, path)

    def find(self, search: Search, after: str, *, backwards: bool) -> str | None:
        """Return the next line that is searched for, round the end; in the tree closed branches are opened for it."""
        found = self._look.paths(replace(self.view, match=self.view.match), tree=self.as_tree)
        if not found:
            return None
        start = found.index(after) if after in found else -1 if not backwards else 0
        step = -1 if backwards else 1
        for distance in range(1, len(found) + 1):
            path = found[(start + step * distance) % len(found)]
            if search.match(path):
                self.open_to(path)
                return path
        return None

    # -- what the keys change --------------------------------------------------------------------

    def sort_by(self, order: Order) -> None:
        """Sort the table by a column; by the same again, the other way round."""
        self.as_tree = False
        self.view = replace(self.view, order=order, reverse=order is self.view.order and not self.view.reverse)
        self._refreeze()
        self.stay_in_sight()

    def reverse(self) -> None:
        """Turn the order round."""
        self.view = replace(self.view, reverse=not self.view.reverse)
        self._refreeze()

    @property
    def frozen(self) -> bool:
        """Whether rows keep their places."""
        return self._order is not None

    def freeze(self, *, on: bool) -> None:
        """Keep the rows where they are, with new ones behind, or sort again."""
        self._order = None
        if on:
            self._order = self._look.paths(self.view, tree=False)

    def set_filter(self, text: str) -> Search | None:
        """Show only what matches; an empty text shows everything."""
        self.filter = parse_search(text)
        self.view = replace(self.view, match=self.filter.match if self.filter is not None else None)
        self._refreeze()
        return self.filter

    def show_internal(self, *, on: bool) -> None:
        """Show $SYS, $JS and inboxes, or hide them."""
        self.view = replace(self.view, internal=on)
        self._refreeze()

    def toggle_tree(self) -> None:
        """Change between the tree and the table."""
        self.as_tree = not self.as_tree
        self._rehold()
        self.stay_in_sight()

    def stay_in_sight(self) -> None:
        """Select a row that is there: in the table a branch's first subject, in the tree what has to be opened."""
        if self.selected and self.place(self.selected) is None:
            below = f"{self.selected}."
            if self.as_tree:
                self.open_to(self.selected)
            else:
                paths = self._look.paths(self.view, tree=False)
                self.selected = next((path for path in paths if path.startswith(below)), "")

    def is_folded(self, path: str) -> bool:
        """Whether a branch shows a * for what is below it."""
        return self.registry.tree.find(f"{path}.{STAR}") is not None

    def expand(self, path: str, *, on: bool) -> None:
        """Open or close a branch."""
        self._touched = True
        if on:
            self.expanded.add(path)
        else:
            self.expanded.discard(path)
        self._rehold()

    def expand_all(self, *, on: bool) -> None:
        """Open every branch, or close them."""
        self._touched = True
        self.expanded = set(self._look.branches(self.view)) if on else set()
        self._rehold()

    def open_to(self, path: str) -> None:
        """Open all branches above a line."""
        if self.as_tree:
            tokens = path.split(".")
            self.expanded |= {".".join(tokens[:depth]) for depth in range(1, len(tokens))}
            self._rehold()

    def hold(self, *, on: bool) -> None:
        """Hold what is seen still while the counting goes on."""
        self._details.clear()
        if on and not self.holding:
            self._held = self._live(0, _HELD)
            self._details[self.selected] = self._look.detail(self.selected) if self.selected else None
        self.holding = on

    # -- inner workings --------------------------------------------------------------------------

    def _live(self, offset: int, height: int) -> tuple[Entry, ...]:
        if self.as_tree:
            self._open_itself()
            tree = self._look.tree(self.view, self.expanded, offset, height)
            self.count = tree.count
            return tuple(map(_tree_entry, tree.rows))
        if self._order is not None:
            return self._frozen_entries(offset, height)
        table = self._look.table(self.view, offset, height)
        self.count = table.count
        return _table_entries(table)

    def _frozen_entries(self, offset: int, height: int) -> tuple[Entry, ...]:
        """Return rows in the order that was frozen; what has come since stands behind."""
        assert self._order is not None
        count = self._look.table(self.view, 0, 0).count
        if count > len(self._order):
            known = set(self._order)
            self._order += [path for path in self._look.paths(self.view, tree=False) if path not in known]
        self.count = len(self._order)
        rows = self._look.rows(self._order[offset : offset + height])
        return _table_entries(Table(rows, self.count))

    def _open_itself(self) -> None:
        """Open first branches as long as there is room, until the user opens or closes any; never close one."""
        if self._touched or self.filter is not None:
            return
        tree = self._look.tree(self.view, self.expanded, 0, _OPENED_AT_FIRST)
        room = _OPENED_AT_FIRST - tree.count
        for line in tree.rows:
            if line.children and not line.expanded and line.depth < 2 and line.children <= room:
                self.expanded.add(line.path)
                room -= line.children

    def _refreeze(self) -> None:
        if self._order is not None:
            self.freeze(on=True)
        self._rehold()

    def _rehold(self) -> None:
        if self.holding:
            self._held = self._live(0, _HELD)


def _tree_entry(line: TreeRow) -> Entry:
    label = f"{line.token} ({line.row.subjects:,})" if line.folded else line.token
    return Entry(line.path, label, line.depth, line.children, line.expanded, line.row)


def _table_entries(table: Table) -> tuple[Entry, ...]:
    return tuple(Entry(row.subject, row.subject, 0, 0, expanded=False, row=row) for row in table.rows)
