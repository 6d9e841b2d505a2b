"""Receiving: runs of messages, counted and passed on, until there is a reason to stop."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from natscli.connection.client import Connection
from natscli.wire.message import Run

Deliver = Callable[[Run, int, int], None]  # the run, the number of its first message (from 1), when it was read (ns)


class End(Enum):
    """Why receiving stopped."""

    COUNT = "count"  # as many as asked for
    IDLE = "idle"  # nothing for as long as allowed
    STOPPED = "stopped"  # by the user


class Received(NamedTuple):
    """How receiving went."""

    messages: int
    end: End


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What to receive; ``count`` and ``idle_s`` are 0 for no limit."""

    subjects: Sequence[str]
    queue: str = ""
    count: int = 0
    idle_s: float = 0.0


async def receive(
    connection: Connection,
    wanted: Subscriptions,
    deliver: Deliver,
    stop: "asyncio.Future[int]",
    subscribed: Callable[[], None],
) -> Received:
    """Subscribe, confirm, and pass runs to ``deliver`` until the end; ``subscribed`` is called in between.

    Raises what ended the connection, and PermissionDeniedError for a subject that is refused at the start.
    """
    receiver = _Receiver(deliver, wanted.count)
    for subject in wanted.subjects:
        await connection.subscribe_bulk(subject, receiver.take, queue=wanted.queue, limit=wanted.count)
    await connection.confirm(connection.target.timeout_s)
    subscribed()
    end = await _until_the_end(connection, receiver, wanted.idle_s, stop)
    return Received(receiver.messages, end)


class _Receiver:
    """The sink: cuts at the count and knows when something last came."""

    def __init__(self, deliver: Deliver, count: int) -> None:
        self.messages = 0
        self.last = time.monotonic()
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._deliver = deliver
        self._count = count

    def take(self, run: Run) -> None:
        if self._count:
            run = run.head(self._count - self.messages)
        if not len(run):
            return
        self._deliver(run, self.messages + 1, time.time_ns())
        self.messages += len(run)
        self.last = time.monotonic()
        if self._count and self.messages >= self._count and not self.complete.done():
            self.complete.set_result(None)


async def _until_the_end(
    connection: Connection, receiver: _Receiver, idle_s: float, stop: "asyncio.Future[int]"
) -> End:
    reasons: set[asyncio.Future[Any]] = {receiver.complete, stop, connection.ended}
    receiver.last = time.monotonic()
    while True:
        left = receiver.last + idle_s - time.monotonic() if idle_s else None
        if left is not None and left <= 0:
            return End.IDLE
        await asyncio.wait(reasons, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if receiver.complete.done():
            return End.COUNT
        if stop.done():
            return End.STOPPED
        if connection.ended.done():
            raise connection.ended.result() or AssertionError("closed by its owner while in use")
