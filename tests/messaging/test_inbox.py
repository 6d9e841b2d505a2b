"""The muxed inbox: one subscription, replies given to their requests, and what is nobody's passed over."""

import asyncio
import time

import pytest

from natscli.connection.deadline import Deadline
from natscli.errors import ConnectionLostError, DeadlineError, NoRespondersError, PermissionDeniedError
from natscli.messaging.inbox import Exchange, Inbox, Replies, inbox_of
from natscli.messaging.outgoing import Letter
from natscli.messaging.request import request, request_one
from natscli.wire.encode import pub
from natscli.wire.message import Message, Run
from tests.connection.opening import connected
from tests.messaging.parties import Listener, answering, audience, denying, echo
from tests.waiting import eventually_async


async def ask(connection, subject, payload=b"", seconds=5.0):
    return (await request_one(connection, subject, payload, Deadline(seconds))).payload


def begun(inbox, wanted=Replies(), seconds=5.0):
    """A request in flight, its reply subject, and what it was told of."""
    told = []
    exchange = Exchange(1, b"question", wanted, lambda _exchange, brought: told.append(brought))
    address = inbox.address()
    exchange.begin(time.perf_counter(), Deadline(seconds), inbox.expect(address, exchange))
    return exchange, address, told


def test_each_reply_finds_its_request():
    async def deliver():
        inbox = Inbox("_INBOX.me")
        (first, to_first, _), (second, to_second, _) = begun(inbox), begun(inbox)
        inbox.take(Run.of(1, [Message(to_second, b"two"), Message(b"_INBOX.me.none", b"?"), Message(to_first, b"one")]))

        assert [reply.message.payload for reply in first.replies] == [b"one"]
        assert [reply.message.payload for reply in second.replies] == [b"two"]
        assert (first.done, second.done, len(inbox)) == (True, True, 0)

    asyncio.run(deliver())


def test_what_comes_after_the_end_is_passed_over():
    async def deliver():
        inbox = Inbox("_INBOX.me")
        exchange, address, told = begun(inbox, seconds=0.01)
        await eventually_async(lambda: exchange.done)
        inbox.take(Run.of(1, [Message(address, b"late")]))

        assert isinstance(exchange.error, DeadlineError)
        assert (exchange.replies, told, len(inbox)) == ([], [0], 0)

    asyncio.run(deliver())


def test_a_loop_that_was_held_up_reads_before_it_gives_up():
    async def deliver():
        inbox = Inbox("_INBOX.me")
        exchange, address, _ = begun(inbox, seconds=0.01)
        time.sleep(0.2)  # noqa: ASYNC251 - holds the loop up, as a write to a full pipe does
        await asyncio.sleep(0)
        inbox.take(Run.of(1, [Message(address, b"was there")]))

        assert (exchange.error, len(exchange.replies)) == (None, 1)

    asyncio.run(deliver())


def test_replies_beyond_those_wanted_do_not_count():
    async def deliver():
        inbox = Inbox("_INBOX.me")
        exchange, address, told = begun(inbox, Replies(2))
        inbox.take(Run.of(1, [Message(address, b"abc")] * 5))

        assert (len(exchange.replies), told) == (2, [3, 3])

    asyncio.run(deliver())


def test_a_refusal_ends_the_requests_it_is_about_and_its_repetition_no_other():
    async def refuse():
        inbox = Inbox("_INBOX.me")
        (refused, *_), (other, *_) = begun(inbox), begun(inbox)
        other.subject = b"allowed"
        error = PermissionDeniedError("no", verb="publish", subject="question")
        assert inbox.refused(error)
        assert inbox.refused(error)

        assert (refused.error, other.done) == (error, False)
        assert not inbox.refused(PermissionDeniedError("no", verb="publish", subject="of.somebody.else"))
        assert not other.done
        assert inbox.refused(PermissionDeniedError("no", verb="subscribe", subject="_INBOX.me.*"))
        assert isinstance(other.error, PermissionDeniedError)

    asyncio.run(refuse())


def test_all_requests_of_a_connection_share_one_subscription(server, subject):
    async def many():
        async with connected(server.url) as connection:
            bodies = [b"%d" % number for number in range(200)]
            assert await asyncio.gather(*(ask(connection, subject, body) for body in bodies)) == bodies
            inbox = await inbox_of(connection)
            assert (len(inbox), len(connection.sinks)) == (0, 1)
            assert await asyncio.to_thread(audience, server, inbox.subject.replace("*", "x")) == 1

    with answering(server.url, subject, echo) as asked:
        asyncio.run(many())
    assert len({message.reply.rpartition(b".")[0] for message in asked}) == 1
    assert len({message.reply for message in asked}) == 200


def test_late_replies_do_no_harm_to_later_requests(server, subject):
    held = []

    def answer(message):
        if message.payload == b"slow":
            held.append(message.reply)
            return []
        return [*(pub(reply, b"late") for reply in held), *echo(message)]

    async def late():
        async with connected(server.url) as connection:
            with pytest.raises(DeadlineError):
                await ask(connection, subject, b"slow", 0.1)
            assert await ask(connection, subject, b"next") == b"next"
            assert await ask(connection, subject, b"and on") == b"and on"

    with answering(server.url, subject, answer):
        asyncio.run(late())


def test_one_nobody_serves_does_not_disturb_the_others(server, subject):
    async def mixed():
        async with connected(server.url) as connection:
            served, unserved = await asyncio.gather(
                ask(connection, subject, b"x"), ask(connection, f"{subject}.none"), return_exceptions=True
            )
            assert served == b"x"
            assert isinstance(unserved, NoRespondersError)

    with answering(server.url, subject, echo):
        asyncio.run(mixed())


@pytest.mark.parametrize("denied", ["subject", "inbox"])
def test_what_is_refused_is_refused_each_time(denied, make_server, subject):
    rule = denying("publish", subject) if denied == "subject" else denying("subscribe", "_INBOX.>")
    strict = make_server(extra=rule)

    async def twice():
        async with connected(strict.url) as connection:
            for _ in range(2):
                with pytest.raises(PermissionDeniedError):
                    await ask(connection, subject, seconds=30)

    asyncio.run(twice())


def test_the_end_of_the_connection_ends_all_requests(make_server, subject):
    own = make_server()

    async def lose():
        async with connected(own.url) as connection:
            asking = [asyncio.ensure_future(ask(connection, subject, seconds=30)) for _ in range(3)]
            inbox = await inbox_of(connection)
            await eventually_async(lambda: len(inbox) == 3)
            own.stop()
            ends = await asyncio.gather(*asking, return_exceptions=True)
            assert [type(end) for end in ends] == [ConnectionLostError] * 3

    with Listener(own.url, subject):
        asyncio.run(lose())


def test_a_request_that_is_abandoned_leaves_nothing(server, subject):
    async def abandon():
        async with connected(server.url) as connection:
            replies = request(connection, Letter(subject.encode(), b"x"), Replies(0), Deadline(5))
            assert (await anext(replies)).message.payload == b"x"
            await replies.aclose()
            assert len(await inbox_of(connection)) == 0

    with answering(server.url, subject, echo):
        asyncio.run(abandon())
