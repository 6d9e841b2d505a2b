"""The JetStream API as tests use it: one call, one connection."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from natscli.connection.deadline import Deadline
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.jetstream.consumers import create_consumer
from natscli.jetstream.streams import create_stream
from natscli.messaging.inbox import Replies
from natscli.messaging.outgoing import Letter
from natscli.messaging.request import request
from tests.connection.opening import connected, target_for
from tests.waiting import eventually

T = TypeVar("T")


def with_api(url: str, work: Callable[[Api], Awaitable[T]], seconds: float = 20.0, **settings: Any) -> T:
    """Return what ``work`` makes of an API on a connection of its own."""

    async def once() -> T:
        async with connected(target_for(url, **settings), seconds) as connection:
            return await work(Api(connection, Deadline(seconds)))

    return asyncio.run(once())


def ask(
    url: str, operation: str, body: dict[str, Any] | None = None, seconds: float = 20.0, **settings: Any
) -> dict[str, Any]:
    """Return the server's own answer, whatever it is."""

    async def raw(api: Api) -> dict[str, Any]:
        return dict((await api.ask(operation, "test", body)).raw)

    return with_api(url, raw, seconds, **settings)


def make_stream(url: str, name: str, **fields: Any) -> dict[str, Any]:
    """Make a stream, by default of ``NAME.>`` in memory; returns the answer."""
    config = {"name": name, "subjects": [f"{name}.>"], "storage": "memory", **fields}
    return dict(with_api(url, lambda api: create_stream(api, StreamConfig(config))).raw)


def make_consumer(url: str, stream: str, name: str, **fields: Any) -> dict[str, Any]:
    """Make a durable consumer with explicit acknowledgements; returns the answer."""
    config = ConsumerConfig({"durable_name": name, "name": name, "ack_policy": "explicit", **fields})
    return dict(with_api(url, lambda api: create_consumer(api, stream, config)).raw)


def await_pending(url: str, stream: str, consumer: str, messages: int) -> None:
    """Wait until a consumer has so many to deliver: it hears of what is stored behind the acknowledgement."""
    eventually(lambda: ask(url, f"CONSUMER.INFO.{stream}.{consumer}")["num_pending"] == messages)


def store(url: str, subject: str, *bodies: bytes, headers: bytes = b"") -> None:
    """Publish to a stream and wait until each message is kept."""

    async def publish(api: Api) -> None:
        for body in bodies:
            letter = Letter(subject.encode(), body, headers=headers)
            async for reply in request(api.connection, letter, Replies(), api.deadline):
                assert b"error" not in reply.message.payload, reply.message.payload

    with_api(url, publish)
