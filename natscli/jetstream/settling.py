"""Acknowledging what is written: never before, and with --exactly-once until the server confirms it.

A message counts as written when the system has taken its line.  What is not acknowledged comes again; what comes
again is recognised by its sequence in the stream, and neither shown nor lost.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError
from natscli.jetstream.acks import Ack, Delivery, delivery_of
from natscli.messaging.inbox import Inbox
from natscli.text.sanitise import safe_bytes
from natscli.text.sizes import plural
from natscli.wire.encode import pub
from natscli.wire.message import Message, Run

_REMEMBERED = 1_000_000  # stretches of sequences
_SOON_S, _AGAIN_S = 0.1, 0.5  # in the end, until what is not confirmed is sent again, and once more


class Seen:
    """Sequences that have come, as stretches; beyond a million of these the lowest are forgotten."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def add(self, sequence: int) -> bool:
        """Note a sequence; whether it is new."""
        firsts, lasts = self._firsts, self._lasts
        place = len(firsts) if not lasts or sequence > lasts[-1] else bisect_right(firsts, sequence)
        if place and sequence <= lasts[place - 1]:
            return False
        if place and sequence == lasts[place - 1] + 1:
            lasts[place - 1] = sequence
            return True
        firsts.insert(place, sequence)
        lasts.insert(place, sequence)
        if len(firsts) > _REMEMBERED:
            del firsts[: _REMEMBERED // 10], lasts[: _REMEMBERED // 10]
        return True


class _Confirmation:
    """An acknowledgement that waits to be confirmed."""

    __slots__ = ("_settling", "forget", "frame", "shown")

    def __init__(self, settling: Settling, reply: bytes, address: bytes) -> None:
        self.frame = pub(reply, Ack.DONE.value, address)
        self.shown = safe_bytes(reply, multiline=False)
        self.forget: Callable[[], object] | None = None
        self._settling = settling

    def take(self, message: Message, _now: float) -> None:
        if not message.headers:  # nobody there: it is sent again
            self._settling.confirmed(self)

    def end(self, error: Exception | None = None) -> None:
        """Nothing: what is not confirmed is counted in the end."""


class Settling:
    """The acknowledgements of one consumer's messages.  With an inbox each is confirmed, and messages come once."""

    def __init__(self, connection: Connection, inbox: Inbox | None = None) -> None:
        self.repeated = 0  # messages that came again, and were left out
        self._connection = connection
        self._returns = connection.returns
        self._inbox = inbox
        self._written: deque[bytes] = deque()  # replies, in the order in which their messages are written
        self._waiting: set[int] = set()  # sequences of these, with an inbox
        self._open: dict[_Confirmation, None] = {}
        self._seen = Seen()

    def only_new(self, run: Run) -> Run:
        """Return what of a run has not come before; what has is acknowledged once more."""
        if self._inbox is None:
            return run
        fresh, again = [], []
        for message in run:
            delivery = delivery_of(message.reply)
            if delivery is None or self._seen.add(delivery.stream_sequence):
                fresh.append(message)
                if delivery is not None:
                    self._waiting.add(delivery.stream_sequence)
            else:
                again.append((message.reply, delivery))
        if not again:
            return run
        self.repeated += len(again)
        self._settle([reply for reply, delivery in again if delivery.stream_sequence not in self._waiting])
        return Run.of(run.sid, fresh)

    def expect(self, replies: list[bytes]) -> None:
        """Note messages that are about to be written, in their order."""
        self._written.extend(replies)

    def written(self, messages: int) -> None:
        """Acknowledge the next so many: they are written."""
        self._settle([self._written.popleft() for _ in range(min(messages, len(self._written)))])

    def leave_out(self, reply: bytes) -> None:
        """Acknowledge a message that is not to be shown."""
        self._settle([reply])

    def _settle(self, replies: list[bytes]) -> None:
        replies = [reply for reply in replies if reply]
        if self._inbox is None:
            self._send(b"".join([pub(reply, Ack.DONE.value) for reply in replies]))
            return
        frames = []
        for reply in replies:
            delivery: Delivery | None = delivery_of(reply)
            if delivery is not None:
                self._waiting.discard(delivery.stream_sequence)
            address = self._inbox.address()
            confirmation = _Confirmation(self, reply, address)
            confirmation.forget = self._inbox.expect(address, confirmation)
            self._open[confirmation] = None
            frames.append(confirmation.frame)
        self._send(b"".join(frames))

    def confirmed(self, confirmation: _Confirmation) -> None:
        """Take in that the server has heard an acknowledgement."""
        if self._open.pop(confirmation, confirmation) is None and confirmation.forget is not None:
            confirmation.forget()

    def _send(self, frames: bytes) -> None:
        if frames and self._connection.is_connected:
            with suppress(ConnectionLostError):  # they come again
                self._connection.send(frames)

    def look_after(self) -> None:
        """Send again what is not confirmed when the connection is back: that, or its answer, went with the old one."""
        if self._connection.is_connected and self._connection.returns != self._returns:
            self._returns = self._connection.returns
            self._send_again()

    def _send_again(self) -> None:
        self._send(b"".join([each.frame for each in self._open]))

    async def finish(self, seconds: float) -> None:
        """Wait until all is confirmed; DeadlineError where it is not in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        again = loop.time() + _SOON_S
        while self._open:
            now = loop.time()
            if now >= end or self._connection.ended.done():
                count = plural(len(self._open), "acknowledgement")
                raise DeadlineError(f"{count} not confirmed: what they are about may come again")
            if now >= again:
                again = now + _AGAIN_S
                self._send_again()
            await asyncio.sleep(0.005)
        if self._inbox is None and self._connection.is_connected:
            with suppress(ConnectionLostError):
                await self._connection.round_trip(seconds)
