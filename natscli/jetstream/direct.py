"""Reading a stream by batched direct gets (ADR-31): no consumer, any replica answers."""

from __future__ import annotations

import time
from typing import Any

from natscli.connection.dispatch import Sink
from natscli.errors import DeadlineError, NoRespondersError
from natscli.jetstream.acks import Delivery
from natscli.jetstream.api import Api
from natscli.jetstream.feeding import Room
from natscli.jetstream.stored import StoredMessage, get_batch
from natscli.messaging.ndjson import parse_time
from natscli.wire.message import Message, Run

_QUIET_S = 0.25  # between two looks at the end of a stream
_BATCH = 256


class Direct:
    """Messages from a stream, as a source of runs; ``start`` is the first request's ``seq`` or ``start_time``.

    With ``multi_last`` it is the last message of each subject, once.
    """

    def __init__(self, api: Api, stream: str, start: dict[str, Any], sink: Sink, room: Room) -> None:
        self.is_over = False
        self._api, self._stream, self._sink, self._room = api, stream, sink, room
        self._request = start
        self._not_before = 0.0
        self._over = False

    async def begin(self) -> None:
        """Nothing: each batch is a request of its own."""

    def ask(self) -> None:
        """Nothing, for the same reason."""

    def end(self) -> None:
        """Take no more."""
        self._over = True

    async def look_after(self) -> None:
        """Get what there is, a batch at a time."""
        while not self._over and (room := self._room()) and time.monotonic() >= self._not_before:
            if not self._api.connection.is_connected:
                return
            await self._get(min(room, _BATCH))

    async def _get(self, most: int) -> None:
        body = self._request | {"batch": most}
        found: list[StoredMessage] = []
        try:
            found = [message async for message in get_batch(self._api, self._stream, body)]
        except (NoRespondersError, DeadlineError):
            self._not_before = time.monotonic() + _QUIET_S
            return
        if not found:
            self._not_before = time.monotonic() + _QUIET_S
            self.is_over = True
            return
        if "multi_last" in self._request:
            self._request = self._request | {"seq": found[-1].sequence + 1}
        else:
            more = {"next_by_subj": self._request["next_by_subj"]}
            self._request = {"seq": found[-1].sequence + 1, **more}
        self._sink(Run.of(0, [self._message(each) for each in found]))

    def _message(self, stored: StoredMessage) -> Message:
        """Return a message whose reply tells what that of a consumer's would: ``Delivery`` without a consumer."""
        reply = f"$JS.ACK.{self._stream}..1.{stored.sequence}.0.{parse_time(stored.time)}.{stored.pending}"
        return Message(stored.subject, stored.payload, reply.encode(), stored.headers)


def is_direct(delivery: Delivery) -> bool:
    """Whether a message came without a consumer."""
    return not delivery.consumer
