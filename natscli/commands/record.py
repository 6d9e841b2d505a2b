"""``natscli record``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import PING_INTERVAL, checked
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import DeadlineError, DroppedError, UsageError
from natscli.messaging.ndjson import encode_line, format_time
from natscli.messaging.recording import Recorder, RecordingFiles, Rotation
from natscli.messaging.subscribe import Deliver, End, Received, Subscriptions, receive
from natscli.render.notices import Notices
from natscli.text.durations import format_duration
from natscli.text.sizes import parse_bytes, plural
from natscli.wire.message import Run
from natscli.wire.subjects import check_queue, check_subscribe

_LAST_BLOCK_S = 0.5  # for what waits for the disk once the user has stopped us


def _size(text: str) -> int:
    try:
        size = parse_bytes(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if not size:
        raise typer.BadParameter("it must be more than nothing")
    return size


def _interval(text: str) -> float:
    seconds = duration(text)
    if not seconds:
        raise typer.BadParameter("it must be longer than nothing")
    return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions:
    """How it is kept, and how much."""

    append: Annotated[bool, typer.Option("--append", help="Continue the file if it exists.")] = False
    rotate_size: Annotated[
        int | None,
        typer.Option("--rotate-size", parser=_size, metavar="SIZE", help="Numbered files of at most this, as 100MB."),
    ] = None
    rotate_every: Annotated[
        float | None,
        typer.Option("--rotate-every", parser=_interval, metavar="DUR", help="Numbered files, a new one so often."),
    ] = None
    queue: Annotated[str, typer.Option("--queue", help="Share the messages with this queue group.")] = ""
    count: Annotated[int, typer.Option("--count", min=0, help="End after this many messages. [0: never]")] = 0
    wait: Annotated[
        float | None, typer.Option("--wait", parser=duration, metavar="DUR", help="End after this long without one.")
    ] = None
    ignore_subject: Annotated[
        list[str] | None, typer.Option("--ignore-subject", "-I", help="Leave these out; may be repeated.")
    ] = None
    ping_interval: PING_INTERVAL = None


@shared_options
def record(
    shared: SharedOptions,
    options: RecordOptions,
    subjects: Annotated[list[str], typer.Argument(help="Subjects; * is any token, > all that follow.")],
    out: Annotated[
        str, typer.Option("--out", "-O", metavar="FILE", help="Compressed where it ends in .zst or .gz; mode 0600.")
    ],
) -> None:
    """Record the messages of some subjects in a file.

    JSON lines as sub -o json writes them, in blocks of 1 MiB or a second, for replay and for any tool.
    Runs until Ctrl-C, --count or --wait.
    """
    ignored = [subject for text in options.ignore_subject or () for subject in text.replace(",", " ").split()]
    for subject in (*subjects, *ignored):
        checked(check_subscribe, subject)
    if options.queue:
        checked(check_queue, options.queue)
    rotation = Rotation(options.rotate_size or 0, options.rotate_every or 0.0)
    if options.append and rotation != Rotation():
        raise UsageError("--append and --rotate do not go together: numbered files are continued by the next number")
    wished = Subscriptions(subjects, options.queue, options.count, options.wait or 0.0, ignored)
    target = shared.target
    files = RecordingFiles(out, subjects, rotation, append=options.append)
    try:
        run(_Task(shared, target, options.ping_interval, wished, files).run, ends_itself=True)
    finally:
        if not files.begun:  # else the recorder closes them
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
        async with connected(
            self._shared,
            self._target,
            Deadline(self._target.timeout_s),
            notices=self._notices,
            ping_interval_s=self._ping_interval_s,
        ) as connection:
            self._files.begin()
            async with _recording(connection, self._files, stop) as recorder:
                received = await receive(connection, self._wished, _delivery(recorder), stop, self._announce)
            self._dropped = recorder.dropped
            connection.check_usable()  # what failed while the last was written
        self._judge(received, stop)

    def _announce(self) -> None:
        self._notices.say(f"Recording {', '.join(self._wished.subjects)} to {self._files.path}")

    def _judge(self, received: Received, stop: asyncio.Future[int]) -> None:
        files = self._files
        where = f"{plural(files.files, 'file')}, the last '{files.path}'" if files.files > 1 else f"'{files.path}'"
        self._notices.say(f"Recorded {plural(files.messages, 'message')} in {where}")
        if self._dropped:
            lost = plural(self._dropped, "message")
            raise DroppedError(f"{lost} of {received.messages:,} dropped: the file is written too slowly")
        if received.end is End.IDLE and not received.messages:
            raise DeadlineError(f"no message within {format_duration(self._wished.idle_s)}")
        if received.end is End.STOPPED:
            ended_by_signal(stop.result(), unfinished=self._wished.count > 0)


def _delivery(recorder: Recorder) -> Deliver:
    def deliver(batch: Run, _number: int, read_ns: int) -> None:
        if recorder.full:
            recorder.drop(len(batch))
            return
        time = format_time(read_ns)
        recorder.write(b"".join([encode_line(message, time) for message in batch]), len(batch))

    return deliver


@asynccontextmanager
async def _recording(
    connection: Connection, files: RecordingFiles, stop: asyncio.Future[int]
) -> AsyncIterator[Recorder]:
    """Give a recorder whose failure ends ``connection``; on leaving, what waits is written, or the failure raised."""
    loop = asyncio.get_running_loop()
    written: asyncio.Future[None] = loop.create_future()
    failures: list[Exception] = []

    def failed(error: Exception) -> None:
        failures.append(error)
        _tell(loop, connection.fail, error)

    def finished() -> None:
        _tell(loop, written.set_result, None)

    recorder = Recorder(files, failed, finished)
    try:
        yield recorder
    finally:
        recorder.finish()
        if not stop.done():
            either: set[asyncio.Future[Any]] = {written, stop}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            await asyncio.wait({written}, timeout=_LAST_BLOCK_S)
    if failures:
        raise failures[0]


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[..., object], argument: object) -> None:
    """Call on the loop's thread; a loop that is gone needs no telling."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, argument)
