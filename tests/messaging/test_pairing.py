"""Requests and their replies, joined by the reply subject; the clock is a number."""

from natscli.messaging.pairing import Pair, Pairing
from natscli.wire.message import Message, Run

READ_NS = 1_700_000_000_000_000_000


def _request(reply: bytes, payload: bytes = b"?") -> Message:
    return Message(b"ask", payload, reply)


def _reply(inbox: bytes, payload: bytes = b"!") -> Message:
    return Message(inbox, payload)


def _run(*messages: Message) -> Run:
    return Run.of(1, messages)


def test_a_reply_completes_its_request():
    pairing = Pairing(5)

    assert pairing.requests(_run(_request(b"in.1")), 10.0, READ_NS) == []
    assert pairing.replies(_run(_reply(b"in.1")), 10.25) == [Pair(1, READ_NS, _request(b"in.1"), _reply(b"in.1"), 0.25)]
    assert pairing.rest() == []


def test_pairs_come_in_the_order_of_their_replies_and_keep_their_numbers():
    pairing = Pairing(5)
    pairing.requests(_run(_request(b"in.1"), _request(b"in.2")), 0, READ_NS)

    pairs = pairing.replies(_run(_reply(b"in.2"), _reply(b"in.1")), 1)

    assert [(pair.number, pair.request.reply) for pair in pairs] == [(2, b"in.2"), (1, b"in.1")]


def test_a_message_that_asks_for_no_reply_is_complete():
    pairing = Pairing(5)

    assert pairing.requests(_run(_request(b""), _request(b"in.1")), 0, READ_NS) == [Pair(1, READ_NS, _request(b""))]


def test_a_reply_to_nobody_and_a_second_reply_are_passed_over():
    pairing = Pairing(5)
    pairing.requests(_run(_request(b"in.1")), 0, READ_NS)

    assert pairing.replies(_run(_reply(b"in.9")), 1) == []
    assert len(pairing.replies(_run(_reply(b"in.1"), _reply(b"in.1")), 1)) == 1


def test_a_request_is_overdue_after_its_patience_and_not_before():
    pairing = Pairing(5)
    pairing.requests(_run(_request(b"in.1")), 0, READ_NS)
    pairing.requests(_run(_request(b"in.2")), 1, READ_NS)

    assert pairing.overdue(4.9) == []
    assert [pair.number for pair in pairing.overdue(5)] == [1]
    assert pairing.replies(_run(_reply(b"in.1")), 5.1) == []
    assert [(pair.number, pair.reply) for pair in pairing.overdue(60)] == [(2, None)]


def test_a_reply_subject_used_twice_loses_no_request():
    pairing = Pairing(5)
    pairing.requests(_run(_request(b"in.1", b"first")), 0, READ_NS)

    given_up = pairing.requests(_run(_request(b"in.1", b"second")), 1, READ_NS)
    answered = pairing.replies(_run(_reply(b"in.1")), 2)

    assert [(pair.number, pair.request.payload, pair.reply) for pair in given_up] == [(1, b"first", None)]
    assert [(pair.number, pair.request.payload, pair.rtt_s) for pair in answered] == [(2, b"second", 1)]


def test_a_reply_subject_used_again_waits_as_long_as_any_other():
    pairing = Pairing(5)
    pairing.requests(_run(_request(b"in.1"), _request(b"in.2")), 0, READ_NS)
    pairing.requests(_run(_request(b"in.1")), 4, READ_NS)

    assert [pair.number for pair in pairing.overdue(5)] == [2]
    assert [pair.number for pair in pairing.overdue(9)] == [3]


def test_the_rest_is_what_still_waits_in_the_order_it_came():
    pairing = Pairing(5)
    pairing.requests(_run(_request(b"in.1"), _request(b"in.2"), _request(b"in.3")), 0, READ_NS)
    pairing.replies(_run(_reply(b"in.2")), 1)

    assert [pair.number for pair in pairing.rest()] == [1, 3]
    assert pairing.rest() == []


def test_too_many_that_wait_give_way_oldest_first(monkeypatch):
    monkeypatch.setattr("natscli.messaging.pairing._MOST_PENDING", 2)
    pairing = Pairing(5)

    given_up = pairing.requests(_run(*[_request(b"in.%d" % number) for number in range(1, 5)]), 0, READ_NS)

    assert [pair.number for pair in given_up] == [1, 2]
    assert [pair.number for pair in pairing.rest()] == [3, 4]
