"""Reading a stream in order and without gaps, with a consumer of one's own.

It is pushed to under flow control, or pulled from, as its maker wants.  Where messages are missing, where it falls
silent or is gone, it is made anew behind the last message that came.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from natscli.connection.dispatch import Sink
from natscli.errors import DeadlineError, NatsCliError, NoRespondersError
from natscli.jetstream.acks import delivery_of
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import ConsumerConfig
from natscli.jetstream.consumers import create_consumer
from natscli.jetstream.errors import LEADERLESS, ApiError
from natscli.jetstream.feeding import OWN_BATCH, Feed, Pulled, Pushed, Room
from natscli.jetstream.information import ConsumerInfo
from natscli.wire.encode import pub
from natscli.wire.message import Message, Run

_HEARTBEAT_S = 1.0
_INACTIVE_S = 60.0  # how long the server keeps a consumer that nobody listens to
_AGAIN_S = 0.3
_WORTH_TELLING_S = 2.0  # of trying in vain
_UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Selection:
    """Which messages: of which subjects (none for all), and from where on, as a consumer's configuration says it.

    ``pushed`` needs fewer permissions and asks for nothing; without it no more comes than there is room for.
    """

    filters: tuple[str, ...] = ()
    start: Mapping[str, Any] = field(default_factory=lambda: {"deliver_policy": "all"})
    headers_only: bool = False
    pushed: bool = True

    @property
    def policy(self) -> str:
        """From where on, in a word."""
        return str(self.start.get("deliver_policy", "all"))

    def config(self, name: str, inbox: str, start: Mapping[str, Any]) -> ConsumerConfig:
        """Return the consumer that delivers them, to ``inbox`` if it pushes."""
        one = len(self.filters) == 1
        said: dict[str, Any] = {
            "name": name,
            **start,
            "filter_subject": self.filters[0] if one else None,
            "filter_subjects": list(self.filters) if not one and self.filters else None,
            "ack_policy": "none",
            "max_deliver": 1,
            "replay_policy": "instant",
            "inactive_threshold": round(_INACTIVE_S * 1e9),
            "headers_only": self.headers_only or None,
            "mem_storage": True,
            "num_replicas": 1,
        }
        if self.pushed:
            beat_ns = round(_HEARTBEAT_S * 1e9)
            said |= {"deliver_subject": inbox, "flow_control": True, "idle_heartbeat": beat_ns}
        return ConsumerConfig({key: value for key, value in said.items() if value is not None})


class Ordered:
    """The source of a selection.  ``tell`` is given a line about an outage that lasts, ``batch`` is for pulling."""

    def __init__(
        self,
        api: Api,
        stream: str,
        wanted: Selection,
        sink: Sink,
        room: Room,
        tell: Callable[[str], None] = lambda _line: None,
        batch: int = OWN_BATCH,
    ) -> None:
        self.consumer = ConsumerInfo()
        self.pending = 0  # messages there were in the beginning
        self.restarts = 0
        self.trouble: NatsCliError | None = None  # why it cannot be made anew just now
        self._api, self._stream, self._wanted = api, stream, wanted
        self._sink, self._room, self._tell, self._batch = sink, room, tell, batch
        self._name = self._inbox = ""
        self._feed: Feed | None = None
        self._count = 0
        self._last = 0  # sequence of the last message in the stream
        self._expected = 1  # of the consumer's own sequence
        self._caught_up = self._broken = False
        self._not_before = self._since = 0.0

    @property
    def is_over(self) -> bool:
        """Whether all that there was has come."""
        return self._caught_up

    async def begin(self) -> None:
        """Make the first consumer; raises what keeps it from being made, beyond an election that ends in time."""
        deadline = self._api.deadline
        while True:
            try:
                pending, behind = await self._make(self._wanted.start)
                break
            except ApiError as error:
                if error.err_code not in LEADERLESS or deadline.remaining() < _AGAIN_S:
                    raise
                await asyncio.sleep(_AGAIN_S)
        self.pending = pending
        self._last = max(self._last, behind)
        self._caught_up = self._caught_up or not pending or self._count >= pending or self._wanted.policy == "new"

    def end(self) -> None:
        """Take no more, and remove the consumer."""
        if self._feed is None:
            return
        self._feed.end()
        self._feed = None
        connection = self._api.connection
        if connection.is_connected and connection.failure is None:
            subject = self._api.subject(f"CONSUMER.DELETE.{self._stream}.{self._name}")
            connection.send(pub(subject.encode(), b"", self._inbox.encode()))

    def doubt(self) -> None:
        """Begin anew with the next look: whoever asks has found the consumer gone, or silent for too long."""
        self._broken = True

    def ask(self) -> None:
        """Have more sent where there is room."""
        if self._feed is not None and not self._broken:
            self._feed.ask()

    async def look_after(self) -> None:
        """Begin anew where something may be missing."""
        feed = self._feed
        if feed is not None and not self._broken:
            await feed.look_after()
            self._broken = feed.lost or feed.failure is not None
        if self._broken and self._api.connection.is_connected and time.monotonic() >= self._not_before:
            await self._begin_anew()

    async def _begin_anew(self) -> None:
        self.end()
        start: Mapping[str, Any] = {"deliver_policy": "by_start_sequence", "opt_start_seq": self._last + 1}
        if self._wanted.policy == "last_per_subject" and not self._caught_up:
            start = self._wanted.start  # all of them once more; what came already is passed over
        try:
            pending, _ = await self._make(start)
        except (NoRespondersError, DeadlineError) as error:
            self._try_again(error)
        except ApiError as error:
            if error.code != _UNAVAILABLE:
                raise
            self._try_again(error)
        else:
            self.restarts += 1
            self.trouble, self._since = None, 0.0
            self._caught_up = self._caught_up or not pending

    def _try_again(self, error: NatsCliError) -> None:
        now = time.monotonic()
        self.trouble, self._not_before = error, now + _AGAIN_S
        if not self._since:
            self._since = now
        elif 0 < self._since <= now - _WORTH_TELLING_S:
            self._since = float("inf")  # once
            self._tell(f"{error}; it is tried again")

    async def _make(self, start: Mapping[str, Any]) -> tuple[int, int]:
        """Make a consumer; return how many messages it has, and the sequence behind which it begins, if known."""
        api, wanted = self._api, self._wanted
        self._expected = 1
        self._name, self._inbox = secrets.token_hex(8), api.connection.new_inbox()
        config = wanted.config(self._name, self._inbox, start)
        self._broken = False
        try:
            if wanted.pushed:  # interest first: the server sends at once
                await self._listen(Pushed(api, config, self._take, self._room))
            info = self.consumer = await self._create(config)
            if not wanted.pushed:
                await self._listen(Pulled(api, info, self._take, self._room, batch=self._batch))
        except BaseException:
            self._broken = True
            if self._feed is not None:
                self._feed.end()
                self._feed = None
            raise
        delivered = info.part("delivered")
        sent = delivered.whole("consumer_seq")
        return info.whole("num_pending") + sent, 0 if sent else delivered.whole("stream_seq")

    async def _create(self, config: ConsumerConfig) -> ConsumerInfo:
        try:
            return await create_consumer(self._api, self._stream, config)
        except ApiError as error:
            raise error.about(f"stream '{self._stream}'") from error

    async def _listen(self, feed: Feed) -> None:
        feed.beat = self._beat
        self._feed = feed
        await feed.begin()

    def _beat(self, delivered: int) -> None:
        """Take in a heartbeat: what is missing has been lost, or all has come, also what was removed meanwhile."""
        if delivered >= self._expected:
            self._broken = True
        elif delivered == self._expected - 1:
            self._caught_up = True

    def _take(self, run: Run) -> None:
        """Pass a run on if it follows the last; its first and last message tell of those between them."""
        if self._broken:
            return
        replies = run.replies
        first = last = delivery_of(replies[0]) if replies else None
        if replies and len(replies) > 1:
            last = delivery_of(replies[-1])
        if first is None or last is None or first.consumer_sequence != self._expected:
            self._broken = True
            return
        count = len(run)
        if last.consumer_sequence != self._expected + count - 1:
            self._take(run.head(count // 2))  # down to the last in front of the gap
            self._broken = True
            return
        self._expected += count
        if first.stream_sequence <= self._last:  # the last of each subject, once more
            run = Run.of(run.sid, [each for each in run if _sequence(each) > self._last])
        self._last = max(self._last, last.stream_sequence)
        self._count += len(run)
        self._caught_up = self._caught_up or not last.pending or 0 < self.pending <= self._count
        if len(run):
            self._sink(run)


def _sequence(message: Message) -> int:
    delivery = delivery_of(message.reply)
    return 0 if delivery is None else delivery.stream_sequence
