"""Receiving: counted a run at a time; what carries marks is accounted for number by number."""

from __future__ import annotations

import asyncio
import time

from natscli.bench.marks import Greetings, MarkReader
from natscli.bench.plan import Mode, Share
from natscli.bench.worker import SETTLE_S, Load, Worker
from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError, NatsCliError
from natscli.wire.message import Run

_LOOK_S = 0.01
_LOOKS = 50  # without a message, behind the PONG that follows the last: those of a cluster may come later

TIMED = "one way: from the moment a message was due to be sent until the subscriber had read it"


class Subscriber(Worker):
    """Receives until it has its share, or until ``finish`` says that no more will come."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        self._over: asyncio.Future[None] | None = None
        self._reader = MarkReader(load.tag, self.sample.latency) if load.spec.mode is Mode.PUBSUB else None
        self._greetings = Greetings(load.tag)
        self._wanted = share.msgs
        self.finishing: asyncio.Future[None] | None = None  # kept, or the task might be collected
        if self._reader is not None:
            self.sample.timed = TIMED

    async def prepare(self, connection: Connection) -> None:
        """Subscribe, and have the server confirm it."""
        await super().prepare(connection)
        spec = self.load.spec
        self._over = asyncio.get_running_loop().create_future()
        subject = spec.subject if spec.multisubject is None else f"{spec.subject}.*"
        sink = self._count if self._reader is None else self._account
        await connection.subscribe_bulk(subject, sink)
        await connection.confirm(self.load.timeout_s)

    def hears(self, publisher: Worker) -> bool:
        """Whether all that a publisher sends arrives: its last greeting has come."""
        return self._greetings.latest.get(publisher.share.client) == publisher.greetings

    async def run(self, start_ns: int) -> None:
        """Receive until the end."""
        assert self._over is not None
        await self.still_there(self._over)

    def stop(self) -> None:
        """Receive no more."""
        super().stop()
        self._end()

    async def finish(self, sent: tuple[int, ...]) -> None:
        """Take what is still under way of so many messages by each publisher, and count what is missing."""
        expected, sample = sum(sent), self.sample
        try:
            await self.connection.confirm(SETTLE_S if self.stopping else self.load.timeout_s)
            seen, looks = sample.received, 0  # counted, as a machine that stands still takes one at most
            while sample.received < expected and looks < _LOOKS and not self.stopping:
                await asyncio.sleep(_LOOK_S)
                seen, looks = sample.received, looks + 1 if sample.received == seen else 0
        except (ConnectionLostError, DeadlineError) as error:
            if not self.stopping:
                self.broke_for_good(str(error))
        except NatsCliError as error:
            self.failure = self.failure or error
        self._settle(sent)
        self._end()

    def _settle(self, sent: tuple[int, ...]) -> None:
        assert self._reader is not None
        ledgers = self._reader.ledgers
        sample = self.sample
        sample.lost = sum(ledgers[n].lost(count) if n in ledgers else count for n, count in enumerate(sent))
        sample.foreign = self._reader.foreign
        sample.duplicated = sum(ledger.duplicated for ledger in ledgers.values())
        sample.out_of_order = sum(ledger.out_of_order for ledger in ledgers.values())

    def _end(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _count(self, run: Run) -> None:
        """The sink where others publish: as many as wanted, and no more."""
        sample = self.sample
        if self._wanted:
            run = run.head(self._wanted - sample.received)
        now, messages = time.perf_counter_ns(), len(run)
        if not messages:
            return
        if not sample.received:
            self._first(now)
        sample.received += messages
        sample.payload_bytes += run.payload_bytes
        sample.advance(now, messages)
        if sample.received == self._wanted:
            self._end()

    def _account(self, run: Run) -> None:
        """The sink where our own messages come."""
        if not self.begun:
            self._greetings.take(run)
            return
        if self._over is None or self._over.done():  # it is settled already what is missing
            return
        sample, now = self.sample, time.perf_counter_ns()
        if not sample.received:
            sample.first_ns = now
        sample.received += len(run)
        sample.payload_bytes += run.payload_bytes
        sample.advance(now, len(run))
        assert self._reader is not None
        self._reader.take(run, now)

    def _first(self, now_ns: int) -> None:
        """The clock of a subscriber starts with its first message."""
        self.sample.first_ns = now_ns
        if self.load.spec.duration_s:
            asyncio.get_running_loop().call_later(self.load.spec.duration_s, self._end)
