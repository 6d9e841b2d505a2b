"""What ``reply`` answers with: a body, the request itself, or what a program makes of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from natscli.errors import UsageError
from natscli.messaging.outgoing import Draft
from natscli.messaging.programs import Program, ProgramError
from natscli.messaging.reply import Answer, Responder, SlowResponder, error_answer
from natscli.messaging.templates import Template, occasion
from natscli.render.notices import Notices
from natscli.text.sanitise import decode
from natscli.wire.headers import extend_headers
from natscli.wire.message import Message

_COUNTER = "NATS-Reply-Counter"  # the Go CLI's: from 0
_MOST_RUNNING = 16  # programs at once
_LARGEST_VARIABLE = 100_000  # bytes; the kernel takes at most 128 KiB in one variable

Headers = Sequence[tuple[str, Template]]


def always(body: Template | bytes, headers: Headers) -> Responder:
    """Answer with a body and headers, filled in anew for each request unless they are constant."""
    draft = Draft(Template("answer"), body, "", headers)
    fixed = draft.letter(occasion(0)) if draft.constant else None

    def answer(message: Message, number: int) -> Answer:
        if fixed is not None:
            return Answer(fixed.payload, fixed.headers)
        try:
            letter = draft.letter(occasion(number - 1, decode(message.payload)))
        except UsageError as error:  # what was asked cannot stand in a header
            return error_answer(400, str(error))
        return Answer(letter.payload, letter.headers)

    return answer


def echo(headers: Headers) -> Responder:
    """Answer with the request itself, its headers, the given ones and a counter."""

    def answer(message: Message, number: int) -> Answer:
        moment = occasion(number - 1, decode(message.payload))
        added = [*((name, value.fill(moment)) for name, value in headers), (_COUNTER, str(number - 1))]
        try:
            return Answer(message.payload, extend_headers(message.headers, added))
        except ValueError as error:  # what was asked cannot stand in a header
            return error_answer(400, str(error))

    return answer


def from_program(program: Program, headers: Headers, notices: Notices) -> SlowResponder:
    """Answer with what the program writes; when it fails, with an error and no body."""
    places = asyncio.Semaphore(_MOST_RUNNING)

    async def answer(message: Message, number: int) -> Answer:
        try:
            async with places:
                output = await program.run(message, _environment(message))
        except ProgramError as error:
            notices.warn(f"request #{number}: {error}")
            return error_answer(500, "the command failed")
        return always(output, headers)(message, number)

    return answer


def delayed(respond: Responder | SlowResponder, most_s: float, *, slow: bool) -> SlowResponder:
    """Answer after a random pause shorter than ``most_s`` seconds."""

    async def answer(message: Message, number: int) -> Answer:
        await asyncio.sleep(random.uniform(0, most_s))
        result = respond(message, number)
        return await result if slow else result  # type: ignore[misc,return-value]  # ``slow`` says which it is

    return answer


def _environment(message: Message) -> dict[str, str]:
    """Return what the program is told beside its input: the body too, where a variable can hold it."""
    variables = {"NATS_REQUEST_SUBJECT": decode(message.subject)}
    if len(message.payload) <= _LARGEST_VARIABLE and b"\0" not in message.payload:
        variables["NATS_REQUEST_BODY"] = decode(message.payload)
    return variables
