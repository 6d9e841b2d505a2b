"""Every server and everybody who is connected, looked at again and again.

Sources of what is known of a server, the first that answers: HTTP monitoring where URLs are given (VARZ, CONNZ);
``$SYS.REQ.SERVER.PING.VARZ`` for users of the system account; ``$SYS.REQ.ACCOUNT.PING.STATZ``, by which every user
may ask what their own account does on each server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.urls import redact
from natscli.errors import ConnectionLostError, NatsCliError
from natscli.system.connections import MOST, Connections, connections, connections_of
from natscli.system.documents import mapping, whole
from natscli.system.monitoring import check_monitor_url, fetch_document
from natscli.system.pinging import Answer, ask_servers

VARZ, STATZ = "$SYS.REQ.SERVER.PING.VARZ", "$SYS.REQ.ACCOUNT.PING.STATZ"
_PATIENCE_S = 1.0  # for an answer that may not be permitted: who watches ">" is not told that nobody serves it
_SOON_S, _ASKED_AGAIN_S = 2.0, 60.0  # until it is asked for again: the server may only have been slow
_SLOW_TIMES = 2


@dataclass(frozen=True, slots=True)
class Server:
    """One server; ``in`` is what clients sent it.  None is what was not to be known."""

    name: str
    version: str
    cluster: str
    cpu_percent: float | None
    memory_bytes: int | None
    uptime: str
    connections: int
    subscriptions: int
    slow_consumers: int
    in_messages: int
    out_messages: int
    in_bytes: int
    out_bytes: int


@dataclass(frozen=True, slots=True)
class Overview:
    """One look; ``problems`` is what could not be seen."""

    servers: tuple[Server, ...]
    connections: Connections
    problems: tuple[str, ...] = ()


class Observer:
    """Looks at everything there is, by whatever way has proved open."""

    def __init__(self, connection: Connection | None, monitor_urls: Sequence[str] = ()) -> None:
        self._connection = connection
        self._urls = [check_monitor_url(url) for url in monitor_urls]
        self._silences = 0  # how often VARZ was asked for in vain
        self._asked_again_s = float("-inf")

    async def look(self, deadline: Deadline) -> Overview:
        """Return how things are now; NatsCliError says why nothing can be known."""
        if self._urls:
            return await self._over_http(deadline)
        if self._connection is None:
            raise NatsCliError("there is no connection")
        servers, problems = await self._servers(self._connection, deadline)
        known = await connections(self._connection, deadline)
        return Overview(servers or _unknown(known), known, problems)

    async def _servers(self, connection: Connection, deadline: Deadline) -> tuple[tuple[Server, ...], tuple[str, ...]]:
        if time.monotonic() >= self._asked_again_s:
            answers = await _asked(connection, VARZ, Deadline(min(_PATIENCE_S, deadline.remaining())))
            if answers:
                self._silences = 0
                return tuple(map(_from_varz, answers)), ()
            self._silences += 1
            self._asked_again_s = time.monotonic() + (_SOON_S if self._silences <= _SLOW_TIMES else _ASKED_AGAIN_S)
        answers = await _asked(connection, STATZ, deadline)
        missing = "CPU, memory and all accounts are for the system account's users; --monitor URL shows them too"
        return tuple(map(_from_statz, answers)), (missing,)

    async def _over_http(self, deadline: Deadline) -> Overview:
        outcomes = await asyncio.gather(*(_fetched(url, deadline) for url in self._urls), return_exceptions=True)
        problems = []
        found: list[tuple[Server, dict[str, Any]]] = []
        for outcome in outcomes:
            if isinstance(outcome, NatsCliError):
                problems.append(str(outcome))
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                found.append(outcome)
        if not found:
            raise NatsCliError("; ".join(problems))
        known = connections_of([(server.name, connz) for server, connz in found], "HTTP monitoring")
        return Overview(tuple(server for server, _ in found), known, tuple(problems))


async def _asked(connection: Connection, subject: str, deadline: Deadline) -> list[Answer]:
    """Return the answers; none where it is not permitted, or nobody answers."""
    try:
        return await ask_servers(connection, subject, {}, deadline)
    except ConnectionLostError:
        raise
    except NatsCliError:
        connection.denied.clear()
        return []


async def _fetched(url: str, deadline: Deadline) -> tuple[Server, dict[str, Any]]:
    """Return a server and its CONNZ, from its monitoring."""
    varz, connz = await asyncio.gather(
        fetch_document(f"{url}/varz", deadline),
        fetch_document(f"{url}/connz?limit={MOST}&auth=1", deadline),
    )
    return _from_varz(Answer({"name": varz.get("server_name") or redact(url)}, varz)), connz


def _from_varz(answer: Answer) -> Server:
    data = answer.data
    cpu = data.get("cpu")
    return Server(
        name=answer.name or str(data.get("server_name", "")),
        version=str(data.get("version", "")),
        cluster=str(mapping(data.get("cluster")).get("name", "")),
        cpu_percent=float(cpu) if isinstance(cpu, int | float) else None,
        memory_bytes=whole(data.get("mem")),
        uptime=str(data.get("uptime", "")),
        connections=whole(data.get("connections")),
        subscriptions=whole(data.get("subscriptions")),
        slow_consumers=whole(data.get("slow_consumers")),
        in_messages=whole(data.get("in_msgs")),
        out_messages=whole(data.get("out_msgs")),
        in_bytes=whole(data.get("in_bytes")),
        out_bytes=whole(data.get("out_bytes")),
    )


def _from_statz(answer: Answer) -> Server:
    """Return what one account does on a server: what it sent is what the account received."""
    accounts = answer.data.get("account_statz")
    data = mapping(accounts[0]) if isinstance(accounts, list) and accounts else {}
    sent, received = mapping(data.get("sent")), mapping(data.get("received"))
    return Server(
        name=answer.name,
        version=str(answer.server.get("ver", "")),
        cluster=str(answer.server.get("cluster", "")),
        cpu_percent=None,
        memory_bytes=None,
        uptime="",
        connections=whole(data.get("conns")),
        subscriptions=whole(data.get("num_subscriptions")),
        slow_consumers=whole(data.get("slow_consumers")),
        in_messages=whole(received.get("msgs")),
        out_messages=whole(sent.get("msgs")),
        in_bytes=whole(received.get("bytes")),
        out_bytes=whole(sent.get("bytes")),
    )


def _unknown(known: Connections) -> tuple[Server, ...]:
    """Return servers of which only the connections are known."""
    counts = {name: sum(client.server == name for client in known.clients) for name in known.servers}
    return tuple(Server(name, "", "", None, None, "", count, 0, 0, 0, 0, 0, 0) for name, count in counts.items())
