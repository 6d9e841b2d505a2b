"""Publishing as fast as the server takes it, or on a schedule; every message is confirmed by a PONG behind it."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

from natscli.bench.contents import blocks_of
from natscli.bench.marks import MarkedBlocks, greeting
from natscli.bench.plan import Mode, Share
from natscli.bench.schedule import Schedule
from natscli.bench.worker import STOP_S, Load, Worker
from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError
from natscli.messaging.outgoing import Letter
from natscli.wire.subjects import to_wire

_WINDOW = 2 * 1024 * 1024  # bytes between two PINGs; with 512 KiB a sixth less goes through
_WINDOWS = 2  # on their way unanswered: enough for 40 ms at 100 MB/s
_UNLOOKED = 256 * 1024  # bytes between two looks at what the server says: a look costs 10 µs
_LOOK_NS = 5_000_000  # between two looks, and two PINGs, where blocks take long to make
_PINGS = 64  # unanswered on a schedule; beyond it messages share one
_MOST_DUE = 1000  # sent at once by one that is late
_AHEAD_BYTES = 8 * 1024 * 1024  # of the slowest subscriber of the same run: a server hangs up on one 64 MB behind
_AHEAD_POLL_S = 0.0005
_STALLED_S = 1.0  # without a message: those ahead are lost, and publishing goes on

TIMED = "from the write of a block to the PONG that proves the server had read it"
TIMED_ON_SCHEDULE = "from the moment a message was due to the PONG that proves the server had read it"


class Publisher(Worker):
    """Sends its share.  ``received`` says how many the slowest subscriber of this run has got, None without any."""

    def __init__(self, load: Load, share: Share, received: Callable[[], int] | None = None) -> None:
        super().__init__(load, share)
        spec = load.spec
        self._marked: MarkedBlocks | None = None
        if spec.mode is Mode.PUBSUB:
            letter = Letter(to_wire(spec.subject), load.body.same or bytes(spec.size), b"", load.headers)
            self._marked = MarkedBlocks(letter, load.tag, share.client)
        self._blocks = self._marked or blocks_of(load, share)
        self._received = received
        self._most = share.msgs or sys.maxsize
        self._unpinged: list[tuple[int, int]] = []  # times and how many messages are counted from them
        self._unpinged_bytes = 0
        self._unanswered = 0
        self._written_off = 0  # messages that no subscriber is waited for with
        self._answered: asyncio.Future[None] | None = None
        if self._marked is None:
            self.sample.timed = TIMED_ON_SCHEDULE if spec.rate else TIMED

    async def prepare(self, connection: Connection) -> None:
        """Check that the server takes messages of this size."""
        await super().prepare(connection)
        payload = self.load.body.same if self.load.body.same is not None else bytes(self.load.spec.size)
        Letter(b"", payload, b"", self.load.headers).check_size(connection)

    def greet(self) -> None:
        """Send the subscribers of this run a number."""
        self.greetings += 1
        if self.connection.is_connected:
            payload = greeting(self.load.tag, self.share.client, self.greetings)
            self.connection.send(Letter(to_wire(self.load.spec.subject), payload, b"", b"").frame)

    def is_heard(self, others: Sequence[Worker]) -> bool:
        """Whether the last greeting has come to every subscriber: each path keeps the order."""
        return all(other.hears(self) for other in others)

    async def run(self, start_ns: int) -> None:
        """Send, and wait until the server has confirmed it all."""
        self.sample.first_ns = start_ns
        spec = self.load.spec
        if spec.rate:
            start_ns += round(self.share.offset_s * 1e9)
            await self._on_schedule(Schedule(start_ns, self.share.rate, spec.jitter))
        elif spec.sleep_s:
            await self._with_pauses(spec.sleep_s)
        else:
            await self._flat_out()
        await self._confirm()

    async def _flat_out(self) -> None:
        sample, take, window, unlooked = self.sample, self._blocks.take, 0, 0
        looked = time.perf_counter_ns()
        while not self.stopping and sample.sent < self._most:
            if not self.connection.is_connected:
                await self.until_connected()
                continue
            frames, messages, size = take(self._most - sample.sent, time.perf_counter_ns())
            now = time.perf_counter_ns()
            self._send(frames, messages, size, ((now, messages),))
            window += len(frames)
            unlooked += len(frames)
            if window >= _WINDOW or now - looked > _LOOK_NS:
                window = 0
                self._ping()
            if unlooked >= _UNLOOKED or now - looked > _LOOK_NS:
                looked, unlooked = now, 0
                await asyncio.sleep(0)
                await self._room(_WINDOWS)

    async def _on_schedule(self, schedule: Schedule) -> None:
        sample = self.sample
        while not self.stopping and sample.sent < self._most:
            if not self.connection.is_connected:
                await self.until_connected()
                continue
            now = time.perf_counter_ns()
            due = schedule.take(now, min(_MOST_DUE, self._most - sample.sent))
            if not due:
                await asyncio.sleep(min(schedule.wait_s(now), 0.1))
                continue
            self._send_due(due)
            if self._unanswered < _PINGS:
                self._ping()
            await asyncio.sleep(0)

    async def _with_pauses(self, sleep_s: float) -> None:
        await asyncio.sleep(random.uniform(0, sleep_s) if self.share.client else 0)
        while not self.stopping and self.sample.sent < self._most:
            if not self.connection.is_connected:
                await self.until_connected()
                continue
            self._send_due([time.perf_counter_ns()])
            self._ping()
            await asyncio.sleep(sleep_s)

    def _send_due(self, due: Sequence[int]) -> None:
        if self._marked is not None:
            self._send(*self._marked.take_due(due), [(time, 1) for time in due])
            return
        place = 0
        while place < len(due):
            frames, messages, size = self._blocks.take(len(due) - place, due[place])
            self._send(frames, messages, size, [(time, 1) for time in due[place : place + messages]])
            place += messages

    def _send(self, frames: bytes, messages: int, size: int, times: Sequence[tuple[int, int]]) -> None:
        self.sample.sent += messages
        self._unpinged += times
        self._unpinged_bytes += size
        if self.connection.is_connected:
            self.connection.send(frames)

    def _ping(self) -> None:
        """Ask the server to answer when it has read what was sent so far."""
        if not self._unpinged or not self.connection.is_connected:
            return
        times, size = self._unpinged, self._unpinged_bytes
        self._unpinged, self._unpinged_bytes = [], 0
        self._unanswered += 1
        self.connection.ping().add_done_callback(partial(self._confirmed, times, size))

    def _confirmed(self, times: Sequence[tuple[int, int]], size: int, pong: asyncio.Future[bool]) -> None:
        """Count what a PONG has proven; a loss proves nothing."""
        self._unanswered -= 1
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(None)
        if pong.cancelled() or pong.exception() is not None:
            return
        now, sample = time.perf_counter_ns(), self.sample
        messages = 0
        for began, count in times:
            messages += count
            if sample.timed:
                sample.latency.add(now - began, count)
        sample.acknowledged += messages
        sample.payload_bytes += size
        sample.advance(now, messages)

    def on_loss(self) -> None:
        """What was sent behind the last PING is not proven by any later one."""
        self._unpinged, self._unpinged_bytes = [], 0

    async def _room(self, most: int) -> None:
        """Wait until few enough windows are unanswered, and the slowest subscriber is near enough."""
        while self._unanswered > most and not self.stopping:
            self._answered = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._answered}, timeout=self.load.timeout_s)
            if not self._answered.done() and self.connection.is_connected:
                raise DeadlineError(f"{self.connection.url} did not answer a PING")
        if self._received is not None:
            await self._not_too_far_ahead(self._received)

    async def _not_too_far_ahead(self, received: Callable[[], int]) -> None:
        """Wait for the subscribers, but not for messages that do not come."""
        clients = self.load.spec.clients
        ahead = _AHEAD_BYTES // (self.load.spec.size + 64) // clients
        seen, since = received(), time.monotonic()
        while self.sample.sent - self._written_off - seen // clients > ahead and not self.stopping:
            await asyncio.sleep(_AHEAD_POLL_S)
            now_seen = received()
            if now_seen != seen:
                seen, since = now_seen, time.monotonic()
            elif time.monotonic() - since > _STALLED_S:
                self._written_off = self.sample.sent - seen // clients

    async def _confirm(self) -> None:
        """Wait for the last PONG: as long as allowed, or a moment when interrupted."""
        if self.failure is not None:
            raise self.failure
        self._ping()
        end = time.monotonic() + (STOP_S if self.hurried else self.load.timeout_s)
        while self._unanswered and self.connection.is_connected:
            left = end - time.monotonic()
            if left <= 0:
                if self.hurried:
                    return
                raise DeadlineError(f"{self.connection.url} did not confirm what was sent")
            self._answered = asyncio.get_running_loop().create_future()
            await asyncio.wait({self._answered}, timeout=min(left, 0.1))
        if self.connection.ended.done() and not self.stopping:
            raise self.connection.ended.result() or ConnectionLostError("the connection was closed")
        if self.failure is not None:
            raise self.failure
