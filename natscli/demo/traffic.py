"""Publishing a scenario at a steady rate, answering its requests, and keeping its orders."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.demo.scenario import PRICING, Scenario, answer_price
from natscli.errors import NatsCliError
from natscli.messaging.request import request_one
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from natscli.wire.message import Run

STREAM = "ORDERS"
_TICK_S = 0.02
_JSON = encode_headers([("Content-Type", "application/json")])


async def serve_prices(connection: Connection) -> None:
    """Answer requests on ``services.pricing`` for as long as the connection lasts."""

    def answer(run: Run) -> None:
        replies = [pub(message.reply, answer_price(message.payload), b"", _JSON) for message in run if message.reply]
        if replies:
            connection.send(b"".join(replies))

    await connection.subscribe_bulk(PRICING, answer, queue="pricing")
    await connection.confirm(connection.target.timeout_s)


async def keep_orders(connection: Connection, deadline: Deadline) -> None:
    """Have JetStream keep what goes by on ``orders.>`` in a stream of its own, in memory."""
    config = {"name": STREAM, "subjects": ["orders.>"], "storage": "memory", "max_bytes": 16 * 1024 * 1024}
    await _jetstream(connection, f"STREAM.CREATE.{STREAM}", config, deadline)


async def kept_orders(connection: Connection, deadline: Deadline) -> int:
    """Return how many messages the stream has taken."""
    info = await _jetstream(connection, f"STREAM.INFO.{STREAM}", {}, deadline)
    return int(info["state"]["last_seq"])


async def _jetstream(connection: Connection, name: str, body: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
    answer = await request_one(connection, f"$JS.API.{name}", json.dumps(body).encode(), deadline)
    document: dict[str, Any] = json.loads(answer.payload)
    if "error" in document:
        raise NatsCliError(f"JetStream refused: {document['error'].get('description', 'no reason given')}")
    return document


class Publisher:
    """Publishes at ``rate`` messages a second, by the clock: a late tick makes up for what it missed."""

    def __init__(self, connection: Connection, scenario: Scenario, rate: float) -> None:
        self.published = 0
        self._connection = connection
        self._scenario = scenario
        self._rate = rate

    async def run(self, finished: Callable[[], bool]) -> None:
        """Publish until ``finished``, then wait until the server has read all of it."""
        started = time.monotonic()
        while not finished():
            due = int((time.monotonic() - started) * self._rate)
            if due > self.published:
                self._connection.send(self._frames(due - self.published))
                await self._connection.drain_writes(self._connection.target.timeout_s)
                self.published = due
            await asyncio.sleep(_TICK_S)
        await self._connection.confirm(self._connection.target.timeout_s)

    def _frames(self, count: int) -> bytes:
        moment_s = time.time()
        frames = []
        for message in (self._scenario.draw(moment_s) for _ in range(count)):
            reply = self._connection.new_inbox().encode() if message.wants_reply else b""
            frames.append(pub(message.subject, message.payload, reply, message.headers))
        return b"".join(frames)
