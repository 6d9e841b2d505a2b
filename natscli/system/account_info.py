"""Who we are to a server: user, account, permissions and limits, JetStream usage.

Sources: the connection itself; ``$SYS.REQ.USER.INFO``; JetStream's INFO (ADR-2); the user's JWT, which no server
is needed for.  Each may be missing for a reason of its own, and spoils no other.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.jwt import Claims, inspect
from natscli.jetstream.api import Api
from natscli.jetstream.streams import account_info
from natscli.system.link import Link, look_at, tried
from natscli.system.user_info import ask_user_info


@dataclass(frozen=True, slots=True)
class AccountReport:
    """One user as one server sees it.  Documents are the server's own, unknown fields included."""

    link: Link
    given_user: str  # the name or NKey that we gave, whatever the server made of it; empty for none
    account: str  # as the server's INFO names it; empty before nats-server 2.11
    asked_s: float  # seconds since 1970
    user: dict[str, Any] | None
    user_error: str | None  # why ``user`` is None
    jetstream_subject: str  # that was asked
    jetstream: dict[str, Any] | None
    jetstream_error: str | None  # why ``jetstream`` is None
    claims: Claims | None  # of the JWT we showed


async def describe_account(connection: Connection, deadline: Deadline) -> AccountReport:
    """Return what the connected server knows of us; the questions are asked at once, within one deadline."""
    link = await look_at(connection, deadline)
    (user, user_error), (jetstream, jetstream_error) = await asyncio.gather(
        tried(ask_user_info(connection, deadline)), tried(_ask_jetstream(connection, deadline))
    )
    return AccountReport(
        link=link,
        given_user=connection.presented.user or connection.presented.nkey or "",
        account=connection.remote_account or "",
        asked_s=time.time(),
        user=user,
        user_error=user_error,
        jetstream_subject=Api(connection).subject("INFO"),
        jetstream=jetstream,
        jetstream_error=jetstream_error,
        claims=_claims(connection.presented.jwt),
    )


async def _ask_jetstream(connection: Connection, deadline: Deadline) -> dict[str, Any]:
    return dict((await account_info(Api(connection, deadline))).raw)


def _claims(token: str | None) -> Claims | None:
    """Return what our JWT says; None where the server has taken one that cannot be read here."""
    try:
        return inspect(token) if token is not None else None
    except ValueError:
        return None
