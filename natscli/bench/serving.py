"""Answering requests: a run of them with one write."""

from __future__ import annotations

import asyncio
import time

from natscli.bench.plan import Mode, Share
from natscli.bench.worker import Load, Worker
from natscli.connection.client import Connection
from natscli.wire.message import Run

QUEUE = "q"  # the group of NATS services (ADR-32), so that those of the Go CLI share the work
ANSWER = b"ok"


class Responder(Worker):
    """Answers every request with the same two bytes, ``--sleep`` of ``serve`` after it came."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        self._over: asyncio.Future[None] | None = None
        self.begun = load.spec.mode is Mode.SERVE  # others ask as soon as there is an answer
        self._wanted = share.msgs
        self._sleep_s = load.spec.sleep_s if self.begun else 0.0  # of a run of requests it is the requesters' pause
        line = b" %d\r\n%b\r\n" % (len(ANSWER), ANSWER)
        self._between, self._tail = line + b"PUB ", line

    async def prepare(self, connection: Connection) -> None:
        """Subscribe in the group of services, and have the server confirm it."""
        await super().prepare(connection)
        self._over = asyncio.get_running_loop().create_future()
        await connection.subscribe_bulk(self.load.spec.subject, self._answer, queue=QUEUE)
        await connection.confirm(self.load.timeout_s)

    async def run(self, start_ns: int) -> None:
        """Answer until stopped, or until the share is done."""
        assert self._over is not None
        await self.still_there(self._over)
        if self.connection.is_connected:
            await self.connection.confirm(self.load.timeout_s)  # the last answers have left

    def stop(self) -> None:
        """Answer no more."""
        super().stop()
        if self._over is not None and not self._over.done():
            self._over.set_result(None)

    def _answer(self, run: Run) -> None:
        replies = run.replies or ()
        asking = replies if all(replies) else [reply for reply in replies if reply]
        sample, now = self.sample, time.perf_counter_ns()
        if not asking or not self.connection.is_connected:
            return  # who asked will miss it, and it is nobody's work
        frames = b"PUB " + self._between.join(asking) + self._tail
        if self.begun:
            sample.first_ns = sample.first_ns or now
            sample.received += len(asking)
            sample.payload_bytes += run.payload_bytes
            sample.advance(now, len(asking))
        if self._sleep_s:
            asyncio.get_running_loop().call_later(self._sleep_s, self._send, frames)
        else:
            self._send(frames)
        if self._wanted and sample.received >= self._wanted:
            self.stop()

    def _send(self, frames: bytes) -> None:
        if self.connection.is_connected:
            self.connection.send(frames)
