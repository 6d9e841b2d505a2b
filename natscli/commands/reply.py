"""``natscli reply``."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import BODY, HEADER, PING_INTERVAL, SUBJECT, checked, stdin_bytes
from natscli.commands.printing import printing
from natscli.commands.session import connected, ended_by_signal, header_block, header_pairs
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import UsageError
from natscli.messaging.body import read_body
from natscli.messaging.reply import DEFAULT_QUEUE, Answer, Responder, serve
from natscli.messaging.subscribe import End, Subscriptions
from natscli.render.colour import is_terminal, wanted
from natscli.render.messages import Format, Printer, printer
from natscli.render.notices import Notices
from natscli.wire.headers import extend_headers
from natscli.wire.message import Message, Run
from natscli.wire.subjects import check_queue, check_subscribe

_COUNTER = "NATS-Reply-Counter"  # the Go CLI's: from 0


@shared_options
def reply(
    shared: SharedOptions,
    subject: SUBJECT,
    body: BODY = None,
    echo: Annotated[bool, typer.Option("--echo", help="Answer with the request's body and headers.")] = False,
    queue: Annotated[str, typer.Option("--queue", "-q", help="The queue group that shares the work.")] = DEFAULT_QUEUE,
    count: Annotated[int, typer.Option("--count", min=0, help="End after this many requests.")] = 0,
    header: HEADER = None,
    ping_interval: PING_INTERVAL = None,
) -> None:
    """Answer the requests on a subject.

    With a body, always that; otherwise, or with --echo, what was asked.  Runs until Ctrl-C or --count.
    """
    checked(check_subscribe, subject)
    checked(check_queue, queue)
    if echo and body is not None:
        raise UsageError("--echo and a body were both given: one of them must go")
    respond = _echo(header) if body is None else _always(body, header)
    notices = Notices(quiet=shared.quiet)
    if body is None and not echo:
        notices.say("No body given: answering with what was asked")
    wished = Subscriptions((subject,), queue, count)
    show = printer(Format.HUMAN, terminal=is_terminal(sys.stdout), colour=wanted(sys.stdout))
    plan = _Plan(shared, shared.target, wished, respond, show, notices, ping_interval)
    run(lambda stop: _serve(plan, stop), ends_itself=True)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the options came to."""

    shared: SharedOptions
    target: Target
    wished: Subscriptions
    respond: Responder
    show: Printer
    notices: Notices
    ping_interval_s: float | None


async def _serve(plan: _Plan, stop: asyncio.Future[int]) -> None:
    deadline = Deadline(plan.target.timeout_s)
    async with connected(
        plan.shared, plan.target, deadline, notices=plan.notices, ping_interval_s=plan.ping_interval_s
    ) as connection:
        async with printing(connection, stop) as output:

            def show(batch: Run, number: int, read_ns: int) -> None:
                if not output.full and not plan.shared.quiet:
                    output.write(plan.show(batch, number, read_ns))

            def listening() -> None:
                plan.notices.say(f'Listening on "{plan.wished.subjects[0]}" in group "{plan.wished.queue}"')

            received = await serve(connection, plan.wished, plan.respond, show, stop, listening)
        connection.check_usable()
        if received.end is End.STOPPED:
            ended_by_signal(stop.result(), unfinished=plan.wished.count > 0)


def _always(body: str, header: list[str] | None) -> Responder:
    """Answer every request alike."""
    answer = Answer(read_body(body, stdin_bytes(), is_terminal=False), header_block(header))
    return lambda _message, _number: answer


def _echo(header: list[str] | None) -> Responder:
    """Answer with the request itself, its headers, the given ones and a counter."""
    added = header_pairs(header)

    def answer(message: Message, number: int) -> Answer:
        return Answer(message.payload, extend_headers(message.headers, [*added, (_COUNTER, str(number - 1))]))

    return answer
