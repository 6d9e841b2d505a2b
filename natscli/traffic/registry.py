"""Every subject that goes by, and its figures.

Runs are taken at the speed of C: ``take`` counts pairs of subject and size in a dictionary, and
``tick``, a few times a second, brings the sums to the subjects and to the branches above them, once for
each that has something new.  So every count is exact at any rate, and the second that a message counts
in is that of the tick behind it.  Queries answer for the time of the last tick.
"""

from __future__ import annotations

from collections import _count_elements  # type: ignore[attr-defined]  # Counter.update without its checks
from collections.abc import Callable, Iterable
from heapq import nsmallest
from itertools import repeat

from natscli.text.sanitise import decode
from natscli.traffic.keeping import Columns, Keeping
from natscli.traffic.pairs import Pending
from natscli.traffic.stats import Flow, Latency
from natscli.traffic.tree import Member, Node, TokenTree
from natscli.traffic.values import Limits, Totals
from natscli.wire.headers import parse_headers
from natscli.wire.message import Run

_MOST_PAIRS = 50_000  # of subject and size between two ticks; more are brought home at once
_MOST_BYTES = 16 * 1024 * 1024  # of payloads likewise: the last of each subject is held
_TOGETHER_S = 50e-6  # no reply is that fast: it was read in one go with its request
_BLOCKS_READ = 200  # header blocks between two ticks whose names are learned
_BLOCK_START = 4096  # bytes of each
_MOST_NAMES = 64
_EVICTED_AT_ONCE = 50  # one in so many; finding them takes 20 ms with 100,000


