"""Who leads what in a cluster: leaders that give way, and leaders spread evenly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError
from natscli.jetstream.api import Api
from natscli.jetstream.information import ConsumerInfo, StreamInfo

_LOOK_S = 0.1
_PATIENCE_S = 1.0  # with one look: what is asked while nobody leads is never answered

Look = Callable[[Api], Awaitable[StreamInfo | ConsumerInfo]]


class Move(NamedTuple):
    """A change of leader."""

    stream: str
    consumer: str  # empty for a stream's own
    before: str
    after: str


def moves(infos: Sequence[StreamInfo | ConsumerInfo]) -> list[Move]:
    """Return changes of leader that even out how many each server leads; each of them is made once at most.

    A move goes to a replica that is current and leads at least two less; what has one replica, or no leader, stays.
    Pure.
    """
    leading: Counter[str] = Counter()
    for info in infos:
        leading.update(_servers(info))
    leading.subtract(Counter(leading))  # every server that could lead, with none yet
    leaders = [info.cluster.text("leader") for info in infos]
    leading.update(leader for leader in leaders if leader)
    planned = []
    for info, leader in zip(infos, leaders, strict=True):
        others = [name for name in _servers(info) if name != leader]
        if not leader or not others:
            continue
        least = min(others, key=lambda name: (leading[name], name))
        if leading[leader] - leading[least] > 1:
            leading[leader] -= 1
            leading[least] += 1
            planned.append(_move(info, leader, least))
    return planned


def _move(info: StreamInfo | ConsumerInfo, before: str, after: str) -> Move:
    if isinstance(info, ConsumerInfo):
        return Move(info.stream, info.name, before, after)
    return Move(info.name, "", before, after)


def _servers(info: StreamInfo | ConsumerInfo) -> list[str]:
    """Return the servers that could lead it."""
    replicas = info.cluster.parts("replicas")
    able = [each.text("name") for each in replicas if each.flag("current") and not each.flag("offline")]
    leader = info.cluster.text("leader")
    return [leader, *able] if leader else able


async def new_leader(connection: Connection, look: Look, before: str, seconds: float, what: str) -> str:
    """Wait for another leader than ``before`` and return it; NatsCliError where none is elected in time."""
    deadline = Deadline(seconds)
    while True:
        patience = Deadline(min(_PATIENCE_S, deadline.remaining()))
        try:
            leader = (await look(Api(connection, patience))).cluster.text("leader")
        except NatsCliError as error:  # nobody answers while there is none
            if deadline.is_over:
                raise NatsCliError(f"{what} has no leader now: {error}") from error
            leader = ""
        if leader and leader != before:
            return leader
        if deadline.is_over:
            still = f"it is still '{leader}'" if leader else "there is none"
            raise NatsCliError(f"{what} has no new leader: {still}")
        await asyncio.sleep(_LOOK_S)
