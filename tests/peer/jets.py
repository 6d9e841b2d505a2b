"""``bench js`` and ``bench kv`` beside ``nats bench``: the same messages into, and out of, the same streams.

Both are taken by their own word.  Ours counts what the stream has acknowledged, and acknowledgements that a PONG has
proven; the peer's ends with the last message received.  The windows are each one's default: 4,000 acknowledgements
here, batches of 500 that are waited for as a whole there.  A stream is emptied, and a consumer removed, before each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from natscli.bench.provision import MARK
from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.errors import NatsCliError
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.consumers import delete_consumer
from natscli.jetstream.streams import create_stream, delete_stream, purge_stream
from tests.peer.benches import ours, theirs
from tests.peer.contest import Ring, Row, compare

T = TypeVar("T")

Rate = Callable[[], float | None]
_STREAM, _BUCKET, _CONSUMER = "benchstream", "benchbucket", "nats-bench"
_ONE_BY_ONE = ("--msgs", "20000")
_MANY = ("--msgs", "200000")


def with_api(ring: Ring, work: Callable[[Api], Awaitable[T]]) -> T:
    """Return what ``work`` makes of the server's API."""

    async def once() -> T:
        connection = await open_connection(Target(parse_urls(ring.server.url)), Deadline(10))
        try:
            return await work(Api(connection))
        finally:
            await connection.close()

    return asyncio.run(once())


@contextmanager
def stream(ring: Ring, subject: str, storage: str) -> Iterator[None]:
    """Have a stream as the peer makes it."""
    config = {
        "name": _STREAM, "subjects": [subject], "storage": storage, "discard": "new", "max_bytes": 1024**3,
        "allow_direct": True, "allow_atomic": True, "metadata": {MARK: "1"},
    }  # fmt: skip
    with_api(ring, lambda api: create_stream(api, StreamConfig(config)))
    try:
        yield
    finally:
        with_api(ring, lambda api: delete_stream(api, _STREAM))


def emptied(ring: Ring, rate: Rate) -> float | None:
    """Return the rate of who publishes into an empty stream."""
    with_api(ring, lambda api: purge_stream(api, _STREAM))
    return rate()


def unread(ring: Ring, rate: Rate) -> float | None:
    """Return the rate of who reads from the beginning."""
    with suppress(NatsCliError):
        with_api(ring, lambda api: delete_consumer(api, _STREAM, _CONSUMER))
    return rate()


def without_bucket(ring: Ring, rate: Rate) -> float | None:
    """Return the rate of who makes the bucket."""
    with suppress(NatsCliError):
        with_api(ring, lambda api: delete_stream(api, f"KV_{_BUCKET}"))
    return rate()


def publishing(ring: Ring, mode: str, storage: str, count: tuple[str, str], aim: float) -> Row:
    """Return the contest of one way to publish."""
    subject = ring.subject()
    with stream(ring, subject, storage):
        contestants = [
            partial(emptied, ring, partial(ours, ring, "js", "pub", mode, subject, *count)),
            partial(
                emptied, ring, partial(theirs, ring, "js", "pub", mode.replace("atomic", "batch"), subject, *count)
            ),
        ]
        return Row(f"`bench js pub {mode}`, {storage}", "128", *compare(contestants), aim)


def reading(ring: Ring, options: tuple[str, ...], aim: float) -> Row:
    """Return the contest of one way to read a stream in a file."""
    subject = ring.subject()
    with stream(ring, subject, "file"):
        ours(ring, "js", "pub", "async", subject, *_MANY)
        contestants = [partial(unread, ring, partial(by, ring, "js", *options, *_MANY)) for by in (ours, theirs)]
        return Row(f"`bench js {' '.join(options)}`", "128", *compare(contestants), aim)


def putting(ring: Ring) -> Row:
    """Return the contest of putting values."""
    contestants = [partial(without_bucket, ring, partial(by, ring, "kv", "put", *_ONE_BY_ONE)) for by in (ours, theirs)]
    return Row("`bench kv put`", "128", *compare(contestants), 0.95)


def getting(ring: Ring) -> Row:
    """Return the contest of getting values."""
    without_bucket(ring, lambda: ours(ring, "kv", "put", "--keep", *_ONE_BY_ONE))
    contestants = [partial(by, ring, "kv", "get", *_ONE_BY_ONE) for by in (ours, theirs)]
    return Row("`bench kv get`", "128", *compare(contestants), 0.95)


CONTESTS: tuple[Callable[[Ring], Row], ...] = (
    lambda ring: publishing(ring, "sync", "file", _ONE_BY_ONE, 0.95),
    lambda ring: publishing(ring, "async", "file", _MANY, 1.5),
    lambda ring: publishing(ring, "async", "memory", _MANY, 2.0),
    lambda ring: publishing(ring, "atomic", "file", _MANY, 0.85),
    lambda ring: publishing(ring, "atomic", "memory", _MANY, 1.0),
    lambda ring: reading(ring, ("fetch",), 1.2),
    lambda ring: reading(ring, ("fetch", "--acks", "none"), 1.8),
    lambda ring: reading(ring, ("ordered",), 1.5),
    putting,
    getting,
)


def jet_rows(ring: Ring, _folder: str, numbers: Sequence[int] = ()) -> Iterator[Row]:
    """Yield the contests of ``bench js`` and ``bench kv``, or those with these numbers, the first being 1."""
    for number in numbers or range(1, len(CONTESTS) + 1):
        yield CONTESTS[number - 1](ring)
