"""Looking at a registry: the rows that fit a screen, without touching the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from heapq import nlargest
from operator import itemgetter
from typing import TypeAlias

from natscli.traffic.folding import STAR
from natscli.traffic.registry import Registry
from natscli.traffic.stats import Flow, Traffic, span
from natscli.traffic.tree import Member, Node
from natscli.traffic.values import Detail, Kept, Mark, Order, Row, Snapshot, Table, Tree, TreeRow, View
from natscli.wire.message import Message

_NEW_S = _QUIET_S = 10.0
_BURST_RATE, _BURST_FACTOR = 10.0, 4.0
_WINDOWS = {Order.RATE: 1, Order.BYTES_RATE: 1, Order.RATE_10S: 10, Order.RATE_60S: 60}
_KEYS: dict[Order, Callable[[Traffic], float]] = {
    Order.MESSAGES: lambda own: own.count,
    Order.BYTES: lambda own: own.size,
    Order.MEAN: lambda own: own.size / own.count if own.count else 0,
    Order.LARGEST: lambda own: own.largest,
    Order.IDLE: lambda own: -own.last_s,
    Order.LATENCY: lambda own: (own.latency and own.latency.percentile(99)) or -1,
    Order.UNANSWERED: lambda own: own.latency.unanswered if own.latency else -1,
}
_ALL = 1 << 60
_MANY = 2_000  # rows whose rate is worked out without a thought
_Line: TypeAlias = tuple[str, int, bool, Node]  # path, depth, whether it is open


class Look:
    """One consumer's way of looking; it remembers what its view selects from tick to tick."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._selection = _Selection(registry)
        self._flat: list[_Line] = []
        self._flat_of: object = None

    def snapshot(self, view: View, top: int = _ALL) -> Snapshot:
        """Return the totals and the first rows of a table, by themselves: nothing in them changes any more."""
        return Snapshot(self._registry.totals(), self.table(view, 0, top))

    def table(self, view: View, offset: int, height: int) -> Table:
        """Return ``height`` rows of the sorted table from ``offset`` on.  Equals stand as they came."""
        self._selection.update(view)
        nodes = self._sorted(view, offset + height)
        rows = tuple(self._row(node, node.own) for node in nodes[offset : offset + height] if node.own is not None)
        return Table(rows, len(self._selection.nodes))

    def rows(self, subjects: Iterable[str]) -> tuple[Row, ...]:
        """Return the rows of these subjects, in the order given: for a frozen table.  Unknown ones are left out."""
        found = map(self._registry.tree.find, subjects)
        return tuple(self._row(node, node.own or node.flow) for node in found if node is not None)

    def tree(self, view: View, expanded: AbstractSet[str], offset: int, height: int) -> Tree:
        """Return ``height`` lines of the tree from ``offset`` on, with the paths in ``expanded`` open.

        With ``match``, the branches that lead to a subject it is true of.
        """
        self._selection.update(view)
        self._flatten(view, expanded)
        lines = self._flat[offset : offset + height]
        return Tree(tuple(self._tree_row(line) for line in lines), len(self._flat))

    def detail(self, path: str) -> Detail | None:
        """Return everything about a subject, a family or a branch; None for what is not known."""
        node = self._registry.tree.find(path)
        if node is None:
            return None
        whole = Traffic(node.flow.first_s)
        for end in self._registry.tree.ends(node):
            if end.own is not None:
                whole.note(end.own)
        members = list(self._members_below(node))
        names = dict.fromkeys(name for member in members for name in member.names)
        held = [kept for member in members for kept in self._registry.keeping.of(member.subject)]
        held.sort(key=itemgetter(0))
        messages = (Kept(time_s, _message(columns)) for time_s, columns in held[-self._registry.limits.kept_messages :])
        return Detail(
            row=self._row(node, node.own if node.flow is node.own else node.flow),
            size_histogram=tuple(whole.histogram),
            latency_histogram=whole.latency.histogram() if whole.latency is not None else (),
            header_names=tuple(names),
            messages=tuple(messages),
        )

    def place(self, view: View, subject: str) -> int | None:
        """Return where a subject stands in the sorted table; None where it does not."""
        self._selection.update(view)
        node = self._registry.tree.find(subject)
        nodes = self._sorted(view, len(self._selection.nodes)) if node is not None else []
        return next((at for at, other in enumerate(nodes) if other is node), None)

    def tree_place(self, view: View, expanded: AbstractSet[str], path: str) -> int | None:
        """Return where a path stands in the tree; None where it is not open to it."""
        self._selection.update(view)
        self._flatten(view, expanded)
        return next((at for at, line in enumerate(self._flat) if line[0] == path), None)

    def paths(self, view: View, *, tree: bool) -> list[str]:
        """Return every path of the sorted table, or of the tree with all of it open."""
        self._selection.update(view)
        if not tree:
            return [node.path for node in self._sorted(view, len(self._selection.nodes))]
        return [path for path, _, _, _ in self._lines(view, None)]

    def branches(self, view: View) -> list[str]:
        """Return the paths in the tree that can be opened."""
        self._selection.update(view)
        return [path for path, _, opened, _ in self._lines(view, None) if opened]

    # -- inner workings --------------------------------------------------------------------------

    def _members_below(self, node: Node) -> Iterator[Member]:
        """Yield the subjects shown in a node; of a branch, none."""
        if node.own is None:
            return
        if isinstance(node.own, Member):
            yield node.own
            return
        for member in self._registry.members.values():
            if member.place() is node:
                yield member

    def _sorted(self, view: View, most: int) -> list[Node]:
        nodes = self._selection.nodes
        if view.order is Order.SUBJECT:
            by_name = self._selection.by_name()
            return by_name[::-1] if view.reverse else by_name
        window = _WINDOWS.get(view.order)
        if window is None:
            value = _KEYS[view.order]
            if view.reverse:
                return sorted(nodes, key=lambda node: value(_own(node)))
            return nlargest(most, nodes, key=lambda node: value(_own(node)))
        return self._by_rate(view, window, most)

    def _by_rate(self, view: View, window: int, most: int) -> list[Node]:
        """Sort by a rate; those without one need no arithmetic, and stand behind as they came."""
        now = self._registry.now_s - self._registry.start_s
        oldest = int(now) - window
        rate = Traffic.size_rate if view.order is Order.BYTES_RATE else Traffic.rate
        active = [node for node in self._selection.nodes if _own(node).second >= oldest]
        if view.reverse:
            still = [node for node in self._selection.nodes if _own(node).second < oldest]
            return still + sorted(active, key=lambda node: rate(_own(node), window, now))
        if len(active) > _MANY and most < _MANY:
            active = self._promising(active, most, lambda node: rate(_own(node), window, now), view, span(window, now))
        first = nlargest(most, active, key=lambda node: rate(_own(node), window, now))
        if len(active) < most:
            first += [node for node in self._selection.nodes if _own(node).second < oldest]
        return first

    def _promising(
        self, nodes: list[Node], most: int, rate: Callable[[Node], float], view: View, seconds: float
    ) -> list[Node]:
        """Leave out nodes that cannot be among the first: no rate is above what a subject has had in all."""
        had = _KEYS[Order.BYTES if view.order is Order.BYTES_RATE else Order.MESSAGES]
        likely = nlargest(most, nodes, key=lambda node: had(_own(node)))
        least = min(map(rate, likely)) * seconds - 1e-6
        return [node for node in nodes if had(_own(node)) >= least]

    def _flatten(self, view: View, expanded: AbstractSet[str]) -> None:
        tree = self._registry.tree
        stamp = (tree, tree.version, len(tree.terminals), frozenset(expanded), view.internal, view.match)
        if stamp == self._flat_of:
            return
        self._flat_of = stamp
        self._flat = self._lines(view, expanded)

    def _lines(self, view: View, expanded: AbstractSet[str] | None) -> list[_Line]:
        """Return the lines of the tree; None has all of it open."""
        registry = self._registry
        wanted = self._selection.with_branches() if view.match is not None else None
        lines: list[_Line] = []
        waiting = [(node.token, 0, node) for node in reversed(registry.tree.root.in_order())]
        while waiting:
            path, depth, node = waiting.pop()
            if (wanted is not None and node not in wanted) or (not view.internal and path in registry.internal):
                continue
            opened = bool(node.children) and (expanded is None or path in expanded)
            lines.append((path, depth, opened, node))
            if opened:
                waiting += [(f"{path}.{child.token}", depth + 1, child) for child in reversed(node.in_order())]
        return lines

    def _tree_row(self, line: _Line) -> TreeRow:
        path, depth, opened, node = line
        folded = node.token == STAR and node.subjects > 1
        row = self._row(node, node.flow, path)
        return TreeRow(path, node.token, depth, len(node.children), opened, folded, row)

    def _row(self, node: Node, flow: Flow | None, path: str | None = None) -> Row:
        assert flow is not None
        registry = self._registry
        now = registry.now_s - registry.start_s
        own = flow if isinstance(flow, Traffic) else None
        latency = own.latency if own is not None else None
        rates = [flow.rate(window, now) for window in (1, 10, 60)]
        return Row(
            subject=node.path if path is None else path,
            messages=flow.count,
            payload_bytes=flow.size,
            messages_per_s=rates[0],
            messages_per_s_10s=rates[1],
            messages_per_s_60s=rates[2],
            bytes_per_s=flow.size_rate(1, now),
            smallest=own.smallest if own is not None and own.count else None,
            mean=flow.size / flow.count if flow.count else 0.0,
            largest=own.largest if own is not None and own.count else None,
            first_s=flow.first_s,
            last_s=flow.last_s,
            idle_s=registry.now_s - flow.last_s,
            mark=self._mark(node, flow, rates),
            subjects=node.subjects,
            requests=latency.requests if latency is not None else 0,
            replies=latency.replies if latency is not None else 0,
            unanswered=latency.unanswered if latency is not None else 0,
            p50_s=latency.percentile(50) if latency is not None else None,
            p99_s=latency.percentile(99) if latency is not None else None,
            since_baseline=flow.count - flow.base if registry.baseline else None,
            spark=flow.spark(now),
        )

    def _mark(self, node: Node, flow: Flow, rates: list[float]) -> Mark:
        registry = self._registry
        if isinstance(flow, Member) and flow.subject in registry.remainders:
            return Mark.EVICTED
        if registry.now_s - flow.last_s >= _QUIET_S:
            return Mark.QUIET
        if registry.now_s - flow.first_s < _NEW_S <= flow.first_s - registry.start_s:
            return Mark.NEW
        if rates[0] > max(_BURST_RATE, _BURST_FACTOR * rates[2]) and registry.now_s - flow.first_s > _NEW_S:
            return Mark.BURST
        return Mark.NONE


