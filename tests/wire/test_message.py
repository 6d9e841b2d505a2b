"""A run is its messages, column by column."""

import pytest

from natscli.wire.message import Message, Run
from natscli.wire.stretch import Frames

MESSAGES = [Message(b"a", b"one"), Message(b"b", b"", b"reply"), Message(b"c", b"three", b"", b"NATS/1.0\r\n\r\n")]


def full() -> Run:
    subjects, payloads, replies, headers = (list(column) for column in zip(*MESSAGES, strict=True))
    return Run(5, subjects, payloads, replies, headers)


def test_iterating_gives_the_messages_in_order() -> None:
    assert list(full()) == MESSAGES
    assert len(full()) == 3


def test_missing_columns_are_empty_fields() -> None:
    assert list(Run(1, [b"a", b"b"], [b"x", b""])) == [Message(b"a", b"x"), Message(b"b", b"")]
    assert list(Run(1, [], [])) == []


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError):
        list(Run(1, [b"a"], [b"x", b"y"]))


@pytest.mark.parametrize("count", range(3))
def test_the_head_is_the_first_messages(count: int) -> None:
    head = full().head(count)
    assert (head.sid, list(head), len(head)) == (5, MESSAGES[:count], count)


@pytest.mark.parametrize("count", range(3))
def test_the_tail_is_the_last_messages(count: int) -> None:
    tail = full().tail(count)
    assert (tail.sid, list(tail), len(tail)) == (5, MESSAGES[3 - count :], count)


def test_the_tail_of_a_stretch_is_a_stretch() -> None:
    line = b"HMSG a 7 re 12 13\r\n"
    data = b"".join(line + b"NATS/1.0\r\n\r\n%d\r\n" % number for number in range(5))
    run = Run.of_frames(7, b"a", b"re", Frames(data, 0, 5, len(line), 12, 13))

    assert list(run.tail(2)) == list(run)[3:]
    assert list(run.tail(0)) == []
    assert run.tail(5) is run


@pytest.mark.parametrize("count", [3, 4, 1000])
def test_the_head_of_a_shorter_run_is_the_run(count: int) -> None:
    run = full()
    assert run.head(count) is run


def test_the_head_of_a_run_without_replies_and_headers_has_none() -> None:
    head = Run(1, [b"a", b"b"], [b"x", b"y"]).head(1)
    assert (list(head), head.replies, head.headers) == ([Message(b"a", b"x")], None, None)


def test_taking_the_head_leaves_the_run_as_it_was() -> None:
    run = full()
    run.head(1)
    assert list(run) == MESSAGES


def test_payload_bytes_counts_payloads_only() -> None:
    assert full().payload_bytes == 8
    assert Run(1, [], []).payload_bytes == 0


@pytest.mark.parametrize("messages", [[], MESSAGES[:1], MESSAGES[:2], MESSAGES])
def test_a_run_of_messages_is_those_messages(messages: list[Message]) -> None:
    run = Run.of(7, messages)
    assert (run.sid, list(run), len(run)) == (7, messages, len(messages))
    assert (run.replies is None) is not any(message.reply for message in messages)
    assert (run.headers is None) is not any(message.headers for message in messages)
