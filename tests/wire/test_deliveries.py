"""Many messages with replies of their own, split at once."""

import pytest

from natscli.wire.deliveries import FEWEST, WINDOW, split_deliveries

LONGEST, LARGEST = 4096, 1 << 20


def frame(number, payload, sid=b"7"):
    return b"MSG s.%d %s $JS.ACK.S.c.1.%d %d\r\n%s\r\n" % (number, sid, number, len(payload), payload)


def split(data, position=0, longest=LONGEST, largest=LARGEST):
    return split_deliveries(data, position, longest, largest)


def body(number):
    return b"x" * (number % 5)


GOOD = b"".join(frame(number, body(number)) for number in range(20))


def test_all_columns_are_those_of_the_frames():
    many = split(b"PING\r\n" + GOOD + b"MSG s.20 7 r", position=6)

    assert (many.sid, many.stop) == (7, 6 + len(GOOD))
    assert many.subjects == [b"s.%d" % number for number in range(20)]
    assert many.replies == [b"$JS.ACK.S.c.1.%d" % number for number in range(20)]
    assert many.payloads == [body(number) for number in range(20)]


@pytest.mark.parametrize(
    "other",
    [
        frame(99, b"x", sid=b"8"),
        frame(99, b"a\r\nb"),
        b"PING\r\nMSG a 7 r 1\r\nx\r\n",
        b"MSG a 7 1\r\nx\r\n",
        b"MSG a 7 r r 1\r\nx\r\n",
        b"HMSG a 7 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
        b"MSG a 7 r 2\r\nx\r\n",
        b"MSG a 7 r +1\r\nx\r\n",
        b"MSG a 7 r 1_0\r\n0123456789\r\n",
        b"MSG a 7 r \r\n\r\n",
        b"MSG a 7 r 0000000000000000001\r\nx\r\n",
        b"junk\r\njunk\r\n",
        frame(99, b"x" * (LARGEST // 8)),
    ],
)
def test_what_is_of_another_kind_ends_them(other):
    many = split(GOOD + other + GOOD, largest=100)

    assert many.stop == len(GOOD)
    assert len(many.subjects) == len(many.replies) == len(many.payloads) == 20


def test_a_line_that_is_too_long_ends_them():
    assert split(GOOD + frame(10**30, b"x") + GOOD, longest=40).stop == len(GOOD)


@pytest.mark.parametrize("data", [b"", b"\r\n" * 50, b"MSG a 7 r x\r\n\r\n" * 50, b"MSG a x r 1\r\ny\r\n" * 50])
def test_what_is_none_is_left_to_others(data):
    assert split(data) is None


def test_few_are_left_to_others():
    assert split(b"".join(frame(number, b"x") for number in range(FEWEST - 1))) is None
    assert split(b"".join(frame(number, b"x") for number in range(FEWEST))) is not None


def test_a_window_ends_where_a_frame_does():
    data = b"".join(frame(number, b"y" * 100) for number in range(2 * WINDOW // 100))

    many = split(data)

    assert WINDOW - 200 < many.stop <= WINDOW
    assert data[many.stop :].startswith(b"MSG s.%d " % len(many.payloads))
