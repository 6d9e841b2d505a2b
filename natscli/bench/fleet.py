"""Runs on many machines: agents found, told what to do, started together, followed, and merged into one result.

Whoever is not ready in time, falls silent or fails is named and left out: a figure is of those agents that did all
of their part.  No clock of one machine is compared with that of another.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from natscli import __version__
from natscli.bench.crew import Progress
from natscli.bench.documents import value_from
from natscli.bench.engine import Counters, difference
from natscli.bench.merging import Part, divided, merge
from natscli.bench.orders import (
    PROTOCOL,
    SERVICE,
    TICK_S,
    Call,
    Collector,
    Introduction,
    News,
    Order,
    Signal,
    State,
    agent_subject,
    decoded,
    encoded,
    introduction_from,
    run_subject,
    silence_s,
)
from natscli.bench.plan import Role, Share, Spec
from natscli.bench.report import AgentResult, Environment, Result
from natscli.bench.samples import Sample
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import DeadlineError, ExitCode, NatsCliError, NoRespondersError, SignalledError
from natscli.messaging.ndjson import format_time
from natscli.text.durations import format_duration
from natscli.text.sizes import plural
from natscli.wire.encode import pub
from natscli.wire.message import Run

_ASK_S = 0.5  # between two questions who is there
_OTHERS_S = 0.2  # for those to answer who will be named and not taken
_LAST_S = 0.6  # for the results once the user has stopped us
_MARGIN_S = 2.0  # for an agent to look at the server before its clients connect
_MOST_AGENTS = 1000


@dataclass(frozen=True, slots=True)
class Orders:
    """What agents are told beside the run itself; ``body`` is what payloads are, in words."""

    headers: tuple[tuple[str, str], ...] = ()
    template: str = ""
    body: str = "zeros"
    size: int | None = None  # of a payload that has one of its own


class Member:
    """An agent in one run: how far it is, and its part or why it has none."""

    def __init__(self, who: Introduction, spec: Spec) -> None:
        self.who = who
        self.spec = spec
        self.state = State.PREPARING
        self.done: tuple[int, ...] = ()
        self.part: Part | None = None
        self.excluded = ""
        self.code: int = ExitCode.FAILED  # what a command that failed like this ends in
        self.heard_at = time.monotonic()
        self._collector = Collector()

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.part is not None or bool(self.excluded)

    def exclude(self, why: str) -> None:
        """Leave it out; the first reason stays."""
        if not self.over:
            self.excluded = why

    def take(self, payload: bytes) -> None:
        """Take what it says."""
        self.heard_at = time.monotonic()
        line, _, piece = payload.partition(b"\n")
        try:
            news = decoded(News, line)
            if news.state is State.FAILED:
                self.exclude(news.words or "it failed")
                self.code = news.code
            elif news.state is State.DONE:
                self._complete(self._collector.take(news, piece))
            else:
                self.state, self.done = news.state, news.done or self.done
        except NatsCliError as error:
            self.exclude(str(error))

    def _complete(self, document: object | None) -> None:
        if document is None or self.over:
            return
        if not isinstance(document, dict):
            raise NatsCliError("its result cannot be read")
        surroundings = value_from(Environment, document.get("environment"), "environment of its result")
        result = value_from(Result, document.get("result"), "result")
        self.part = Part(self.who.name, self.who.version, surroundings, result)


class Fleet:
    """The agents of a group that make runs together; made by ``gather``."""

    def __init__(self, control: Connection, group: str, orders: Orders, counters: Counters, timeout_s: float) -> None:
        self.excluded: list[AgentResult] = []
        self._control = control
        self._group = group
        self._orders = orders
        self._counters = counters
        self._timeout_s = timeout_s
        self._inbox = control.new_inbox()
        self._crew: list[Introduction] = []
        self._members: dict[bytes, Member] = {}
        self._answers: dict[str, Introduction] = {}
        self._news = asyncio.Event()
        self._run = ""

    async def gather(self, count: int, stop: asyncio.Future[int]) -> None:
        """Find so many idle agents of this version; NatsCliError, saying who is there, when there are not."""
        await self._control.subscribe_bulk(f"{self._inbox}.*.*", self._take)
        await self._control.confirm(self._timeout_s)
        deadline, asked = Deadline(self._timeout_s), 0.0
        while len(self._fit()) < count and deadline.remaining() > 0.001 and not stop.done():
            if time.monotonic() - asked > _ASK_S:
                asked = time.monotonic()
                self._control.send(pub(b"$SRV.INFO." + SERVICE.encode(), b"", f"{self._inbox}.who.0".encode()))
            await self._next(stop, min(_ASK_S, deadline.remaining()))
        if stop.done():
            raise SignalledError(stop.result())
        self._crew = sorted(self._fit()[:count], key=lambda who: who.name)
        if len(self._crew) < count:
            raise self._too_few(count)
        await asyncio.wait({stop}, timeout=_OTHERS_S)
        for who in self._ours():
            why = _unfit(who)
            if why and "busy" not in why:
                self.excluded.append(AgentResult(name=who.name, version=who.version, excluded=why))

    async def run(
        self,
        spec: Spec,
        stop: asyncio.Future[int],
        progress: Progress | None = None,
        released: Callable[[], None] = lambda: None,
    ) -> Result:
        """Return the merged result of a run by all agents that are left; NatsCliError when none had a result."""
        size = spec.size if self._orders.size is None else self._orders.size
        spec = replace(spec, size=size, body=spec.body if spec.body == "received" else self._orders.body)
        self._run = uuid.uuid4().hex[:12]
        specs = divided(spec, len(self._crew))
        members = [Member(who, each) for who, each in zip(self._crew, specs, strict=True)]
        self._members = {b"%d" % number: member for number, member in enumerate(members)}
        try:
            self._order()
            await self._until_ready(members, spec, stop)
            before = await self._counters()
            started = format_time(time.time_ns())
            if not stop.done():
                released()
                self._call(Call.START, [member for member in members if not member.over])
            await self._until_over(members, stop, progress)
            after = await self._counters() if before is not None else None
        finally:
            self._end(members)
        parts = self._parts(members)
        if not parts:
            raise SignalledError(stop.result()) if stop.done() else _all_failed(members)
        result = merge(spec, parts, self.excluded, started=started)
        counters = None if before is None or after is None else difference(before, after)
        return replace(result, server=counters)

    # -- finding agents --------------------------------------------------------------------------

    def _ours(self) -> list[Introduction]:
        return [who for who in self._answers.values() if who.group == self._group]

    def _fit(self) -> list[Introduction]:
        return [who for who in self._ours() if not _unfit(who)]

    def _too_few(self, count: int) -> NatsCliError:
        there = self._ours()
        hint = f"natscli bench agent --group {self._group}, on each machine"
        if not there:
            return NoRespondersError(f"no agent of group '{self._group}' answers", hint)
        each = "; ".join(f"{who.name}: {_unfit(who) or 'ready'}" for who in there)
        within = format_duration(self._timeout_s)
        return DeadlineError(f"{len(self._crew)} of {plural(count, 'agent')} were there within {within}: {each}", hint)

    # -- a run -----------------------------------------------------------------------------------

    def _order(self) -> None:
        for number, member in self._members.items():
            order = Order(self._run, member.spec, self._orders.headers, self._orders.template)
            reply = f"{self._inbox}.{self._run}.".encode() + number
            self._control.send(pub(agent_subject(self._group, member.who.id).encode(), encoded(order), reply))

    async def _until_ready(self, members: Sequence[Member], spec: Spec, stop: asyncio.Future[int]) -> None:
        allowed = self._timeout_s + spec.warmup_s + _MARGIN_S
        end = time.monotonic() + allowed

        def ready() -> bool:
            self._leave_out_the_silent(members)
            return all(member.state is State.READY or member.over for member in members)

        await self._wait(ready, stop, Call.WAIT, members, lambda: time.monotonic() > end)
        for member in members:
            if member.state is not State.READY and not stop.done():
                member.exclude(f"it was not ready within {format_duration(allowed)}")
        if stop.done():
            self._end(members)
            raise SignalledError(stop.result())

    async def _until_over(
        self, members: Sequence[Member], stop: asyncio.Future[int], progress: Progress | None
    ) -> None:
        def over() -> bool:
            self._leave_out_the_silent(members)
            if progress is not None:
                progress(_samples(members))
            return all(member.over for member in members)

        running = [member for member in members if not member.over]
        await self._wait(over, stop, Call.START, running, lambda: False)
        if stop.done():
            self._call(Call.STOP, running)
            end = time.monotonic() + _LAST_S
            nobody: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            await self._wait(over, nobody, Call.STOP, running, lambda: time.monotonic() > end)
        for member in members:
            member.exclude("its result did not come in time")

    async def _wait(
        self,
        reached: Callable[[], bool],
        stop: asyncio.Future[int],
        call: Call,
        to: Sequence[Member],
        late: Callable[[], bool],
    ) -> None:
        """Wait for a state, repeating a call, until it is late or the user stops us."""
        called = 0.0
        while not reached() and not stop.done() and not late():
            if time.monotonic() - called >= TICK_S:
                called = time.monotonic()
                self._call(call, to)
            await self._next(stop, TICK_S / 2)

    async def _next(self, stop: asyncio.Future[int], seconds: float) -> None:
        """Wait for news, for so long at most; raise what ended the connection."""
        self._news.clear()
        news = asyncio.ensure_future(self._news.wait())
        waiting: set[asyncio.Future[object]] = {news, stop, self._control.ended}  # type: ignore[arg-type]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()
        if self._control.ended.done():
            raise self._control.ended.result() or AssertionError("closed by its owner while in use")

    def _leave_out_the_silent(self, members: Sequence[Member]) -> None:
        silent_s = silence_s(self._timeout_s)
        if not self._control.is_connected:  # they are not heard, and it is not their fault
            for member in members:
                member.heard_at = max(member.heard_at, time.monotonic() - silent_s / 2)
        for member in members:
            if time.monotonic() - member.heard_at > silent_s:
                member.exclude(f"nothing was heard of it for {format_duration(silent_s)}")

    def _call(self, call: Call, members: Sequence[Member]) -> None:
        if self._control.is_connected:
            signal = Signal(call, tuple(member.who.id for member in members if not member.excluded))
            self._control.send(pub(run_subject(self._group, self._run).encode(), encoded(signal)))

    def _end(self, members: Sequence[Member]) -> None:
        """Stop whoever is still at it, also those who were left out."""
        everybody = Signal(Call.STOP, tuple(member.who.id for member in members))
        if self._control.is_connected:
            self._control.send(pub(run_subject(self._group, self._run).encode(), encoded(everybody)))

    def _parts(self, members: Sequence[Member]) -> list[Part]:
        """Return the parts there are; later runs go without the others."""
        for member in members:
            if member.excluded:
                who = AgentResult(name=member.who.name, version=member.who.version, excluded=member.excluded)
                self.excluded.append(who)
        self._crew = [member.who for member in members if member.part is not None]
        return [member.part for member in members if member.part is not None]

    def _take(self, run: Run) -> None:
        for message in run:
            which, number = message.subject.split(b".")[-2:]
            if which == b"who":
                who = introduction_from(message.payload)
                if who is not None and len(self._answers) < _MOST_AGENTS:
                    self._answers[who.id] = who
            elif which == self._run.encode() and number in self._members:
                self._members[number].take(message.payload)
        self._news.set()


def _unfit(who: Introduction) -> str:
    """Return why an agent cannot take part; nothing when it can."""
    if (who.version, who.protocol) != (__version__, PROTOCOL):
        return f"it is natscli {who.version} (protocol {who.protocol}), this is {__version__} ({PROTOCOL})"
    return "it is busy with another run" if who.busy else ""


def _all_failed(members: Sequence[Member]) -> NatsCliError:
    """Return why no agent had a result; where all failed alike, as the command would have failed here."""
    reasons = {member.excluded for member in members}
    codes = {member.code for member in members}
    each = "; ".join(f"{member.who.name}: {member.excluded}" for member in members)
    error = NatsCliError(f"no agent had a result: {reasons.pop() if len(reasons) == 1 else each}")
    if len(codes) == 1 and min(codes) in range(ExitCode.FAILED, ExitCode.SIGNAL):
        error.exit_code = codes.pop()
    return error


def _samples(members: Sequence[Member]) -> list[Sample]:
    """Return what all clients have done so far, as progress is told of clients here."""
    samples = []
    for member in members:
        for done in member.done if not member.excluded else ():
            sample = Sample(Share(Role.SUBSCRIBER, 0, 0))
            sample.received = done
            samples.append(sample)
    return samples
