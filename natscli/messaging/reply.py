"""Serving requests: every message with a reply subject is answered, several at once where answers take time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.errors import NatsCliError
from natscli.messaging.subscribe import Deliver, End, Received, Subscriptions, receive
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message, Run

DEFAULT_QUEUE = "NATS-RPLY-22"  # the Go CLI's: responders of both share the work
_MOST_AT_ONCE = 1024  # slow answers begun; more requests are told so
_LAST_ANSWERS_S = 0.5  # for answers under way when the user stops us


class Answer(NamedTuple):
    """What a request is answered with; ``headers`` is an encoded block."""

    payload: bytes
    headers: bytes = b""


def error_answer(code: int, text: str) -> Answer:
    """Return the answer that says a request failed, as NATS services say it (ADR-32), without a body."""
    clean = " ".join(text.split())
    pairs = [("Nats-Service-Error", clean), ("Nats-Service-Error-Code", str(code))]
    return Answer(b"", encode_headers(pairs))


Responder = Callable[[Message, int], Answer]  # a request, and its number from 1
SlowResponder = Callable[[Message, int], Awaitable[Answer]]


class Service:
    """Answers requests on one connection, at once or, with a slow responder, when the answer is there."""

    def __init__(
        self, connection: Connection, *, respond: Responder | None = None, respond_slowly: SlowResponder | None = None
    ) -> None:
        self._connection = connection
        self._respond = respond
        self._respond_slowly = respond_slowly
        self._working: set[asyncio.Task[None]] = set()

    async def serve(
        self, wanted: Subscriptions, show: Deliver, stop: "asyncio.Future[int]", listening: Callable[[], None]
    ) -> Received:
        """Answer requests until the end, as ``receive`` does; messages that ask for no reply are only shown."""

        def take(run: Run, number: int, read_ns: int) -> None:
            show(run, number, read_ns)
            self._answer(run, number)

        received = await receive(self._connection, wanted, take, stop, listening)
        if self._working:
            seconds = _LAST_ANSWERS_S if stop.done() else self._connection.target.timeout_s
            await asyncio.wait(self._working, timeout=seconds)
        if received.end is not End.STOPPED:
            await self._connection.confirm(self._connection.target.timeout_s)  # the last answers have left
        return received

    def _answer(self, run: Run, number: int) -> None:
        frames = []
        for place, message in enumerate(run, number):
            if not message.reply:
                continue
            if self._respond is not None:
                frames.append(self._frame(message, self._respond(message, place)))
            elif len(self._working) >= _MOST_AT_ONCE:
                frames.append(self._frame(message, error_answer(503, "too many requests at once")))
            else:
                task = asyncio.ensure_future(self._answer_slowly(message, place))
                self._working.add(task)
                task.add_done_callback(self._working.discard)
        if frames:
            self._connection.send(b"".join(frames))

    async def _answer_slowly(self, message: Message, number: int) -> None:
        assert self._respond_slowly is not None
        try:
            answer = await self._respond_slowly(message, number)
            self._connection.send(self._frame(message, answer))
        except NatsCliError:
            return  # the connection is lost, and so is whoever asked
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the command and is reported there
            self._connection.fail(error)

    def _frame(self, message: Message, answer: Answer) -> bytes:
        if len(answer.headers) + len(answer.payload) > self._connection.max_payload:
            answer = error_answer(500, "the answer is too large")
        return pub(message.reply, answer.payload, b"", answer.headers)
