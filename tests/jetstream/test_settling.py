"""What has come is known, a gap is seen, and what is not confirmed is said again."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from natscli.jetstream.feeding import split
from natscli.jetstream.settling import Seen, Settling
from natscli.messaging.inbox import Inbox
from natscli.render.stored import delivery_fields
from natscli.wire.encode import pub
from natscli.wire.headers import remove_headers
from natscli.wire.message import Message, Run


@given(st.lists(st.integers(min_value=1, max_value=40), max_size=80))
def test_a_sequence_is_new_once(sequences):
    seen, known = Seen(), set()
    for sequence in sequences:
        assert seen.add(sequence) == (sequence not in known)
        known.add(sequence)


class Line:
    """A connection that keeps what it is given to send."""

    def __init__(self):
        self.is_connected, self.returns = True, 0
        self.sent = []
        self.ended = asyncio.get_running_loop().create_future()

    def send(self, frames):
        self.sent.append(frames)


def test_what_went_with_a_connection_is_confirmed_on_the_next():
    reply, wanted = b"$JS.ACK.S.D.1.7.7.1700000000000000000.0", b"_INBOX.x.1"

    async def settle():
        line, inbox = Line(), Inbox("_INBOX.x")
        settling = Settling(line, inbox)
        settling.expect([reply])
        settling.written(1)
        settling.look_after()
        assert line.sent == [pub(reply, b"+ACK", wanted)]

        line.is_connected, line.returns = False, 1
        settling.look_after()
        assert len(line.sent) == 1
        line.is_connected = True
        settling.look_after()
        settling.look_after()
        assert line.sent == [pub(reply, b"+ACK", wanted)] * 2

        inbox.take(Run.of(1, [Message(wanted, b"")]))
        await settling.finish(30.0)
        line.returns = 2
        settling.look_after()
        assert len(line.sent) == 2
        assert len(inbox) == 0

    asyncio.run(settle())


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
