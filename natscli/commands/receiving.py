"""The options of ``sub``, and what they come to."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated

import typer

from natscli.cli.options import duration
from natscli.commands.arguments import PING_INTERVAL, STATS, TRANSLATE, checked
from natscli.commands.filtering import DecodeOptions, FilterOptions
from natscli.errors import UsageError
from natscli.messaging.subscribe import Subscriptions
from natscli.render.colour import is_terminal, wanted
from natscli.render.layout import Layout
from natscli.render.messages import Detail, Format, Stamp, Style
from natscli.wire.subjects import check_queue, check_subscribe

_STDOUT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveOptions:
    """Which messages, and how many."""

    queue: Annotated[str, typer.Option("--queue", help="Share the messages with this queue group.")] = ""
    count: Annotated[int, typer.Option("--count", min=0, help="End after this many messages. [0: never]")] = 0
    wait: Annotated[
        float | None, typer.Option("--wait", parser=duration, metavar="DUR", help="End after this long without one.")
    ] = None
    ignore_subject: Annotated[
        list[str] | None, typer.Option("--ignore-subject", "-I", help="Leave these out; may be repeated.")
    ] = None
    inbox: Annotated[bool, typer.Option("--inbox", "-i", help="Subscribe to a new inbox, and say which.")] = False
    ack: Annotated[bool, typer.Option("--ack", help="Acknowledge JetStream messages once they are printed.")] = False
    ping_interval: PING_INTERVAL = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOptions:
    """How messages are shown."""

    output: Annotated[Format, typer.Option("--output", "-o", help="How messages are printed.")] = Format.HUMAN
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


def subscriptions(subjects: list[str] | None, options: ReceiveOptions) -> Subscriptions:
    """Return what to receive, checked; no subjects where an inbox is wanted."""
    if not subjects and not options.inbox:
        raise UsageError("no subject to subscribe to", "for example: natscli sub 'orders.>'")
    ignored = [subject for text in options.ignore_subject or () for subject in text.replace(",", " ").split()]
    for subject in (*(subjects or ()), *ignored):
        checked(check_subscribe, subject)
    if options.queue:
        checked(check_queue, options.queue)
    return Subscriptions(tuple(subjects or ()), options.queue, options.count, options.wait or 0.0, ignored)


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
    raw = show.raw or show.output is Format.RAW
    given = {
        "--raw": raw,
        "--output": show.output not in (Format.HUMAN, Format.RAW),
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
                raise UsageError(f"{one} and {other} do not go together")
    if (given["--separator"] or given["--null"]) and not (raw or given["--format"]):
        raise UsageError("what separates messages needs --raw or --format")


def style(show: ShowOptions) -> Style:
    """Return how messages are printed; UsageError for a layout with unknown fields."""
    try:
        layout = None if show.format is None else Layout(show.format)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Style(
        format=Format.RAW if show.raw else show.output,
        terminal=is_terminal(sys.stdout),
        colour=wanted(sys.stdout),
        stamp=Stamp.CLOCK if show.timestamp else Stamp.DELTA if show.delta_time else Stamp.NONE,
        detail=Detail.HEADERS if show.headers_only else Detail.SUBJECT if show.subjects_only else Detail.ALL,
        separator=b"\0" if show.null else b"\n" if show.separator is None else show.separator.encode(),
        layout=layout,
        started_ns=time.time_ns(),
    )
