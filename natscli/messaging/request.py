"""Requests: one message out, one or more replies back, each with its round-trip time."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.messaging.flight import Manner, prepare
from natscli.messaging.inbox import Replies, Reply
from natscli.messaging.outgoing import Letter
from natscli.wire.message import Message


async def request(
    connection: Connection, question: Letter, wanted: Replies, deadline: Deadline, *, again_s: float = 0.0
) -> AsyncGenerator[Reply, None]:
    """Send ``question`` and yield its replies as they come.

    The first is waited for until ``deadline``; further ones of a fixed number as long as the mean
    round trip plus ``gap_s``.  With ``again_s`` it is asked again as long as nothing has come.
    Raises NoRespondersError, PermissionDeniedError, and DeadlineError when nothing came at all.
    """
    flight = await prepare(connection, Manner(wanted, deadline.remaining(), first=deadline, again_s=again_s))
    async with aclosing(flight.answers(_single(question))) as answers:
        async for _, outcome in answers:
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome


async def request_one(connection: Connection, subject: str, payload: bytes, deadline: Deadline) -> Message:
    """Return the first reply to ``payload`` on ``subject``."""
    async with aclosing(request(connection, Letter(subject.encode(), payload), Replies(), deadline)) as replies:
        return (await anext(replies)).message


async def _single(letter: Letter) -> AsyncIterator[Iterable[Letter]]:
    yield [letter]
