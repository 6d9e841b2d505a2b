"""What has come is known, and a gap is seen."""

from hypothesis import given
from hypothesis import strategies as st

from natscli.jetstream.feeding import split
from natscli.jetstream.settling import Seen
from natscli.render.stored import delivery_fields
from natscli.wire.headers import remove_headers
from natscli.wire.message import Message, Run


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=80))
def test_a_sequence_is_new_once(sequences):
    seen, known = Seen(), set()
    for sequence in sequences:
        assert seen.add(sequence) == (sequence not in known)
        known.add(sequence)


def test_what_the_server_says_is_told_apart_from_messages_with_a_status():
    beat = Message(b"_INBOX.x.1", b"", b"", b"NATS/1.0 100 Idle Heartbeat\r\n\r\n")
    plain = Message(b"a", b"1", b"r", b"NATS/1.0\r\nA: 1\r\n\r\n")
    odd = Message(b"a", b"2", b"r", b"NATS/1.0 100\r\n\r\n")

    messages, said = split(Run.of(1, [plain, beat, odd]), b"_INBOX.x")

    assert (list(messages), said) == ([plain, odd], [beat])


def test_a_reply_that_is_no_acknowledgement_tells_nothing():
    assert delivery_fields(b"somewhere") == ""


def test_headers_are_removed_whatever_their_case_and_the_rest_stays_as_it_was():
    block = b"NATS/1.0\r\nA:  1\r\nnats-msg-id: x\r\nb: \xff\r\n\r\n"

    assert remove_headers(block, ["Nats-Msg-Id"]) == b"NATS/1.0\r\nA:  1\r\nb: \xff\r\n\r\n"
    assert remove_headers(block, ["a", "nats-msg-id", "B"]) == b""
    assert remove_headers(b"", ["a"]) == b""
