"""One run on many machines: divided among them before, and made one result of afterwards.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from natscli.bench.histogram import merged
from natscli.bench.plan import Mode, Role, Spec, divide, plan
from natscli.bench.report import AgentResult, ClientResult, Disconnect, Environment, Latency, Result
from natscli.errors import UsageError

_WORST_FIRST = ("interrupted", "disconnected", "refused", "duration", "count")


@dataclass(frozen=True, slots=True)
class Part:
    """What one agent did of a run."""

    agent: str
    version: str
    environment: Environment
    result: Result


def divided(spec: Spec, agents: int) -> tuple[Spec, ...]:
    """Return what each agent is to do; UsageError where there is not something for each.

    Clients, messages and rate are of all together.  Where an agent's clients need each other, as publishers and
    subscribers of one clock do, and requesters and the responders they bring along, it has a subject of its own.
    """
    if spec.clients < agents:
        raise UsageError(f"{spec.clients} clients cannot be spread over {agents} agents")
    if 0 < spec.msgs < spec.clients and spec.mode is not Mode.SUB:
        raise UsageError(f"{spec.msgs} messages are not one for each of {spec.clients} clients")
    shares = [share for share in plan(spec) if share.role is plan(spec)[0].role]
    specs, first = [], 0
    for number, clients in enumerate(divide(spec.clients, agents), 1):
        msgs = sum(share.msgs for share in shares[first : first + clients])
        first += clients
        specs.append(
            replace(
                spec,
                subject=f"{spec.subject}.{number}" if apart(spec) else spec.subject,
                clients=clients,
                msgs=spec.msgs if spec.mode is Mode.SUB else msgs,
                rate=spec.rate * clients / spec.clients,
            )
        )
    return tuple(specs)


def apart(spec: Spec) -> bool:
    """Whether each agent has a subject of its own."""
    return spec.mode is Mode.PUBSUB or (spec.mode is Mode.REQUEST and spec.others > 0)


def merge(spec: Spec, parts: Sequence[Part], excluded: Sequence[AgentResult], *, started: str) -> Result:
    """Return the result of all parts: what they counted together, over the time of the slowest.

    They began together; no clock of one is compared with that of another.
    """
    results = [part.result for part in parts]
    first = results[0]
    seconds = max(result.seconds for result in results)
    total: Counter[str] = Counter()
    for result in results:
        total.update({name: getattr(result, name) for name in _SUMS})
    timed = [result.latency for result in results if result.latency is not None]
    losses, clients = _renumbered(results)
    sums: dict[str, Any] = {name: total[name] for name in _SUMS}
    return replace(
        first,
        **sums,
        spec=spec,
        started=started,
        ended=next(words for words in _WORST_FIRST if words in {result.ended for result in results}),
        seconds=seconds,
        msgs_per_sec=total["msgs"] / seconds if seconds else 0.0,
        bytes_per_sec=total["bytes"] / seconds if seconds else 0.0,
        method=f"{first.method}; agents that began together, over the time of the slowest",
        latency=Latency(timed[0].timed, merged(latency.histogram for latency in timed)) if timed else None,
        timeline=tuple(map(sum, zip_longest(*(result.timeline for result in results), fillvalue=0))),
        disconnects=tuple(losses),
        clients=tuple(clients),
        busy=max(result.busy for result in results),
        server=None,
        warnings=tuple(_warnings(parts, excluded)),
        refusals=tuple(dict.fromkeys(words for result in results for words in result.refusals)),
        agents=(*map(_included, parts), *excluded),
    )


_SUMS = ("msgs", "bytes", "sent", "acknowledged", "received", "lost", "duplicated", "out_of_order", "foreign", "errors")


def _renumbered(results: Sequence[Result]) -> tuple[list[Disconnect], list[ClientResult]]:
    """Return the losses and clients of all, numbered through for each role."""
    offsets: Counter[Role] = Counter()
    losses: list[Disconnect] = []
    clients: list[ClientResult] = []
    for result in results:
        losses += [replace(loss, client=loss.client + offsets[loss.role]) for loss in result.disconnects]
        clients += [replace(client, client=client.client + offsets[client.role]) for client in result.clients]
        offsets.update(client.role for client in result.clients)
    return losses, clients


def _included(part: Part) -> AgentResult:
    result = part.result
    return AgentResult(
        name=part.agent,
        version=part.version,
        environment=part.environment,
        clients=len(result.clients),
        msgs=result.msgs,
        seconds=result.seconds,
        msgs_per_sec=result.msgs_per_sec,
        bytes_per_sec=result.bytes_per_sec,
        lost=result.lost,
        p99_ns=result.latency.histogram.percentile(99) if result.latency else 0,
    )


def _warnings(parts: Sequence[Part], excluded: Sequence[AgentResult]) -> Iterator[str]:
    yield from (f"agent {agent.name} is in no figure: {agent.excluded}" for agent in excluded)
    yield from (f"{part.agent}: {warning}" for part in parts for warning in part.result.warnings)
