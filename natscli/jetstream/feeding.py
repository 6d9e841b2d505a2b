"""Runs of messages from a consumer, as fast as they are wanted: pulled with overlapping requests, or pushed.

A feed hands runs to a sink, without what the server says in between.  ``look_after`` is to be called every now and
then: it asks for more, and notices silence, a return of the connection, and a consumer that has gone.  What makes
a source of a feed is here for a consumer that is there already, and in ``ordered`` for one of one's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from natscli.connection.dispatch import Sink
from natscli.connection.upstream import Subscription
from natscli.errors import DeadlineError, NatsCliError, NoRespondersError
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import ConsumerConfig
from natscli.jetstream.consumers import consumer_info
from natscli.jetstream.document import encode
from natscli.jetstream.errors import LEADERLESS, ApiError, PullError
from natscli.jetstream.information import ConsumerInfo
from natscli.jetstream.pull import PullRequest
from natscli.wire.encode import pub
from natscli.wire.headers import Headers, parse_headers
from natscli.wire.message import Message, Run

Room = Callable[[], int]  # how many messages may be asked for now, beside those that are on their way

# On their way at most, unless told; half of it is asked for again when it has come.
BATCH = 500  # others may want the rest, and how large they are is not known yet
OWN_BATCH = 2_000  # of a consumer that nobody else has: a request costs as much as twenty messages
_BATCH_BYTES = 32 * 1024 * 1024  # of the largest seen so far; what is on its way cannot be refused
_EXPIRES_S = 30.0
_HEARTBEAT_S = 5.0
_AGAIN_S = 0.3  # until it is tried again where nobody answers: a server reads its store, or elects a leader
_GRACE_S = 1.0  # how long heartbeats may be late
_STATUS = b"NATS/1.0 "
_LAST, _STALLED = "Nats-Last-Consumer", "Nats-Consumer-Stalled"
_HEARTBEAT, _CONFLICT, _UNSERVED = 100, 409, 503
_GONE = "consumer deleted"
_WRONG = ("push based", "exceeded maxrequest", "bad request")


def split(run: Run, here: bytes) -> tuple[Run, list[Message]]:
    """Return a run without what the server says itself, and that; ``here`` is what its subjects begin with."""
    headers = run.headers
    if headers is None or not any(block.startswith(_STATUS) for block in headers):
        return run, []
    messages = list(run)
    said = [each for each in messages if each.headers.startswith(_STATUS) and each.subject.startswith(here)]
    if not said:
        return run, []
    told = set(map(id, said))
    return Run.of(run.sid, [each for each in messages if id(each) not in told]), said


def is_silent(heard: float, beat_s: float) -> bool:
    """Whether nothing came for longer than heartbeats are apart, one of which may be lost."""
    return time.monotonic() - heard > 2 * beat_s + _GRACE_S


class Feed(Protocol):
    """Runs of one consumer.

    ``lost`` is whether something may have been missed, ``failure`` what ended it.  ``beat`` is told with each
    heartbeat how many messages the consumer has delivered: there is nothing more just now.
    """

    lost: bool
    failure: NatsCliError | None
    beat: Callable[[int], None]

    async def begin(self) -> None:
        """Begin; raises what keeps it from that."""

    async def look_after(self) -> None:
        """Do what is due."""

    def ask(self) -> None:
        """Have more sent where there is room."""

    def end(self) -> None:
        """Take no more."""


class Pulled:
    """A pull consumer.  Requests overlap: one is on its way while another is worked off."""

    def __init__(self, api: Api, consumer: ConsumerInfo, sink: Sink, room: Room, *, batch: int = BATCH) -> None:
        self.lost = False
        self.failure: NatsCliError | None = None
        self.beat: Callable[[int], None] = _unheard
        self._api, self._sink, self._room = api, sink, room
        config = consumer.config
        self._what = f"consumer '{consumer.stream} > {consumer.name}'"
        self._subject = api.subject(f"CONSUMER.MSG.NEXT.{consumer.stream}.{consumer.name}").encode()
        self._batch = min(batch, config.whole("max_batch") or batch)
        expires_s = min(_EXPIRES_S, config.seconds("max_expires") or _EXPIRES_S)
        self._expires_s, self._beat_s = expires_s, min(_HEARTBEAT_S, expires_s / 2)
        self._inbox = api.connection.new_inbox()
        self._here = self._inbox.encode()
        self._subscription: Subscription | None = None
        self._coming = self._asked = self._largest = 0
        self._returns = api.connection.returns
        self._heard = self._not_before = 0.0

    async def begin(self) -> None:
        """Subscribe, and ask for the first."""
        self._subscription = await self._api.connection.subscribe_bulk(f"{self._inbox}.*", self._take)
        self._heard = time.monotonic()
        self.ask()

    def end(self) -> None:
        """Take no more."""
        if self._subscription is not None:
            self._api.connection.unsubscribe(self._subscription)
            self._subscription = None

    def ask(self) -> None:
        """Ask for more where there is room, and half of what was asked for has come."""
        connection = self._api.connection
        if self._subscription is None or not connection.is_connected or time.monotonic() < self._not_before:
            return
        batch = self._batch if self._largest else min(self._batch, BATCH)
        most = min(batch, max(_BATCH_BYTES // max(self._largest, 1), 1), self._room())
        if self._coming > most // 2 or most <= 0:
            return
        wanted = most - self._coming
        request = PullRequest(wanted, expires_s=self._expires_s, heartbeat_s=self._beat_s)
        self._asked += 1
        connection.send(pub(self._subject, encode(request.body), self._here + b".%d" % self._asked))
        if not self._coming:
            self._heard = time.monotonic()
        self._coming += wanted

    async def look_after(self) -> None:
        """Ask again where a return of the connection or silence says that nothing comes any more."""
        connection = self._api.connection
        if not connection.is_connected:
            return
        silent = self._coming > 0 and is_silent(self._heard, self._beat_s)
        if connection.returns != self._returns or silent:
            self._returns, self._heard, self._coming, self.lost = connection.returns, time.monotonic(), 0, True
        self.ask()

    def _take(self, run: Run) -> None:
        self._heard = time.monotonic()
        messages, said = split(run, self._here)
        count = len(messages)
        if count:
            self._coming = max(self._coming - count, 0)
            self._largest = max(self._largest, messages.payload_bytes // count)
            self._sink(messages)
        for status in said:
            self._note(parse_headers(status.headers))
        self.ask()

    def _note(self, headers: Headers) -> None:
        """Take in what ended a request."""
        if headers.status == _HEARTBEAT:
            self.beat(_whole(headers.get(_LAST)))
            return
        left = _whole(headers.get("Nats-Pending-Messages"))
        self._coming = max(self._coming - left, 0) if left >= 0 else 0
        words = headers.description.lower()
        if headers.status == _UNSERVED or (headers.status == _CONFLICT and words != "batch completed"):
            self._coming, self.lost, self._not_before = 0, True, time.monotonic() + _AGAIN_S
            if words == _GONE or words.startswith(_WRONG) or any(word in words for word in _WRONG):
                self.failure = PullError(self._what, headers.status, words)


class Pushed:
    """What a push consumer sends to its subject; flow control is answered once there is room for more."""

    def __init__(self, api: Api, config: ConsumerConfig, sink: Sink, room: Room) -> None:
        self.lost = False
        self.failure: NatsCliError | None = None
        self.beat: Callable[[int], None] = _unheard
        self._api, self._sink, self._room = api, sink, room
        self._subject, self._group = config.text("deliver_subject"), config.text("deliver_group")
        self._here = self._subject.encode("utf-8", "surrogateescape")
        self._beat_s = config.seconds("idle_heartbeat")
        self._subscription: Subscription | None = None
        self._returns = api.connection.returns
        self._heard = 0.0
        self._owed = b""  # where the server waits for a word before it sends more

    async def begin(self) -> None:
        """Subscribe as the consumer's configuration says."""
        subscribe = self._api.connection.subscribe_bulk
        self._subscription = await subscribe(self._subject, self._take, queue=self._group)
        self._heard = time.monotonic()

    def end(self) -> None:
        """Take no more."""
        if self._subscription is not None:
            self._api.connection.unsubscribe(self._subscription)
            self._subscription = None

    def ask(self) -> None:
        """Let the server send more where there is room."""
        if self._owed and self._api.connection.is_connected and self._room() > 0:
            self._api.connection.send(pub(self._owed, b""))
            self._owed = b""

    async def look_after(self) -> None:
        """Notice a return of the connection, and that no heartbeat comes where some are promised."""
        connection = self._api.connection
        if not connection.is_connected:
            return
        silent = self._beat_s > 0 and is_silent(self._heard, self._beat_s)
        if connection.returns != self._returns or silent:
            self._returns, self._heard, self.lost = connection.returns, time.monotonic(), True
        self.ask()

    def _take(self, run: Run) -> None:
        self._heard = time.monotonic()
        messages, said = split(run, self._here)
        if len(messages):
            self._sink(messages)
        for status in said:
            headers = parse_headers(status.headers)
            stalled = headers.get(_STALLED) or ""
            if answer := status.reply or stalled.encode("utf-8", "surrogateescape"):
                self._owed = answer
            else:
                self.beat(_whole(headers.get(_LAST)))
        self.ask()


