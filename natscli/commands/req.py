"""``natscli req``."""

from __future__ import annotations

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
from natscli.messaging.request import Replies, request
from natscli.render.notices import Notices


@shared_options
def req(
    shared: SharedOptions,
    options: TemplateOptions,
    stdin: StdinOptions,
    subject: SUBJECT,
    body: BODY = None,
    count: Annotated[int, typer.Option("--count", min=1, help="Send each request this many times, in turn.")] = 1,
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
    """
    target = shared.target
    composition = compose(subject, body, "", count, options, stdin)
    wanted = Replies(0 if wait_for_empty else replies, reply_timeout, until_empty=wait_for_empty)
    several = count > 1 or composition.piped is not None or wanted.count != 1
    screen = ReplyScreen(Notices(quiet=shared.quiet or raw), command(translate), raw=raw, several=several)
    run(lambda _stop: _request(shared, target, composition, wanted, screen))
    screen.judge()


async def _request(
    shared: SharedOptions, target: Target, composition: Composition, wanted: Replies, screen: ReplyScreen
) -> None:
    """Send the requests one after the other, each with a deadline of its own; the first one's covers connecting."""
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline) as connection:
        async for batch in composition.batches():
            for letter in batch:
                screen.asking(letter)
                async for reply in request(connection, letter, wanted, deadline):
                    await screen.show(reply)
                deadline = Deadline(target.timeout_s)
