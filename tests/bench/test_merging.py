"""A run divided among agents, and put together again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.histogram import merged
from natscli.bench.merging import Part, divided, merge
from natscli.bench.plan import Mode, Role, Spec
from natscli.bench.report import AgentResult
from natscli.errors import UsageError
from tests.bench.reports import ENVIRONMENT, lossy, result_of

SENDING = st.sampled_from([Mode.PUB, Mode.PUBSUB, Mode.REQUEST])


@given(SENDING, st.integers(1, 20), st.integers(0, 20), st.integers(0, 10**6), st.floats(0, 1e6))
def test_what_is_divided_adds_up(mode, agents, more, msgs, rate):
    clients = agents + more
    spec = Spec(mode=mode, subject="a", clients=clients, msgs=msgs and msgs + clients, rate=rate)

    parts = divided(spec, agents)

    assert len(parts) == agents
    assert sum(part.clients for part in parts) == clients
    assert sum(part.msgs for part in parts) == spec.msgs
    assert sum(part.rate for part in parts) == pytest.approx(rate)
    assert all(part.msgs for part in parts) == bool(spec.msgs)


def test_each_subscriber_gets_everything():
    parts = divided(Spec(mode=Mode.SUB, subject="a", clients=3, msgs=7), 3)

    assert [(part.clients, part.msgs, part.subject) for part in parts] == [(1, 7, "a")] * 3


@pytest.mark.parametrize(
    ("mode", "others", "subjects"),
    [
        (Mode.PUB, 0, ["a", "a"]),
        (Mode.REQUEST, 0, ["a", "a"]),
        (Mode.REQUEST, 1, ["a.1", "a.2"]),
        (Mode.PUBSUB, 1, ["a.1", "a.2"]),
    ],
)
def test_clients_that_need_each_other_have_a_subject_of_their_own(mode, others, subjects):
    assert [part.subject for part in divided(Spec(mode=mode, subject="a", clients=2, others=others), 2)] == subjects


@pytest.mark.parametrize(("clients", "msgs"), [(2, 100), (3, 2)])
def test_there_must_be_something_for_each(clients, msgs):
    with pytest.raises(UsageError):
        divided(Spec(mode=Mode.PUB, subject="a", clients=clients, msgs=msgs), 3)


def part(values, name="east", **changes):
    made = result_of(values, Spec(mode=Mode.PUBSUB, subject="a", others=1), [lossy("gone")])
    return Part(name, "0.1.0", ENVIRONMENT, replace(made, **changes))


def merge_of(*parts, excluded=()):
    return merge(Spec(mode=Mode.PUBSUB, subject="a"), parts, excluded, started="2026-11-23T12:00:00Z")


@given(st.lists(st.lists(st.integers(0, 10**11), min_size=1), min_size=1, max_size=5))
def test_histograms_and_counts_are_those_of_all(groups):
    parts = [part(values) for values in groups]

    result = merge_of(*parts)

    assert result.received == result.msgs == sum(map(len, groups))
    assert result.latency.histogram == merged(p.result.latency.histogram for p in parts)
    assert result.latency.histogram.count == sum(map(len, groups))
    assert sum(result.timeline) == sum(sum(p.result.timeline) for p in parts)
    assert [(c.role, c.client) for c in result.clients] == [(Role.SUBSCRIBER, n) for n in range(len(groups))]
    assert [loss.client for loss in result.disconnects] == list(range(len(groups)))


def test_the_rate_is_over_the_time_of_the_slowest():
    result = merge_of(part([1] * 10, seconds=1.0), part([1] * 30, "west", seconds=4.0))

    assert (result.msgs, result.seconds, result.msgs_per_sec) == (40, 4.0, 10.0)
    assert [(agent.name, agent.msgs) for agent in result.agents] == [("east", 10), ("west", 30)]


def test_who_was_left_out_is_said_and_in_no_figure():
    gone = AgentResult(name="west", version="9.9", excluded="nothing was heard of it")

    result = merge_of(part([1] * 10), excluded=[gone])

    assert result.msgs == 10
    assert result.agents[-1] == gone
    assert "agent west is in no figure: nothing was heard of it" in result.warnings


@pytest.mark.parametrize(("ends", "end"), [(("count", "count"), "count"), (("count", "duration"), "duration"),
                                           (("interrupted", "disconnected"), "interrupted")])  # fmt: skip
def test_the_worst_end_is_that_of_all(ends, end):
    assert merge_of(*[part([1], ended=words) for words in ends]).ended == end
