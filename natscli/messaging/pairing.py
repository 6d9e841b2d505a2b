"""Requests and the replies to them, as a third party sees both go by."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.connection.dispatch import Sink
from natscli.messaging.subscribe import Progress, Received, Subscriptions, without
from natscli.wire.message import Message, Run

_MOST_PENDING = 100_000  # requests waiting for their reply; the oldest gives way
_TICK_S = 0.1


class Pair(NamedTuple):
    """A request, numbered from 1, and its reply: None when none came, or when none was asked for."""

    number: int
    read_ns: int  # since the epoch, of the request
    request: Message
    reply: Message | None = None
    rtt_s: float = 0.0

    @property
    def payload_bytes(self) -> int:
        """What request and reply carry together."""
        return len(self.request.payload) + (len(self.reply.payload) if self.reply is not None else 0)


class Pairing:
    """Joins requests and replies by the reply subject.  Times are seconds of any one clock."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._seen = 0
        self._pending: dict[bytes, tuple[Pair, float]] = {}

    def requests(self, run: Run, now_s: float, read_ns: int) -> list[Pair]:
        """Take requests; return those that are complete because they ask for no reply, or had to give way."""
        complete = []
        for message in run:
            self._seen += 1
            pair = Pair(self._seen, read_ns, message)
            if not message.reply:
                complete.append(pair)
                continue
            if message.reply in self._pending:  # which of the two a reply is for, nobody could tell
                complete.append(self._pending.pop(message.reply)[0])
            elif len(self._pending) >= _MOST_PENDING:
                complete.append(self._pending.pop(next(iter(self._pending)))[0])
            self._pending[message.reply] = (pair, now_s)
        return complete

    def replies(self, run: Run, now_s: float) -> list[Pair]:
        """Take replies; return the pairs they complete.  Replies to requests not seen are passed over."""
        complete = []
        for message in run:
            waiting = self._pending.pop(message.subject, None)
            if waiting is not None:
                pair, since_s = waiting
                complete.append(pair._replace(reply=message, rtt_s=now_s - since_s))
        return complete

    def overdue(self, now_s: float) -> list[Pair]:
        """Return the requests whose reply did not come in time, and wait for it no longer."""
        complete = []
        for subject, (pair, since_s) in list(self._pending.items()):
            if now_s - since_s < self._patience_s:
                break  # they stand in the order they came
            del self._pending[subject]
            complete.append(pair)
        return complete

    def rest(self) -> list[Pair]:
        """Return what still waits."""
        waiting = [pair for pair, _ in self._pending.values()]
        self._pending.clear()
        return waiting


async def receive_pairs(
    connection: Connection,
    wanted: Subscriptions,
    deliver: Callable[[Sequence[Pair]], None],
    stop: "asyncio.Future[int]",
    subscribed: Callable[[], None],
) -> Received:
    """Receive requests and their replies, as ``receive`` does messages; ``count`` is of complete pairs.

    A request without a reply for the target's time-out is complete too.
    """
    pairing = Pairing(connection.target.timeout_s)
    progress = Progress(wanted.count)

    def done(pairs: list[Pair]) -> None:
        if wanted.count:
            pairs = pairs[: wanted.count - progress.messages]
        if pairs:
            deliver(pairs)
            progress.advance(len(pairs), sum(pair.payload_bytes for pair in pairs))

    async def watch_clock() -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            done(pairing.overdue(time.monotonic()))

    def ask(run: Run) -> None:
        done(pairing.requests(run, time.monotonic(), time.time_ns()))

    await _subscribe(connection, wanted, ask, lambda run: done(pairing.replies(run, time.monotonic())))
    subscribed()
    clock = asyncio.ensure_future(watch_clock())
    try:
        end = await progress.until_the_end(connection, wanted.idle_s, stop)
    finally:
        clock.cancel()
    done(pairing.rest())
    return progress.received(end)


async def _subscribe(connection: Connection, wanted: Subscriptions, ask: Sink, answer: Sink) -> None:
    """Pass requests to ``ask`` and what comes to any inbox to ``answer``, from the server's confirmation on."""
    inboxes = f"{connection.target.inbox_prefix}.>"
    await connection.subscribe_bulk(inboxes, answer)
    ask_unless_reply = without([inboxes], ask)  # for subjects such as >
    for subject in wanted.subjects:
        sink = ask if subject.startswith(inboxes[:-1]) else ask_unless_reply
        await connection.subscribe_bulk(subject, sink, queue=wanted.queue)
    await connection.confirm(connection.target.timeout_s)
