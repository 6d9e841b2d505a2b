"""Where messages of a stream stand, column by column: the same as one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.jetstream.acks import deliveries_of, delivery_of
from natscli.render.messages import Style, printer
from natscli.wire.message import Message, Run

NUMBERS = st.integers(0, 10**19)
PLACES = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 4 * 10**18), NUMBERS), min_size=1, max_size=5)
PREFIXES = st.sampled_from(["$JS.ACK.S.c", "$JS.ACK.hub.hash.S.c", "$JS.ACK._.hash.S.c"])
ENDS = st.sampled_from(["", ".later", ".later.still"])
LINES = printer(Style(stored=True))


def reply(prefix, numbers, end=""):
    return f"{prefix}.{'.'.join(map(str, numbers))}{end}".encode()


@given(PREFIXES, PLACES, ENDS)
def test_columns_tell_what_each_reply_tells(prefix, places, end):
    end = end if prefix.count(".") > 3 else ""  # what later servers add stands behind the long form
    replies = [reply(prefix, numbers, end) for numbers in places]
    columns, each = deliveries_of(replies), [delivery_of(one) for one in replies]
    assert (columns.stream, columns.domain) == (each[0].stream, each[0].domain)
    assert [*map(int, columns.stream_sequences)] == [one.stream_sequence for one in each]
    assert [*map(int, columns.times_ns)] == [one.time_ns for one in each]
    assert [*map(int, columns.pending)] == [one.pending for one in each]


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"reply",
        b"$JS.ACK.S.other.1.2.3.4.5",
        b"$JS.ACK.S.c.1.2.3.4",
        b"$JS.ACK.S.c.1.2.3.4.5.6",
        b"$JS.ACK.S.c.1.2..4.5",
        b"$JS.ACK.S.c.1.2.x.4.5",
        b"$JS.ACK.S.c.1.2.-3.4.5",
        b"$JS.ACK.S.c.1.2.3.4." + b"5" * 21,
    ],
)
def test_what_a_server_does_not_write_is_looked_at_one_by_one(odd):
    usual = reply("$JS.ACK.S.c", (1, 2, 3, 4, 5))
    assert deliveries_of([usual, odd]) is None
    assert deliveries_of([odd, usual]) is None
    assert deliveries_of([reply("$JS.ACK.S.", (1, 2, 3, 4, 5))]) is None  # directly got: there is no consumer
    assert deliveries_of([]) is None


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from([b"a", b"a.b%d", b"\xff"]),
        st.sampled_from([b"", b"body", b"line\n", b"%b", b"\x00\n\n"]),
        st.tuples(st.just(1), NUMBERS, NUMBERS, st.integers(0, 4 * 10**18), NUMBERS),
        st.sampled_from([b"", b"NATS/1.0\r\nA: b\r\n\r\n"]),
    ),
    min_size=1,
    max_size=4,
)


@given(MESSAGES)
def test_a_run_is_printed_as_its_messages_are(parts):
    messages = [Message(subject, body, reply("$JS.ACK.S%s.c", at), headers) for subject, body, at, headers in parts]
    stranger = Message(b"z", b"", reply("$JS.ACK.T.d", (1, 1, 1, 1, 1)))  # with it they are taken one by one
    together, one_by_one = LINES(Run.of(1, messages), 7, 0), LINES(Run.of(1, [*messages, stranger]), 7, 0)
    assert one_by_one.startswith(together)
    assert one_by_one[len(together) :].startswith(b"[#%d] Received JetStream message: stream: T" % (7 + len(messages)))
