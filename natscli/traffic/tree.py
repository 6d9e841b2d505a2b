"""Subjects as a tree of tokens, in which identifiers are folded into one ``*``.

Each node has the flow of everything below it.  A node where subjects end has their traffic as ``own``:
the one subject's itself, or the sum of a family (``orders.*.created``).  Where a node's children are
folded later, they are merged, and ``forward`` leads from what was to what is.
"""

from __future__ import annotations

from collections.abc import Iterator

from natscli.traffic.folding import IDENTIFIERS, STAR, is_foldable, is_identifier
from natscli.traffic.stats import Flow, Traffic

_DEEPEST = 32  # tokens; what follows stands in the last one
_LITERAL, _IDENTIFIERS_FOLDED, _ALL_FOLDED = range(3)


class Node:
    """A token in its place."""

    __slots__ = (
        "_sorted", "children", "family", "flow", "folded", "forward", "identifiers", "own", "parent", "subjects",
        "token",
    )  # fmt: skip

    def __init__(self, token: str, parent: Node | None, now_s: float) -> None:
        self.token = token
        self.parent = parent
        self.children: dict[str, Node] = {}
        self.own: Traffic | None = None
        self.family = False  # whether ``own`` is a sum of several subjects, and not one subject's itself
        self.flow = Flow(now_s)  # the same object as ``own`` where there are no children
        self.subjects = 0
        self.identifiers = 0  # children that look like identifiers
        self.folded = _LITERAL
        self.forward: Node | None = None
        self._sorted: list[Node] | None = None

    @property
    def path(self) -> str:
        """The tokens down to here, as a subject."""
        tokens, node = [], self
        while node.parent is not None:
            tokens.append(node.token)
            node = node.parent
        return ".".join(reversed(tokens))

    def in_order(self) -> list[Node]:
        """Return the children by name."""
        if self._sorted is None or len(self._sorted) != len(self.children):
            self._sorted = [self.children[token] for token in sorted(self.children)]
        return self._sorted

    def changed(self) -> None:
        """Forget the order of the children."""
        self._sorted = None


class Member(Traffic):
    """One subject, and the node that it is shown in."""

    __slots__ = ("names", "node", "subject")

    def __init__(self, subject: bytes, now_s: float) -> None:
        super().__init__(now_s)
        self.subject = subject
        self.node: Node | None = None
        self.names: tuple[str, ...] = ()  # of headers, in the order they were seen

    def place(self) -> Node:
        """Return the node, after any merges."""
        node = self.node
        assert node is not None
        while node.forward is not None:
            node = node.forward
        self.node = node
        return node


