"""A JetStream API of our own on a server without one: answers from a table, and what it was asked."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.cli.peers import Peer


class Responder(Peer):
    """Answers requests whose subject ends in a key of ``answers``; keeps the bodies it was sent."""

    def __init__(self, url: str, answers: dict[str, Any]) -> None:
        super().__init__(url)
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []
        self.silent: tuple[str, ...] = ()  # beginnings of what is never answered
        self.send(b"SUB $JS.API.> 1\r\n")
        self.settle()

    def hang_up(self) -> None:
        """Wake whoever waits for a message, for ever."""
        self._socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def answering(url: str, answers: dict[str, Any]) -> Iterator[Responder]:
    """Answer requests for the length of a block."""
    responder = Responder(url, answers)
    serving = threading.Thread(target=_serve, args=(responder,))
    serving.start()
    try:
        yield responder
    finally:
        responder.hang_up()
        serving.join(30)
        responder.close()


def _serve(responder: Responder) -> None:
    while True:
        try:
            message = responder.next()
        except (OSError, EOFError, AssertionError):
            return
        operation = message.subject.decode().removeprefix("$JS.API.")
        responder.asked.append((operation, json.loads(message.payload or b"null")))
        if operation.startswith(responder.silent):
            continue
        answer = next(
            (value for key, value in responder.answers.items() if operation.startswith(key)),
            {"error": {"code": 404, "description": "nothing of it"}},
        )
        body = json.dumps(answer).encode()
        responder.send(b"PUB %b %d\r\n%b\r\n" % (message.reply, len(body), body))
