"""A server's VARZ: over NATS for the system account, or over HTTP where monitoring is on.

Source: https://docs.nats.io/running-a-nats-service/nats_admin/monitoring.
"""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.urls import redact
from natscli.errors import ConnectError, DeadlineError, NatsCliError, UsageError
from natscli.messaging.request import request_one
from natscli.system.documents import parse_object

_LARGEST = 16 * 1024 * 1024  # bytes of a document


async def varz_from_system_account(connection: Connection, server_id: str, deadline: Deadline) -> dict[str, Any]:
    """Return VARZ through ``$SYS``; NoRespondersError for a user who is not of the system account."""
    answer = await request_one(connection, f"$SYS.REQ.SERVER.{server_id}.VARZ", b"", deadline)
    document = _object(answer.payload)
    data = document.get("data")
    if not isinstance(data, dict):
        raise NatsCliError("the answer about the server cannot be read")
    return data


async def varz_from_http(url: str, deadline: Deadline) -> dict[str, Any]:
    """Return VARZ from a monitoring URL such as ``http://127.0.0.1:8222``."""
    return await fetch_document(f"{check_monitor_url(url)}/varz", deadline)


async def fetch_document(address: str, deadline: Deadline) -> dict[str, Any]:
    """Return the JSON document at an address.

    The thread that reads it has a time-out for each step alone, and is left behind when all of them take too long.
    """
    try:
        async with asyncio.timeout(deadline.remaining()):
            return _object(await asyncio.to_thread(_fetch, address, deadline))
    except TimeoutError:
        raise deadline.missed(f"no answer from {redact(address)}") from None


def check_monitor_url(url: str) -> str:
    """Return the URL without a slash at its end; UsageError unless it is http or https with a host."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"monitoring URL '{redact(url)}' is not of the form http://host:port")
    return url.rstrip("/")


def _fetch(address: str, deadline: Deadline) -> bytes:
    import urllib.request  # 10 ms, for who asks over HTTP alone
    from http.client import HTTPException

    shown = redact(address)
    try:
        with urllib.request.urlopen(address, timeout=deadline.remaining()) as answer:  # noqa: S310 - checked above
            body: bytes = answer.read(_LARGEST + 1)
    except TimeoutError:
        raise deadline.missed(f"no answer from {shown}") from None
    except urllib.error.HTTPError as error:
        raise NatsCliError(f"{shown} answered {error.code}") from error
    except HTTPException as error:
        raise ConnectError(f"{shown} does not speak HTTP") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise DeadlineError(f"no answer from {shown}") from None
        words = getattr(reason, "strerror", None) or str(reason)
        raise ConnectError(f"cannot read {shown}: {words.lower()}") from error
    if len(body) > _LARGEST:
        raise NatsCliError(f"{shown} answered with more than a server says of itself")
    return body


def _object(raw: bytes) -> dict[str, Any]:
    document = parse_object(raw)
    if document is None:
        raise NatsCliError("the answer about the server cannot be read")
    return document
