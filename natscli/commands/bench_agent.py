"""``natscli bench agent``."""

import asyncio
import os
import platform
import uuid
from typing import Annotated

import typer

from natscli.bench.agent import Agent, Membership
from natscli.bench.orders import check_token
from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import checked
from natscli.commands.bench_agents import ControlOptions
from natscli.commands.session import connected, ended_by_signal
from natscli.connection.deadline import Deadline
from natscli.connection.trace import trace_to_stderr
from natscli.context.target import Target
from natscli.errors import UsageError
from natscli.render.notices import Notices
from natscli.wire.subjects import check_subscribe


@shared_options
def agent(
    shared: SharedOptions,
    options: ControlOptions,
    name: Annotated[str | None, typer.Option("--name", help="What reports call it, not host and process.")] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="SUBJECT", help="Use these subjects only, not all but those with a $ "
        "in front; with wildcards; may be repeated."),
    ] = None,
) -> None:  # fmt: skip
    """Take part in the runs of bench --agents elsewhere.

    Until Ctrl-C, load goes where the context here says, with the credentials here. An agent is the micro service
    natscli-bench: nats micro list shows it. Whoever may publish to natscli.bench.> can have it put load on the
    server, as its user: where strangers may, narrow it down with --allow.
    """
    for subject in allow or ():
        checked(check_subscribe, subject)
    target = shared.target
    who = Membership(options.group_name, _name(name), uuid.uuid4().hex[:22], tuple(allow or ()))
    run(lambda stop: _serve(shared, target, options, who, stop), ends_itself=True)


def _name(given: str | None) -> str:
    if given is None:
        host = "".join([letter if letter.isascii() and letter.isalnum() else "-" for letter in platform.node()])
        return f"{host[:48] or 'agent'}-{os.getpid()}"
    try:
        return check_token(given, "name")
    except ValueError as error:
        raise UsageError(str(error)) from None


async def _serve(
    shared: SharedOptions, target: Target, options: ControlOptions, who: Membership, stop: asyncio.Future[int]
) -> None:
    notices = Notices(quiet=shared.quiet)
    control = options.control(target)
    async with connected(shared, control, Deadline(control.timeout_s), notices=notices, stop=stop) as connection:
        trace = trace_to_stderr if shared.trace else None
        member = Agent(connection, target, who, notices.say, trace)
        await member.serve(stop, lambda: notices.say(f'Agent "{who.name}" of group "{who.group}" is ready'))
    if stop.done():
        ended_by_signal(stop.result(), unfinished=False)
