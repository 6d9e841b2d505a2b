"""One question to every server of a system: ``$SYS.REQ.*.PING.*``, and what each of them answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.messaging.inbox import Replies
from natscli.messaging.outgoing import Letter
from natscli.messaging.request import request
from natscli.system.documents import mapping, parse_object

_SERVERS = 256
_GAP_S = 0.25  # after the last server's answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says of itself in front of every answer, and the answer."""

    server: dict[str, Any]
    data: dict[str, Any]

    @property
    def name(self) -> str:
        """The server's name."""
        return str(self.server.get("name", ""))


async def ask_servers(
    connection: Connection, subject: str, question: dict[str, Any], deadline: Deadline
) -> list[Answer]:
    """Return the answers, in the order they came; those that are none, such as refusals, are left out.

    Raises NatsCliError where nothing came at all.
    """
    letter = Letter(subject.encode(), json.dumps(question).encode() if question else b"")
    answers = []
    async for reply in request(connection, letter, Replies(_SERVERS, _GAP_S), deadline):
        document = parse_object(reply.message.payload)
        if document is not None and isinstance(document.get("data"), dict):
            answers.append(Answer(mapping(document.get("server")), document["data"]))
    return answers