class Existing:
    """The source of a consumer that is there already; when that has gone it is the end.

    What a durable one has sent and was not acknowledged comes again, so that nothing is missed.
    """

    def __init__(self, api: Api, consumer: ConsumerInfo, feed: Feed) -> None:
        self.consumer = consumer
        self._api, self._feed = api, feed

    @classmethod
    def of(cls, api: Api, consumer: ConsumerInfo, sink: Sink, room: Room, *, batch: int = BATCH) -> Existing:
        """Return what pulls from a consumer, or takes what it pushes."""
        config = consumer.config
        if config.is_pull:
            return cls(api, consumer, Pulled(api, consumer, sink, room, batch=batch))
        return cls(api, consumer, Pushed(api, config, sink, room))

    @property
    def is_over(self) -> bool:
        """Whether there was nothing to deliver, and nothing to be acknowledged, when it began."""
        return not (self.consumer.whole("num_pending") or self.consumer.whole("num_ack_pending"))

    async def begin(self) -> None:
        """Begin; raises what keeps it from that."""
        await self._feed.begin()

    def ask(self) -> None:
        """Have more sent where there is room."""
        self._feed.ask()

    def end(self) -> None:
        """Take no more."""
        self._feed.end()

    async def look_after(self) -> None:
        """Do what is due; where something may have been missed, see whether the consumer is still there."""
        feed = self._feed
        if feed.failure is not None:
            raise feed.failure
        await feed.look_after()
        if feed.lost and self._api.connection.is_connected:
            feed.lost = False
            try:
                await consumer_info(self._api, self.consumer.stream, self.consumer.name)
            except (NoRespondersError, DeadlineError):
                feed.lost = True
            except ApiError as error:
                if error.err_code not in LEADERLESS:
                    raise
                feed.lost = True


def _unheard(_delivered: int) -> None:
    """Nobody listens to heartbeats."""


def _whole(text: str | None) -> int:
    """Return a number in a header; -1 for none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 21 else -1
