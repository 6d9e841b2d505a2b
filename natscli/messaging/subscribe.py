"""Receiving: runs of messages, counted and passed on, until there is a reason to stop."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from natscli.connection.client import Connection
from natscli.connection.dispatch import Sink
from natscli.errors import PermissionDeniedError
from natscli.messaging.pacing import Pace, Take, Work
from natscli.text.sanitise import decode
from natscli.wire.message import Message, Run
from natscli.wire.subjects import matches

Deliver = Callable[[Run, int, int], None]  # the run, the number of its first message (from 1), when it was read (ns)
Keep = Callable[[Message], bool]
Convert = Callable[[Message], Message]

_BUSY_S = 0.05  # until it is asked again whether what has come is worked off


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
    dropped: int = 0  # beside the messages, because filtering and converting were too slow


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What to receive; ``count`` and ``idle_s`` are 0 for no limit.

    What matches ``ignored``, and what ``keep`` is not true of, does not count; what is left is delivered as
    ``convert`` makes it.  These two may take their time: the connection goes on answering.
    """

    subjects: Sequence[str]
    queue: str = ""
    count: int = 0
    idle_s: float = 0.0
    ignored: Sequence[str] = ()
    keep: Keep | None = None
    convert: Convert | None = None

    def work(self) -> Work | None:
        """Return what is to be done to each message, if anything."""
        keep, convert = self.keep, self.convert
        if keep is None:
            return convert
        if convert is None:
            return lambda message: message if keep(message) else None
        return lambda message: convert(message) if keep(message) else None


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
        if self._count and self.messages >= self._count:
            self.finish()

    def received(self, end: End) -> Received:
        """Return how it went."""
        return Received(self.messages, end, self.payload_bytes, self._last - self._first if self.messages else 0.0)

    def finish(self) -> None:
        """Let that be all."""
        if not self.complete.done():
            self.complete.set_result(None)

    def fail(self, error: Exception) -> None:
        """Let that be all, because of ``error``."""
        if not self.complete.done():
            self.complete.set_exception(error)

    async def until_the_end(
        self, connection: Connection, idle_s: float, stop: "asyncio.Future[int]", busy: Callable[[], bool] = bool
    ) -> End:
        """Wait for the count, the idle time unless ``busy``, or the user; raise what ends the connection, or this."""
        reasons: set[asyncio.Future[Any]] = {self.complete, stop, connection.ended}
        self._last = time.monotonic()
        while True:
            left = self._last + idle_s - time.monotonic() if idle_s else None
            if left is not None and left <= 0:
                if not busy():
                    return End.IDLE
                left = _BUSY_S
            await asyncio.wait(reasons, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if self.complete.done():
                self.complete.result()
                return End.COUNT
            if stop.done():
                return End.STOPPED
            if connection.ended.done():
                raise connection.ended.result() or AssertionError("closed by its owner while in use")


class _Interest:
    """What is still subscribed to: a reload of the server may take it away, subject by subject.

    A connection made again has subscribed to all of it again.
    """

    def __init__(self, connection: Connection, subjects: Sequence[str], progress: Progress) -> None:
        self._connection = connection
        self._subjects = subjects
        self._progress = progress
        self._left = set(subjects)
        self._returns = connection.returns
        connection.on_refusal = self._refused

    def _refused(self, error: PermissionDeniedError) -> bool:
        """Take a refusal; the last subject's ends the receiving, as nothing can come any more."""
        if self._returns != self._connection.returns:
            self._left, self._returns = set(self._subjects), self._connection.returns
        if error.verb != "subscribe" or error.subject not in self._subjects:
            return False
        self._left.discard(error.subject)
        if not self._left:
            self._progress.fail(error)
        return not self._left


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
    Raises what ended the connection, and PermissionDeniedError for a subject that is refused at the start, or when
    later none is left that is not.
    """
    progress = Progress(wanted.count)

    def take(run: Run, read_ns: int) -> None:
        run = progress.cut(run)
        if len(run):
            deliver(run, progress.messages + 1, read_ns)
            progress.advance(len(run), run.payload_bytes)

    work = wanted.work()
    pace = None if work is None else Pace(connection, work, selects=wanted.convert is None)
    takes = {subject: _renamed(subject, take) if by_subscription else take for subject in wanted.subjects}
    await _subscribe(connection, wanted, takes, pace)
    _Interest(connection, wanted.subjects, progress)
    subscribed()
    if pace is None:
        return progress.received(await progress.until_the_end(connection, wanted.idle_s, stop))
    try:
        end = await progress.until_the_end(connection, wanted.idle_s, stop, lambda: pace.busy)
    finally:
        await pace.finish(stop, progress.complete)  # also when the connection is gone: these have come
    return progress.received(end)._replace(dropped=0 if end is End.COUNT else pace.dropped)


async def _subscribe(
    connection: Connection, wanted: Subscriptions, takes: Mapping[str, Take], pace: Pace | None
) -> None:
    """Subscribe to each subject, and wait until the server has confirmed it."""
    choosy = bool(wanted.ignored) or wanted.keep is not None
    limit = 0 if choosy else wanted.count  # the server cannot know what we leave out
    for subject in wanted.subjects:
        take = takes[subject]
        sink = _at_once(take) if pace is None else pace.sink(take)
        if wanted.ignored:
            sink = without(wanted.ignored, sink)
        await connection.subscribe_bulk(subject, sink, queue=wanted.queue, limit=limit)
    await connection.confirm(connection.target.timeout_s)


def _at_once(take: Take) -> Sink:
    return lambda run: take(run, time.time_ns())


def _renamed(subject: str, take: Take) -> Take:
    name = subject.encode()
    return lambda run, read_ns: take(Run(run.sid, [name] * len(run), run.payloads, run.replies, run.headers), read_ns)


def without(ignored: Sequence[str], take: Sink) -> Sink:
    """Return a sink that leaves out what matches."""
    keep = unlike(ignored)

    def filtered(run: Run) -> None:
        if run.subject is not None:
            if keep(run.subject):
                take(run)
            return
        if all(map(keep, run.subjects)):
            take(run)
        else:
            take(Run.of(run.sid, [message for message in run if keep(message.subject)]))

    return filtered


def unlike(ignored: Sequence[str]) -> Callable[[bytes], bool]:
    """Return whether a subject matches none of ``ignored``; a subject's fate is decided once."""
    verdicts: dict[bytes, bool] = {}

    def keep(subject: bytes) -> bool:
        verdict = verdicts.get(subject)
        if verdict is None:
            if len(verdicts) > 100_000:
                verdicts.clear()
            verdict = not any(matches(pattern, decode(subject)) for pattern in ignored)
            verdicts[subject] = verdict
        return verdict

    return keep
