"""What ``req`` shows of its replies."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from math import ceil

from natscli.errors import ServiceFailureError
from natscli.messaging.inbox import Reply
from natscli.messaging.outgoing import Letter
from natscli.messaging.programs import Program
from natscli.render.colour import is_terminal
from natscli.render.content import body_text, header_lines
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
        self._failure: tuple[int, Exception] | None = None  # of the earliest request that failed
        self._rtts = array("d")
        self._rate = ""

    def asking(self, letter: Letter) -> None:
        """Say that a request goes out."""
        self._notices.say(f'Sending request on "{safe_bytes(letter.subject, multiline=False)}"')

    async def show(self, number: int, outcome: Reply | Exception) -> None:
        """Print a reply, translated if asked, or remember how a request failed."""
        if isinstance(outcome, Exception):
            self._failed(number, outcome)
        else:
            await self._print(number, outcome)

    async def _print(self, number: int, reply: Reply) -> None:
        message = reply.message
        headers = parse_headers(message.headers)
        self._rtts.append(reply.rtt_s)
        if (error := _service_error(headers)) is not None and (self._failure is None or number < self._failure[0]):
            self._failed(number, ServiceFailureError(f"the service answered with an error: {error}"))
        self._notices.say(f"Received with rtt {format_duration(reply.rtt_s)}")
        for line in decode(header_lines(message.headers, terminal=True)).splitlines():
            self._notices.say(line)
        payload = await self._translate.translate(message) if self._translate else message.payload
        text = body_text(payload, terminal=self._terminal)
        ends_line = self._terminal or self._several or not self._raw
        print_bytes(text if not ends_line or text.endswith(b"\n") else text + b"\n")

    def _failed(self, number: int, error: Exception) -> None:
        if self._failure is None or number <= self._failure[0]:
            self._failure = number, error

    def finished(self, requests: int, seconds: float) -> None:
        """Take how many requests were answered, and in what time."""
        if requests > 1 and seconds:
            self._rate = f", {requests / seconds:,.0f} requests/s"

    def judge(self) -> None:
        """Sum up several replies; raise how the first request that failed did so."""
        if self._several and self._rtts:
            self._notices.say(f"{plural(len(self._rtts), 'reply')}, rtt {_times(self._rtts)}{self._rate}")
        if self._failure is not None:
            raise self._failure[1]


def _times(rtts: Sequence[float]) -> str:
    """Return least, mean, percentiles (by nearest rank) and most."""
    ranked = sorted(rtts)
    figures = {"min": ranked[0], "mean": sum(ranked) / len(ranked)}
    figures |= {f"p{percent}": ranked[ceil(percent / 100 * len(ranked)) - 1] for percent in (50, 99)}
    figures["max"] = ranked[-1]
    return ", ".join(f"{name} {format_duration(seconds)}" for name, seconds in figures.items())


def _service_error(headers: Headers) -> str | None:
    """Return code and text of an error as NATS services report it (ADR-32)."""
    text, code = headers.get("Nats-Service-Error"), headers.get("Nats-Service-Error-Code")
    if text is None and code is None:
        return None
    return " ".join(part for part in (code, text) if part)
