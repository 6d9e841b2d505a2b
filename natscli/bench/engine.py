"""Running what was planned: the warm-up, the crew, the server's counters before and behind it, the result."""

from __future__ import annotations

import asyncio
import os
import platform
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from natscli import __version__
from natscli.bench.bodies import Payload
from natscli.bench.crew import Crew, Gate, Outcome, Progress
from natscli.bench.plan import RECEIVING, Spec, checked, plan
from natscli.bench.report import Environment, Result, ServerCounters
from natscli.bench.summary import summarise
from natscli.bench.worker import Load
from natscli.connection.client import Connection
from natscli.connection.transport import Trace
from natscli.context.target import Target
from natscli.messaging.ndjson import format_time

_ROUND_TRIPS = 5
_TAGS = 1 << 16
_HURRY_S = 0.1

Counters = Callable[[], Awaitable[ServerCounters | None]]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where runs are made, and with what: ``counters`` reads the server's own, where it may."""

    target: Target
    payload: Payload
    headers: bytes
    counters: Counters
    trace: Trace | None = None

    async def run(
        self,
        spec: Spec,
        stop: asyncio.Future[int],
        progress: Progress | None = None,
        released: Callable[[], None] = lambda: None,
        gate: Gate | None = None,
    ) -> Result:
        """Return the result of a run; what it did until then when ``stop`` is done.

        ``gate`` is passed when its clients are ready, and ``released`` called when they begin.
        """
        if spec.mode not in RECEIVING:
            spec = replace(spec, size=self.payload.size(spec.size), body=self.payload.words)
        checked(spec)
        if spec.warmup_s and not stop.done():
            await self._once(replace(spec, msgs=0, duration_s=spec.warmup_s), stop)
        started = format_time(time.time_ns())
        before = await self.counters()
        outcome = await self._once(spec, stop, progress, released, gate)
        after = await self._counters_behind(stop) if before is not None else None
        risen = None if before is None or after is None else difference(before, after)
        return summarise(
            spec,
            [worker.sample for worker in outcome.workers],
            started=started,
            ended=outcome.ended,
            disconnects=[loss for worker in outcome.workers for loss in worker.disconnects],
            busy=outcome.busy,
            server=risen,
            refusals=[worker.refusal for worker in outcome.workers if worker.refusal],
        )

    async def _counters_behind(self, stop: asyncio.Future[int]) -> ServerCounters | None:
        """Return the counters behind a run; None where a signal leaves no time for a server that does not answer."""
        try:
            async with asyncio.timeout(_HURRY_S if stop.done() else None):
                return await self.counters()
        except TimeoutError:
            return None

    async def _once(
        self,
        spec: Spec,
        stop: asyncio.Future[int],
        progress: Progress | None = None,
        released: Callable[[], None] = lambda: None,
        gate: Gate | None = None,
    ) -> Outcome:
        load = Load(spec, self.payload.body(spec.size), self.headers, random.randrange(_TAGS), self.target.timeout_s)
        return await Crew(self.target, load, plan(spec), self.trace).run(stop, progress, released, gate)


async def environment(connection: Connection, *, embedded: bool) -> Environment:
    """Return where the measuring is done, with the median of some round trips."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    trips = [await connection.confirm(connection.target.timeout_s) for _ in range(_ROUND_TRIPS)]
    version = connection.info.get("version")
    return Environment(
        natscli=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        cores=os.cpu_count() or 1,
        load=load,
        server=connection.url,
        server_version=version if isinstance(version, str) else "",
        embedded=embedded,
        rtt_s=statistics.median(trips),
    )


def difference(before: ServerCounters, after: ServerCounters) -> ServerCounters | None:
    """Return by how much counters rose; None where they fell, as those of a server that was restarted."""
    risen = ServerCounters(
        after.in_msgs - before.in_msgs,
        after.out_msgs - before.out_msgs,
        after.in_bytes - before.in_bytes,
        after.out_bytes - before.out_bytes,
    )
    return None if min(risen.in_msgs, risen.out_msgs, risen.in_bytes, risen.out_bytes) < 0 else risen
