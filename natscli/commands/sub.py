"""``natscli sub``."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import SUBJECTS, command
from natscli.commands.filtering import DecodeOptions, FilterOptions, converting, decoder, message_filter
from natscli.commands.receiving import (
    ReceiveOptions,
    ShowOptions,
    check_compatible,
    check_end,
    style,
    subscriptions,
    with_default_output,
)
from natscli.commands.reporting import Reporting
from natscli.commands.session import connected
from natscli.commands.stream_subscribing import StreamOptions
from natscli.commands.writing import printing
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.resolve import default_output
from natscli.context.target import Target
from natscli.errors import DroppedError, NatsCliError, UsageError
from natscli.messaging.acknowledge import acknowledge
from natscli.messaging.pairing import Pair, receive_pairs
from natscli.messaging.programs import Program
from natscli.messaging.subscribe import Deliver, Received, Subscriptions, receive
from natscli.messaging.translating import Translator
from natscli.messaging.writing import Writer
from natscli.render.dump import DumpFolder, dump_printer
from natscli.render.messages import pair_printer, printer
from natscli.render.notices import Notices, write_line
from natscli.render.throughput import throughput_line
from natscli.text.sizes import plural
from natscli.wire.message import Run

if TYPE_CHECKING:
    from natscli.commands.stream_reading import StreamReading
    from natscli.messaging.decoding.decoder import Converter

_MOST_TRANSLATED = 1000  # messages of a stream that wait for a program


@shared_options
def sub(
    shared: SharedOptions,
    receiving: ReceiveOptions,
    showing: ShowOptions,
    filtering: FilterOptions,
    decoding: DecodeOptions,
    stored: StreamOptions,
    subjects: Annotated[list[str] | None, SUBJECTS] = None,
) -> None:
    """Print the messages of some subjects.

    Runs until Ctrl-C, --count or --wait.  A lost connection is made again, and the gap is announced.
    With --stream, --all and the like messages come from a stream, and there is no gap.
    """
    if stored.wanted:
        stored.check(subjects, _rivals_of_streams(receiving, showing))
    elif not subjects and not receiving.inbox:
        raise UsageError("no subject to subscribe to", "for example: natscli sub 'orders.>'")
    wished = subscriptions(subjects or (), receiving)
    sources = shared.sources
    showing = with_default_output(receiving, showing, filtering, decoding, default_output(sources))
    check_compatible(receiving, showing, filtering, decoding)
    decoded = decoder(decoding)
    wanted, converter = message_filter(filtering, decoded), converting(decoded)
    wished = dataclasses.replace(
        wished,
        keep=None if wanted is None else wanted.keep,
        convert=None if converter is None else converter.convert,
    )
    task = _Task(shared, shared.target_of(sources), receiving, showing, wished, converter)
    if stored.wanted:
        bodies = filtering.given or decoded is not None or not (showing.headers_only or showing.subjects_only)
        task.read(stored, subjects, bodies=bodies)
    run(task.run, ends_itself=True)


def _rivals_of_streams(receiving: ReceiveOptions, showing: ShowOptions) -> dict[str, bool]:
    return {
        "--inbox": receiving.inbox,
        "--queue": bool(receiving.queue),
        "--match-replies": showing.match_replies,
        "--report-subscriptions": showing.report_subscriptions,
    }


class _Task:
    """One ``sub``: from the options to the verdict."""

    def __init__(
        self,
        shared: SharedOptions,
        target: Target,
        receiving: ReceiveOptions,
        showing: ShowOptions,
        wished: Subscriptions,
        converter: "Converter | None",
    ) -> None:
        self._shared = shared
        self._receiving = receiving
        self._showing = showing
        self._wished = wished
        self._target = target
        self._style = style(showing)
        self._notices = Notices(quiet=shared.quiet)
        self._program: Program | None = command(showing.translate)
        self._folder = DumpFolder(showing.dump) if showing.dump not in (None, "-") else None
        self._converter = converter
        self._dropped = 0
        self._stream: StreamReading | None = None

    def read(self, options: StreamOptions, subjects: list[str] | None, *, bodies: bool) -> None:
        """Have the messages come from a stream."""
        from natscli.commands.stream_reading import StreamReading, check_output  # 15 ms, for streams alone

        check_output(options, dumped=self._showing.dump is not None)
        if self._receiving.ack and options.durable is None:
            raise UsageError("--ack needs --durable: without it nothing is to be acknowledged")
        self._style = dataclasses.replace(self._style, stored=True)
        self._notices.meanwhile = "it goes on where it was"
        self._stream = StreamReading(options, subjects, bodies=bodies, say=self._notices.say)

    async def run(self, stop: asyncio.Future[int]) -> None:
        """Receive and show until the end, then raise unless that is what was asked for."""
        try:
            received = await self._receive(stop)
        except NatsCliError as error:
            if self._dropped:
                raise DroppedError(f"{self._loss('')}; {error}", error.hint) from error
            raise
        if self._showing.stats:
            write_line(throughput_line(received.messages, received.payload_bytes, received.seconds))
        self._judge(received, stop)

    async def _receive(self, stop: asyncio.Future[int]) -> Received:
        async with connected(
            self._shared,
            self._target,
            Deadline(self._target.timeout_s),
            notices=self._notices,
            ping_interval_s=self._receiving.ping_interval,
            stop=stop,
        ) as connection:
            if self._receiving.inbox:
                inbox = connection.new_inbox()
                self._wished = dataclasses.replace(self._wished, subjects=(*self._wished.subjects, inbox))
            if self._showing.reports:
                received = await self._report(connection, stop)
            else:
                received = await self._print(connection, stop)
            self._dropped += received.dropped
            if connection.failure is not None:  # while the last was shown
                raise connection.failure
        return received

    async def _report(self, connection: Connection, stop: asyncio.Future[int]) -> Received:
        reporting = Reporting(connection, self._showing, self._style.format, self._receiver)
        received = await reporting.run(self._wished, stop, self._announce)
        reporting.print_last()
        return received

    async def _print(self, connection: Connection, stop: asyncio.Future[int]) -> Received:
        output = None
        try:
            async with self._printing(connection, stop) as output:
                if self._showing.match_replies:
                    return await self._print_pairs(connection, output, stop)
                async with self._translated(connection, self._delivery(connection, output), stop) as deliver:
                    received = await self._receiver(
                        connection, self._wished, self._counted(deliver), stop, self._announce
                    )
            if self._stream is not None:
                await self._stream.finish(connection)
            return received
        finally:
            self._dropped += output.dropped if output is not None else 0
            if self._converter is not None and self._converter.failed:
                self._notices.warn(self._converter.complaint)

    @property
    def _receiver(self) -> Callable[..., Awaitable[Received]]:
        return receive if self._stream is None else self._stream.receive

    def _printing(self, connection: Connection, stop: asyncio.Future[int]) -> AbstractAsyncContextManager[Writer]:
        return printing(connection, stop) if self._stream is None else self._stream.printing(connection, stop)

    async def _print_pairs(self, connection: Connection, output: Writer, stop: asyncio.Future[int]) -> Received:
        show = pair_printer(self._style, self._target.timeout_s)

        def deliver(pairs: Sequence[Pair]) -> None:
            if output.full:
                output.drop(len(pairs))
            else:
                output.write(show(pairs), len(pairs))

        return await receive_pairs(connection, self._wished, deliver, stop, self._announce)

    def _delivery(self, connection: Connection, output: Writer) -> Deliver:
        """Return what prints or dumps a run, and acknowledges it."""
        show = dump_printer if self._showing.dump == "-" else printer(self._style)
        folder, stream = self._folder, self._stream
        if stream is not None:
            stream.slow_down_while(lambda: output.full)

        def deliver(batch: Run, number: int, read_ns: int) -> None:
            if stream is not None:
                stream.expect(batch)
            if folder is not None:
                self._dump(folder, batch, number)
            elif output.full and stream is None:
                output.drop(len(batch))
                return
            else:
                output.write(show(batch, number, read_ns), len(batch))
            if self._receiving.ack and stream is None:
                acknowledge(connection, batch)

        return deliver

    def _dump(self, folder: DumpFolder, batch: Run, number: int) -> None:
        number_of = None if self._stream is None else self._stream.number_of
        for at, message in enumerate(batch, number):
            folder.write(message, at if number_of is None else number_of(message, at))
        if self._stream is not None:
            self._stream.is_written(len(batch))

    @asynccontextmanager
    async def _translated(
        self, connection: Connection, deliver: Deliver, stop: asyncio.Future[int]
    ) -> AsyncIterator[Deliver]:
        """Give ``deliver`` itself, or what passes each message through the program first."""
        if self._program is None:
            yield deliver
            return
        translator = Translator(connection, self._program, deliver, self._notices.warn)
        if self._stream is not None:
            self._stream.slow_down_while(lambda: translator.waiting > _MOST_TRANSLATED)
        try:
            yield translator.take
        finally:
            await translator.finish(stop)
            self._dropped += translator.dropped
        translator.check()

    def _counted(self, deliver: Deliver) -> Deliver:
        """Return ``deliver``, and let the notices know how many messages came before a gap."""
        self._notices.messages = 0

        def take(batch: Run, number: int, read_ns: int) -> None:
            self._notices.messages = number + len(batch) - 1
            deliver(batch, number, read_ns)

        return take

    def _announce(self) -> None:
        subjects = ", ".join(self._wished.subjects)
        group = f' in group "{self._wished.queue}"' if self._wished.queue else ""
        acks = " with acknowledgement" if self._receiving.ack else ""
        self._notices.say(f"Subscribing on {subjects}{group}{acks}")

    def _judge(self, received: Received, stop: asyncio.Future[int]) -> None:
        if self._dropped:
            raise DroppedError(self._loss(f" of {received.messages:,}"))
        check_end(received, self._wished, stop)

    def _loss(self, of_how_many: str) -> str:
        steps = [
            *(["the filter"] if self._wished.keep else []),
            *(["the decoder"] if self._wished.convert else []),
            *(["the program"] if self._program else []),
        ]
        slow = f"{', '.join(steps)} or the output is too slow" if steps else "the output is read too slowly"
        return f"{plural(self._dropped, 'message')}{of_how_many} dropped: {slow}"
