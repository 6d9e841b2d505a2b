"""``natscli reply``."""

import asyncio
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import BODY, PING_INTERVAL, SUBJECT, checked, stdin_bytes
from natscli.commands.composing import TemplateOptions, body_template, header_templates
from natscli.commands.responders import always, delayed, echo, from_program
from natscli.commands.session import connected, ended_by_signal
from natscli.commands.writing import printing
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import UsageError
from natscli.messaging.body import read_body
from natscli.messaging.programs import Program
from natscli.messaging.reply import DEFAULT_QUEUE, Responder, Service, SlowResponder
from natscli.messaging.subscribe import End, Subscriptions
from natscli.render.colour import is_terminal, wanted
from natscli.render.messages import Style, printer
from natscli.render.notices import Notices
from natscli.wire.message import Run
from natscli.wire.subjects import check_queue, check_subscribe


class AnswerOptions(Options):
    """What requests are answered with, and when."""

    echo: Annotated[bool, typer.Option("--echo", help="Answer with the request's body and headers.")] = False
    command: Annotated[
        str | None, typer.Option("--command", metavar="CMD", help="Answer with what this program makes of the body.")
    ] = None
    sleep: Annotated[
        float | None, typer.Option("--sleep", parser=duration, metavar="DUR", help="Pause at random, at most so long.")
    ] = None


@shared_options
def reply(
    shared: SharedOptions,
    answering: AnswerOptions,
    templates: TemplateOptions,
    subject: SUBJECT,
    body: BODY = None,
    queue: Annotated[str, typer.Option("--queue", "-q", help="The queue group that shares the work.")] = DEFAULT_QUEUE,
    count: Annotated[int, typer.Option("--count", min=0, help="End after this many requests. [0: never]")] = 0,
    ping_interval: PING_INTERVAL = None,
) -> None:
    """Answer the requests on a subject.

    With a body, always that ({{Request}} is what was asked); with --command, what a program writes; otherwise,
    or with --echo, the request itself.  Runs until Ctrl-C or --count.
    """
    checked(check_subscribe, subject)
    checked(check_queue, queue)
    if sum((answering.echo, body is not None, answering.command is not None)) > 1:
        raise UsageError("only one of a body, --echo and --command can be the answer")
    notices = Notices(quiet=shared.quiet)
    target = shared.target
    fast, slow = _responder(answering, templates, body, target, notices)
    plan = _Plan(shared, target, Subscriptions((subject,), queue, count), fast, slow, notices, ping_interval)
    run(lambda stop: _serve(plan, stop), ends_itself=True)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the options came to."""

    shared: SharedOptions
    target: Target
    wished: Subscriptions
    respond: Responder | None
    respond_slowly: SlowResponder | None
    notices: Notices
    ping_interval_s: float | None


def _responder(
    answering: AnswerOptions, templates: TemplateOptions, body: str | None, target: Target, notices: Notices
) -> tuple[Responder | None, SlowResponder | None]:
    """Return who answers: at once, or slowly."""
    headers = header_templates(templates, request=True)
    if answering.command is not None:
        slow = from_program(Program(answering.command, timeout_s=target.timeout_s), headers, notices)
        return None, delayed(slow, answering.sleep, slow=True) if answering.sleep else slow
    if body is None:
        if not answering.echo:
            notices.say("No body given: answering with what was asked")
        respond = echo(headers)
    else:
        data = read_body(body, stdin_bytes(), is_terminal=False)
        respond = always(body_template(body, data, templates, request=True), headers)
    if answering.sleep:
        return None, delayed(respond, answering.sleep, slow=False)
    return respond, None


async def _serve(plan: _Plan, stop: asyncio.Future[int]) -> None:
    deadline = Deadline(plan.target.timeout_s)
    async with connected(
        plan.shared, plan.target, deadline, notices=plan.notices, ping_interval_s=plan.ping_interval_s, stop=stop
    ) as connection:
        await _answer(connection, plan, stop)
        if connection.failure is not None:  # while the last was shown
            raise connection.failure


async def _answer(connection: Connection, plan: _Plan, stop: asyncio.Future[int]) -> None:
    in_words = printer(Style(terminal=is_terminal(sys.stdout), colour=wanted(sys.stdout)))
    async with printing(connection, stop) as output:

        def show(batch: Run, number: int, read_ns: int) -> None:
            if not output.full and not plan.notices.quiet:
                output.write(in_words(batch, number, read_ns))

        def listening() -> None:
            plan.notices.say(f'Listening on "{plan.wished.subjects[0]}" in group "{plan.wished.queue}"')

        service = Service(connection, respond=plan.respond, respond_slowly=plan.respond_slowly)
        received = await service.serve(plan.wished, show, stop, listening)
    if received.end is End.STOPPED:
        ended_by_signal(stop.result(), unfinished=plan.wished.count > 0)
