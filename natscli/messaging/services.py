"""A NATS micro service as far as others see it: the replies to ``$SRV.PING``, ``INFO`` and ``STATS`` (ADR-32)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from natscli.connection.client import Connection
from natscli.messaging.ndjson import format_time
from natscli.wire.encode import pub
from natscli.wire.message import Message, Run

_PREFIX = "$SRV"
_TYPES = "io.nats.micro.v1"
QUEUE = "q"  # what ADR-32 says where nothing else is chosen


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a service is; ``metadata`` is asked for with each reply, as it may change."""

    name: str
    id: str
    version: str  # semantic
    description: str
    metadata: Callable[[], Mapping[str, str]]


@dataclass(slots=True)
class Endpoint:
    """Where requests go, what takes them, and how that went so far."""

    name: str
    subject: str
    take: Callable[[Message], None]
    requests: int = 0
    errors: int = 0
    last_error: str = ""
    busy_ns: int = 0

    def called(self, message: Message) -> None:
        """Take a request, and count it."""
        began = time.perf_counter_ns()
        self.requests += 1
        self.take(message)
        self.busy_ns += time.perf_counter_ns() - began

    def failed(self, words: str) -> None:
        """Count a request that was answered with an error."""
        self.errors += 1
        self.last_error = words


class MicroService:
    """Answers for a service on one connection: who it is, what it offers, how much it did."""

    def __init__(self, connection: Connection, identity: Identity, endpoint: Endpoint) -> None:
        self._connection = connection
        self._identity = identity
        self._endpoint = endpoint
        self._started = format_time(time.time_ns())

    async def start(self) -> None:
        """Subscribe, and have the server confirm it."""
        connection, identity = self._connection, self._identity
        for verb, document in (("PING", self._ping), ("INFO", self._info), ("STATS", self._stats)):
            for suffix in ("", f".{identity.name}", f".{identity.name}.{identity.id}"):
                await connection.subscribe_bulk(f"{_PREFIX}.{verb}{suffix}", self._answering(document))
        await connection.subscribe_bulk(self._endpoint.subject, self._requests, queue=QUEUE)
        await connection.confirm(connection.target.timeout_s)

    def _answering(self, document: Callable[[], dict[str, object]]) -> Callable[[Run], None]:
        def answer(run: Run) -> None:
            asking = [message.reply for message in run if message.reply]
            if asking and self._connection.is_connected:
                payload = json.dumps(document()).encode()
                self._connection.send(b"".join([pub(reply, payload) for reply in asking]))

        return answer

    def _requests(self, run: Run) -> None:
        for message in run:
            self._endpoint.called(message)

    def _head(self, kind: str) -> dict[str, object]:
        identity = self._identity
        return {
            "name": identity.name,
            "id": identity.id,
            "version": identity.version,
            "metadata": dict(identity.metadata()),
            "type": f"{_TYPES}.{kind}_response",
        }

    def _ping(self) -> dict[str, object]:
        return self._head("ping")

    def _info(self) -> dict[str, object]:
        endpoint = {"name": self._endpoint.name, "subject": self._endpoint.subject, "queue_group": QUEUE}
        described = {"description": self._identity.description, "endpoints": [endpoint | {"metadata": {}}]}
        return self._head("info") | described

    def _stats(self) -> dict[str, object]:
        endpoint = self._endpoint
        counts = {
            "name": endpoint.name,
            "subject": endpoint.subject,
            "queue_group": QUEUE,
            "num_requests": endpoint.requests,
            "num_errors": endpoint.errors,
            "last_error": endpoint.last_error,
            "processing_time": endpoint.busy_ns,
            "average_processing_time": endpoint.busy_ns // (endpoint.requests or 1),
        }
        return self._head("stats") | {"started": self._started, "endpoints": [counts]}
