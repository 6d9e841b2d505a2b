"""The workers of one run: connected, released together, stopped in order.

Threads and not processes: sending and receiving release the interpreter, and what is done for a message costs
tens of nanoseconds.  Measured, two and four publishers in threads reach what they reach in processes, and a thread
is there in 0.3 ms, a process in 54.  Requesters and responders work for each message, so all of a kind share one
thread: a second would only fight the first for the interpreter.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple

from natscli.bench.hosting import Host
from natscli.bench.plan import Mode, OnDisconnect, Role, Share
from natscli.bench.receiving import Subscriber
from natscli.bench.roster import make_workers
from natscli.bench.samples import Sample
from natscli.bench.serving import Responder
from natscli.bench.worker import SETTLE_S, STOP_S, Load, Worker
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.connection.transport import Trace
from natscli.context.target import Target

_MOST_THREADS = 8  # for publishers, and as many for subscribers
_TICK_S = 0.1
_SLICES = 4  # of the time that somebody is given
_LEAVE_S = 0.3  # for the connections to close
_HURRY_S = 0.05  # for them behind a signal, and for followers beyond what they wait for themselves
_GREETING_S = 0.01  # between the first greetings; the pause doubles
_GREETINGS = 9  # 5 s in all for messages to find their way through a cluster; without one, the run tells

Progress = Callable[[Sequence[Sample]], None]
Gate = Callable[[], Awaitable[None]]  # where those wait who are to begin together with others elsewhere


class Outcome(NamedTuple):
    """What a run left: its workers with their samples, why it ended, and how busy we were."""

    workers: Sequence[Worker]
    ended: str
    start_ns: int
    busy: float


class Crew:
    """One run.  ``progress`` is called ten times a second with the samples of whoever the rate is of."""

    def __init__(self, target: Target, load: Load, shares: Sequence[Share], trace: Trace | None = None) -> None:
        self._target = target
        self._load = load
        self._trace = trace
        self._deadline = Deadline(load.timeout_s)
        self.workers = make_workers(load, shares)
        self._leaders = [worker for worker in self.workers if worker.share.role is shares[0].role]
        self._followers = [worker for worker in self.workers if worker not in self._leaders]
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._hosts = [Host(group, self._connect, self._changed) for group in _groups(self.workers)]
        self._ended = "count"
        self._interpreter = 0.0  # the part of the time that Python itself ran, in all threads together

    @property
    def measured(self) -> list[Sample]:
        """The samples that the rate is of: the subscribers' where there are any."""
        receiving = self._load.spec.mode is Mode.PUBSUB
        return [worker.sample for worker in (self._followers if receiving else self._leaders)]

    async def run(
        self,
        stop: asyncio.Future[int],
        progress: Progress | None = None,
        released: Callable[[], None] = lambda: None,
        gate: Gate | None = None,
    ) -> Outcome:
        """Run to the end, or until ``stop`` is done; raise what kept it from starting, or a worker's failure.

        ``gate`` is passed when all are ready, and ``released`` called when they begin.
        """
        with _quiet_memory():
            try:
                for host in self._hosts:
                    host.start()
                await self._until(self._ready, stop)
                await self._acquaint(stop)
                if gate is not None and not stop.done():
                    await gate()
                start_ns = time.perf_counter_ns()
                if not stop.done():
                    for worker in self.workers:
                        worker.begin(start_ns)
                    released()
                    await self._timed(self._work(start_ns, stop, progress))
                else:
                    self._ended = "interrupted"
            finally:
                await self._dismiss()
        self._raise_failure()
        busy = max(self._interpreter, *(host.busy for host in self._hosts))
        return Outcome(self.workers, self._ended, start_ns, busy)

    async def _acquaint(self, stop: asyncio.Future[int]) -> None:
        """Wait until messages find their way: other servers learn of a subscription after its own has confirmed it."""
        servers = {worker.connection.info.get("server_id") for worker in self.workers} if self._followers else ()
        for round_ in range(_GREETINGS if len(servers) > 1 else 0):
            self._tell(self._leaders, lambda worker: worker.greet)
            if await self._until(partial(self._acquainted, round_ + 1), stop, _GREETING_S * 2**round_) or stop.done():
                return

    def _acquainted(self, rounds: int) -> bool:
        """Whether all have sent so many greetings, and none is under way any more."""
        self._raise_failure()
        return all(leader.greetings == rounds and leader.is_heard(self._followers) for leader in self._leaders)

    async def _timed(self, work: Coroutine[Any, Any, None]) -> None:
        """Work, and note for how much of the time the interpreter ran: together, threads can use it up."""
        began, user = time.perf_counter(), os.times().user
        try:
            await work
        finally:
            self._interpreter = (os.times().user - user) / (time.perf_counter() - began)

    async def _work(self, start_ns: int, stop: asyncio.Future[int], progress: Progress | None) -> None:
        for host in self._hosts:
            host.release(start_ns)
        spec = self._load.spec
        by_clock = spec.duration_s if spec.mode is not Mode.SUB else 0.0
        in_time = await self._until(lambda: self._broken or self._finished(self._leaders), stop, by_clock, progress)
        if stop.done():
            self._ended = "interrupted"
        elif any(worker.gone for worker in self.workers):
            self._ended = "disconnected"
        elif any(worker.refusal for worker in self.workers):
            self._ended = "refused"
        elif not in_time or (spec.mode is Mode.SUB and spec.duration_s and not _complete(self._leaders)):
            self._ended = "duration"
        patience_s = STOP_S if stop.done() else self._load.timeout_s + STOP_S
        for worker in self.workers:
            worker.hurried = stop.done()
        self._tell(self._leaders, lambda worker: worker.stop)
        await self._patiently(lambda: self._finished(self._leaders), None if stop.done() else stop, patience_s)
        if stop.done():
            responders = [worker for worker in self._followers if isinstance(worker, Responder)]
            self._tell(responders, lambda worker: worker.stop)
        await self._follow(SETTLE_S + _HURRY_S if stop.done() else patience_s)

    async def _follow(self, patience_s: float) -> None:
        """Have subscribers take what is under way, and responders leave."""
        sent = tuple(worker.sample.sent for worker in self._leaders)
        for host in self._hosts:
            for worker in host.workers:
                if worker not in self._followers:
                    continue
                if isinstance(worker, Subscriber):
                    worker.stopping = worker.stopping or self._ended == "interrupted"
                    host.tell(partial(_spawn, worker, sent))
                else:
                    host.tell(worker.stop)
        await self._patiently(lambda: self._finished(self._followers) and self._settled, None, patience_s)

    # -- waiting ---------------------------------------------------------------------------------

    def _changed(self) -> None:
        with suppress(RuntimeError):  # a thread that takes its time to leave finds the loop closed
            self._loop.call_soon_threadsafe(self._news.set)

    async def _until(
        self,
        reached: Callable[[], bool],
        stop: asyncio.Future[int] | None,
        seconds: float = 0.0,
        progress: Progress | None = None,
    ) -> bool:
        """Wait for a state, for ``stop``, or so long; return whether it was neither of the others."""
        end = time.monotonic() + seconds if seconds else float("inf")
        while not reached():
            left = end - time.monotonic()
            if left <= 0 or (stop is not None and stop.done()):
                return False
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            awaited: set[asyncio.Future[object]] = {news} if stop is None else {news, stop}  # type: ignore[arg-type]
            await asyncio.wait(awaited, timeout=min(_TICK_S, left), return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if progress is not None:
                progress(self.measured)
        return True

    async def _patiently(self, reached: Callable[[], bool], stop: asyncio.Future[int] | None, seconds: float) -> None:
        """Wait for a state, for so much time in which we run: a machine that stands still takes a slice at most."""
        for _ in range(_SLICES):
            if await self._until(reached, stop, seconds / _SLICES) or (stop is not None and stop.done()):
                return

    def _ready(self) -> bool:
        self._raise_failure()
        return sum(host.ready for host in self._hosts) == len(self.workers)

    def _finished(self, workers: Sequence[Worker]) -> bool:
        """Whether these have finished; a failure of any ends the run at once."""
        self._raise_failure()
        done: set[Worker] = set().union(*(host.finished for host in self._hosts))
        return done.issuperset(workers)

    @property
    def _broken(self) -> bool:
        """Whether a loss or a refusal is to end the run; those that go on have still to come to their end."""
        stops = self._load.spec.on_disconnect is OnDisconnect.STOP
        return any(worker.refusal or (stops and worker.gone) for worker in self.workers)

    @property
    def _settled(self) -> bool:
        """Whether every subscriber has counted what is missing, also one whose connection ended before."""
        receiving = [worker for worker in self._followers if isinstance(worker, Subscriber)]
        return all(worker.finishing is not None and worker.finishing.done() for worker in receiving)

    def _raise_failure(self) -> None:
        for host in self._hosts:
            if host.error is not None:
                raise host.error
            for worker in host.workers:
                if worker.failure is not None:
                    raise worker.failure

    # -- the beginning and the end ---------------------------------------------------------------

    async def _connect(self, worker: Worker) -> Connection:
        """Open a worker's connection; called in its thread."""
        again = self._load.spec.on_disconnect is OnDisconnect.CONTINUE
        return await open_connection(self._target, self._deadline, reconnect=again, watcher=worker, trace=self._trace)

    def _tell(self, workers: Sequence[Worker], order: Callable[[Worker], Callable[[], object]]) -> None:
        for host in self._hosts:
            for worker in host.workers:
                if worker in workers:
                    host.tell(order(worker))

    async def _dismiss(self) -> None:
        for host in self._hosts:
            host.dismiss()
        end = time.monotonic() + (_HURRY_S if self._ended == "interrupted" else _LEAVE_S)
        while time.monotonic() < end and not all(host.over for host in self._hosts):  # noqa: ASYNC110 - threads end
            await asyncio.sleep(0.001)


def _groups(workers: Sequence[Worker]) -> Iterator[Sequence[Worker]]:
    """Yield the workers of each thread."""
    for role in Role:
        group = [worker for worker in workers if worker.share.role is role]
        threads = _MOST_THREADS if role in (Role.PUBLISHER, Role.SUBSCRIBER) else 1
        yield from (part for place in range(threads) if (part := group[place::threads]))


def _complete(workers: Sequence[Worker]) -> bool:
    return all(worker.sample.received >= worker.share.msgs for worker in workers)


def _spawn(worker: Subscriber, sent: tuple[int, ...]) -> None:
    worker.finishing = asyncio.ensure_future(worker.finish(sent))


@contextmanager
def _quiet_memory() -> Iterator[None]:
    """Keep the collector from walking through what a run allocates: 30 % of the time of many tuples."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
