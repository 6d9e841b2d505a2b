"""The options of commands that receive: those of all, those of ``sub``, and what they come to."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from itertools import product
from typing import Annotated

import typer

from natscli.cli.bundles import Options, changed
from natscli.cli.options import duration
from natscli.commands.arguments import PING_INTERVAL, STATS, TRANSLATE, checked
from natscli.commands.filtering import DecodeOptions, FilterOptions
from natscli.commands.session import ended_by_signal
from natscli.context.resolve import Choice
from natscli.errors import DeadlineError, UsageError
from natscli.messaging.subscribe import End, Received, Subscriptions
from natscli.render.colour import is_terminal, wanted
from natscli.render.layout import Layout
from natscli.render.messages import Detail, Format, Stamp, Style
from natscli.text.durations import format_duration
from natscli.wire.subjects import check_queue, check_subscribe

_STDOUT = "-"


class SubscribeOptions(Options):
    """Which messages, and how many."""

    queue: Annotated[str, typer.Option("--queue", help="Share the messages with this queue group.")] = ""
    count: Annotated[int, typer.Option("--count", min=0, help="End after this many messages. [0: never]")] = 0
    wait: Annotated[
        float | None, typer.Option("--wait", parser=duration, metavar="DUR", help="End after this long without one.")
    ] = None
    ignore_subject: Annotated[
        list[str] | None, typer.Option("--ignore-subject", "-I", help="Leave these out; may be repeated.")
    ] = None
    ping_interval: PING_INTERVAL = None


class ReceiveOptions(SubscribeOptions):
    """And what ``sub`` alone has to do with them."""

    inbox: Annotated[bool, typer.Option("--inbox", "-i", help="Subscribe to a new inbox, and say which.")] = False
    ack: Annotated[bool, typer.Option("--ack", help="Acknowledge JetStream messages once they are printed.")] = False


class ShowOptions(Options):
    """How messages are shown."""

    output: Annotated[
        Format | None, typer.Option("--output", "-o", help="How messages are printed. [.natscli.toml; human]")
    ] = None
    raw: Annotated[bool, typer.Option("--raw", "-r", help="Bodies only, as they are; -o raw.")] = False
    separator: Annotated[str | None, typer.Option("--separator", help="What follows each raw body. [a line feed]")] = (
        None
    )
    null: Annotated[bool, typer.Option("--null", "-0", help="A NUL follows each raw body.")] = False
    format: Annotated[
        str | None, typer.Option("--format", help="A line for each, such as '{time} {subject} {data}'.")
    ] = None
    headers_only: Annotated[bool, typer.Option("--headers-only", help="No bodies.")] = False
    subjects_only: Annotated[bool, typer.Option("--subjects-only", help="Neither headers nor bodies.")] = False
    timestamp: Annotated[bool, typer.Option("--timestamp", "-t", help="Show when each was read.")] = False
    delta_time: Annotated[bool, typer.Option("--delta-time", "-d", help="Show the time since the start.")] = False
    translate: TRANSLATE = None
    dump: Annotated[
        str | None, typer.Option("--dump", metavar="DIR", help="A JSON file for each; - is stdout, ended by NULs.")
    ] = None
    stats: STATS = False
    match_replies: Annotated[bool, typer.Option("--match-replies", help="Show requests with their replies.")] = False
    report_subjects: Annotated[bool, typer.Option("--report-subjects", help="A table of subjects instead.")] = False
    report_subscriptions: Annotated[
        bool, typer.Option("--report-subscriptions", help="A table of what was subscribed to instead.")
    ] = False
    report_top: Annotated[int, typer.Option("--report-top", min=1, help="Rows of the table.")] = 10

    @property
    def reports(self) -> bool:
        """Whether a table takes the place of the messages."""
        return self.report_subjects or self.report_subscriptions


def subscriptions(subjects: Sequence[str], options: SubscribeOptions) -> Subscriptions:
    """Return what to receive, checked."""
    ignored = [subject for text in options.ignore_subject or () for subject in text.replace(",", " ").split()]
    for subject in (*subjects, *ignored):
        checked(check_subscribe, subject)
    if options.queue:
        checked(check_queue, options.queue)
    return Subscriptions(tuple(subjects), options.queue, options.count, options.wait or 0.0, ignored)


def check_end(received: Received, wished: Subscriptions, stop: asyncio.Future[int]) -> None:
    """Raise unless receiving ended as it was meant to: with something, and not by a signal before the count."""
    if received.end is End.IDLE and not received.messages:
        raise DeadlineError(f"no message within {format_duration(wished.idle_s)}")
    if received.end is End.STOPPED:
        ended_by_signal(stop.result(), unfinished=wished.count > 0)


_REPORTS = ("--report-subjects", "--report-subscriptions")
_SHAPES = ("--raw", "--output", "--format", "--dump")
_FOR_PEOPLE = ("--timestamp", "--delta-time", "--headers-only", "--subjects-only")
_ENDS = ("--separator", "--null")

_RIVALS: tuple[tuple[Sequence[str], Sequence[str]], ...] = (  # nothing on the left goes with anything on the right
    (_SHAPES, _SHAPES),
    (_REPORTS, _REPORTS),
    (_ENDS, _ENDS),
    (("--timestamp",), ("--delta-time",)),
    (("--headers-only",), ("--subjects-only",)),
    (_FOR_PEOPLE, (*_SHAPES, *_REPORTS)),
    (_ENDS, ("--output", "--dump", *_REPORTS)),
    (("--raw", "--format", "--dump", "--translate", "--match-replies", "--ack"), _REPORTS),
    (("--match-replies",), ("--format", "--dump", "--translate", "--ignore-subject", "--ack")),
    (("--match-replies",), ("--where", "--grep", "--header", "--decode")),
    (("--decode",), _REPORTS),
)


def check_compatible(
    receive: ReceiveOptions, show: ShowOptions, filtering: FilterOptions, decoding: DecodeOptions
) -> None:
    """Raise for options of which one would have to be passed over."""
    conflict = _conflict(receive, show, filtering, decoding)
    if conflict is not None:
        raise UsageError(conflict)


def with_default_output(
    receive: ReceiveOptions,
    show: ShowOptions,
    filtering: FilterOptions,
    decoding: DecodeOptions,
    default: Choice | None,
) -> ShowOptions:
    """Return ``show`` with the output that a project file asks for, unless what was typed does not go with it."""
    if default is None or show.output is not None:
        return show
    try:
        wished = changed(show, output=Format(str(default.value)))
    except ValueError:
        known = ", ".join(Format)
        raise UsageError(f"the {default.origin.shown}: output '{default.value}' is none of {known}") from None
    return show if _conflict(receive, wished, filtering, decoding) else wished


def _conflict(
    receive: ReceiveOptions, show: ShowOptions, filtering: FilterOptions, decoding: DecodeOptions
) -> str | None:
    """Return what does not go together."""
    raw = show.raw or show.output is Format.RAW
    given = {
        "--raw": raw,
        "--output": show.output not in (None, Format.HUMAN, Format.RAW),
        "--format": show.format is not None,
        "--dump": show.dump is not None,
        "--report-subjects": show.report_subjects,
        "--report-subscriptions": show.report_subscriptions,
        "--timestamp": show.timestamp,
        "--delta-time": show.delta_time,
        "--headers-only": show.headers_only,
        "--subjects-only": show.subjects_only,
        "--separator": show.separator is not None,
        "--null": show.null,
        "--translate": show.translate is not None,
        "--match-replies": show.match_replies,
        "--ignore-subject": bool(receive.ignore_subject),
        "--ack": receive.ack,
        "--where": filtering.where is not None,
        "--grep": filtering.grep is not None,
        "--header": bool(filtering.header),
        "--decode": decoding.decode is not None,
    }
    for left, right in _RIVALS:
        for one, other in product(left, right):
            if one != other and given[one] and given[other]:
                return f"{one} and {other} do not go together"
    if (given["--separator"] or given["--null"]) and not (raw or given["--format"]):
        return "what separates messages needs --raw or --format"
    return None


def style(show: ShowOptions) -> Style:
    """Return how messages are printed; UsageError for a layout with unknown fields."""
    try:
        layout = None if show.format is None else Layout(show.format)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Style(
        format=Format.RAW if show.raw else show.output or Format.HUMAN,
        terminal=is_terminal(sys.stdout),
        colour=wanted(sys.stdout),
        stamp=Stamp.CLOCK if show.timestamp else Stamp.DELTA if show.delta_time else Stamp.NONE,
        detail=Detail.HEADERS if show.headers_only else Detail.SUBJECT if show.subjects_only else Detail.ALL,
        separator=b"\0" if show.null else b"\n" if show.separator is None else os.fsencode(show.separator),
        layout=layout,
        started_ns=time.time_ns(),
    )