class Registry:
    """Takes runs, and answers for the time of the last ``tick``.  Times are seconds of any one clock."""

    def __init__(self, now_s: float, limits: Limits | None = None, *, inbox_prefix: str = "_INBOX") -> None:
        self.limits = limits or Limits()
        self.start_s = self.now_s = now_s
        self.folding = True
        self.pairing = True  # whether replies are seen; without, no request counts as unanswered
        self.all = Flow(now_s)
        self.latency = Latency()
        self.dropped = 0
        self.cuts = 0
        self.evicted_subjects = 0
        self.remainders: set[bytes] = set()  # where evicted subjects count on
        self.unseen_bodies = 0
        self.read_together = 0
        self.baseline = False
        self.members: dict[bytes, Member] = {}
        self.keeping = Keeping(self.limits.kept_bytes, self.limits.kept_messages)
        prefixes = dict.fromkeys((b"_INBOX.", inbox_prefix.encode() + b"."))
        self._inboxes = tuple(prefixes)
        self.internal = tuple({"$SYS", "$JS", "_INBOX", inbox_prefix})
        self._internal_prefixes = tuple(f"{name}." for name in self.internal)
        self.pending = Pending(self.limits.pending, self.limits.patience_s, self._inboxes)
        self._settings: dict[str, bool] = {}
        self.tree = self._new_tree()
        self._sizes: dict[tuple[bytes, int], int] = {}
        self._latest: dict[bytes, Columns] = {}
        self._bytes_held = 0
        self._looked_at = 0
        self._blocks_read = 0

    # -- what comes ------------------------------------------------------------------------------

    def take(self, run: Run, now_s: float) -> None:
        """Count a run; its requests wait for replies, and its replies find their requests."""
        subject = run.subject
        count = len(run)
        if not count:
            return
        if subject is not None:
            size, rest = divmod(run.payload_bytes, count)
            key = (subject, size)
            if rest:  # of several sizes
                _count_elements(self._sizes, zip(repeat(subject), map(len, run.payloads), strict=False))
            else:
                self._sizes[key] = self._sizes.get(key, 0) + count
            self._look_at(run.tail(self.limits.kept_messages), count, now_s)
        else:
            _count_elements(self._sizes, zip(run.subjects, map(len, run.payloads), strict=True))
            self._look_at(run, count, now_s)
        if self.pairing:
            if run.replies is not None:
                self._ask(run, now_s)
            self.take_replies(run, now_s)
        self._bytes_held += run.payload_bytes
        if len(self._sizes) > _MOST_PAIRS or self._bytes_held > _MOST_BYTES:
            self._bring_home(max(now_s, self.now_s))

    def take_replies(self, run: Run, now_s: float) -> None:
        """Match replies with their requests, and do not count them: for a subscription to inboxes alone."""
        for (subject, seconds), count in self.pending.answer(run.subjects, now_s).items():
            if seconds < _TOGETHER_S:
                self.read_together += count
            for latency in self._latencies(subject):
                latency.add(seconds, count)

    def lose(self, messages: int) -> None:
        """Note messages that were lost before they could be counted."""
        self.dropped += messages

    def cut_off(self) -> None:
        """Note that the server cut the connection because it was read too slowly."""
        self.cuts += 1

    def tick(self, now_s: float) -> None:
        """Bring all figures up to now.  A clock that goes back stands still."""
        self.now_s = max(now_s, self.now_s)
        self._bring_home(self.now_s)
        self._looked_at = self._blocks_read = 0
        for subject, count in self.pending.expire(self.now_s).items() if self.pairing else ():
            for latency in self._latencies(subject):
                latency.unanswered += count

    def is_internal(self, subject: str) -> bool:
        """Whether a subject is NATS's own: $SYS, $JS or an inbox."""
        return f"{subject}.".startswith(self._internal_prefixes)

    # -- what the user sets ----------------------------------------------------------------------

    def fold(self, *, on: bool) -> None:
        """Fold identifiers, or show every subject; what was set for single nodes is forgotten."""
        self.folding = on
        self._settings.clear()
        self._rebuild()

    def fold_node(self, path: str, *, on: bool | None) -> None:
        """Fold all children of a node, or none, or (None) as the rule has it."""
        if on is None:
            self._settings.pop(path, None)
        else:
            self._settings[path] = on
        self._rebuild()

    def set_baseline(self) -> None:
        """Count ``since_baseline`` from here."""
        self.baseline = True
        self._each_flow(lambda flow: flow.count)

    def clear_baseline(self) -> None:
        """Have no baseline."""
        self.baseline = False
        self._each_flow(lambda _flow: 0)

    def totals(self) -> Totals:
        """Return the sums over all that came."""
        now, flow = self.now_s - self.start_s, self.all
        return Totals(
            messages=flow.count,
            payload_bytes=flow.size,
            messages_per_s=flow.rate(1, now),
            messages_per_s_10s=flow.rate(10, now),
            messages_per_s_60s=flow.rate(60, now),
            bytes_per_s=flow.size_rate(1, now),
            elapsed_s=now,
            subjects=len(self.members),
            evicted_subjects=self.evicted_subjects,
            evicted_messages=self.keeping.evicted,
            evicted_requests=self.pending.evicted,
            unseen_bodies=self.unseen_bodies,
            kept_bytes=self.keeping.size,
            pending_requests=len(self.pending),
            requests=self.latency.requests,
            replies=self.latency.replies,
            unanswered=self.latency.unanswered,
            read_together=self.read_together,
            pairing=self.pairing,
            dropped=self.dropped,
            cuts=self.cuts,
            since_baseline=flow.count - flow.base if self.baseline else None,
            spark=flow.spark(now),
        )

    # -- inner workings --------------------------------------------------------------------------

    def _look_at(self, run: Run, came: int, now_s: float) -> None:
        """Keep messages one by one while they are few, and beyond that the last of each subject."""
        count = len(run)
        columns = zip(run.subjects, run.payloads, run.replies or repeat(b""), run.headers or repeat(b""), strict=False)
        if self._looked_at + count <= self.limits.looked_at:
            self._looked_at += count
            keep = self.keeping.add
            for message in columns:
                key = message[0]
                if key.startswith(self._inboxes):
                    key = self._inbox(key)
                keep(key, now_s, message)
                if message[3]:
                    self._learn_names(key, message[3])
        else:
            before = len(self._latest)
            self._latest.update(zip(run.subjects, columns, strict=False))
            self.unseen_bodies += came - (len(self._latest) - before)

    def _ask(self, run: Run, now_s: float) -> None:
        assert run.replies is not None
        for subject, count in self.pending.ask(run.subjects, run.replies, now_s).items():
            for latency in self._latencies(subject):
                latency.requests += count

    def _latencies(self, subject: bytes) -> Iterable[Latency]:
        """Yield what a subject's requests count in."""
        member = self._member(subject)
        own = member.place().own
        yield self.latency
        yield member.timed()
        if own is not None and own is not member:
            yield own.timed()

    def _bring_home(self, now_s: float) -> None:
        """Bring what was taken to the subjects, and from them to the branches."""
        self.now_s = now_s
        sizes, latest = self._sizes, self._latest
        self._sizes, self._latest, self._bytes_held = {}, {}, 0
        dirty = self._bring_to_subjects(sizes)
        second = int(now_s - self.start_s)
        for flow in self._bring_to_branches(dirty):
            flow.roll(second, now_s)
        for columns in latest.values():
            key = columns[0]
            if key.startswith(self._inboxes):
                key = self._inbox(key)
            self.keeping.add(key, now_s, columns)
            if columns[3]:
                self._learn_names(key, columns[3])
        if len(self.members) > self.limits.subjects:
            self._evict()

    def _bring_to_subjects(self, sizes: dict[tuple[bytes, int], int]) -> list[Member]:
        members, dirty = self.members, []
        for (subject, size), count in sizes.items():
            member = members.get(subject) or self._member(subject)
            if not member.fresh:
                dirty.append(member)
            member.add(count, size)
            own = member.place().own
            if own is not member and own is not None:
                own.note_size(count, size)
        return dirty

    def _bring_to_branches(self, dirty: list[Member]) -> list[Flow]:
        """Add what is fresh to every node above; return all flows that have something to take in."""
        flows: list[Flow] = [*dirty]
        for member in dirty:
            count, size = member.fresh, member.fresh_size
            node: Node | None = member.place()
            assert node is not None
            own = node.own
            last: Flow = member
            if own is not None and own is not member:
                _freshen(own, count, size, flows)
                last = own
            if node.flow is last:
                node = node.parent
            while node is not None:
                flow = node.flow
                if not flow.fresh:
                    flows.append(flow)
                flow.fresh += count
                flow.fresh_size += size
                node = node.parent
            _freshen(self.all, count, size, flows)
        return flows

    def _member(self, subject: bytes) -> Member:
        """Return what a subject counts in; inboxes are used once, and all count as one."""
        member = self.members.get(subject)
        if member is None and subject.startswith(self._inboxes):
            subject = self._inbox(subject)
            member = self.members.get(subject)
        if member is None:
            member = self.members[subject] = Member(subject, self.now_s)
            self.tree.attach(member, decode(subject), self.now_s)
        return member

    def _inbox(self, subject: bytes) -> bytes:
        return next(prefix for prefix in self._inboxes if subject.startswith(prefix)) + b">"

    def _learn_names(self, key: bytes, block: bytes) -> None:
        if self._blocks_read >= _BLOCKS_READ:
            return
        self._blocks_read += 1
        member = self._member(key)
        names = dict.fromkeys([*member.names, *(name for name, _ in parse_headers(block[:_BLOCK_START]).pairs)])
        if len(names) > len(member.names):
            member.names = tuple(names)[:_MOST_NAMES]

    def _new_tree(self) -> TokenTree:
        return TokenTree(self.limits.children, folding=self.folding, settings=self._settings, now_s=self.start_s)

    def _rebuild(self) -> None:
        """Grow the tree anew, as the settings have it now; the sums come from the subjects."""
        self.tree = self._new_tree()
        for member in self.members.values():
            self.tree.attach(member, decode(member.subject), member.first_s)

    def _evict(self) -> None:
        """Let the longest idle subjects go, some at a time; each counts on in a family, or in ``first-token.>``."""
        most = self.limits.subjects
        count = max(len(self.members) - most, most // _EVICTED_AT_ONCE)
        single = [member for member in self.members.values() if member.subject[-1:] not in (b"*", b">")]
        for member in nsmallest(count, single, key=_last):
            rest = None
            if not member.place().family:
                token = member.subject.partition(b".")[0] if len(self.tree.root.children) < 1000 else b""
                rest = self._remainder(token + b".>" if token else b">", None)
            node = member.place()  # which the place of the rest may have folded
            del self.members[member.subject]
            self.keeping.forget(member.subject)
            self.evicted_subjects += 1
            if rest is None or node.family:
                self._remainder(node.path.encode("utf-8", "surrogateescape"), node).absorb(member)
            else:
                self.tree.move(member, rest)

    def _remainder(self, key: bytes, node: Node | None) -> Member:
        member = self.members.get(key)
        self.remainders.add(key)
        if member is None:
            member = self.members[key] = Member(key, self.now_s)
            if node is not None:
                member.node = node
            else:
                self.tree.attach(member, decode(key), self.now_s)
        return member

    def _each_flow(self, base: Callable[[Flow], int]) -> None:
        for flow in self._all_flows():
            flow.base = base(flow)

    def _all_flows(self) -> Iterable[Flow]:
        yield self.all
        yield from self.members.values()
        waiting = [self.tree.root]
        while waiting:
            node = waiting.pop()
            yield node.flow
            if node.own is not None:
                yield node.own
            waiting.extend(node.children.values())


def _freshen(flow: Flow, count: int, size: int, flows: list[Flow]) -> None:
    if not flow.fresh:
        flows.append(flow)
    flow.fresh += count
    flow.fresh_size += size


def _last(member: Member) -> float:
    return member.last_s
