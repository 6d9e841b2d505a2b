"""Who is connected, and how much each sends and receives: CONNZ of every server that answers.

Sources, the first that answers: ``$SYS.REQ.SERVER.PING.CONNZ`` (all accounts, with monitoring rights; otherwise one's
own); ``$SYS.REQ.ACCOUNT.PING.CONNZ``, by which every user may ask about their own account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError
from natscli.system.documents import whole
from natscli.system.pinging import ask_servers
from natscli.text.durations import parse_duration

MOST = 1024  # of one server: its own limit for one answer
_SUBJECTS = ("$SYS.REQ.SERVER.PING.CONNZ", "$SYS.REQ.ACCOUNT.PING.CONNZ")


@dataclass(frozen=True, slots=True)
class Client:
    """One connection, as its server sees it: ``in`` is what the client sent."""

    server: str
    cid: int
    name: str
    address: str
    account: str
    language: str
    subscriptions: int
    pending_bytes: int
    in_messages: int
    out_messages: int
    in_bytes: int
    out_bytes: int
    rtt_s: float | None
    uptime: str
    idle: str


@dataclass(frozen=True, slots=True)
class Connections:
    """Everybody who is connected; ``left_out`` more are not listed by their servers."""

    clients: tuple[Client, ...]
    servers: tuple[str, ...]
    left_out: int
    source: str


async def connections(connection: Connection, deadline: Deadline) -> Connections:
    """Return who is connected; NatsCliError says why that cannot be known."""
    failures: list[str] = []
    for subject in _SUBJECTS:
        try:
            answers = await ask_servers(connection, subject, {"limit": MOST, "auth": True}, deadline)
        except NatsCliError as error:
            connection.denied.clear()
            failures.append(str(error))
            continue
        if answers:
            return connections_of([(answer.name, answer.data) for answer in answers], subject)
    raise NatsCliError("; ".join(failures) or "no server answered about its connections")


def connections_of(answers: Sequence[tuple[str, dict[str, Any]]], source: str) -> Connections:
    """Return what servers, each with its name, say in their CONNZ."""
    clients: list[Client] = []
    left_out = 0
    for server, document in answers:
        found = [entry for entry in document.get("connections") or () if isinstance(entry, dict)]
        left_out += max(_number(document, "total") - len(found), 0)
        clients += [_client(server, entry) for entry in found]
    return Connections(tuple(clients), tuple(server for server, _ in answers), left_out, source)


def _client(server: str, entry: dict[str, Any]) -> Client:
    def text(name: str) -> str:
        value = entry.get(name)
        return str(value) if value is not None else ""

    return Client(
        server=server,
        cid=_number(entry, "cid"),
        name=text("name"),
        address=f"{text('ip')}:{_number(entry, 'port')}",
        account=text("account"),
        language=f"{text('lang')} {text('version')}".strip(),
        subscriptions=_number(entry, "subscriptions"),
        pending_bytes=_number(entry, "pending_bytes"),
        in_messages=_number(entry, "in_msgs"),
        out_messages=_number(entry, "out_msgs"),
        in_bytes=_number(entry, "in_bytes"),
        out_bytes=_number(entry, "out_bytes"),
        rtt_s=_seconds(text("rtt")),
        uptime=text("uptime"),
        idle=text("idle"),
    )


def _number(document: dict[str, Any], name: str) -> int:
    return whole(document.get(name))


def _seconds(text: str) -> float | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None
