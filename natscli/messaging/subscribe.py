"""Receiving: runs of messages, counted and passed on, until there is a reason to stop."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from natscli.connection.client import Connection
from natscli.text.sanitise import decode
from natscli.wire.message import Message, Run
from natscli.wire.subjects import matches

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
    payload_bytes: int = 0
    seconds: float = 0.0  # from the first message to the last, as they were read


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What to receive; ``count`` and ``idle_s`` are 0 for no limit.

    What matches ``ignored``, and what ``keep`` is not true of, does not count.
    """

    subjects: Sequence[str]
    queue: str = ""
    count: int = 0
    idle_s: float = 0.0
    ignored: Sequence[str] = ()
    keep: Callable[[Message], bool] | None = None


class Progress:
    """How many messages have come, when the last one did, and whether that is all."""

    def __init__(self, count: int) -> None:
        self.messages = 0
        self.payload_bytes = 0
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count = count
        self._first = 0.0
        self._last = time.monotonic()

    def cut(self, run: Run) -> Run:
        """Return as much of a run as is still wanted."""
        return run.head(self._count - self.messages) if self._count else run

    def advance(self, messages: int, payload_bytes: int = 0) -> None:
        """Count messages that have come now."""
        self._last = time.monotonic()
        if not self.messages:
            self._first = self._last
        self.messages += messages
        self.payload_bytes += payload_bytes
        if self._count and self.messages >= self._count and not self.complete.done():
            self.complete.set_result(None)

    def received(self, end: End) -> Received:
        """Return how it went."""
        return Received(self.messages, end, self.payload_bytes, self._last - self._first if self.messages else 0.0)

    async def until_the_end(self, connection: Connection, idle_s: float, stop: "asyncio.Future[int]") -> End:
        """Wait for the count, the idle time or the user; raise what ends the connection."""
        reasons: set[asyncio.Future[Any]] = {self.complete, stop, connection.ended}
        self._last = time.monotonic()
        while True:
            left = self._last + idle_s - time.monotonic() if idle_s else None
            if left is not None and left <= 0:
                return End.IDLE
            await asyncio.wait(reasons, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if self.complete.done():
                return End.COUNT
            if stop.done():
                return End.STOPPED
            if connection.ended.done():
                raise connection.ended.result() or AssertionError("closed by its owner while in use")


async def receive(
    connection: Connection,
    wanted: Subscriptions,
    deliver: Deliver,
    stop: "asyncio.Future[int]",
    subscribed: Callable[[], None],
    *,
    by_subscription: bool = False,
) -> Received:
    """Subscribe, confirm, and pass runs to ``deliver`` until the end; ``subscribed`` is called in between.

    With ``by_subscription`` a message has the subject that was subscribed to in place of its own.
    Raises what ended the connection, and PermissionDeniedError for a subject that is refused at the start.
    """
    progress = Progress(wanted.count)

    def take(run: Run) -> None:
        run = progress.cut(run)
        if len(run):
            deliver(run, progress.messages + 1, time.time_ns())
            progress.advance(len(run), run.payload_bytes)

    choosy = bool(wanted.ignored) or wanted.keep is not None
    limit = 0 if choosy else wanted.count  # the server cannot know what we leave out
    for subject in wanted.subjects:
        sink = _renamed(subject, take) if by_subscription else take
        if wanted.keep is not None:
            sink = _only(wanted.keep, sink)
        if wanted.ignored:
            sink = without(wanted.ignored, sink)
        await connection.subscribe_bulk(subject, sink, queue=wanted.queue, limit=limit)
    await connection.confirm(connection.target.timeout_s)
    subscribed()
    end = await progress.until_the_end(connection, wanted.idle_s, stop)
    return progress.received(end)


def _renamed(subject: str, take: Callable[[Run], None]) -> Callable[[Run], None]:
    name = subject.encode()
    return lambda run: take(Run(run.sid, [name] * len(run), run.payloads, run.replies, run.headers))


def _only(keep: Callable[[Message], bool], take: Callable[[Run], None]) -> Callable[[Run], None]:
    def filtered(run: Run) -> None:
        kept = [message for message in run if keep(message)]
        take(run if len(kept) == len(run) else Run.of(run.sid, kept))

    return filtered


def without(ignored: Sequence[str], take: Callable[[Run], None]) -> Callable[[Run], None]:
    """Return a sink that leaves out what matches; a subject's fate is decided once."""
    verdicts: dict[bytes, bool] = {}

    def keep(subject: bytes) -> bool:
        verdict = verdicts.get(subject)
        if verdict is None:
            if len(verdicts) > 100_000:
                verdicts.clear()
            verdict = not any(matches(pattern, decode(subject)) for pattern in ignored)
            verdicts[subject] = verdict
        return verdict

    def filtered(run: Run) -> None:
        kept = [message for message in run if keep(message.subject)]
        take(run if len(kept) == len(run) else Run.of(run.sid, kept))

    return filtered
