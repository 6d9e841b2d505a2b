"""``natscli req``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import BODY, HEADER, SUBJECT, checked, stdin_bytes
from natscli.commands.session import connected, header_block
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import ServiceFailureError
from natscli.messaging.body import read_body
from natscli.messaging.publish import Publication
from natscli.messaging.request import Replies, Reply, request
from natscli.render.colour import is_terminal
from natscli.render.messages import body_text, header_lines
from natscli.render.notices import Notices
from natscli.render.output import print_bytes
from natscli.text.durations import format_duration
from natscli.text.sanitise import decode
from natscli.wire.headers import Headers, parse_headers
from natscli.wire.subjects import check_publish, to_wire


@shared_options
def req(
    shared: SharedOptions,
    subject: SUBJECT,
    body: BODY = None,
    header: HEADER = None,
    replies: Annotated[int, typer.Option("--replies", min=0, help="How many; 0 is all until the time-out.")] = 1,
    reply_timeout: Annotated[
        float, typer.Option("--reply-timeout", parser=duration, metavar="DUR", help="Patience for further replies.")
    ] = "300ms",  # type: ignore[assignment]  # Typer parses defaults too
    raw: Annotated[bool, typer.Option("--raw", "-r", help="The replies' bodies and nothing else.")] = False,
) -> None:
    """Send a request and print its replies.

    Exit code 5: no reply in time; 6: nobody serves the subject; 8: the service answered with an error.
    """
    checked(check_publish, subject)
    target = shared.target
    payload = read_body(body, stdin_bytes(), is_terminal=is_terminal(sys.stdin))
    question = Publication(to_wire(subject), payload, headers=header_block(header))
    show = _Screen(raw=raw, notices=Notices(quiet=shared.quiet or raw))
    show.notices.say(f'Sending request on "{subject}"')
    run(lambda _stop: _request(shared, target, question, Replies(replies, reply_timeout), show))
    show.judge()


async def _request(
    shared: SharedOptions, target: Target, question: Publication, wanted: Replies, show: _Screen
) -> None:
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline) as connection:
        async for reply in request(connection, question, wanted, deadline):
            show.reply(reply)


class _Screen:
    """Prints replies, and remembers the first error a service answered with."""

    def __init__(self, *, raw: bool, notices: Notices) -> None:
        self.notices = notices
        self._raw = raw
        self._terminal = is_terminal(sys.stdout)
        self._failure: str | None = None

    def reply(self, reply: Reply) -> None:
        """Print one reply: its body on stdout; round-trip time and headers on stderr."""
        message = reply.message
        headers = parse_headers(message.headers)
        self._failure = self._failure or _service_error(headers)
        self.notices.say(f"Received with rtt {format_duration(reply.rtt_s)}")
        for line in decode(header_lines(message.headers, terminal=True)).splitlines():
            self.notices.say(line)
        text = body_text(message.payload, terminal=self._terminal)
        if self._terminal or not self._raw:
            text += b"" if text.endswith(b"\n") else b"\n"
        print_bytes(text)

    def judge(self) -> None:
        """Raise when a service answered with an error."""
        if self._failure is not None:
            raise ServiceFailureError(f"the service answered with an error: {self._failure}")


def _service_error(headers: Headers) -> str | None:
    """Return code and text of an error as NATS services report it (ADR-32)."""
    text, code = headers.get("Nats-Service-Error"), headers.get("Nats-Service-Error-Code")
    if text is None and code is None:
        return None
    return " ".join(part for part in (code, text) if part)
