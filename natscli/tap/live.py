"""A connection's subscriptions, and the registry they feed.

Each message is counted once, however many of the subjects it matches.  The server answers a PING only behind
all that it has for us, so the round trip says how far behind we read; where the server cuts us off while
it is long, messages were lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from natscli.connection.client import Connection, Watcher
from natscli.connection.dispatch import Sink
from natscli.connection.upstream import Subscription
from natscli.context.jwt import Rules
from natscli.errors import DeadlineError, NatsCliError, PermissionDeniedError
from natscli.messaging.inbox import known_inbox
from natscli.messaging.subscribe import without
from natscli.tap.plan import Plan
from natscli.tap.rules import ReadRules, hidden, permitted
from natscli.text.sizes import plural
from natscli.traffic.registry import Registry
from natscli.wire.message import Run
from natscli.wire.subjects import covers, listed, overlap

TICK_S = 0.25
_PROBE_S = 1.0  # between a PONG and the next PING
_BEHIND_S = 0.25  # a tick that is so late, or a round trip so much longer than the shortest, is our slowness
_REMEMBERED_S = 5.0  # what piled up while we were held up is read first, and then the end of the connection


class Tap:
    """Feeds a registry from a connection.  Watches the connection, and passes on what it hears to ``watcher``."""

    def __init__(
        self, connection: Connection, plan: Plan, registry: Registry, watcher: Watcher, read_rules: ReadRules
    ) -> None:
        self.rtt_s: float | None = None  # the latest round trip: how far behind we read
        self._held_up_at = float("-inf")  # when a tick came late
        self._shortest_s = 0.0  # round trip
        self._denied: list[str] = []
        self._refused: set[str] = set()
        self._gaps = 0
        self._connection = connection
        self._plan = plan
        self._registry = registry
        self._watcher = watcher
        self._asked_at: float | None = None  # when a PING went out that has no answer yet
        self._ticked_at = time.monotonic()
        self._suspect: str | None = None  # the server that ended the connection while we were behind
        self._read_rules = read_rules
        self._probing: asyncio.Task[None] | None = None
        self._subscriptions: list[Subscription] = []
        connection.watcher = self

    @property
    def missing(self) -> list[str]:
        """What the figures lack, in words: what the server does not let us see, and gaps."""
        gaps = f"disconnected {plural(self._gaps, 'time')}: messages published meanwhile are not counted"
        return [*self._denied, gaps] if self._gaps else self._denied

    async def open(self, told: Callable[[str], None]) -> None:
        """Subscribe; what the server refuses is told, and raised where nothing else is left."""
        rules = await self._read_rules(self._connection)  # before anything is counted: it takes a question and a reply
        subjects = await self._watch(uncovered(self._plan.subjects), rules, told)
        self._registry.pairing = self._plan.latency and await self._see_replies(subjects, told)
        left_out = [denied for denied in hidden(rules, subjects) if denied not in self._refused]
        if left_out:
            self._deny(f"the server does not show us {listed(left_out)}", told)
        self._ticked_at = time.monotonic()
        self._probing = asyncio.ensure_future(self._probe())

    def tick(self) -> None:
        """Bring the registry up to now; to be called about every ``TICK_S``."""
        now = time.monotonic()
        inbox = known_inbox(self._connection)
        if inbox is not None:  # whether our own questions are answered says nothing of the traffic
            self._registry.pending.ours = (inbox.prefix,)
        if now - self._ticked_at > TICK_S + _BEHIND_S:
            self._held_up_at = now
        self._ticked_at = now
        self._registry.tick(now)

    async def unsubscribe(self) -> None:
        """Have the server send nothing more."""
        while self._subscriptions:
            await self._subscriptions.pop().unsubscribe()

    async def close(self) -> None:
        """Stop measuring; the subscriptions end with the connection."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)

    # -- as the watcher of its connection --------------------------------------------------------

    def lost(self, url: str, reason: str) -> None:
        """Remember the server, if we were behind."""
        self._gaps += 1
        self._suspect = str(self._connection.info.get("server_id", "")) if self._behind() else None
        self._watcher.lost(url, reason)

    def retrying(self, reason: str) -> None:
        """Pass it on."""
        self._watcher.retrying(reason)

    def regained(self, url: str, seconds: float) -> None:
        """Where the same server is still there, it was the server that cut us off."""
        if self._suspect is not None and self._suspect == self._connection.info.get("server_id"):
            self._registry.cut_off()
        self._suspect = None
        self._watcher.regained(url, seconds)

    def renewed(self, url: str, seconds: float, source: str) -> None:
        """Pass it on; the server cut us off for our credentials, not for being behind."""
        self._suspect = None
        self._watcher.renewed(url, seconds, source)

    def refused(self, error: PermissionDeniedError) -> None:
        """Pass it on."""
        self._watcher.refused(error)

    # -- inner workings --------------------------------------------------------------------------

    def _counting(self, left_out: list[str]) -> Sink:
        registry = self._registry

        def take(run: Run) -> None:
            registry.take(run, time.monotonic())

        return without(left_out, take) if left_out else take

    async def _watch(self, subjects: list[str], rules: Rules, told: Callable[[str], None]) -> list[str]:
        """Subscribe, also to what is permitted of a subject that is refused; return what is watched then."""
        watched: list[str] = []
        refused = []
        waiting = list(subjects)
        while waiting:
            subject = waiting.pop(0)
            earlier = [other for other in watched if overlap(other, subject)]
            error = await self._subscribe(subject, self._counting([*earlier, *self._plan.ignored]))
            if error is None:
                watched.append(subject)
                continue
            refused.append(error)
            instead = permitted(rules, subject) if subject in subjects else []
            waiting += uncovered([one for one in instead if not any(covers(other, one) for other in watched)])
            rest = f"{listed(instead)} instead" if instead else "the rest"
            if watched or waiting:
                self._deny(f"{error}: watching {rest}", told)
        if not watched:
            raise refused[0]
        return watched

    async def _subscribe(self, subject: str, sink: Sink) -> PermissionDeniedError | None:
        """Subscribe, and return the refusal if the server sends one."""
        connection = self._connection
        subscription = await connection.subscribe_bulk(subject, sink)
        try:
            await connection.confirm(connection.target.timeout_s)
        except PermissionDeniedError as error:
            await subscription.unsubscribe()  # or it would be asked for again after each reconnect
            self._refused.add(subject)
            return error
        self._subscriptions.append(subscription)
        return None

    async def _see_replies(self, subjects: list[str], told: Callable[[str], None]) -> bool:
        """See the inboxes; return whether any can be seen.  What is counted anyway needs no more."""

        def pair(run: Run) -> None:
            self._registry.take_replies(run, time.monotonic())

        seen = False
        for inboxes in dict.fromkeys((f"{self._connection.target.inbox_prefix}.>", "_INBOX.>")):
            covered = any(covers(subject, inboxes) for subject in subjects)
            error = await self._subscribe(inboxes, _unheeded if covered else pair)
            if error is None:
                seen = True
                if covered:  # it was only to be known whether it is refused: within ">" that is left out in silence
                    await self._subscriptions.pop().unsubscribe()
            else:
                self._deny(f"{error}: replies there, their latency and what is unanswered cannot be seen", told)
        return seen

    def _deny(self, words: str, told: Callable[[str], None]) -> None:
        self._denied.append(words)
        told(words)

    async def _probe(self) -> None:
        """Measure the round trip for as long as there is a connection."""
        connection = self._connection
        while True:
            if connection.is_connected:
                self._asked_at = time.monotonic()
                with contextlib.suppress(NatsCliError, OSError):  # lost meanwhile, which the watcher is told
                    try:
                        self.rtt_s = await connection.round_trip(connection.target.timeout_s)
                        self._shortest_s = min(self._shortest_s or self.rtt_s, self.rtt_s)
                    except DeadlineError:
                        self.rtt_s = time.monotonic() - self._asked_at
                        continue
                self._asked_at = None
                for error in connection.denied:
                    self._watcher.refused(error)
                connection.denied.clear()
            await asyncio.sleep(_PROBE_S)

    def _behind(self) -> bool:
        now = time.monotonic()
        late = now - self._ticked_at > TICK_S + _BEHIND_S or now - self._held_up_at < _REMEMBERED_S
        round_trip = self.rtt_s or 0.0
        if self._asked_at is not None:
            round_trip = max(round_trip, now - self._asked_at)
        return late or round_trip > self._shortest_s + _BEHIND_S


def _unheeded(_run: Run) -> None:
    """Take what is counted elsewhere."""


def uncovered(subjects: Sequence[str]) -> list[str]:
    """Return the subjects without those that others cover."""
    different = list(dict.fromkeys(subjects))
    return [
        subject for subject in different if not any(other != subject and covers(other, subject) for other in different)
    ]