class _Selection:
    """The nodes that a view selects, kept from tick to tick: only new ones are asked about."""

    def __init__(self, registry: Registry) -> None:
        self.nodes: list[Node] = []
        self._registry = registry
        self._of: object = None
        self._seen = 0
        self._names: list[tuple[str, int, Node]] = []
        self._branches: set[Node] = set()
        self._branches_of: object = None

    def update(self, view: View) -> None:
        """Select what the view wants of what has come since."""
        tree = self._registry.tree
        stamp = (tree, tree.version, view.internal, view.match)
        if stamp != self._of:
            tree.tidy()
            self._of = (tree, tree.version, view.internal, view.match)
            self.nodes, self._names, self._seen = [], [], 0
        new = tree.terminals[self._seen :]
        self._seen = len(tree.terminals)
        if not view.internal:
            new = [node for node in new if not self._registry.is_internal(node.path)]
        if view.match is not None:
            new = [node for node in new if view.match(node.path)]
        self.nodes += new

    def by_name(self) -> list[Node]:
        """Return the nodes from a to z."""
        known = len(self._names)
        if known < len(self.nodes):
            self._names += [(node.path, at, node) for at, node in enumerate(self.nodes[known:], known)]
            self._names.sort()
        return [node for _, _, node in self._names]

    def with_branches(self) -> set[Node]:
        """Return the nodes and all above them."""
        stamp = (self._of, len(self.nodes))
        if stamp != self._branches_of:
            self._branches_of = stamp
            self._branches = set()
            for leaf in self.nodes:
                node: Node | None = leaf
                while node is not None and node not in self._branches:
                    self._branches.add(node)
                    node = node.parent
        return self._branches


def _own(node: Node) -> Traffic:
    assert node.own is not None
    return node.own


def _message(columns: tuple[bytes, bytes, bytes, bytes]) -> Message:
    return Message._make(columns)
