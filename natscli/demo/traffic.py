"""Publishing a scenario at a steady rate, answering its requests, and keeping its orders."""

import asyncio
import time
from collections.abc import Callable

from natscli.connection.client import Connection
from natscli.demo.scenario import PRICING, Scenario, answer_price
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.streams import create_stream, stream_info
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


async def keep_orders(api: Api) -> None:
    """Have JetStream keep what goes by on ``orders.>`` in a stream of its own, in memory."""
    config = {"name": STREAM, "subjects": ["orders.>"], "storage": "memory", "max_bytes": 16 * 1024 * 1024}
    await create_stream(api, StreamConfig(config))


async def kept_orders(api: Api) -> int:
    """Return how many messages the stream has taken."""
    return (await stream_info(api, STREAM)).state.whole("last_seq")


class Publisher:
    """Publishes at ``rate`` messages a second, by the clock: a late tick makes up for what it missed."""

    def __init__(self, connection: Connection, scenario: Scenario, rate: float) -> None:
        self.published = 0
        self._connection = connection
        self._scenario = scenario
        self._rate = rate

    async def run(self, finished: Callable[[], bool]) -> None:
        """Publish all that is due until ``finished``, then wait until the server has read it."""
        started, over = time.monotonic(), False
        while not over:
            over = finished()
            due = int((time.monotonic() - started) * self._rate)
            if due > self.published:
                self._connection.send(self._frames(due - self.published))
                await self._connection.drain_writes(self._connection.target.timeout_s)
                self.published = due
            if not over:
                await asyncio.sleep(_TICK_S)
        await self._connection.confirm(self._connection.target.timeout_s)

    def _frames(self, count: int) -> bytes:
        moment_s = time.time()
        frames = []
        for message in (self._scenario.draw(moment_s) for _ in range(count)):
            reply = self._connection.new_inbox().encode() if message.wants_reply else b""
            frames.append(pub(message.subject, message.payload, reply, message.headers))
        return b"".join(frames)
