"""Requests: a fixed number in flight, or as many as a schedule asks for.  The sink sends the next itself.

Each request in flight has a slot: a reply subject and, where bodies are equal, its frame, encoded once.  Few reply
subjects that recur are what servers and our scanner are fast with.  A slot whose reply did not come in time gets
a new subject, so that a late reply is nobody's.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator, Sequence

from natscli.bench.plan import Share
from natscli.bench.schedule import Schedule
from natscli.bench.worker import STOP_S, Load, Worker
from natscli.connection.client import Connection
from natscli.errors import NatsCliError, NoRespondersError
from natscli.text.sanitise import safe
from natscli.wire.encode import pub
from natscli.wire.headers import Headers, parse_headers
from natscli.wire.message import Run
from natscli.wire.subjects import to_wire

OPEN_LOOP = 10_000  # in flight at most with a rate
_NO_RESPONDERS = 503
_LOOK_S = 0.1  # between two looks for requests that have no reply in time
_FOLDED = 65536  # latencies kept one by one
_GREETING = "0"  # what a reply to a greeting ends in

TIMED = "from the write of a request to the reading of its reply"
TIMED_ON_SCHEDULE = "from the moment a request was due to the reading of its reply"


class Requester(Worker):
    """Makes its share of requests."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        spec = load.spec
        self.sample.timed = TIMED_ON_SCHEDULE if spec.rate else TIMED
        self._subject = to_wire(spec.subject)
        self._payloads: Iterator[bytes] = load.body.payloads(spec.size, share.first)
        self._payload_size = spec.size
        self._sleep_s = spec.sleep_s
        self._prefix = ""
        self._issued = 0
        self._frames: dict[bytes, bytes] = {}  # reply subject → frame; empty where bodies differ
        self._began: dict[bytes, int] = {}  # requests in flight
        self._free: list[bytes] = []
        self._resting: list[bytes] = []  # slots of requests that nobody was there for, until the next look
        self._served_ns = 0  # when there was a reply last
        self._greeted = 0  # greetings that are settled
        self._met = False
        self._due: deque[int] = deque()  # on a schedule: those that found no slot
        self._latencies: list[int] = []
        self._schedule: Schedule | None = None
        self._over: asyncio.Future[None] | None = None

    async def prepare(self, connection: Connection) -> None:
        """Subscribe to the replies, and check that the server takes requests of this size."""
        await super().prepare(connection)
        self._over = asyncio.get_running_loop().create_future()
        self._prefix = connection.new_inbox()
        await self.look_up()
        await connection.subscribe_bulk(f"{self._prefix}.*", self._take)
        await connection.confirm(self.load.timeout_s)

    async def look_up(self) -> None:
        """Find out what must be known before anything is asked: here, whether the server takes such requests."""
        size = len(self.load.headers) + self.load.spec.size
        if size > self.connection.max_payload:
            limit = f"the server's limit of {self.connection.max_payload:,}"
            raise NatsCliError(f"the message of {size:,} bytes exceeds {limit}")

    def greet(self) -> None:
        """Ask, to see whether anybody is there."""
        self.greetings += 1
        if self.connection.is_connected:
            self.connection.send(pub(self._subject, b"", to_wire(f"{self._prefix}.{_GREETING}"), b""))

    def is_heard(self, others: Sequence[Worker]) -> bool:
        """Whether somebody answers, and nothing is under way."""
        return self._met and self._greeted == self.greetings

    async def run(self, start_ns: int) -> None:
        """Ask until the share is done, or until stopped."""
        self.sample.first_ns = self._served_ns = start_ns
        spec = self.load.spec
        if spec.rate:
            self._schedule = Schedule(start_ns + round(self.share.offset_s * 1e9), self.share.rate, spec.jitter)
        self._free = [self._address() for _ in range(OPEN_LOOP if spec.rate else spec.in_flight)]
        watching = asyncio.ensure_future(self._watch())
        try:
            if self._schedule is not None:
                await self._on_schedule(self._schedule)
            else:
                self._refill(time.perf_counter_ns())
            assert self._over is not None
            await self.still_there(self._over)
        finally:
            watching.cancel()
            self._fold()

    def stop(self) -> None:
        """Ask no more; what is in flight has its time to come, unless that is short."""
        super().stop()
        if not self._began or self.failure is not None:
            self._end()
        elif self.hurried:
            asyncio.get_running_loop().call_later(STOP_S, self._end)

    def on_loss(self) -> None:
        """What was in flight is lost with the connection."""
        self._give_up(list(self._began))

    def on_return(self) -> None:
        """Go on."""
        self._refill(time.perf_counter_ns())

    # -- out -------------------------------------------------------------------------------------

    def _address(self) -> bytes:
        """Return a reply subject of its own, and have its frame ready."""
        self._issued += 1
        address = to_wire(f"{self._prefix}.{self._issued}")
        if self.load.body.same is not None:
            self._frames[address] = self.frame(address)
        return address

    def _frame(self, address: bytes) -> bytes:
        return self._frames.get(address) or self.frame(address)

    def frame(self, address: bytes) -> bytes:
        """Return a request whose answer goes to ``address``; made once where bodies are equal."""
        return pub(self._subject, next(self._payloads), address, self.load.headers)

    def size_of(self, run: Run, answered: int) -> int:
        """Return the bytes that the rate is of: here, those of the requests."""
        return answered * self._payload_size

    def _refill(self, now: int) -> None:
        """Send as many requests as there are free slots, and requests left."""
        sample, free, due = self.sample, self._free, self._due
        if self.stopping or not self.connection.is_connected:
            return
        left = len(due) if self._schedule is not None else len(free)
        if self.share.msgs and self._schedule is None:
            left = min(left, self.share.msgs - sample.sent)
        count = min(left, len(free))
        if count <= 0:
            return
        slots, self._free = free[:count], free[count:]
        self.connection.send(b"".join(map(self._frame, slots)))
        if self._schedule is not None:
            self._began.update(zip(slots, [due.popleft() for _ in slots], strict=True))
        else:
            self._began.update(dict.fromkeys(slots, now))
        sample.sent += count

    async def _on_schedule(self, schedule: Schedule) -> None:
        """Send when due; what finds no slot or no connection goes when there is one, and its clock is running."""
        scheduled, most = 0, self.share.msgs or float("inf")
        while not self.stopping and scheduled < most:
            if self.connection.ended.done():
                return
            now = time.perf_counter_ns()
            due = schedule.take(now, int(min(OPEN_LOOP, most - scheduled)))
            if due:
                scheduled += len(due)
                self._due.extend(due)
                self._refill(now)
            await asyncio.sleep(0 if due else min(schedule.wait_s(now), _LOOK_S))

    # -- back ------------------------------------------------------------------------------------

    def _take(self, run: Run) -> None:
        """The sink: reckon each reply, and send the next requests with one write."""
        now, sample, began = time.perf_counter_ns(), self.sample, self._began
        if not self.begun:
            self._settle_greetings(run)
            return
        if self._ended:
            return
        if run.headers is not None:
            self.look_at_headers(run, now)
        latencies, freed = self._latencies, []
        for address in run.subjects:
            sent = began.pop(address, None)
            if sent is not None:
                latencies.append(now - sent)
                freed.append(address)
        answered = len(freed)
        if answered:
            self._served_ns = now
        sample.received += answered
        sample.payload_bytes += self.size_of(run, answered)
        sample.advance(now, answered)
        if self._sleep_s:
            asyncio.get_running_loop().call_later(self._sleep_s, self._release, freed)
        else:
            self._release(freed)
        if len(self._latencies) > _FOLDED:
            self._fold()
        if not began and self._complete():
            self._end()

    def _release(self, addresses: list[bytes]) -> None:
        """Use slots again."""
        self._free += addresses
        self._refill(time.perf_counter_ns())

    @property
    def _ended(self) -> bool:
        return self._over is not None and self._over.done()

    def _complete(self) -> bool:
        sample = self.sample
        return self.stopping or (bool(self.share.msgs) and sample.received + sample.lost >= self.share.msgs)

    def _settle_greetings(self, run: Run) -> None:
        self._greeted += len(run)
        unserved = sum(headers.status == _NO_RESPONDERS for _, headers in _with_headers(run))
        self._met = self._met or unserved < len(run)

    def look_at_headers(self, run: Run, now: int) -> None:
        """Count what services say went wrong, and what nobody was there for."""
        unserved = []
        for address, headers in _with_headers(run):
            if headers.status != _NO_RESPONDERS:
                self.sample.errors += any(name == "Nats-Service-Error" for name, _ in headers.shown())
            elif address in self._began:
                unserved.append(address)
        if not unserved:
            return
        if now - self._served_ns > self._patience_ns:
            self.failure = NoRespondersError(f"nobody serves '{safe(self.load.spec.subject)}'")
            self.stop()
        else:
            self._give_up(unserved, self._resting)

    @property
    def _patience_ns(self) -> int:
        """How long nobody may serve: not at all, unless somebody has, or is to, and may have lost its server."""
        served = self.sample.received > 0 or self.load.spec.others > 0
        return round(self.load.timeout_s * 1e9) if served else -1

    def _fold(self) -> None:
        self.sample.latency.add_all(self._latencies)
        self._latencies = []

    def _give_up(self, addresses: list[bytes], slots: list[bytes] | None = None) -> None:
        """Count requests as lost, and give their slots (to ``slots``) subjects that no late reply has."""
        slots = self._free if slots is None else slots
        for address in addresses:
            del self._began[address]
            self._frames.pop(address, None)
            slots.append(self._address())
        self.sample.lost += len(addresses)
        if not self._began and self._complete():
            self._end()

    async def _watch(self) -> None:
        """Give up requests whose time is over."""
        limit = round(self.load.timeout_s * 1e9)
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.perf_counter_ns()
            late = [address for address, began in self._began.items() if now - began > limit]
            if late:
                self._give_up(late)
            if late or self._resting:
                rested, self._resting = self._resting, []
                self._release(rested)

    def _end(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)


def _with_headers(run: Run) -> Iterator[tuple[bytes, Headers]]:
    """Yield the subjects of those replies that have headers, with them."""
    for address, block in zip(run.subjects, run.headers or (), strict=False):
        headers = parse_headers(block) if block else None
        if headers is not None:
            yield address, headers
