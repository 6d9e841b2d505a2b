"""Serving requests: every message with a reply subject is answered."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.messaging.subscribe import Deliver, Received, Subscriptions, receive
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message, Run

DEFAULT_QUEUE = "NATS-RPLY-22"  # the Go CLI's: responders of both share the work


class Answer(NamedTuple):
    """What a request is answered with; ``headers`` is an encoded block."""

    payload: bytes
    headers: bytes = b""


Responder = Callable[[Message, int], Answer]  # a request, and its number from 1

_TOO_LARGE = Answer(
    b"", encode_headers([("Nats-Service-Error", "the answer is too large"), ("Nats-Service-Error-Code", "500")])
)


async def serve(
    connection: Connection,
    wanted: Subscriptions,
    respond: Responder,
    show: Deliver,
    stop: "asyncio.Future[int]",
    listening: Callable[[], None],
) -> Received:
    """Answer requests until the end, as ``receive`` does; messages that ask for no reply are only shown."""

    def answer_all(run: Run, number: int, read_ns: int) -> None:
        frames = []
        for offset, message in enumerate(run):
            if message.reply:
                answer = respond(message, number + offset)
                if len(answer.headers) + len(answer.payload) > connection.max_payload:
                    answer = _TOO_LARGE
                frames.append(pub(message.reply, answer.payload, b"", answer.headers))
        if frames:
            connection.send(b"".join(frames))
        show(run, number, read_ns)

    received = await receive(connection, wanted, answer_all, stop, listening)
    await connection.confirm(connection.target.timeout_s)  # the last answers have left
    return received
