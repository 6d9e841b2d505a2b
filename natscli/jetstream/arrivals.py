"""Answers that come in many messages: a subscription of one's own, read one message after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import ConnectionLostError, NoRespondersError
from natscli.wire.encode import pub
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message, Run

_NO_RESPONDERS = 503


class Arrivals:
    """The messages that come to one inbox, kept until they are taken: what is asked for has to be bounded."""

    def __init__(self, connection: Connection) -> None:
        self.subject = connection.new_inbox().encode()
        self._connection = connection
        self._waiting: deque[Message] = deque()
        self._news = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def of(cls, connection: Connection, subject: str = "") -> AsyncIterator[Arrivals]:
        """Subscribe to an inbox, or to ``subject``, and unsubscribe in the end."""
        arrivals = cls(connection)
        if subject:
            arrivals.subject = subject.encode("utf-8", "surrogateescape")
        subscription = await connection.subscribe_bulk(arrivals.subject.decode(), arrivals._take)
        connection.ended.add_done_callback(arrivals._wake)
        try:
            yield arrivals
        finally:
            connection.ended.remove_done_callback(arrivals._wake)
            connection.unsubscribe(subscription)

    async def ask(self, subject: str, body: bytes, wait_s: float, headers: bytes = b"") -> None:
        """Send a request whose answers come here, and prove that the server has read it; raises what it refused."""
        self.send(subject, body, headers)
        await self._connection.confirm(wait_s)

    def send(self, subject: str, body: bytes, headers: bytes = b"") -> None:
        """Send a request whose answers come here."""
        self._connection.send(pub(subject.encode("utf-8", "surrogateescape"), body, self.subject, headers))

    async def next(self, deadline: Deadline, missed: str) -> Message:
        """Return the next message; DeadlineError(``missed``), NoRespondersError, or what ended the connection."""
        message = await self.within(deadline.remaining())
        if message is None:
            raise deadline.missed(missed)
        if not message.payload and message.headers and parse_headers(message.headers).status == _NO_RESPONDERS:
            raise NoRespondersError(f"{missed}: nobody serves it")
        return message

    async def within(self, seconds: float) -> Message | None:
        """Return the next message, or None where none comes in time; raises what ended the connection."""
        if not self._waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return None
        if self._waiting:
            return self._waiting.popleft()
        ended = self._connection.ended
        reason = ended.result() if ended.done() and not ended.cancelled() else None
        raise reason or ConnectionLostError("the connection was closed while messages were waited for")

    async def many(self, seconds: float) -> list[Message]:
        """Return all that have come, or nothing where none comes in time; raises what ended the connection."""
        first = await self.within(seconds)
        if first is None:
            return []
        messages = [first, *self._waiting]
        self._waiting.clear()
        return messages

    def _take(self, run: Run) -> None:
        self._waiting.extend(run)
        self._news.set()

    def _wake(self, _ended: asyncio.Future[Exception | None]) -> None:
        self._news.set()
