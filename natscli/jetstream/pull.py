"""Pulling messages from a consumer (ADR-37, ADR-42): one request, its messages, and why they ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from natscli.connection.deadline import Deadline
from natscli.errors import DeadlineError, NoRespondersError
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.arrivals import Arrivals
from natscli.jetstream.document import encode
from natscli.jetstream.errors import PullError
from natscli.text.durations import format_duration
from natscli.wire.headers import Headers, parse_headers
from natscli.wire.message import Message

_GRACE_S = 1.0  # how long behind its end a pull may say so
_HEARTBEAT, _NO_MESSAGES, _OVER, _CONFLICT, _UNSERVED = 100, 404, 408, 409, 503
_FULL = ("batch completed", "message size exceeds maxbytes")  # of 409, the ends that were asked for


class End(Enum):
    """Why a pull ended."""

    COUNT = "count"  # as many as asked for
    EMPTY = "empty"  # there were no more
    TIME = "time"  # no more came in time
    FULL = "full"  # no more bytes were asked for


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What to ask for; 0 and nothing leave a field out.  ``expires_s`` is how long the server waits for messages.

    With ``no_wait`` it does not, unless ``expires_s`` is given, and then only while there is nothing at all.
    """

    batch: int = 1
    expires_s: float = 0.0
    no_wait: bool = False
    max_bytes: int = 0
    heartbeat_s: float = 0.0
    group: str = ""
    pin: str = ""  # of a pinned client: the id from its first message's Nats-Pin-Id
    min_pending: int = 0
    min_ack_pending: int = 0
    priority: int = 0

    @property
    def body(self) -> dict[str, Any]:
        """The request."""
        said: dict[str, Any] = {
            "batch": self.batch,
            "expires": round(self.expires_s * 1e9),
            "no_wait": self.no_wait,
            "max_bytes": self.max_bytes,
            "idle_heartbeat": round(self.heartbeat_s * 1e9),
            "group": self.group,
            "id": self.pin,
            "min_pending": self.min_pending,
            "min_ack_pending": self.min_ack_pending,
            "priority": self.priority,
        }
        return {key: value for key, value in said.items() if value}


class Pull:
    """One pull.  Iterate ``messages``; ``end`` says afterwards why it was over."""

    def __init__(self, api: Api, stream: str, consumer: str, request: PullRequest) -> None:
        self.end = End.TIME
        self.received = 0
        self._api = api
        self._request = request
        self._operation = f"CONSUMER.MSG.NEXT.{check_name(stream, 'stream')}.{check_name(consumer, 'consumer')}"
        self._what = f"consumer '{stream} > {consumer}'"

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Yield the messages as they come; what came before a failure is yielded before it is raised.

        Raises PullError where the consumer broke off, NoRespondersError where nobody serves it, DeadlineError
        where it fell silent, PermissionDeniedError.
        """
        wait_s = self._api.connection.target.timeout_s
        deadline = Deadline((self._request.expires_s or wait_s) + _GRACE_S)
        async with Arrivals.of(self._api.connection) as arrivals:
            await arrivals.ask(self._api.subject(self._operation), encode(self._request.body), wait_s)
            while self.received < self._request.batch:
                message = await arrivals.within(self._patience(deadline))
                if message is None:
                    self._silent(deadline)
                    return
                headers = parse_headers(message.headers) if message.headers else None
                if headers is None or not headers.status:
                    self.received += 1
                    yield message
                elif self._is_over(headers):
                    return
            self.end = End.COUNT

    def _patience(self, deadline: Deadline) -> float:
        beat_s = self._request.heartbeat_s
        return min(deadline.remaining(), 2 * beat_s) if beat_s else deadline.remaining()

    def _silent(self, deadline: Deadline) -> None:
        """End, or raise where heartbeats or an answer should have come."""
        if not deadline.is_over:
            beats = format_duration(2 * self._request.heartbeat_s)
            raise DeadlineError(f"{self._what}: no heartbeat within {beats}")
        if not self.received:
            raise deadline.missed(f"{self._what}: no answer")

    def _is_over(self, headers: Headers) -> bool:
        """Take in a status; whether it is the last of the pull."""
        status, words = headers.status, headers.description.lower()
        if status == _HEARTBEAT:
            return False
        if status == _UNSERVED:
            raise NoRespondersError(f"{self._what}: nobody serves it", "is there such a consumer, and JetStream?")
        ends = {_NO_MESSAGES: End.EMPTY, _OVER: End.TIME}
        if status in ends and (status != _OVER or "timeout" in words or not words):
            self.end = ends[status]
            return True
        if status == _CONFLICT and words in _FULL:
            self.end = End.FULL if "bytes" in words else End.COUNT
            return True
        raise PullError(self._what, status, words)
