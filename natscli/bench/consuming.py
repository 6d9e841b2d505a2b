"""Messages from consumers: an ordered one of each client's own, or a durable one that the clients share.

Requests overlap: one is on its way while another is worked off.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from natscli.bench.acknowledging import Acknowledger
from natscli.bench.places import Places
from natscli.bench.plan import Mode, Share
from natscli.bench.store import Acks
from natscli.bench.worker import Load, Worker
from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError, NatsCliError
from natscli.jetstream.api import Api
from natscli.jetstream.consumers import consumer_info
from natscli.jetstream.feeding import Existing, Pulled
from natscli.jetstream.information import ConsumerInfo
from natscli.jetstream.ordered import Ordered, Selection
from natscli.jetstream.streams import stream_info
from natscli.text.durations import format_duration
from natscli.wire.message import Run

_LOOK_S = 0.05
_QUIET_S = 1.0  # without a message, until the server is asked whether there is one
_PATIENCE = 4  # times the time-out without a message that should come: a cluster elects leaders, one after another

TIMED = "of each request for up to {:,} messages, {} at a time, from its write until as many had come as were asked for"


class _Fetches(Pulled):
    """Says when it asks for how many."""

    def __init__(self, worker: Consumer, api: Api, info: ConsumerInfo, batch: int) -> None:
        super().__init__(api, info, worker.take, worker.room, batch=batch)
        self._worker = worker

    def ask(self) -> None:
        """See ``Pulled``."""
        before = self._coming
        super().ask()
        if self._coming > before:
            self._worker.asked(self._coming - before)


class Consumer(Worker):
    """``js ordered``, ``js consume`` and ``js fetch``."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        spec, store = load.spec, load.spec.store
        assert store is not None
        self._store = store
        self._places = Places() if spec.mode is Mode.JS_ORDERED else load.places
        self._feed: Ordered | Existing | None = None
        self._acknowledger: Acknowledger | None = None
        self._api: Api | None = None
        self._over: asyncio.Future[None] | None = None
        self._is_whole = False  # whether the stream has a message for each of its sequences
        self._ran_dry = self._is_resting = False
        self._sleep_s = spec.sleep_s
        self._mean_size = 0
        self._heard = self._asked_at = 0.0
        self._came = self._wanted = 0  # with what was delivered again
        self._requests: deque[tuple[int, int]] = deque()  # of fetch: when, and how many will have come behind it
        if spec.mode is Mode.JS_FETCH:
            self.sample.timed = TIMED.format(store.batch, spec.in_flight)

    async def prepare(self, connection: Connection) -> None:
        """Find the stream and the consumer."""
        await super().prepare(connection)
        self._over = asyncio.get_running_loop().create_future()
        store, mode = self._store, self.load.spec.mode
        self._api = api = Api(connection)
        info = await stream_info(api, store.name)
        self._is_whole = not store.filters and not info.state.whole("num_deleted")
        if mode is Mode.JS_ORDERED:
            wanted = Selection(store.filters, pushed=False)
            self._feed = Ordered(api, store.name, wanted, self.take, self.room, batch=store.batch)
            return
        if store.acks is not Acks.NONE:
            self._acknowledger = Acknowledger(connection, store, self.load.settled, self._acknowledged)
            await self._acknowledger.begin()
        consumer = await consumer_info(api, store.name, store.consumer)
        if mode is Mode.JS_FETCH:
            fetches = _Fetches(self, api, consumer, store.batch * self.load.spec.in_flight)
            self._feed = Existing(api, consumer, fetches)
        else:
            self._feed = Existing.of(api, consumer, self.take, self.room, batch=store.batch)

    def room(self) -> int:
        """How many messages may be asked for, those on their way among them."""
        if self.stopping or self._is_resting:
            return 0
        done, under_way = self.sample.received, 0
        if self._acknowledger is not None:
            done, under_way = self.sample.acknowledged, self._acknowledger.pending
        return self.share.msgs - done - under_way

    async def run(self, start_ns: int) -> None:
        """Take messages until there are as many as wanted, or no more."""
        assert self._feed is not None
        assert self._over is not None
        self.sample.first_ns = time.perf_counter_ns()
        try:
            await self._feed.begin()
            self._heard = time.monotonic()
            while not self._over.done() and not self.stopping:
                await self._look(self._feed)
        finally:
            self._leave(self._feed)

    async def _look(self, feed: Ordered | Existing) -> None:
        """Wait a moment, and see to it that more comes."""
        assert self._over is not None
        connection = self.connection
        waiting = {self._over, connection.ended}
        await asyncio.wait(waiting, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
        if connection.ended.done():
            raise connection.ended.result() or ConnectionLostError("the connection was closed")
        if self.failure is not None:
            raise self.failure
        if self._over.done() or self.stopping:
            return
        if not connection.is_connected:
            self._heard = time.monotonic()
            return
        try:
            await feed.look_after()
            if time.monotonic() - max(self._heard, self._asked_at) > _QUIET_S:
                await self._see_whether_there_is_more(feed)
        except ConnectionLostError:
            if connection.ended.done():
                raise

    async def _see_whether_there_is_more(self, feed: Ordered | Existing) -> None:
        """End where the consumer has nothing more for anybody; DeadlineError where it should have, for too long."""
        self._asked_at = time.monotonic()
        assert self._api is not None
        what = f"consumer '{self._store.name} > {feed.consumer.name}'"
        try:
            info = await consumer_info(self._api, self._store.name, feed.consumer.name)
        except ConnectionLostError:
            raise
        except NatsCliError:  # no leader, perhaps, or the server that had an ordered one has died with it
            info = None
            if isinstance(feed, Ordered):
                feed.doubt()
        if info is not None and not info.whole("num_pending") and not info.whole("num_ack_pending"):
            if self._acknowledger is not None:  # read they were, though their PONGs were lost with a connection
                rest = self.load.settled.cover(self.load.places)
                self._acknowledged(rest, rest * self._mean_size)
            self._ran_dry = True
            self._end()
        elif time.monotonic() - self._heard > _PATIENCE * self.load.timeout_s:
            raise DeadlineError(f"{what}: nothing came for {format_duration(time.monotonic() - self._heard)}")

    def on_loss(self) -> None:
        """What was under way comes again, or is lost."""
        self._requests.clear()
        self._wanted = self._came
        if self._acknowledger is not None:
            self._acknowledger.forget()

    def asked(self, count: int) -> None:
        """Note a request of ``fetch``."""
        self._wanted = max(self._wanted, self._came) + count
        self._requests.append((time.perf_counter_ns(), self._wanted))

    def take(self, run: Run) -> None:
        """The sink."""
        replies = run.replies
        if replies is None or self._over is None or self._over.done():
            return
        now, sample, count = time.perf_counter_ns(), self.sample, len(run)
        self._heard = time.monotonic()
        new = self._places.take_replies(replies)
        self._came += count
        sample.received += new
        sample.duplicated += count - new
        while self._requests and self._requests[0][1] <= self._came:
            sample.latency.add(now - self._requests.popleft()[0])
        size = run.payload_bytes
        self._mean_size = size // count
        if self._sleep_s:
            self._rest(self._sleep_s)
        if self._acknowledger is not None:
            self._acknowledger.take(replies, size)
            return
        sample.payload_bytes += size if new == count else size * new // count
        sample.advance(now, new)
        self._conclude(sample.received)

    def _rest(self, seconds: float) -> None:
        """Ask for nothing for a while."""
        if not self._is_resting:
            self._is_resting = True
            asyncio.get_running_loop().call_later(seconds, self._rested)

    def _rested(self) -> None:
        self._is_resting = False
        self._heard = time.monotonic()
        if self._feed is not None and not self.stopping:
            self._feed.ask()

    def _acknowledged(self, new: int, size: int) -> None:
        """Count what the server has read acknowledgements of."""
        sample = self.sample
        sample.acknowledged += new
        sample.payload_bytes += size
        sample.advance(time.perf_counter_ns(), new)
        self._conclude(sample.acknowledged)

    def _conclude(self, done: int) -> None:
        if done >= self.share.msgs:
            self._end()

    def _leave(self, feed: Ordered | Existing) -> None:
        """Ask for no more, and say what is missing."""
        feed.end()
        sample = self.sample
        missing = self.share.msgs - sample.received if self._ran_dry else 0
        if self.load.spec.mode is Mode.JS_ORDERED and self._is_whole:
            missing = max(missing, self._places.missing)
        sample.lost = missing

    def _end(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)
