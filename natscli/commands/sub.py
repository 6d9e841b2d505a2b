"""``natscli sub``."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import PING_INTERVAL, checked
from natscli.commands.printing import printing
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import DeadlineError, DroppedError
from natscli.messaging.subscribe import End, Received, Subscriptions, receive
from natscli.render.colour import is_terminal, wanted
from natscli.render.messages import Format, Printer, printer
from natscli.render.notices import Notices
from natscli.text.durations import format_duration
from natscli.text.sizes import plural
from natscli.wire.message import Run
from natscli.wire.subjects import check_queue, check_subscribe


@shared_options
def sub(
    shared: SharedOptions,
    subjects: Annotated[list[str], typer.Argument(help="Subjects; * is any token, > all that follow.")],
    queue: Annotated[str, typer.Option("--queue", help="Share the messages with this queue group.")] = "",
    count: Annotated[int, typer.Option("--count", min=0, help="End after this many messages.")] = 0,
    wait: Annotated[
        float | None, typer.Option("--wait", parser=duration, metavar="DUR", help="End after this long without one.")
    ] = None,
    output: Annotated[Format, typer.Option("--output", "-o", help="How messages are printed.")] = Format.HUMAN,
    raw: Annotated[bool, typer.Option("--raw", "-r", help="Bodies only, as they are; -o raw.")] = False,
    ping_interval: PING_INTERVAL = None,
) -> None:
    """Print the messages of some subjects.

    Runs until Ctrl-C, --count or --wait.  A lost connection is made again, and the gap is announced.
    """
    for subject in subjects:
        checked(check_subscribe, subject)
    if queue:
        checked(check_queue, queue)
    format_ = Format.RAW if raw else output
    plan = _Plan(
        shared,
        shared.target,
        Subscriptions(tuple(subjects), queue, count, wait or 0.0),
        printer(format_, terminal=is_terminal(sys.stdout), colour=wanted(sys.stdout)),
        ping_interval,
    )
    run(lambda stop: _subscribe(plan, stop), ends_itself=True)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the options came to."""

    shared: SharedOptions
    target: Target
    wished: Subscriptions
    show: Printer
    ping_interval_s: float | None


async def _subscribe(plan: _Plan, stop: asyncio.Future[int]) -> None:
    notices = Notices(quiet=plan.shared.quiet)
    deadline = Deadline(plan.target.timeout_s)
    async with connected(
        plan.shared, plan.target, deadline, notices=notices, ping_interval_s=plan.ping_interval_s
    ) as connection:
        async with printing(connection, stop) as output:

            def deliver(batch: Run, number: int, read_ns: int) -> None:
                if output.full:
                    output.drop(len(batch))
                else:
                    output.write(plan.show(batch, number, read_ns), len(batch))

            def announce() -> None:
                notices.say(f"Subscribing on {', '.join(plan.wished.subjects)}")

            received = await receive(connection, plan.wished, deliver, stop, announce)
        connection.check_usable()  # what failed while the last was written
        _judge(plan.wished, received, output.dropped, stop)


def _judge(wished: Subscriptions, received: Received, dropped: int, stop: asyncio.Future[int]) -> None:
    """Raise unless what was asked for is what happened."""
    if dropped:
        raise DroppedError(
            f"{plural(dropped, 'message')} of {received.messages:,} dropped: the output is read too slowly"
        )
    if received.end is End.IDLE and not received.messages:
        raise DeadlineError(f"no message within {format_duration(wished.idle_s)}")
    if received.end is End.STOPPED:
        ended_by_signal(stop.result(), unfinished=wished.count > 0)
