"""Storing: messages published with their acknowledgements awaited, many at a time, told in order (ADR-22).

A sliding window on the muxed inbox, also where it is one message.  What has an id (``Nats-Msg-Id``) is sent again
with it when no acknowledgement comes, also over a reconnect: the stream knows the id and stores it once.  What has
none is never sent twice, unless the server has said that nobody took it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import suppress

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import ConnectionLostError, DeadlineError, NatsCliError, NoRespondersError
from natscli.jetstream.api import Api
from natscli.jetstream.errors import LEADERLESS, ApiError
from natscli.jetstream.outcome import Manner, Stored
from natscli.jetstream.puback import PubAck, read_ack, unstored, why_unstored
from natscli.messaging.inbox import Inbox, inbox_of
from natscli.messaging.outgoing import Letter
from natscli.messaging.publish import Pace
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe_bytes
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers, parse_headers
from natscli.wire.message import Message

EXPECTED_LAST = "Nats-Expected-Last-Subject-Sequence"
ROLLUP = ("Nats-Rollup", "sub")  # the message replaces all of its subject

_WINDOW_BYTES = 16 * 1024 * 1024  # of messages without acknowledgement; each is kept until it has one
_BATCH_BYTES = 256 * 1024  # written at once
_LARGE = 32 * 1024  # bytes of a frame
_TICK_S = 0.05
_HOLD_S = 0.25  # until what nobody took is sent again: a leader is elected, or a server reads its store
_UNSERVED = 503
_NO_QUORUM = "a stream that sends no acknowledgements, or has lost its quorum, does not answer"
_ASK_S = 2.0  # whether there is a stream


class _Sent:
    """A message on its way, until it is acknowledged or refused; what the inbox gives its replies to."""

    __slots__ = ("_storing", "ack", "done", "frame", "held", "letter", "number", "refusal")

    def __init__(self, storing: Storing, number: int, letter: Letter, address: bytes) -> None:
        self.number = number
        self.letter = letter
        self.frame = pub(letter.subject, letter.payload, address, letter.headers)
        self.done = self.held = False
        self.refusal: NatsCliError | None = None  # the last one that may pass
        self.ack: PubAck | None = None
        self._storing = storing

    @property
    def shown(self) -> str:
        return safe_bytes(self.letter.subject, multiline=False)

    @property
    def what(self) -> str:
        return self._storing.what or f"message {self.number:,} to '{self.shown}'"

    def take(self, message: Message, _now: float) -> None:
        if not self.done:
            self._storing.answered(self, message)

    def end(self, error: Exception | None = None) -> None:
        if not self.done and error is not None:
            self._storing.give_up(error)


class Storing:
    """One run of storing on one connection; ``told`` gets each message's subject and its acknowledgement, in order."""

    def __init__(
        self,
        connection: Connection,
        inbox: Inbox,
        manner: Manner,
        told: Callable[[bytes, PubAck], None] = lambda _subject, _ack: None,
    ) -> None:
        self.outcome = Stored()
        self.what = manner.what
        self._connection = connection
        self._inbox = inbox
        self._manner = manner
        self._told = told
        self._order: deque[_Sent] = deque()  # from the first without acknowledgement on
        self._forget: dict[_Sent, Callable[[], object]] = {}
        self._waiting_bytes = 0
        self._boarding: list[_Sent] = []
        self._boarding_bytes = 0
        self._stopped = False  # no more is sent; what is on its way is waited for
        self._over: Exception | None = None  # nothing more can come
        self._started = self._progress = self._sent_at = 0.0
        self._hold_until = 0.0
        self._in_doubt = False  # whether there is a stream at all
        self._known = False  # that there is one
        self._returns = connection.returns
        self._room, self._news = asyncio.Event(), asyncio.Event()

    async def send_all(self, batches: AsyncIterable[Iterable[Letter]]) -> Stored:
        """Store what comes.  A refusal stops the sending; what is on its way then is still waited for."""
        feeding = asyncio.ensure_future(self._feed(batches))
        feeding.add_done_callback(lambda _task: self._news.set())
        try:
            while self._over is None and not ((self._stopped or feeding.done()) and not self._order):
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_S):
                        await self._news.wait()
                if self._in_doubt:
                    await self._inquire()
                self._look_after()
        finally:
            feeding.cancel()
            await asyncio.wait({feeding})  # what it reads from may be closed behind it
            for forget in self._forget.values():
                forget()
        self.outcome.conclude(self._over, [sent for sent in self._order if not sent.done], self._manner)
        return self.outcome

    # -- out -------------------------------------------------------------------------------------

    async def _feed(self, batches: AsyncIterable[Iterable[Letter]]) -> None:
        paced = self._manner.pace not in (None, Pace())
        try:
            async for batch in batches:
                for letter in batch:
                    if paced:
                        await self._keep_time()
                    if self._is_full:
                        await self._wait_for_room()
                    if self._stopped:
                        return
                    self._board(letter)
                    if paced or self._boarding_bytes >= _BATCH_BYTES:
                        await self._leave()
                await self._leave()
        except NatsCliError as error:
            self._fail(error)
            self._write_boarding()
        except Exception as error:  # noqa: BLE001 - raised to whoever waits for the end
            self.give_up(error)

    @property
    def _is_full(self) -> bool:
        if self._hold_until:  # what comes later is not to overtake what has to be sent again
            return True
        return len(self._order) >= self._manner.window or self._waiting_bytes >= _WINDOW_BYTES

    @property
    def _has_room(self) -> bool:
        """Whether it is worth going on once it was full: half a window at a time, not one message for each answer."""
        half = self._manner.window // 2, _WINDOW_BYTES // 2
        return not self._hold_until and len(self._order) <= half[0] and self._waiting_bytes <= half[1]

    async def _wait_for_room(self) -> None:
        await self._leave()
        while not (self._has_room or self._stopped):
            self._room.clear()
            await self._room.wait()

    async def _keep_time(self) -> None:
        sent, now = self.outcome.sent, time.monotonic()
        self._started = self._started or now
        pace = self._manner.pace or Pace()
        await asyncio.sleep(max(self._started + pace.due_s(sent) - now, 0))

    def _board(self, letter: Letter) -> None:
        letter.check_size(self._connection)
        self.outcome.sent += 1
        address = self._inbox.address()
        sent = _Sent(self, self.outcome.sent, letter, address)
        self._forget[sent] = self._inbox.expect(address, sent)
        if not self._order:
            self._progress = time.monotonic()
        self._order.append(sent)
        self._waiting_bytes += len(sent.frame)
        self._boarding.append(sent)
        self._boarding_bytes += len(sent.frame)

    async def _leave(self) -> None:
        """Write what is boarding; without a connection it waits for the next, where it may be sent again."""
        self._write_boarding()
        await asyncio.sleep(0)  # draining seldom waits, and acknowledgements must be read too
        if self._connection.is_connected:
            with suppress(ConnectionLostError):
                await self._connection.drain_writes(self._manner.patience_s)

    def _write_boarding(self) -> None:
        boarding, self._boarding, self._boarding_bytes = self._boarding, [], 0
        self._write(boarding)

    def _write(self, messages: list[_Sent]) -> None:
        self._sent_at = time.monotonic()
        self._started = self._started or self._sent_at
        if messages and self._connection.is_connected:
            frames = [sent.frame for sent in messages]
            if max(map(len, frames)) < _LARGE:  # to join large ones costs more than to write each
                frames = [b"".join(frames)]
            with suppress(ConnectionLostError):  # told of by the connection's end, or made good after its return
                for frame in frames:
                    self._connection.send(frame)

    # -- back ------------------------------------------------------------------------------------

    def answered(self, sent: _Sent, message: Message) -> None:
        """Take in what the server said of a message."""
        try:
            if message.headers and not message.payload and parse_headers(message.headers).status == _UNSERVED:
                raise unstored(sent.what)
            sent.ack = read_ack(message, sent.what)
        except NatsCliError as error:
            if self._may_pass(error):
                sent.held, sent.refusal = True, sent.refusal or error
                self._hold_until = self._hold_until or time.monotonic() + _HOLD_S
                return
            self._fail(error)
        self._is_answered(sent)

    def _is_answered(self, sent: _Sent) -> None:
        self._progress = time.monotonic()
        sent.done = True
        self._forget.pop(sent)()
        self._settle()

    def _may_pass(self, error: NatsCliError) -> bool:
        """Whether it is worth asking again: the stream was there, and is without a leader or not yet back."""
        if self._stopped:
            return False
        known = self._known or self.outcome.messages > 0 or self._returns > 0
        if isinstance(error, NoRespondersError):
            self._in_doubt = self._in_doubt or not known
            self._news.set()
            return True
        return bool(known or self.what) and isinstance(error, ApiError) and error.err_code in LEADERLESS

    async def _inquire(self) -> None:
        """Find out whether what nobody took may be taken later, or has no stream."""
        self._in_doubt = False
        first = next((sent for sent in self._order if sent.held and not sent.done), None)
        if first is None:
            return
        patience_s = max(min(self._progress + self._manner.patience_s - time.monotonic(), _ASK_S), 0.0)
        api = Api(self._connection, Deadline(patience_s))
        error, self._known = await why_unstored(
            api, first.letter.subject.decode("utf-8", "surrogateescape"), first.what
        )
        held = [sent for sent in self._order if sent.held and not sent.done]
        for sent in held:
            sent.refusal = error
            if not self._known:
                sent.held = False
                self._fail(error if sent is first else unstored(sent.what))
                self._is_answered(sent)
        if not self._known:
            self._hold_until = 0.0

    def _settle(self) -> None:
        """Tell of those that are acknowledged and have nobody ahead of them."""
        order, outcome = self._order, self.outcome
        while order and order[0].done:
            sent = order.popleft()
            self._waiting_bytes -= len(sent.frame)
            if sent.ack is None:
                continue
            outcome.messages += 1
            outcome.duplicates += sent.ack.duplicate
            outcome.payload_bytes += len(sent.letter.payload)
            outcome.seconds = self._progress - self._started
            outcome.first, outcome.last = outcome.first or sent.ack, sent.ack
            self._told(sent.letter.subject, sent.ack)
        if self._has_room:
            self._room.set()
        if not order:
            self._news.set()

    def give_up(self, error: Exception) -> None:
        """Wait for nothing more, because of ``error``."""
        self._over = self._over or error
        self._stopped = True
        self._room.set()
        self._news.set()

    def _fail(self, error: NatsCliError) -> None:
        self.outcome.failures.append(error)
        self._stopped = True
        self._room.set()
        self._news.set()

    # -- in between ------------------------------------------------------------------------------

    def _look_after(self) -> None:
        connection, now = self._connection, time.monotonic()
        if connection.denied:
            self.give_up(connection.denied[0])
        elif connection.ended.done():
            self.give_up(connection.ended.result() or ConnectionLostError("the connection was closed"))
        elif self._order and now - self._progress >= self._manner.patience_s:
            first, patience = self._order[0], format_duration(self._manner.patience_s)
            late = DeadlineError(f"{first.what}: no acknowledgement within {patience}", _NO_QUORUM)
            self.give_up(first.refusal or late)
        elif connection.is_connected:
            self._send_again(now)

    def _send_again(self, now: float) -> None:
        """Send what has to be: all that waits after a return or a long silence, else what nobody took."""
        if self._boarding:
            return
        waiting = [sent for sent in self._order if not sent.done]
        if self._manner.again and waiting:
            returned = self._connection.returns != self._returns
            if returned or now - max(self._sent_at, self._progress) >= self._manner.patience_s / 3:
                self._returns = self._connection.returns
                self._write(waiting)
        if self._hold_until and now >= self._hold_until:
            self._hold_until = 0.0
            self._room.set()
            held = [sent for sent in waiting if sent.held]
            for sent in held:
                sent.held = False
            self._write(waiting if self._manner.again else held)


async def store(api: Api, subject: str, payload: bytes, what: str, headers: tuple[tuple[str, str], ...] = ()) -> PubAck:
    """Store one message in a stream that is there, and return where it is kept; ApiError for what is refused."""
    letter = Letter(subject.encode("utf-8", "surrogateescape"), payload, headers=encode_headers(headers))
    manner = Manner(api.deadline.remaining(), what=what)
    outcome = await Storing(api.connection, await inbox_of(api.connection), manner).send_all(_single(letter))
    outcome.check()
    assert outcome.last is not None
    return outcome.last


async def _single(letter: Letter) -> AsyncIterator[Iterable[Letter]]:
    yield [letter]
