"""Opening connections in tests, and remembering what they tell."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.resolve import resolve
from natscli.context.settings import Settings
from natscli.context.target import Target
from natscli.errors import NatsCliError, PermissionDeniedError
from natscli.wire.message import Message, Run
from tests.waiting import SLACK_S

T = TypeVar("T")


def target_for(url: str, **settings: Any) -> Target:
    """The target that ``natscli --server URL …`` would have; settings as ``Settings`` names them."""
    return resolve([Settings("test", server=url, **settings)])


@asynccontextmanager
async def connected(target: Target | str, seconds: float = 5.0, **options: Any) -> AsyncIterator[Connection]:
    """A connection for the length of a block; options as ``open_connection`` takes them."""
    if isinstance(target, str):
        target = target_for(target)
    connection = await open_connection(target, Deadline(seconds), **options)
    try:
        yield connection
    finally:
        await connection.close()


def refusal(target: Target | str, seconds: float = 5.0, **options: Any) -> NatsCliError:
    """Try to connect, within ``seconds``, and return the error that says why it is impossible."""
    failure, elapsed = timed_failure(connect_once(target, seconds, **options))
    assert elapsed < seconds + SLACK_S
    return failure


async def connect_once(target: Target | str, seconds: float = 5.0, **options: Any) -> None:
    """Connect, exchange a PING and a PONG, and close."""
    async with connected(target, seconds, **options) as connection:
        await connection.confirm(seconds)


def timed_failure(work: Coroutine[Any, Any, object]) -> tuple[NatsCliError, float]:
    """Run ``work``, which has to fail; return the error and the seconds until the event loop was closed."""
    started = time.monotonic()
    try:
        asyncio.run(work)
    except NatsCliError as error:
        return error, time.monotonic() - started
    raise AssertionError("it did not fail")


async def end_of(connection: Connection, within: float = 5.0) -> Exception | None:
    """Wait for the end of a connection; return why it came."""
    async with asyncio.timeout(within):
        return await connection.ended


class Sink:
    """Keeps every message it is handed."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def __call__(self, run: Run) -> None:
        self.messages += run

    @property
    def payloads(self) -> list[bytes]:
        """All payloads so far."""
        return [message.payload for message in self.messages]


class Recorder:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.losses: list[tuple[str, str]] = []
        self.reasons: list[str] = []
        self.returns: list[tuple[str, float]] = []
        self.renewals: list[str] = []
        self.refusals: list[PermissionDeniedError] = []

    def lost(self, url: str, reason: str) -> None:
        self.losses.append((url, reason))

    def retrying(self, reason: str) -> None:
        self.reasons.append(reason)

    def regained(self, url: str, seconds: float) -> None:
        self.returns.append((url, seconds))

    def renewed(self, url: str, seconds: float, source: str) -> None:
        self.returns.append((url, seconds))
        self.renewals.append(source)

    def refused(self, error: PermissionDeniedError) -> None:
        self.refusals.append(error)
