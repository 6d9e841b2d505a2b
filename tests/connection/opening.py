"""Opening connections in tests, and remembering what they tell."""

import asyncio
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
from tests.connection.clock import run_waiting, waited
from tests.waiting import SLACK_S

T = TypeVar("T")

PATIENCE_S = 15.0  # for what is to come about
PROMPT_S = 5.0  # by when it has, though it may take longer where machines stand still


def target_for(url: str, **settings: Any) -> Target:
    """The target that ``natscli --server URL …`` would have; settings as ``Settings`` names them."""
    return resolve([Settings("test", server=url, **settings)])


@asynccontextmanager
async def connected(target: Target | str, seconds: float = PATIENCE_S, **options: Any) -> AsyncIterator[Connection]:
    """A connection for the length of a block; options as ``open_connection`` takes them."""
    if isinstance(target, str):
        target = target_for(target)
    connection = await open_connection(target, Deadline(seconds), **options)
    try:
        yield connection
    finally:
        await connection.close()


def refusal(target: Target | str, seconds: float = PATIENCE_S, **options: Any) -> NatsCliError:
    """Try to connect, within ``seconds``, and return the error that says why it is impossible."""
    failure, elapsed = timed_failure(connect_once(target, seconds, **options))
    assert elapsed < min(seconds, PROMPT_S) + SLACK_S
    return failure


async def connect_once(target: Target | str, seconds: float = PATIENCE_S, **options: Any) -> None:
    """Connect, exchange a PING and a PONG, and close."""
    async with connected(target, seconds, **options) as connection:
        await connection.confirm(seconds)


def timed_failure(work: Coroutine[Any, Any, object]) -> tuple[NatsCliError, float]:
    """Run ``work``, which has to fail; return the error and the seconds that were waited for it."""

    async def failing() -> tuple[NatsCliError, float]:
        try:
            await work
        except NatsCliError as error:
            return error, waited()
        raise AssertionError("it did not fail")

    return run_waiting(failing())


def let_attempts_take_long(connection: Connection) -> None:
    """Have each attempt to come back wait for its server, which else is given up after two seconds."""
    connection.options["connect_timeout"] = PATIENCE_S


async def end_of(connection: Connection, within: float = 30.0) -> Exception | None:
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
