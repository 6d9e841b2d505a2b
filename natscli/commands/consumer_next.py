"""``natscli consumer next``."""

import asyncio
import random
import sys
import time
from contextlib import aclosing
from typing import Annotated

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.jetstream import JSON
from natscli.commands.session import connected
from natscli.connection.deadline import Deadline
from natscli.errors import NoRespondersError, UsageError
from natscli.jetstream.acks import Ack, ack_body, confirm_ack, delivery_of
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.consumers import consumer_info
from natscli.jetstream.pull import Pull, PullRequest
from natscli.messaging.ndjson import encode_line, format_time
from natscli.render.colour import is_terminal
from natscli.render.content import body_text, header_lines
from natscli.render.notices import Notices
from natscli.render.output import print_bytes
from natscli.text.sanitise import safe_bytes
from natscli.text.sizes import plural
from natscli.wire.message import Message

_LARGEST_PULL = 256  # of one request; more are asked for in several
_DONE = {Ack.DONE: "Acknowledged", Ack.AGAIN: "Negatively acknowledged", Ack.NEVER: "Terminated"}


class NextOptions(Options):
    """How messages are taken."""

    ack: Annotated[bool | None, typer.Option("--ack/--no-ack", help="Acknowledge. [--ack]")] = None
    nak: Annotated[bool, typer.Option("--nak", help="Have it delivered again.")] = False
    term: Annotated[bool, typer.Option("--term", help="Have it delivered never again.")] = False
    raw: Annotated[bool, typer.Option("--raw", "-r", help="The bodies and nothing else.")] = False
    wait: Annotated[
        float, typer.Option("--wait", parser=duration, metavar="DUR", help="Answer after a random time up to this.")
    ] = "0"  # type: ignore[assignment]  # Typer parses defaults too
    count: Annotated[int, typer.Option("--count", min=1, help="How many messages.")] = 1

    @property
    def answer(self) -> Ack | None:
        """What to say of each message; None for nothing."""
        said = [self.ack is True, self.nak, self.term]
        if sum(said) > 1:
            raise UsageError("a message is acknowledged, delivered again or terminated: one of them")
        if self.nak or self.term:
            return Ack.AGAIN if self.nak else Ack.NEVER
        return None if self.ack is False else Ack.DONE


@shared_options
def next(  # noqa: A001 - what it is called
    shared: SharedOptions,
    options: NextOptions,
    stream: Annotated[str, typer.Argument(help="The stream.", metavar="STREAM")],
    consumer: Annotated[str, typer.Argument(help="The consumer.", metavar="CONSUMER")],
    json: JSON = False,
) -> None:
    """Take messages from a pull consumer.

    Each is acknowledged when it has been shown.  A wait for messages lasts up to the time-out.
    Exit code 5: none came.
    """
    answer = options.answer
    if json and options.raw:
        raise UsageError("--json and --raw do not go together")
    check_name(stream, "stream")
    check_name(consumer, "consumer")
    taking = Taking(options, answer, Notices(quiet=shared.quiet or options.raw), json=json)
    run(lambda _stop: _next(shared, stream, consumer, options.count, taking))


class Taking:
    """Shows messages and answers them."""

    def __init__(self, options: NextOptions, answer: Ack | None, notices: Notices, *, json: bool) -> None:
        self.taken = 0
        self._options = options
        self._answer = answer
        self._notices = notices
        self._json = json
        self._terminal = is_terminal(sys.stdout)

    async def take(self, api: Api, message: Message) -> None:
        """Show a message, and answer it once it is written."""
        print_bytes(self._shown(message))
        self.taken += 1
        if self._answer is None or not message.reply:
            return
        if self._options.wait:
            await asyncio.sleep(random.uniform(0, self._options.wait))
        try:
            await confirm_ack(api, message.reply, ack_body(self._answer))
        except NoRespondersError:
            self._notices.say("The consumer wants no acknowledgements")
        else:
            self._notices.say(f"{_DONE[self._answer]} message")

    def finish(self) -> None:
        """Say how many came where they are fewer than were asked for."""
        if 0 < self.taken < self._options.count:
            self._notices.say(f"{self.taken:,} of {plural(self._options.count, 'message')} came")

    def _shown(self, message: Message) -> bytes:
        if self._json:
            return encode_line(message, format_time(time.time_ns()))
        body = body_text(message.payload, terminal=self._terminal) + b"\n"
        if self._options.raw:
            return body if self._terminal else message.payload + b"\n"
        headers = header_lines(message.headers, terminal=self._terminal) if message.headers else b""
        block = b"Headers:\n\n" + headers + b"\nData:\n\n" if headers else b""
        return self._head(message) + b"\n" + block + body + b"\n"

    def _head(self, message: Message) -> bytes:
        subject = safe_bytes(message.subject, multiline=False)
        delivery = delivery_of(message.reply)
        if delivery is None:
            return f"--- subject: {subject} reply: {safe_bytes(message.reply, multiline=False)}\n".encode()
        return (
            f"[{time.strftime('%H:%M:%S')}] subj: {subject} / tries: {delivery.deliveries}"
            f" / cons seq: {delivery.consumer_sequence} / str seq: {delivery.stream_sequence}"
            f" / pending: {delivery.pending:,}\n"
        ).encode()


async def _next(shared: SharedOptions, stream: str, consumer: str, count: int, taking: Taking) -> None:
    target = shared.target
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline) as connection:
        api = Api(connection)
        while taking.taken < count:
            before = taking.taken
            patience = deadline.remaining() if not before else target.timeout_s
            request = PullRequest(min(count - before, _LARGEST_PULL), expires_s=max(patience, 0.01))
            try:
                async with aclosing(Pull(api, stream, consumer, request).messages()) as messages:
                    async for message in messages:
                        await taking.take(api, message)
            except NoRespondersError:
                await consumer_info(api, stream, consumer)  # says what there is not
                raise
            if taking.taken == before:
                break
    if not taking.taken:
        raise deadline.missed(f"consumer '{stream} > {consumer}': no message")
    taking.finish()
