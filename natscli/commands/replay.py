"""``natscli replay``."""

import asyncio
import math
from typing import Annotated, Any, NamedTuple

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.filtering import ChoiceOptions, choice
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError
from natscli.messaging.lines import Fault, check_readable
from natscli.messaging.mapping import Mapping, route
from natscli.messaging.playback import Playback, Played, check_lines, play
from natscli.render.notices import Notices
from natscli.text.durations import format_duration
from natscli.text.sizes import plural

_STDIN = "/dev/stdin"
_MOST_WARNINGS = 10  # bad lines named one by one
_TWO_WORDS: Any = (str, str)  # Typer reads no list of tuples from an annotation, and takes this for each entry


class _Renaming(NamedTuple):
    source: str
    target: str


def _speed(text: str) -> float:
    """Return how many times as fast; infinity for ``max``."""
    if text == "max":
        return math.inf
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise typer.BadParameter(f"'{text}' is no speed: 1 is as recorded, 10 ten times as fast, max without gaps")
    return speed


class ReplayOptions(Options):
    """What is played, and how."""

    speed: Annotated[
        float, typer.Option("--speed", parser=_speed, metavar="N|max", help="So many times as fast, or without gaps.")
    ] = "1"  # type: ignore[assignment]  # Typer parses defaults too
    loop: Annotated[bool, typer.Option("--loop", help="Again and again until Ctrl-C.")] = False
    map_: Annotated[
        list[_Renaming] | None,
        typer.Option(
            "--map",
            click_type=_TWO_WORDS,
            metavar="FROM TO",
            help="Rename subjects, as 'orders.>' 'test.orders.>'; may be repeated, the first that matches counts.",
        ),
    ] = None
    filter_: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="SUBJECT", help="Only what was recorded on these; may be repeated."),
    ] = None
    strict: Annotated[bool, typer.Option("--strict", help="Play nothing unless every line is good.")] = False


@shared_options
def replay(
    shared: SharedOptions,
    options: ReplayOptions,
    choosing: ChoiceOptions,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Recordings, or what sub -o json wrote; - is standard input.")
    ],
) -> None:
    """Publish the messages of a recording again.

    The gaps are those in which they were recorded, also around what filters leave out; several files follow
    one another.
    Bad lines are passed over, and end in exit code 1.  How late messages left is said at the end.
    """
    files = [_STDIN if file == "-" else file for file in files]
    mappings = [Mapping(source, target) for source, target in options.map_ or ()]
    wanted = Playback(
        files,
        route(mappings, options.filter_ or ()),
        options.speed,
        loop=options.loop,
        strict=options.strict,
        keep=choice(choosing),
    )
    task = _Task(shared, wanted)
    for file in files:
        check_readable(file, again=options.loop or options.strict)
    if options.strict:
        check_lines(files)
    run(task.run, ends_itself=True)


class _Task:
    """One ``replay``: from the files to the verdict."""

    def __init__(self, shared: SharedOptions, wanted: Playback) -> None:
        self._shared = shared
        self._wanted = wanted
        self._target = shared.target
        self._notices = Notices(quiet=shared.quiet)
        self._faults = 0

    async def run(self, stop: asyncio.Future[int]) -> None:
        """Play, report, and raise unless everything was good."""
        async with connected(self._shared, self._target, Deadline(self._target.timeout_s)) as connection:
            played = await play(connection, self._wanted, stop, self._warn, self._notices.renewed)
        self._report(played)
        if played.broken_off is not None:
            raise played.broken_off
        if played.faults:
            raise NatsCliError(f"{plural(played.faults, 'bad line')} passed over")
        if played.left_out and not played.messages and not played.stopped:
            raise NatsCliError(f"nothing to play: none of {plural(played.left_out, 'message')} is wanted")
        if played.stopped:
            ended_by_signal(stop.result(), unfinished=not self._wanted.loop)

    def _warn(self, fault: Fault) -> None:
        self._faults += 1
        if self._faults <= _MOST_WARNINGS:
            self._notices.warn(str(fault))

    def _report(self, played: Played) -> None:
        what = f"{plural(played.messages, 'message')} with {plural(played.payload_bytes, 'byte')}"
        late = played.lateness
        figures = ", ".join(
            f"{name} {format_duration(seconds)}"
            for name, seconds in (
                ("p50", late.percentile_s(0.5)),
                ("p99", late.percentile_s(0.99)),
                ("max", late.worst_s),
            )
        )
        lateness = f"; late by {figures}" if late.count else ""
        self._notices.say(f"Replayed {what} in {format_duration(played.seconds)}{lateness}")
