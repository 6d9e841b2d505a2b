"""Requests in flight: a fixed number at a time, each with its own deadline, their replies in order."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import DeadlineError, NatsCliError
from natscli.messaging.inbox import Exchange, Inbox, Replies, Reply, forget_if_refused, inbox_of
from natscli.messaging.outgoing import Letter

_BATCH_BYTES = 64 * 1024  # written at once
_HELD_BYTES = 64 * 1024 * 1024  # of replies that wait for an earlier one; no more requests are sent meanwhile


@dataclass(frozen=True, slots=True)
class Manner:
    """How requests are made; the ``first`` deadline, where given, is that of the first one, the others have their own.

    ``timeout_s`` is each request's, from when it is sent.  ``sending`` is told of each.  With ``again_s`` one that has
    had no reply for so long is sent once more, and so on: for what may be asked twice.
    """

    wanted: Replies
    timeout_s: float
    parallel: int = 1
    first: Deadline | None = None
    sending: Callable[[Letter], None] = lambda _letter: None
    again_s: float = 0.0

    @property
    def ordered(self) -> bool:
        """Whether replies come in the order of the requests; otherwise each request's come together when it ends."""
        return self.wanted.count == 1 or self.parallel == 1


class Answered(NamedTuple):
    """What became of request ``number`` (from 1): one more reply, or the error that it ended in."""

    number: int
    outcome: Reply | Exception


