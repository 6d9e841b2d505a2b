"""``natscli pub``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import BODY, HEADER, SUBJECT, checked, stdin_bytes
from natscli.commands.session import connected, header_block
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.messaging.body import read_body
from natscli.messaging.publish import Publication, publish
from natscli.render.colour import is_terminal
from natscli.render.notices import Notices
from natscli.text.sizes import plural
from natscli.wire.subjects import check_publish, to_wire


@shared_options
def pub(
    shared: SharedOptions,
    subject: SUBJECT,
    body: BODY = None,
    count: Annotated[int, typer.Option("--count", min=1, help="Publish it this many times.")] = 1,
    header: HEADER = None,
    reply: Annotated[str | None, typer.Option("--reply", help="The subject replies should go to.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notices; errors still show.")] = False,
) -> None:
    """Publish messages to a subject.

    The body is the second argument, a file's content (@FILE), or standard input (- or a pipe).
    Exit code 0 means that the server has read every message.
    """
    checked(check_publish, subject)
    if reply is not None:
        checked(check_publish, reply)
    target = shared.target
    publication = Publication(
        subject=to_wire(subject),
        payload=read_body(body, stdin_bytes(), is_terminal=is_terminal(sys.stdin)),
        reply=to_wire(reply or ""),
        headers=header_block(header),
        count=count,
    )
    run(lambda _stop: _publish(shared, target, publication))
    size = plural(len(publication.payload), "byte")
    times = f" {plural(count, 'time')}" if count > 1 else ""
    Notices(quiet=quiet).say(f'Published {size} to "{subject}"{times}')


async def _publish(shared: SharedOptions, target: Target, publication: Publication) -> None:
    """One message has one deadline for everything; with many it bounds connecting and each wait."""
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline) as connection:
        wait_s = target.timeout_s if publication.count > 1 else deadline.remaining()
        await publish(connection, publication, wait_s)
