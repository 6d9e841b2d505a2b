"""What ``req`` shows of its replies."""

from __future__ import annotations

import sys

from natscli.errors import ServiceFailureError
from natscli.messaging.outgoing import Letter
from natscli.messaging.programs import Program
from natscli.messaging.request import Reply
from natscli.render.colour import is_terminal
from natscli.render.messages import body_text, header_lines
from natscli.render.notices import Notices
from natscli.render.output import print_bytes
from natscli.text.durations import format_duration
from natscli.text.sanitise import decode, safe_bytes
from natscli.text.sizes import plural
from natscli.wire.headers import Headers, parse_headers


class ReplyScreen:
    """Bodies on stdout; round-trip times, headers and a summary on stderr.

    A single raw reply is its bytes and nothing else; each of several is followed by a line feed.
    """

    def __init__(self, notices: Notices, translate: Program | None, *, raw: bool, several: bool) -> None:
        self._notices = notices
        self._translate = translate
        self._raw = raw
        self._several = several
        self._terminal = is_terminal(sys.stdout)
        self._failure: str | None = None
        self._rtts: list[float] = []

    def asking(self, letter: Letter) -> None:
        """Say that a request goes out."""
        self._notices.say(f'Sending request on "{safe_bytes(letter.subject, multiline=False)}"')

    async def show(self, reply: Reply) -> None:
        """Print one reply, translated if asked."""
        message = reply.message
        headers = parse_headers(message.headers)
        self._rtts.append(reply.rtt_s)
        self._failure = self._failure or _service_error(headers)
        self._notices.say(f"Received with rtt {format_duration(reply.rtt_s)}")
        for line in decode(header_lines(message.headers, terminal=True)).splitlines():
            self._notices.say(line)
        payload = await self._translate.translate(message) if self._translate else message.payload
        text = body_text(payload, terminal=self._terminal)
        ends_line = self._terminal or self._several or not self._raw
        print_bytes(text if not ends_line or text.endswith(b"\n") else text + b"\n")

    def judge(self) -> None:
        """Sum up several replies; raise when a service answered with an error."""
        if self._several and self._rtts:
            low, high, mean = min(self._rtts), max(self._rtts), sum(self._rtts) / len(self._rtts)
            times = f"min {format_duration(low)}, mean {format_duration(mean)}, max {format_duration(high)}"
            self._notices.say(f"{plural(len(self._rtts), 'reply')}, rtt {times}")
        if self._failure is not None:
            raise ServiceFailureError(f"the service answered with an error: {self._failure}")


def _service_error(headers: Headers) -> str | None:
    """Return code and text of an error as NATS services report it (ADR-32)."""
    text, code = headers.get("Nats-Service-Error"), headers.get("Nats-Service-Error-Code")
    if text is None and code is None:
        return None
    return " ".join(part for part in (code, text) if part)
