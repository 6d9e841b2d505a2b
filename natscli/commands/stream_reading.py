"""``sub --stream``: which consumer, what is said of it, and who acknowledges what is written."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from natscli.commands.stream_subscribing import StreamOptions
from natscli.commands.writing import writing
from natscli.connection.client import Connection
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.acks import delivery_of
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.jetstream.consumers import consumer_info, create_consumer
from natscli.jetstream.direct import Direct
from natscli.jetstream.errors import CONSUMER_NOT_FOUND, ApiError
from natscli.jetstream.feeding import Existing
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.ordered import Ordered, Selection
from natscli.jetstream.reading import Manner, Reading, Source
from natscli.jetstream.settling import Settling
from natscli.jetstream.streams import stream_info, stream_names
from natscli.messaging.inbox import inbox_of
from natscli.messaging.subscribe import Deliver, Received, Subscriptions
from natscli.messaging.writing import Writer
from natscli.render.output import StandardOutput, stdout
from natscli.text.durations import format_duration
from natscli.text.moments import utc_moment
from natscli.wire.message import Message, Run

_ALL = ">"
_CONFIRM_S = 5.0


class StreamReading:
    """One reading of a stream, from the options on."""

    def __init__(self, options: StreamOptions, subjects: list[str] | None, *, bodies: bool, say: Callable[[str], None]):
        self._options = options
        self._subject = subjects[0] if subjects else ""
        self._bodies = bodies
        self._say = say
        self._settling: Settling | None = None
        self._headline = ""
        self._brakes: list[Callable[[], bool]] = []

    def slow_down_while(self, brake: Callable[[], bool]) -> None:
        """Ask for no more messages while ``brake`` is true."""
        self._brakes.append(brake)

    def _keeps_up(self) -> bool:
        return not any(brake() for brake in self._brakes)

    # -- what is written -------------------------------------------------------------------------

    def printing(self, connection: Connection, stop: asyncio.Future[int]) -> AbstractAsyncContextManager[Writer]:
        """Give what writes to standard output, and tells the loop of what is written."""
        loop = asyncio.get_running_loop()
        return writing(_Told(self._written, loop), connection, stop)

    def expect(self, run: Run) -> None:
        """Note a run that is about to be written."""
        if self._settling is not None:
            self._settling.expect(list(run.replies or (b"",) * len(run)))

    def is_written(self, messages: int) -> None:
        """Take in that so many of those expected are written."""
        self._written(messages)

    def _written(self, messages: int) -> None:
        if self._settling is not None:
            self._settling.written(messages)

    @staticmethod
    def number_of(message: Message, number: int) -> int:
        """Return what a dumped message's file is called after: its sequence in the stream."""
        delivery = delivery_of(message.reply)
        return number if delivery is None else delivery.stream_sequence

    async def finish(self, connection: Connection) -> None:
        """Wait until what was written is acknowledged."""
        if self._settling is not None:
            await self._settling.finish(min(connection.target.timeout_s, _CONFIRM_S))
            if self._settling.repeated:
                self._say(f"{self._settling.repeated:,} came again, and were left out")

    # -- where it comes from ---------------------------------------------------------------------

    async def receive(
        self,
        connection: Connection,
        wanted: Subscriptions,
        deliver: Deliver,
        stop: asyncio.Future[int],
        _subscribed: Callable[[], None],
        **_how: bool,
    ) -> Received:
        """Receive as ``messaging.subscribe.receive`` does, from the stream."""
        api = Api(connection)
        stream = await stream_info(api, await self._stream(api))
        consumer = await self._durable(api, stream.name)
        if consumer is not None and consumer.config.text("ack_policy") != "none":
            self._settling = Settling(connection, await inbox_of(connection) if self._options.exactly_once else None)
        elif self._options.exactly_once:
            raise NatsCliError(f"consumer '{stream.name} > {self._options.durable}' takes no acknowledgements")
        manner = Manner(self._options.terminate_at_end, self._settling, self._keeps_up)
        reading = Reading(connection, wanted, manner, deliver)
        source = self._source(api, stream, consumer, reading)
        return await reading.run(source, stop, lambda: self._say(self._headline))

    async def _stream(self, api: Api) -> str:
        if self._options.stream is not None:
            return check_name(self._options.stream, "stream")
        names = await stream_names(api, self._subject)
        if not names:
            raise NatsCliError(f"no stream found with subject: {self._subject}", "natscli stream ls lists the streams")
        return names[0]

    def _source(self, api: Api, stream: StreamInfo, consumer: ConsumerInfo | None, reading: Reading) -> Source:
        if consumer is not None:
            return Existing.of(api, consumer, reading.sink, reading.room)
        if self._options.direct or stream.config.text("retention") in ("workqueue", "interest"):
            return self._direct(api, stream, reading)
        subject = self._subject or _ALL
        self._headline = f"Subscribing to subject {subject} {self._from_where()}"
        wanted = Selection((subject,), self._policy(), headers_only=not self._bodies, pushed=False)
        return Ordered(api, stream.name, wanted, reading.sink, reading.room, self._say)

    async def _durable(self, api: Api, stream: str) -> ConsumerInfo | None:
        name = self._options.durable
        if name is None:
            return None
        where = f'Subscribing to JetStream Stream "{stream}" using'
        try:
            found = await consumer_info(api, stream, check_name(name, "consumer"))
        except ApiError as error:
            if error.err_code != CONSUMER_NOT_FOUND:
                raise
            said = {"name": name, "durable_name": name, "ack_policy": "explicit", **self._policy()}
            self._headline = f'{where} new pull consumer "{name}"'
            return await create_consumer(api, stream, ConsumerConfig(said))
        kind = "pull" if found.config.is_pull else "push"
        self._headline = f'{where} existing {kind} consumer "{name}"'
        if self._options.starts:
            self._headline += f", which has its own start: {self._options.starts[0]} is for a new one"
        return found

    def _policy(self) -> dict[str, Any]:
        """Return from where on, as a consumer's configuration says it."""
        options = self._options
        if options.start_sequence is not None:
            return {"deliver_policy": "by_start_sequence", "opt_start_seq": options.start_sequence}
        if options.since is not None:
            return {"deliver_policy": "by_start_time", "opt_start_time": utc_moment(time.time() - options.since)}
        words = {"last": options.last, "new": options.new, "last_per_subject": options.last_per_subject}
        return {"deliver_policy": next((word for word, given in words.items() if given), "all")}

    def _from_where(self) -> str:
        """Say from where on, in the Go CLI's words."""
        options = self._options
        if options.start_sequence is not None:
            return f"starting at sequence {options.start_sequence}"
        if options.since is not None:
            return f"since {format_duration(options.since)}"
        if options.last:
            return "from last received message"
        if options.new:
            return "for new messages"
        return "for last message per subject" if options.last_per_subject else "from first received message"

    def _direct(self, api: Api, stream: StreamInfo, reading: Reading) -> Source:
        config: StreamConfig = stream.config
        if not config.flag("allow_direct"):
            why = "allow_direct is not set to true for stream"
            raise NatsCliError(f"cannot enable direct gets: {why} {stream.name}", "natscli stream edit --allow-direct")
        subject = self._subject or _ALL
        shown = self._subject or ", ".join(config.subjects)
        first, last = stream.state.whole("first_seq"), stream.state.whole("last_seq")
        options = self._options
        start: dict[str, Any] = {"seq": max(first, 1), "next_by_subj": subject}
        words = "starting with the first message received"
        if options.start_sequence is not None:
            start["seq"], words = options.start_sequence, f"starting with sequence {options.start_sequence}"
        elif options.last:
            start["seq"], words = max(last, 1), "starting with the last message received"
        elif options.new:
            start["seq"], words = last + 1, "delivering any new messages received"
        elif options.since is not None:
            start = {"start_time": utc_moment(time.time() - options.since), "next_by_subj": subject}
            words = f"starting with messages since {format_duration(options.since)}"
        elif options.last_per_subject:
            start, words = {"multi_last": [subject]}, "for the last messages for each subject in the Stream"
        self._headline = f"Subscribing to JetStream Stream (direct) holding messages with subject {shown} {words}"
        return Direct(api, stream.name, start, reading.sink, reading.room)


class _Told(StandardOutput):
    """Standard output that tells, on the loop, how many messages it has taken."""

    def __init__(self, told: Callable[[int], None], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(stdout())
        self._told = told
        self._loop = loop

    def write(self, data: bytes, messages: int) -> None:
        """Write bytes, and tell of it."""
        super().write(data, messages)
        try:
            self._loop.call_soon_threadsafe(self._told, messages)
        except RuntimeError:  # the loop has gone: what is not acknowledged comes again
            return


def check_output(options: StreamOptions, *, dumped: bool) -> None:
    """Raise where the output cannot keep a promise."""
    if options.exactly_once and dumped:
        raise UsageError("--exactly-once and --dump do not go together: a file that is there is not overwritten")