class TokenTree:
    """Nodes under a root without a name.

    ``settings`` are the user's for single nodes, by path: True folds all children, False none.
    """

    def __init__(self, children: int, *, folding: bool, settings: dict[str, bool], now_s: float) -> None:
        self.root = Node("", None, now_s)
        self.terminals: list[Node] = []  # in the order they came; the ones that were merged are still among them
        self.version = 0  # changes when terminals are merged or removed
        self._most_children = children
        self._folding = folding
        self._settings = settings

    def attach(self, member: Member, subject: str, now_s: float) -> Node:
        """Give a subject its place; what it has counted already is counted there too."""
        node = self.root
        for token in subject.split(".", _DEEPEST - 1):
            node = self._child(node, token, now_s)
        self._own(node, member)
        member.node = node
        parent = node if node.flow is not node.own else node.parent
        while parent is not None:
            if member.count:
                parent.flow.merge(member)
            parent = parent.parent
        for counted in _upwards(node):
            counted.subjects += 1
        return node

    def move(self, gone: Member, rest: Member) -> None:
        """Have ``rest`` count what ``gone`` did, a subject that is no part of a family; the branches they share do."""
        there = rest.place()
        above = set(_upwards(there))
        rest.absorb(gone)
        if there.own is not None and there.own is not rest:
            there.own.absorb(gone)
        shared = self._detach(gone, above)
        for node in _upwards(there):
            if node is shared:
                break
            if node.flow is not rest and node.flow is not there.own:
                node.flow.merge(gone)

    def _detach(self, member: Member, above: set[Node]) -> Node:
        """Remove a subject, and what it counted in branches that are not ``above``; return the first that is."""
        self.version += 1
        node = member.place()
        node.own = None
        while node not in above:
            parent = node.parent
            assert parent is not None  # the root is above everything
            node.subjects -= 1
            if node.own is None and not node.children:
                del parent.children[node.token]
                parent.identifiers -= is_identifier(node.token)
                parent.changed()
                node.forward = parent
            else:
                node.flow.merge(member, -1)
            node = parent
        for branch in _upwards(node):
            branch.subjects -= 1
        return node

    def find(self, path: str) -> Node | None:
        """Return the node of a path, or None."""
        node: Node | None = self.root
        for token in path.split(".", _DEEPEST - 1):
            node = node.children.get(token) if node is not None else None
        return node

    def tidy(self) -> None:
        """Forget terminals that were merged or removed."""
        self.terminals = [node for node in self.terminals if node.forward is None and node.own is not None]

    def ends(self, node: Node | None = None) -> Iterator[Node]:
        """Yield the nodes below ``node`` where subjects end, and itself if they do there."""
        waiting = [node or self.root]
        while waiting:
            there = waiting.pop()
            if there.own is not None:
                yield there
            waiting.extend(there.children.values())

    def _child(self, node: Node, token: str, now_s: float) -> Node:
        if node.folded and _folds(node.folded, token):
            token = STAR
        child = node.children.get(token)
        if child is not None:
            return child
        if not node.children and node.own is not None and node.flow is node.own:
            node.flow = Flow(now_s)
            node.flow.merge(node.own)
        child = node.children[token] = Node(token, node, now_s)
        node.changed()
        node.identifiers += is_identifier(token)
        if token != STAR and self._fold_if_due(node) and _folds(node.folded, token):
            return node.children[STAR]
        return child

    def _own(self, node: Node, member: Member) -> None:
        if node.own is None:
            node.own = member
            node.family = False
            self.terminals.append(node)
            if not node.children:
                node.flow = member
            return
        self._make_family(node)
        node.own.absorb(member)

    def _make_family(self, node: Node) -> None:
        """Have ``own`` be a sum, where it was one subject's."""
        if node.family or node.own is None:
            return
        family = Traffic(node.own.first_s)
        family.absorb(node.own)
        if node.flow is node.own:
            node.flow = family
        node.own, node.family = family, True

    def _fold_if_due(self, node: Node) -> bool:
        """Fold the children if there is reason to; return whether they are folded."""
        degree = self._degree(node)
        if degree > node.folded:
            self._fold(node, degree)
        return node.folded > _LITERAL

    def _fold(self, node: Node, degree: int) -> None:
        """Merge the children that this degree folds, the ones that were added by a merge among them."""
        node.folded = degree
        folding = [token for token in node.children if token != STAR and _folds(degree, token)]
        if not folding:
            return
        star = node.children.get(STAR) or Node(STAR, node, node.flow.first_s)
        for token in folding:
            self._merge(star, node.children.pop(token))
        node.children[STAR] = star
        node.identifiers = sum(map(is_identifier, node.children))
        node.changed()
        self.version += 1

    def _degree(self, node: Node) -> int:
        if self._settings:
            wanted = self._settings.get(node.path)
            if wanted is not None:
                return _ALL_FOLDED if wanted else _LITERAL
        if not self._folding:
            return _LITERAL
        if len(node.children) > self._most_children:
            return _ALL_FOLDED
        return _IDENTIFIERS_FOLDED if node.identifiers >= IDENTIFIERS else _LITERAL

    def _merge(self, into: Node, gone: Node) -> None:
        gone.forward = into
        flow = Flow(min(into.flow.first_s, gone.flow.first_s))
        flow.merge(into.flow)
        flow.merge(gone.flow)
        if gone.own is not None:
            if into.own is None:
                into.own, into.family = gone.own, gone.family
                self.terminals.append(into)
            else:
                self._make_family(into)
                into.own.absorb(gone.own)
        for token, child in gone.children.items():
            mine = into.children.get(token)
            if mine is None:
                child.parent = into
                into.children[token] = child
                into.identifiers += is_identifier(token)
            else:
                self._merge(mine, child)
        into.subjects += gone.subjects
        into.flow = into.own if into.own is not None and not into.children else flow
        into.changed()
        degree = max(self._degree(into), into.folded, gone.folded)
        if degree:
            self._fold(into, degree)


def _upwards(node: Node) -> Iterator[Node]:
    """Yield a node and all above it."""
    there: Node | None = node
    while there is not None:
        yield there
        there = there.parent


def _folds(degree: int, token: str) -> bool:
    return is_foldable(token) and (degree == _ALL_FOLDED or is_identifier(token))
