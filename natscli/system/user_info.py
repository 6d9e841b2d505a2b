"""Who a server takes us for: its answer to ``$SYS.REQ.USER.INFO``, which every user may ask since nats-server 2.8."""

from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.jwt import Permissions, Responses, Rules
from natscli.errors import NatsCliError
from natscli.messaging.request import request_one
from natscli.system.documents import mapping, parse_object, texts, whole

USER_INFO_SUBJECT = "$SYS.REQ.USER.INFO"


async def ask_user_info(connection: Connection, deadline: Deadline) -> dict[str, Any]:
    """Return the document about our user, in the server's own words; raises NatsCliError where there is none."""
    answer = await request_one(connection, USER_INFO_SUBJECT, b"", deadline)
    document = parse_object(answer.payload)
    if document is None or not isinstance(document.get("data"), dict):
        raise NatsCliError("the answer about the user cannot be read")
    return dict(document["data"])


def permissions_of(user: dict[str, Any]) -> Permissions:
    """Return the permissions of a document about a user."""
    document = mapping(user.get("permissions"))
    publish, subscribe = (_rules(document.get(verb)) for verb in ("publish", "subscribe"))
    responses = document.get("responses")
    if not isinstance(responses, dict):
        return Permissions(publish, subscribe)
    return Permissions(publish, subscribe, Responses(whole(responses.get("max")), whole(responses.get("ttl")) / 1e9))


def _rules(value: object) -> Rules:
    document = mapping(value)
    return Rules(texts(document.get("allow")), texts(document.get("deny")))
