"""Reports made from nothing, for tests of what becomes of them."""

from dataclasses import replace

from natscli.bench.plan import Mode, Role, Share, Spec
from natscli.bench.report import Disconnect, Environment, Report, Result
from natscli.bench.samples import Sample
from natscli.bench.summary import summarise

ENVIRONMENT = Environment(
    natscli="1.0", python="3.11.0", system="Linux x86_64", cores=2, load=None, server="nats://a", server_version="2.15",
    embedded=True, rtt_s=0.0001,
)  # fmt: skip


def sample(values, role=Role.SUBSCRIBER, client=0):
    taken = Sample(Share(role, client, 10))
    taken.received, taken.timed, taken.first_ns, taken.last_ns = len(values), "something", 5, 900_000_005
    taken.timeline = {0: 4, 3: 1}
    taken.latency.add_all(values)
    return taken


def result_of(values=(1, 5000, 10**9), spec=None, disconnects=(), **changes) -> Result:
    made = summarise(
        spec or Spec(mode=Mode.PUBSUB, subject="a", others=1, rate=1.5),
        [sample(list(values))],
        started="2026-11-23T12:00:00Z",
        ended="count",
        disconnects=disconnects,
    )
    return replace(made, **changes)


def report_of(*results: Result, label="", **changes) -> Report:
    return Report(environment=replace(ENVIRONMENT, **changes), results=results, label=label)


def lossy(reason: str) -> Disconnect:
    return Disconnect(Role.SUBSCRIBER, 0, 0.5, reason)
