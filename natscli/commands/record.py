"""``natscli record``."""

import asyncio
import dataclasses
from typing import Annotated

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import SUBJECTS, period
from natscli.commands.filtering import ChoiceOptions, choice
from natscli.commands.receiving import SubscribeOptions, check_end, subscriptions
from natscli.commands.session import connected
from natscli.commands.writing import writing
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import DroppedError, NatsCliError, UsageError
from natscli.messaging.recording import BLOCK_S, RecordingFiles, Rotation
from natscli.messaging.subscribe import Deliver, Received, Subscriptions, receive
from natscli.messaging.writing import Writer
from natscli.render.bulk import write_lines
from natscli.render.notices import Notices
from natscli.text.sizes import parse_bytes, plural
from natscli.wire.message import Run


def _size(text: str) -> int:
    try:
        size = parse_bytes(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if not size:
        raise typer.BadParameter("it must be more than nothing")
    return size


class RecordOptions(Options):
    """How it is kept."""

    append: Annotated[bool, typer.Option("--append", help="Continue the file if it exists.")] = False
    rotate_size: Annotated[
        int | None,
        typer.Option("--rotate-size", parser=_size, metavar="SIZE", help="Numbered files of at most this, as 100MB."),
    ] = None
    rotate_every: Annotated[
        float | None,
        typer.Option("--rotate-every", parser=period, metavar="DUR", help="Numbered files, a new one so often."),
    ] = None


@shared_options
def record(
    shared: SharedOptions,
    keeping: RecordOptions,
    receiving: SubscribeOptions,
    choosing: ChoiceOptions,
    subjects: Annotated[list[str], SUBJECTS],
    out: Annotated[
        str, typer.Option("--out", "-O", metavar="FILE", help="Compressed where it ends in .zst or .gz; mode 0600.")
    ],
) -> None:
    """Record the messages of some subjects in a file.

    JSON lines as sub -o json writes them, in blocks of 1 MiB or a second, for replay and for any tool.
    What filters leave out is not recorded; what is, is recorded exactly as it came, also with --decode.
    Runs until Ctrl-C, --count or --wait.
    """
    if out == "-":
        raise UsageError("--out names a file", "natscli sub -o json writes the same lines to standard output")
    wished = subscriptions(subjects, receiving)
    rotation = Rotation(keeping.rotate_size or 0, keeping.rotate_every or 0.0)
    if keeping.append and rotation != Rotation():
        raise UsageError("--append and --rotate do not go together: numbered files are continued by the next number")
    wished = dataclasses.replace(wished, keep=choice(choosing))
    target = shared.target
    files = RecordingFiles(out, subjects, rotation, append=keeping.append)
    try:
        run(_Task(shared, target, receiving.ping_interval, wished, files).run, ends_itself=True)
    finally:
        if not files.begun:  # else the writer closes them
            files.close()


class _Task:
    """One ``record``: from the options to the verdict."""

    def __init__(
        self,
        shared: SharedOptions,
        target: Target,
        ping_interval_s: float | None,
        wished: Subscriptions,
        files: RecordingFiles,
    ) -> None:
        self._shared = shared
        self._target = target
        self._ping_interval_s = ping_interval_s
        self._wished = wished
        self._files = files
        self._notices = Notices(quiet=shared.quiet)
        self._dropped = 0

    async def run(self, stop: asyncio.Future[int]) -> None:
        """Record until the end, then raise unless that is what was asked for."""
        if self._files.repaired:
            what = plural(self._files.repaired, "byte")
            self._notices.warn(f"'{self._files.path}' ended in the middle of a block: {what} removed")
        try:
            received = await self._record(stop)
        except NatsCliError as error:
            if self._dropped:
                raise DroppedError(f"{self._loss('')}; {error}", error.hint) from error
            raise
        self._judge(received, stop)

    async def _record(self, stop: asyncio.Future[int]) -> Received:
        async with connected(
            self._shared,
            self._target,
            Deadline(self._target.timeout_s),
            notices=self._notices,
            ping_interval_s=self._ping_interval_s,
            stop=stop,
        ) as connection:
            self._files.begin()
            writer = None
            try:
                async with writing(self._files, connection, stop, patience_s=BLOCK_S) as writer:
                    received = await receive(connection, self._wished, _delivery(writer), stop, self._announce)
                    self._dropped = received.dropped
            finally:
                self._dropped += writer.dropped if writer is not None else 0
            connection.check_usable()  # what failed while the last was written
        return received

    def _announce(self) -> None:
        self._notices.say(f"Recording {', '.join(self._wished.subjects)} to {self._files.path}")

    def _judge(self, received: Received, stop: asyncio.Future[int]) -> None:
        files = self._files
        where = f"{plural(files.files, 'file')}, the last '{files.path}'" if files.files > 1 else f"'{files.path}'"
        self._notices.say(f"Recorded {plural(files.messages, 'message')} in {where}")
        if self._dropped:
            raise DroppedError(self._loss(f" of {received.messages:,}"))
        check_end(received, self._wished, stop)

    def _loss(self, of_how_many: str) -> str:
        slow = "the filter or the disk is too slow" if self._wished.keep else "the file is written too slowly"
        return f"{plural(self._dropped, 'message')}{of_how_many} dropped: {slow}"


def _delivery(writer: Writer) -> Deliver:
    def deliver(batch: Run, _number: int, read_ns: int) -> None:
        write_lines(writer, batch, read_ns)

    return deliver