class Flight:
    """Makes requests on one connection.  A failure stops the sending; what is in flight then is still waited for."""

    def __init__(self, connection: Connection, inbox: Inbox, manner: Manner) -> None:
        self.requests = 0  # ended with their replies
        self.seconds = 0.0  # from the first request to the last end
        self._connection = connection
        self._inbox = inbox
        self._manner = manner
        self._started = 0.0
        self._number = 0
        self._flying = 0
        self._held = 0  # bytes of replies not taken yet
        self._stopped = False
        self._feed_error: Exception | None = None
        self._boarding: list[tuple[Exchange, bytes, bytes]] = []  # with address and frame
        self._unshown: deque[Exchange] = deque()
        self._ended: deque[Exchange] = deque()
        self._news, self._room, self._sent = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answers(self, batches: AsyncIterable[Iterable[Letter]]) -> AsyncGenerator[Answered, None]:
        """Send, and yield what comes; last of all what kept further requests from being sent."""
        feeding = asyncio.ensure_future(self._feed(batches))
        feeding.add_done_callback(lambda _task: self._news.set())
        self._connection.ended.add_done_callback(self._over)  # also while there is nothing to ask
        proving = asyncio.ensure_future(self._prove())
        try:
            while True:
                for answered in self._take():
                    yield answered
                self._room.set()
                if not self._unshown and (self._stopped or feeding.done()):
                    break
                self._news.clear()
                await self._news.wait()
        finally:
            self._connection.ended.remove_done_callback(self._over)
            feeding.cancel()
            proving.cancel()
            for exchange in self._unshown:
                exchange.end()
        if self._feed_error is not None:
            yield Answered(self._number + 1, self._feed_error)

    # -- out -------------------------------------------------------------------------------------

    async def _feed(self, batches: AsyncIterable[Iterable[Letter]]) -> None:
        try:
            async for batch in batches:
                for letter in batch:
                    await self._take_off(letter)
                    if self._stopped:
                        return
                await self._leave()
        except Exception as error:  # noqa: BLE001 - handed to whoever takes the answers
            self._feed_error = error
            with suppress(NatsCliError):
                await self._leave()

    async def _take_off(self, letter: Letter) -> None:
        """Wait for room, and put a request among those that leave with the next write."""
        while not self._has_room():
            self._room.clear()
            if self._boarding:
                await self._leave()
            else:
                await self._room.wait()
            if self._stopped:
                return
        letter.check_size(self._connection)
        self._number += 1
        self._flying += 1
        address = self._inbox.address()
        exchange = Exchange(self._number, letter.subject, self._manner.wanted, self._changed)
        self._boarding.append((exchange, address, letter._replace(reply=address).frame))
        self._manner.sending(letter)
        if len(self._boarding[0][2]) * len(self._boarding) >= _BATCH_BYTES:
            await self._leave()

    def _has_room(self) -> bool:
        if self._stopped or self._flying >= self._manner.parallel or self._held >= _HELD_BYTES:
            return self._stopped
        return self._manner.parallel > 1 or not self._unshown  # one in turn: what it brought is shown first

    async def _leave(self) -> None:
        """Write what is boarding, and start its clocks."""
        boarding, self._boarding = self._boarding, []
        if not boarding:
            return
        now = time.perf_counter()
        self._connection.send(b"".join([frame for _, _, frame in boarding]))
        self._started = self._started or now
        for exchange, address, frame in boarding:
            first = self._manner.first if exchange.number == 1 else None
            self._unshown.append(exchange)
            exchange.begin(now, first or Deadline(self._manner.timeout_s), self._inbox.expect(address, exchange))
            if self._manner.again_s:
                asyncio.get_running_loop().call_later(self._manner.again_s, self._repeat, exchange, frame)
        self._sent.set()
        await self._connection.drain_writes(self._manner.timeout_s)

    def _repeat(self, exchange: Exchange, frame: bytes) -> None:
        """Send a request once more: whoever was to answer may have gone, and another be there now."""
        if exchange.done or exchange.replies or self._connection.failure is not None:
            return
        if self._connection.is_connected:
            self._connection.send(frame)
        asyncio.get_running_loop().call_later(self._manner.again_s, self._repeat, exchange, frame)

    async def _prove(self) -> None:
        """Have a PONG follow what was sent: the server has read it then, and a refusal has come before."""
        connection = self._connection
        while True:
            await self._sent.wait()
            self._sent.clear()
            try:
                await connection.round_trip(self._manner.timeout_s)
            except DeadlineError:
                continue  # each request says so itself
            except (NatsCliError, OSError) as error:
                self._inbox.fail(error)
            denied = connection.denied[:]
            connection.denied.clear()
            for refusal in denied:
                if self._inbox.refused(refusal):
                    forget_if_refused(connection, refusal)
                else:
                    connection.refuse(refusal)  # of somebody else on this connection

    # -- back ------------------------------------------------------------------------------------

    def _changed(self, exchange: Exchange, brought: int) -> None:
        """A reply has come, or the end: both may be what somebody waits for."""
        self._held += brought
        if exchange.done:
            self._flying -= 1
            self._stopped = self._stopped or exchange.error is not None
            self.requests += exchange.error is None
            self.seconds = time.perf_counter() - self._started
            if not self._manner.ordered:
                self._ended.append(exchange)
            self._room.set()
        self._news.set()

    def _over(self, ended: "asyncio.Future[Exception | None]") -> None:
        """Make no more requests: the connection has ended."""
        self._stopped = True
        self._feed_error = self._feed_error or (None if ended.cancelled() else ended.result())
        self._news.set()

    def _take(self) -> Iterator[Answered]:
        return self._in_order() if self._manner.ordered else self._as_they_end()

    def _in_order(self) -> Iterator[Answered]:
        while self._unshown:
            head = self._unshown[0]
            yield from self._replies(head)
            if head.replies or not head.done:
                return
            self._unshown.popleft()
            if head.error is not None:
                yield Answered(head.number, head.error)

    def _as_they_end(self) -> Iterator[Answered]:
        while self._ended:
            exchange = self._ended.popleft()
            yield from self._replies(exchange)
            self._unshown.remove(exchange)
            if exchange.error is not None:
                yield Answered(exchange.number, exchange.error)

    def _replies(self, exchange: Exchange) -> Iterator[Answered]:
        while exchange.replies:
            reply = exchange.replies.pop(0)
            self._held -= len(reply.message.payload)
            yield Answered(exchange.number, reply)


async def prepare(connection: Connection, manner: Manner) -> Flight:
    """Return a flight on the connection's inbox."""
    return Flight(connection, await inbox_of(connection), manner)
