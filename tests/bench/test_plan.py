import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.plan import Mode, Role, Spec, checked, plan, suite, sweep
from natscli.errors import UsageError

SENDING = (Mode.PUB, Mode.PUBSUB, Mode.REQUEST)


@given(st.sampled_from(SENDING), st.integers(1, 10**7), st.integers(1, 40))
def test_what_clients_send_adds_up_to_what_was_asked(mode, msgs, clients):
    shares = [share for share in plan(Spec(mode=mode, subject="a", msgs=msgs, clients=clients)) if share.msgs]
    senders = [share for share in shares if share.role in (Role.PUBLISHER, Role.REQUESTER)]

    assert sum(share.msgs for share in senders) == msgs
    assert max(share.msgs for share in senders) - min(share.msgs for share in senders) <= 1
    assert [share.first for share in senders] == [sum(s.msgs for s in senders[:n]) for n in range(len(senders))]


def test_there_are_no_more_clients_than_messages():
    assert len(plan(Spec(mode=Mode.PUB, subject="a", msgs=3, clients=8))) == 3


def test_every_subscriber_expects_all():
    shares = plan(Spec(mode=Mode.SUB, subject="a", msgs=100, clients=3))

    assert [(share.role, share.msgs) for share in shares] == [(Role.SUBSCRIBER, 100)] * 3


def test_a_rate_is_shared_and_clients_take_turns():
    shares = plan(Spec(mode=Mode.PUB, subject="a", msgs=100, clients=4, rate=1000))

    assert [share.rate for share in shares] == [250] * 4
    assert [share.offset_s for share in shares] == [0, 0.001, 0.002, 0.003]


def test_without_a_count_nobody_has_one():
    assert {share.msgs for share in plan(Spec(mode=Mode.PUBSUB, subject="a", msgs=0, clients=2, others=2))} == {0}


def test_a_sweep_is_every_size_with_every_number_of_clients():
    specs = sweep(Spec(mode=Mode.PUB, subject="a"), (16, 128), (1, 2))

    assert [(spec.size, spec.clients) for spec in specs] == [(16, 1), (16, 2), (128, 1), (128, 2)]


def test_the_suite_can_be_run_as_it_is():
    specs = suite("a", 1.0)

    assert {spec.mode for spec in specs} == {Mode.PUB, Mode.PUBSUB, Mode.REQUEST}
    assert all(checked(spec) == spec for spec in specs)


@pytest.mark.parametrize(
    "wrong",
    [
        {"clients": 0},
        {"clients": 10**9},
        {"mode": Mode.PUBSUB, "size": 15},
        {"rate": 10.0, "sleep_s": 1.0},
        {"jitter": 0.5},
        {"randomize": True},
        {"randomize": True, "multisubject": 0},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(UsageError):
        checked(Spec(**{"mode": Mode.PUB, "subject": "a"} | wrong))
