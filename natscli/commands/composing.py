"""What ``pub`` and ``req`` send: subject, body and headers as typed, piped or filled in."""

import sys
from collections.abc import AsyncIterator, Iterable
from typing import Annotated, NamedTuple

import typer

from natscli.cli.bundles import Options
from natscli.commands.arguments import checked, stdin_bytes
from natscli.commands.session import header_pairs
from natscli.connection.stream import expect_large_blocks
from natscli.messaging.body import SendOn, check_piped, is_typed, read_body, read_messages
from natscli.messaging.outgoing import Draft, Letter, as_body, as_template
from natscli.messaging.templates import Template
from natscli.render.colour import is_terminal
from natscli.wire.subjects import check_publish


class TemplateOptions(Options):
    """Headers, and what is filled in."""

    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME:VALUE", help="A header; may be repeated.")
    ] = None
    templates: Annotated[
        bool | None,
        typer.Option("--templates/--no-templates", help="Fill in {{Count}} and the like. [typed: yes, piped: no]"),
    ] = None

    @property
    def typed_is_template(self) -> bool:
        """Whether what was typed is filled in: unless that was refused."""
        return self.templates is not False


class StdinOptions(Options):
    """How standard input is read."""

    send_on: Annotated[
        SendOn, typer.Option("--send-on", help="What ends a message on standard input.", show_default=True)
    ] = SendOn.EOF
    force_stdin: Annotated[
        bool, typer.Option("--force-stdin", help="Read standard input; the same as a body of -.")
    ] = False


class Composition(NamedTuple):
    """The messages to send: copies of a draft, or one for each message on standard input."""

    draft: Draft
    copies: int
    piped: SendOn | None
    templates: bool
    subject: str = ""  # as it was typed

    async def batches(self) -> AsyncIterator[Iterable[Letter]]:
        """Yield what can be sent at once, as it comes."""
        if self.piped is None:
            yield self.draft.copies(self.copies)
            return
        expect_large_blocks()
        async for bodies in read_messages(stdin_bytes(), self.piped):
            yield self.draft.with_bodies(bodies, self.copies, templates=self.templates)


def compose(
    subject: str, body: str | None, reply: str, count: int, options: TemplateOptions, stdin: StdinOptions
) -> Composition:
    """Read what is to be sent, and check it; UsageError for what cannot be."""
    if body is None and stdin.force_stdin:
        body = "-"
    where = as_template(subject, templates=options.typed_is_template)
    if where.constant:
        checked(check_publish, subject)
    if reply:
        checked(check_publish, reply)
    draft = Draft(where, b"", reply, header_templates(options))
    if stdin.send_on is not SendOn.EOF and body in (None, "-"):
        if body is None:
            check_piped(is_terminal=is_terminal(sys.stdin))
        return Composition(draft, count, stdin.send_on, bool(options.templates), subject)
    data = read_body(body, stdin_bytes(), is_terminal=is_terminal(sys.stdin))
    draft = draft._replace(body=body_template(body, data, options))
    return Composition(draft, count, None, templates=False, subject=subject)


def header_templates(options: TemplateOptions, *, request: bool = False) -> list[tuple[str, Template]]:
    """Return the headers, their values to be filled in."""
    templates = options.typed_is_template
    return [
        (name, as_template(value, templates=templates, request=request)) for name, value in header_pairs(options.header)
    ]


def body_template(
    body: str | None, data: bytes, options: TemplateOptions, *, request: bool = False
) -> Template | bytes:
    """Return a body that was read as a template if it was typed, as data if it came from elsewhere."""
    templates = options.typed_is_template if is_typed(body) else bool(options.templates)
    return as_body(data, templates=templates, request=request)
