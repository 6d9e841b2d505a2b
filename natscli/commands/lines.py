"""``pub --ndjson``: messages that come as JSON lines, each with its own subject."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from natscli.cli.options import SharedOptions
from natscli.commands.arguments import stdin_bytes
from natscli.commands.composing import StdinOptions, TemplateOptions
from natscli.commands.session import connected
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import NatsCliError, UsageError
from natscli.messaging.body import SendOn, check_piped, from_a_thread, pieces_of
from natscli.messaging.letters import Dress, LineLetters
from natscli.messaging.lines import Batch, Fault, check_readable, read_lines, split_lines
from natscli.messaging.publish import Pace, Published, Publishing
from natscli.messaging.renewal import Told
from natscli.render.colour import is_terminal


def line_source(
    subject: str | None, body: str | None, reply: str, count: int, options: TemplateOptions, stdin: StdinOptions
) -> str | None:
    """Return where the lines are: ``@FILE``, ``-`` or None, which stands where the subject would.

    UsageError for what would have to be passed over, as the lines say it themselves.
    """
    if body is not None or not (subject is None or subject == "-" or subject.startswith("@")):
        raise UsageError(f"with --ndjson every line names its subject: '{subject}' must go")
    rivals = {
        "--reply": reply,
        "--header": options.header,
        "--templates": options.templates,
        "--count": count > 1,
        "--send-on": stdin.send_on is not SendOn.EOF,
    }
    for option, given in rivals.items():
        if given:
            raise UsageError(f"--ndjson and {option} do not go together")
    return "-" if stdin.force_stdin else subject


def open_lines(where: str | None) -> Iterator[Batch | Fault]:
    """Return the lines of ``@FILE``, or of standard input for ``-`` and None; UsageError when there are none."""
    if where is not None and where.startswith("@"):
        path = os.path.expanduser(where[1:])
        check_readable(path, again=False)
        return read_lines(path)
    if where is None:
        check_piped(is_terminal=is_terminal(sys.stdin))
    return split_lines("standard input", pieces_of(stdin_bytes(), "standard input"))


def line_letters(connection: Connection, lines: Iterator[Batch | Fault], dress: Dress | None = None) -> LineLetters:
    """Return the letters of lines that are read in a thread of their own."""
    return LineLetters(connection, from_a_thread(lines), dress)


async def publish_lines(
    shared: SharedOptions, target: Target, lines: Iterator[Batch | Fault], pace: Pace, renewed: Told
) -> tuple[Published, NatsCliError | None]:
    """Publish what the lines hold; return what was sent and confirmed, and why no more was.

    ``renewed`` is told when the credentials were renewed meanwhile.
    """
    async with connected(shared, target, Deadline(target.timeout_s)) as connection:
        letters = line_letters(connection, lines)
        published = await Publishing(connection, target.timeout_s, pace, renewed).send_all(letters.batches())
    return published, letters.broken_off
