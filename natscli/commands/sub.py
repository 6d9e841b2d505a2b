"""``natscli sub``."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import as_utf8, command
from natscli.commands.filtering import DecodeOptions, FilterOptions, decoder, message_filter
from natscli.commands.printing import printing
from natscli.commands.receiving import (
    ReceiveOptions,
    ShowOptions,
    check_compatible,
    style,
    subscriptions,
)
from natscli.commands.reporting import Reporting
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import DeadlineError, DroppedError, NatsCliError
from natscli.messaging.acknowledge import acknowledge
from natscli.messaging.pairing import Pair, receive_pairs
from natscli.messaging.programs import Program
from natscli.messaging.subscribe import Deliver, End, Received, Subscriptions, receive
from natscli.messaging.translating import Translator
from natscli.render.dump import DumpFolder, dump_printer
from natscli.render.messages import pair_printer, printer
from natscli.render.notices import Notices, write_line
from natscli.render.output import Output
from natscli.render.throughput import throughput_line
from natscli.text.durations import format_duration
from natscli.text.sizes import plural
from natscli.wire.message import Run

if TYPE_CHECKING:
    from natscli.messaging.decoding.decoder import Decoder, RunDecoder


@shared_options
def sub(
    shared: SharedOptions,
    receiving: ReceiveOptions,
    showing: ShowOptions,
    filtering: FilterOptions,
    decoding: DecodeOptions,
    subjects: Annotated[
        list[str] | None,
        typer.Argument(help="Subjects; * is any token, > all that follow.", parser=as_utf8, metavar="subjects"),
    ] = None,
) -> None:
    """Print the messages of some subjects.

    Runs until Ctrl-C, --count or --wait.  A lost connection is made again, and the gap is announced.
    """
    wished = subscriptions(subjects, receiving)
    check_compatible(receiving, showing, filtering, decoding)
    decoded = decoder(decoding)
    wanted = message_filter(filtering, decoded)
    if wanted is not None:
        wished = dataclasses.replace(wished, keep=wanted.keep)
    task = _Task(shared, receiving, showing, wished, decoded)
    run(task.run, ends_itself=True)


class _Task:
    """One ``sub``: from the options to the verdict."""

    def __init__(
        self,
        shared: SharedOptions,
        receiving: ReceiveOptions,
        showing: ShowOptions,
        wished: Subscriptions,
        decoded: Decoder | None,
    ) -> None:
        self._shared = shared
        self._receiving = receiving
        self._showing = showing
        self._wished = wished
        self._target: Target = shared.target
        self._style = style(showing)
        self._notices = Notices(quiet=shared.quiet)
        self._program: Program | None = command(showing.translate)
        self._folder = DumpFolder(showing.dump) if showing.dump not in (None, "-") else None
        self._decoder = decoded
        self._runs: RunDecoder | None = None
        self._dropped = 0

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
            if connection.failure is not None:  # while the last was shown
                raise connection.failure
        return received

    async def _report(self, connection: Connection, stop: asyncio.Future[int]) -> Received:
        reporting = Reporting(connection, self._showing, self._style.format)
        received = await reporting.run(self._wished, stop, self._announce)
        reporting.print_last()
        return received

    async def _print(self, connection: Connection, stop: asyncio.Future[int]) -> Received:
        output = None
        try:
            async with printing(connection, stop) as output:
                if self._showing.match_replies:
                    return await self._print_pairs(connection, output, stop)
                async with self._translated(connection, self._delivery(connection, output), stop) as deliver:
                    counted = self._counted(self._decoded(deliver))
                    return await receive(connection, self._wished, counted, stop, self._announce)
        finally:
            self._dropped += output.dropped if output is not None else 0
            if self._runs is not None and self._runs.failed:
                self._notices.warn(self._runs.complaint)

    async def _print_pairs(self, connection: Connection, output: Output, stop: asyncio.Future[int]) -> Received:
        show = pair_printer(self._style, self._target.timeout_s)

        def deliver(pairs: Sequence[Pair]) -> None:
            if output.full:
                output.drop(len(pairs))
            else:
                output.write(show(pairs), len(pairs))

        return await receive_pairs(connection, self._wished, deliver, stop, self._announce)

    def _delivery(self, connection: Connection, output: Output) -> Deliver:
        """Return what prints or dumps a run, and acknowledges it."""
        show = dump_printer if self._showing.dump == "-" else printer(self._style)
        folder = self._folder

        def deliver(batch: Run, number: int, read_ns: int) -> None:
            if folder is not None:
                for offset, message in enumerate(batch):
                    folder.write(message, number + offset)
            elif output.full:
                output.drop(len(batch))
                return
            else:
                output.write(show(batch, number, read_ns), len(batch))
            if self._receiving.ack:
                acknowledge(connection, batch)

        return deliver

    @asynccontextmanager
    async def _translated(
        self, connection: Connection, deliver: Deliver, stop: asyncio.Future[int]
    ) -> AsyncIterator[Deliver]:
        """Give ``deliver`` itself, or what passes each message through the program first."""
        if self._program is None:
            yield deliver
            return
        translator = Translator(connection, self._program, deliver, self._notices.warn)
        try:
            yield translator.take
        finally:
            await translator.finish(stop)
            self._dropped += translator.dropped
        translator.check()

    def _decoded(self, deliver: Deliver) -> Deliver:
        """Return ``deliver`` itself, or what decodes each message first."""
        if self._decoder is None:
            return deliver
        from natscli.messaging.decoding.decoder import RunDecoder  # 6 ms, for --decode alone

        self._runs = RunDecoder(self._decoder, deliver)
        return self._runs.take

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
        if received.end is End.IDLE and not received.messages:
            raise DeadlineError(f"no message within {format_duration(self._wished.idle_s)}")
        if received.end is End.STOPPED:
            ended_by_signal(stop.result(), unfinished=self._wished.count > 0)

    def _loss(self, of_how_many: str) -> str:
        slow = "the output is read too slowly" if self._program is None else "the program or the output is too slow"
        return f"{plural(self._dropped, 'message')}{of_how_many} dropped: {slow}"
