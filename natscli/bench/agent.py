"""An agent: takes part in the runs of a bench elsewhere, with connections of its own, one run at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from natscli import __version__
from natscli.bench.documents import plain
from natscli.bench.engine import Bench, environment
from natscli.bench.orders import (
    PROTOCOL,
    SERVICE,
    TICK_S,
    Call,
    News,
    Order,
    Signal,
    State,
    agent_subject,
    decoded,
    encoded,
    order_from,
    pieces,
    run_subject,
    silence_s,
)
from natscli.bench.report import Environment, Result, ServerCounters
from natscli.bench.samples import Sample
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.connection.transport import Trace
from natscli.context.target import Target
from natscli.errors import ExitCode, NatsCliError
from natscli.messaging.services import Endpoint, Identity, MicroService
from natscli.text.sanitise import safe
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message, Run

_GONE = "the bench that asked for it is gone"
_FAREWELL_S = 0.7  # for the run under way when the agent is stopped


@dataclass(frozen=True, slots=True)
class Membership:
    """Who an agent is to a group, and the patterns of subjects that it lets itself be told to use."""

    group: str
    name: str
    id: str
    allowed: tuple[str, ...] = ()


class Agent:
    """Waits for orders on ``control``, and puts load on ``target``.  ``say`` is told what it does."""

    def __init__(
        self,
        control: Connection,
        target: Target,
        who: Membership,
        say: Callable[[str], None],
        trace: Trace | None = None,
    ) -> None:
        self._control = control
        self._target = target
        self._who = who
        self._say = say
        self._trace = trace
        self._task: asyncio.Task[None] | None = None
        self._run: AgentRun | None = None
        self._endpoint = Endpoint("run", agent_subject(who.group, who.id), self._take)

    async def serve(self, stop: asyncio.Future[int], listening: Callable[[], None]) -> None:
        """Take part in runs until ``stop``; raise what ends the connection to the control."""
        identity = Identity(SERVICE, self._who.id, __version__, "Load for natscli bench", self._metadata)
        await MicroService(self._control, identity, self._endpoint).start()
        listening()
        ended = self._control.ended
        try:
            await asyncio.wait({stop, ended}, return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
            if ended.done() and not stop.done():
                raise ended.result() or AssertionError("closed by its owner while in use")
        finally:
            await self._leave()

    def _metadata(self) -> dict[str, str]:
        state = "idle" if self._task is None else "busy"
        return {"agent": self._who.name, "group": self._who.group, "protocol": PROTOCOL, "state": state}

    def _take(self, message: Message) -> None:
        """Take an order, or say why not."""
        if not message.reply:
            return
        if self._task is not None:
            self._refuse(message.reply, "it is busy with another run")
            return
        try:
            order = order_from(message.payload, self._who.allowed)
        except NatsCliError as error:
            self._refuse(message.reply, str(error), error.exit_code)
            return
        self._run = AgentRun(self._control, self._target, self._who, order, message.reply, self._trace)
        self._say(f"Run {order.run}: {order.spec.mode} {safe(order.spec.subject)}")
        self._task = asyncio.ensure_future(self._run.carry_out())
        self._task.add_done_callback(self._over)

    def _refuse(self, reply: bytes, why: str, code: int = ExitCode.FAILED) -> None:
        self._endpoint.failed(why)
        self._control.send(pub(reply, encoded(News(State.FAILED, words=why, code=code))))

    def _over(self, task: asyncio.Task[None]) -> None:
        run, self._task, self._run = self._run, None, None
        if task.cancelled() or run is None:
            return
        error = task.exception()
        if error is not None:  # a fault of ours ends the command and is reported there
            self._control.fail(error if isinstance(error, Exception) else RuntimeError(str(error)))
            return
        if run.failure:
            self._endpoint.failed(run.failure)
        self._say(f"Run {run.order.run}: {run.failure or 'done'}")

    async def _leave(self) -> None:
        if self._task is not None and self._run is not None:
            self._run.abandon("the agent was stopped")
            await asyncio.wait({self._task}, timeout=_FAREWELL_S)


class AgentRun:
    """One order being carried out: ready, started with the others, done; gone when nobody asks any more."""

    def __init__(
        self, control: Connection, target: Target, who: Membership, order: Order, reply: bytes, trace: Trace | None
    ) -> None:
        self.order = order
        self.failure = ""
        self._control = control
        self._target = target
        self._who = who
        self._reply = reply
        self._trace = trace
        self._state = State.PREPARING
        self._done: tuple[int, ...] = ()
        self._heard_at = time.monotonic()
        self._heard = asyncio.Event()
        self._started = asyncio.Event()
        self._stop: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def carry_out(self) -> None:
        """Do it all, and tell the outcome."""
        ticking = asyncio.ensure_future(self._tick())
        code = int(ExitCode.FAILED)
        try:
            await self._take_part()
        except NatsCliError as error:
            self.failure, code = self.failure or str(error), error.exit_code
        finally:
            ticking.cancel()
            if self.failure:
                self._tell(News(State.FAILED, words=self.failure, code=code))

    async def _take_part(self) -> None:
        subject = run_subject(self._who.group, self.order.run)
        calls = await self._control.subscribe_bulk(subject, self._calls)
        try:
            surroundings, result = await self._measure()
            if not self.failure:
                self._send_result(surroundings, result)
        finally:
            with suppress(Exception):  # nats-py raises what it likes of a connection that is gone
                await calls.unsubscribe()

    def abandon(self, why: str) -> None:
        """Stop, and have no result; said at once, as there may be no time for it later."""
        self.failure = self.failure or why
        self._tell(News(State.FAILED, words=self.failure))
        self._end()

    async def _measure(self) -> tuple[Environment, Result]:
        deadline = Deadline(self._target.timeout_s)
        look = await open_connection(self._target, deadline, trace=self._trace)
        try:
            surroundings = await environment(look, embedded=False)
        finally:
            await look.close()
        bench = Bench(self._target, self.order.payload, encode_headers(self.order.headers), no_counters, self._trace)
        return surroundings, await bench.run(self.order.spec, self._stop, self._look, gate=self._gate)

    async def _gate(self) -> None:
        """Say that all is ready once the calls are heard, and wait for the one to start."""
        await self._unless_stopped(self._heard)
        self._state = State.READY
        self._tell(News(self._state))
        await self._unless_stopped(self._started)
        if self._started.is_set():
            self._state = State.RUNNING
        else:
            self.failure = self.failure or "it was stopped before it began"

    async def _unless_stopped(self, event: asyncio.Event) -> None:
        waiting = asyncio.ensure_future(event.wait())
        await asyncio.wait({waiting, self._stop}, return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
        waiting.cancel()

    async def _tick(self) -> None:
        """Give signs of life, and stop when the other side gives none."""
        while True:
            self._tell(News(self._state, self._done))
            if time.monotonic() - self._heard_at > silence_s(self._control.target.timeout_s):
                self.abandon(_GONE)
            await asyncio.sleep(TICK_S)

    def _look(self, samples: Sequence[Sample]) -> None:
        self._done = tuple(sample.done for sample in samples)

    def _calls(self, run: Run) -> None:
        """Do as all agents of the run are told."""
        self._heard_at = time.monotonic()
        self._heard.set()
        for message in run:
            with suppress(NatsCliError):  # not one of ours
                signal = decoded(Signal, message.payload)
                if signal.call is Call.START and self._who.id in signal.agents:
                    self._started.set()
                elif signal.call is Call.START:
                    self.abandon("the others go on without it")
                elif signal.call is Call.STOP and self._who.id in signal.agents:
                    self._end()

    def _end(self) -> None:
        if not self._stop.done():
            self._stop.set_result(0)

    def _send_result(self, surroundings: Environment, result: Result) -> None:
        document = {"environment": plain(surroundings), "result": plain(result)}
        for payload in pieces(document, self._control.max_payload):
            self._control.send(pub(self._reply, payload))

    def _tell(self, news: News) -> None:
        if self._control.is_connected:
            self._control.send(pub(self._reply, encoded(news)))


async def no_counters() -> ServerCounters | None:
    """Return nothing: several agents would count each other's messages."""
    return None
