"""``natscli req``."""

from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import BODY, SUBJECT, TRANSLATE, command
from natscli.commands.composing import Composition, StdinOptions, TemplateOptions, compose
from natscli.commands.replies import ReplyScreen
from natscli.commands.session import connected
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.messaging.flight import Manner, prepare
from natscli.messaging.inbox import Replies
from natscli.render.notices import Notices


@shared_options
def req(
    shared: SharedOptions,
    options: TemplateOptions,
    stdin: StdinOptions,
    subject: SUBJECT,
    body: BODY = None,
    count: Annotated[int, typer.Option("--count", min=1, help="Send each request this many times.")] = 1,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=10_000, metavar="N", help="Keep this many requests in flight.")
    ] = 1,
    replies: Annotated[int, typer.Option("--replies", min=0, help="How many; 0 is all until the time-out.")] = 1,
    reply_timeout: Annotated[
        float, typer.Option("--reply-timeout", parser=duration, metavar="DUR", help="Patience for further replies.")
    ] = "300ms",  # type: ignore[assignment]  # Typer parses defaults too
    wait_for_empty: Annotated[
        bool, typer.Option("--wait-for-empty", help="Take replies until an empty one says that there are no more.")
    ] = False,
    translate: TRANSLATE = None,
    raw: Annotated[bool, typer.Option("--raw", "-r", help="The replies' bodies and nothing else.")] = False,
) -> None:
    """Send a request and print its replies.

    Exit code 5: no reply in time; 6: nobody serves the subject; 8: the service answered with an error.
    Of several requests the first that failed decides; no more are sent then.
    """
    composition = compose(subject, body, "", count, options, stdin)
    wanted = Replies(0 if wait_for_empty else replies, reply_timeout, until_empty=wait_for_empty)
    several = count > 1 or composition.piped is not None or wanted.count != 1
    screen = ReplyScreen(Notices(quiet=shared.quiet or raw), command(translate), raw=raw, several=several)
    target = shared.target
    manner = Manner(wanted, target.timeout_s, parallel, sending=screen.asking)
    run(lambda _stop: _request(shared, target, composition, manner, screen))


async def _request(
    shared: SharedOptions, target: Target, composition: Composition, manner: Manner, screen: ReplyScreen
) -> None:
    """Send the requests, each with a deadline of its own; that of the first typed one covers connecting."""
    deadline = Deadline(target.timeout_s)
    if composition.piped is None:
        manner = replace(manner, first=deadline)
    async with connected(shared, target, deadline) as connection:
        flight = await prepare(connection, manner)
        async with aclosing(flight.answers(composition.batches())) as answers:
            async for number, outcome in answers:
                await screen.show(number, outcome)
        screen.finished(flight.requests, flight.seconds)
        screen.judge()
