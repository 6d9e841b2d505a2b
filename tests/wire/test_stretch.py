"""Stretches of equal frames: found only where they are, and cut apart as one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.wire.message import Repeated, Run
from natscli.wire.scanner import Scanner
from natscli.wire.stretch import SHORTEST, Frames, count_frames

LINE = b"MSG foo 1 4\r\n"
FRAME = LINE + b"abcd\r\n"


def test_as_many_frames_as_repeat_the_line_are_counted():
    assert count_frames(FRAME * 40, 0, LINE, 4) == 40
    assert count_frames(FRAME * 40 + b"PING\r\n" + FRAME * 40, 0, LINE, 4) == 40
    assert count_frames(b"x" + FRAME * 40, 1, LINE, 4) == 40
    assert count_frames(FRAME * 40 + FRAME[:-1], 0, LINE, 4) == 40


@pytest.mark.parametrize("count", [1, 2, SHORTEST - 1])
def test_too_few_are_none(count):
    assert count_frames(FRAME * count, 0, LINE, 4) == 0


@pytest.mark.parametrize("place", range(len(FRAME)))
def test_one_byte_that_differs_ends_it(place):
    """A byte of the line or of the line end; a payload may hold anything."""
    other = bytearray(FRAME)
    other[place] ^= 1
    data = FRAME * 30 + bytes(other) + FRAME * 30

    in_payload = len(LINE) <= place < len(LINE) + 4
    assert count_frames(data, 0, LINE, 4) == (61 if in_payload else 30)


@given(st.lists(st.binary(min_size=3, max_size=3), min_size=SHORTEST, max_size=3000))
def test_payloads_come_out_as_they_went_in(payloads):
    data = b"".join(b"MSG a.b 7 3\r\n%b\r\n" % payload for payload in payloads)

    (run,) = Scanner().feed(data)

    assert (run.sid, len(run), run.subject) == (7, len(payloads), b"a.b")
    assert list(run.payloads) == payloads
    assert run.payload_bytes == 3 * len(payloads)
    assert run.replies is None
    assert run.headers is None


def test_headers_of_equal_size_come_out_too():
    block = b"NATS/1.0\r\nN: %02d\r\n\r\n"
    size = len(block % 1)
    data = b"".join(b"HMSG a 1 r.x %d %d\r\n%b%02d\r\n" % (size, size + 2, block % n, n) for n in range(40))

    (run,) = Scanner().feed(data)

    assert list(run.headers) == [block % n for n in range(40)]
    assert list(run.payloads) == [b"%02d" % n for n in range(40)]
    assert list(run.replies) == [b"r.x"] * 40
    assert [message.subject for message in run] == [b"a"] * 40


def test_the_head_of_a_stretch_is_the_stretch_cut_short():
    (run,) = Scanner().feed(FRAME * 40)

    head = run.head(17)

    assert list(head) == list(run)[:17]
    assert run.head(40) is run
    assert len(run.head(0)) == 0


def test_one_value_repeated_is_a_sequence():
    names = Repeated(b"a", 3)

    assert (list(names), names[1], names[-1], list(names[1:])) == ([b"a"] * 3, b"a", b"a", [b"a"] * 2)
    with pytest.raises(IndexError):
        names[3]


def test_an_empty_payload_is_a_payload():
    frames = Frames(b"MSG a 1 0\r\n\r\n" * 20, 0, 20, 11, 0, 0)

    assert Run.of_frames(1, b"a", b"", frames).payloads == (b"",) * 20
