"""Requests: one message out, one or more replies back, each with its round-trip time."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import NoRespondersError
from natscli.messaging.outgoing import Letter
from natscli.text.sanitise import safe_bytes
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message, Run

_NO_RESPONDERS = 503


class Reply(NamedTuple):
    """A reply and the seconds since its request."""

    message: Message
    rtt_s: float


@dataclass(frozen=True, slots=True)
class Replies:
    """How many replies to wait for, and how long after the last one (seconds).

    A ``count`` of 0 takes all until the deadline; with ``until_empty``, until an empty one, which is not yielded.
    """

    count: int = 1
    gap_s: float = 0.3
    until_empty: bool = False


async def request(
    connection: Connection, question: Letter, wanted: Replies, deadline: Deadline
) -> AsyncIterator[Reply]:
    """Send ``question`` and yield its replies as they come.

    The first is waited for until ``deadline``; further ones of a fixed number as long as the mean
    round trip plus ``gap_s``.  Raises NoRespondersError, PermissionDeniedError, and DeadlineError when
    nothing came at all.
    """
    question.check_size(connection)
    subject = safe_bytes(question.subject, multiline=False)
    inbox = _Inbox()
    name = connection.new_inbox()
    subscription = await connection.subscribe_bulk(name, inbox.take, limit=wanted.count)
    connection.send(replace(question, reply=name.encode()).frame)
    inbox.sent = time.perf_counter()
    try:
        await connection.confirm(deadline.remaining())  # a refusal comes before this PONG
        total_s, seen = 0.0, 0
        while not wanted.count or seen < wanted.count:
            seconds = deadline.remaining()
            if seen and wanted.count:
                seconds = min(seconds, total_s / seen + wanted.gap_s)
            reply = await inbox.next(connection, seconds)
            if reply is None:
                break
            _check_served(reply, subject)
            if wanted.until_empty and not reply.message.payload:
                return
            seen += 1
            total_s += reply.rtt_s
            yield reply
        if not seen or wanted.until_empty:
            raise deadline.missed(f"no {'empty ' if seen else ''}reply on '{subject}'")
    finally:
        if wanted.count != 1 and not connection.is_closed:
            await subscription.unsubscribe()


async def request_one(connection: Connection, subject: str, payload: bytes, deadline: Deadline) -> Message:
    """Return the first reply to ``payload`` on ``subject``."""
    replies = request(connection, Letter(subject.encode(), payload), Replies(), deadline)
    return (await anext(replies)).message


def _check_served(reply: Reply, subject: str) -> None:
    block = reply.message.headers
    if block and not reply.message.payload and parse_headers(block).status == _NO_RESPONDERS:
        raise NoRespondersError(f"nobody serves '{subject}'")


class _Inbox:
    """The sink of one request: replies with their arrival, and a wake-up."""

    def __init__(self) -> None:
        self.sent = 0.0
        self._replies: list[Reply] = []
        self._arrival: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self, run: Run) -> None:
        elapsed = time.perf_counter() - self.sent
        self._replies += [Reply(message, elapsed) for message in run]
        if not self._arrival.done():
            self._arrival.set_result(None)

    async def next(self, connection: Connection, timeout_s: float) -> Reply | None:
        """Return the next reply, or None after ``timeout_s``; raise what ended the connection."""
        if not self._replies:
            self._arrival = asyncio.get_running_loop().create_future()
            events: set[asyncio.Future[Any]] = {self._arrival, connection.ended}
            await asyncio.wait(events, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if self._replies:
            return self._replies.pop(0)
        if connection.denied:
            raise connection.denied[0]
        if connection.ended.done():
            connection.check_usable()
        return None
