"""A connection in use: order, proof of delivery, refusals, limits, and an end in time whatever the peer does."""

import asyncio
import time
from collections.abc import Callable

import pytest

from natscli.connection import transport
from natscli.errors import (
    ConnectionLostError,
    DeadlineError,
    ExitCode,
    NatsCliError,
    PermissionDeniedError,
    RefusedError,
)
from natscli.server.process import LocalServer
from natscli.wire.encode import PING, pub
from tests.connection.clock import run_waiting
from tests.connection.opening import PATIENCE_S, Recorder, Sink, connected, end_of, target_for
from tests.connection.peers import Behaviour, Peer, fake_server, ordinary, welcoming
from tests.waiting import eventually_async

MakeServer = Callable[..., LocalServer]
PERMISSIONS = """
authorization {
  users: [{
    user: "alice", password: "pw"
    permissions {
      publish: { allow: ["Open.>", "_INBOX.>"] }
      subscribe: { allow: ["Open.>", "_INBOX.>"] }
    }
  }]
}
"""


# -- confirm ----------------------------------------------------------------------------------------


def test_what_was_sent_before_a_confirmation_has_been_read(server: LocalServer, subject):
    async def exchange() -> bool:
        async with connected(server.url) as publisher, connected(server.url) as subscriber:
            sink = Sink()
            await subscriber.subscribe_bulk(subject, sink)
            await subscriber.confirm(5.0)
            publisher.send(pub(subject.encode(), b"x") * 1000)
            await publisher.confirm(5.0)
            await subscriber.confirm(5.0)  # the server hands on before it answers
            return len(sink.messages) == 1000

    assert asyncio.run(exchange())


def test_a_confirmation_returns_the_round_trip(server: LocalServer):
    async def exchange() -> tuple[float, float]:
        async with connected(server.url) as connection:
            started = time.perf_counter()
            return await connection.confirm(15.0), time.perf_counter() - started

    elapsed, most = asyncio.run(exchange())

    assert 0 < elapsed <= most


def test_frames_stay_behind_what_upstream_has_queued():
    async def exchange() -> bytes:
        async with fake_server(ordinary) as fake, connected(fake.url) as connection:
            await connection.subscribe("first")
            connection.send(b"PUB second 0\r\n\r\n")
            await connection.publish("third", b"")
            await connection.confirm(5.0)
            await connection.subscribe_bulk("fourth", Sink(), queue="q", limit=3)
            await connection.confirm(5.0)
            return fake.heard

    heard = asyncio.run(exchange())

    words = [b"SUB first", b"PUB second", b"PUB third", b"PING", b"SUB fourth q", b"UNSUB 2 3", b"PING"]
    places, start = [], heard.index(b"SUB first")
    for word in words:
        start = heard.index(word, start)
        places.append(start)
    assert places == sorted(places)


def test_a_late_pong_after_a_confirmation_that_was_given_up_does_no_harm():
    async def answer_late(peer: Peer) -> None:
        await peer.hear(b"SUB late")
        peer.say(b"PONG\r\n")
        while peer.heard.count(PING) < 3:  # of connecting, given up, and the next one
            peer.heard += await peer.reader.read(65536)
        peer.say(b"MSG a 1 1\r\nx\r\nPONG\r\n")
        await peer.hear_all()

    async def exchange() -> tuple[float, list[bytes]]:
        async with fake_server(welcoming(answer_late, after=b"SUB a")) as fake, connected(fake.url) as connection:
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            with pytest.raises(DeadlineError, match="did not answer a PING within 100"):
                await connection.confirm(0.1)
            await connection.subscribe_bulk("late", Sink())
            return await connection.confirm(5.0), sink.payloads

    _, payloads = asyncio.run(exchange())

    assert payloads == [b"x"]


def test_a_confirmation_counts_only_its_own_pong():
    async def first_only(peer: Peer) -> None:
        peer.say(b"PONG\r\n")
        await peer.hear_all()

    async def exchange() -> tuple[bool, bool]:
        async with fake_server(welcoming(first_only)) as fake, connected(fake.url) as connection:
            first, second = (asyncio.ensure_future(connection.confirm(0.3)) for _ in range(2))
            await asyncio.sleep(0)
            await connection.subscribe_bulk("go", Sink())
            await asyncio.wait([first, second])
            return first.exception() is None, isinstance(second.exception(), DeadlineError)

    assert run_waiting(exchange()) == (True, True)


# -- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["publish", "subscribe", "queue", "reply"])
def test_a_refused_subject_is_named_and_the_connection_goes_on(kind, make_server: MakeServer):
    server = make_server(extra=PERMISSIONS)

    async def exchange() -> tuple[str, list[bytes], int]:
        async with connected(target_for(server.url, user="alice", password="pw")) as connection:
            if kind == "publish":
                connection.send(pub(b"Closed.Door", b"x"))
            elif kind == "reply":
                connection.send(pub(b"Open.a", b"x", b"_R_.Closed"))
            else:
                await connection.subscribe_bulk("Closed.Door", Sink(), queue="q" if kind == "queue" else "")
            with pytest.raises(PermissionDeniedError) as caught:
                await connection.confirm(5.0)
            sink = Sink()
            await connection.subscribe_bulk("Open.a", sink)
            connection.send(pub(b"Open.a", b"y"))
            await connection.confirm(5.0)
            return str(caught.value), sink.payloads, caught.value.exit_code

    words, payloads, code = asyncio.run(exchange())

    what = {"publish": "publish to 'Closed.Door'", "reply": "publish with the reply subject '_R_.Closed'"}
    assert words == "the server does not permit to " + what.get(kind, "subscribe to 'Closed.Door'")
    assert payloads == [b"y"]
    assert code == ExitCode.REFUSED


def test_a_refusal_that_nobody_waits_for_is_told_to_the_watcher(make_server: MakeServer):
    server = make_server(extra=PERMISSIONS)

    async def exchange() -> Recorder:
        watcher = Recorder()
        async with connected(target_for(server.url, user="alice", password="pw"), watcher=watcher) as connection:
            connection.send(pub(b"Closed.Door", b"x"))
            await eventually_async(lambda: watcher.refusals)
        return watcher

    assert [str(error) for error in asyncio.run(exchange()).refusals] == [
        "the server does not permit to publish to 'Closed.Door'"
    ]


def test_too_many_subscriptions_are_a_refusal_that_leaves_the_connection_open(make_server: MakeServer):
    server = make_server(extra="max_subscriptions: 2")

    async def exchange() -> bool:
        async with connected(server.url) as connection:
            for subject in ("a", "b", "c"):
                await connection.subscribe_bulk(subject, Sink())
            with pytest.raises(PermissionDeniedError, match="maximum subscriptions exceeded"):
                await connection.confirm(5.0)
            await connection.confirm(5.0)
            return connection.is_connected

    assert asyncio.run(exchange())


# -- errors that end it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (pub(b"a", b"x" * 2000), "maximum payload violation"),
        (pub(b"a" * 5000, b""), "maximum control line exceeded"),
        (b"NONSENSE\r\n", "unknown protocol operation"),
    ],
    ids=["payload", "control line", "nonsense"],
)
@pytest.mark.parametrize("reconnect", [False, True])
def test_an_error_that_ends_the_connection_is_its_end(frames, words, reconnect, make_server: MakeServer):
    server = make_server(max_payload=1000)

    async def exchange() -> tuple[Exception | None, list[Exception]]:
        async with connected(server.url, reconnect=reconnect) as connection:
            connection.send(frames)
            raised: list[Exception] = []
            for wait in (connection.confirm, connection.drain_writes):
                with pytest.raises(NatsCliError) as caught:
                    await wait(5.0)
                raised.append(caught.value)
            with pytest.raises(NatsCliError) as caught:
                connection.send(b"PING\r\n")
            return await end_of(connection), [*raised, caught.value]

    end, raised = asyncio.run(exchange())

    assert f"{server.url} closed the connection: {words}" in str(end)
    assert all(error is end for error in raised)
    assert type(end) is NatsCliError
    assert end.exit_code == ExitCode.FAILED


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        (b"-ERR 'User Authentication Expired'", RefusedError, "refused: user authentication expired"),
        (b"-ERR 'User Authentication Revoked'", RefusedError, "refused: user authentication revoked"),
        (b"-ERR 'Account Authentication Expired'", RefusedError, "refused: account authentication expired"),
        (b"-ERR 'maximum account active connections exceeded'", RefusedError, "refused: maximum account active"),
        (b"-ERR 'Slow Consumer'", NatsCliError, "closed the connection: slow consumer"),
        (b"-ERR 'Parser Error'", NatsCliError, "closed the connection: parser error"),
        (b"-ERR \x1b[2J\xff", NatsCliError, "closed the connection: \\x1b[2j\\xff"),
        (b"-ERR", NatsCliError, "closed the connection: "),
        (b"-ERR 'Stale Connection'", ConnectionLostError, "was lost: the server had no answer to its pings"),
    ],
)
def test_what_a_server_says_at_the_end_is_kept(line, kind, words):
    async def say_and_close(peer: Peer) -> None:
        peer.say(line + b"\r\n")

    error = asyncio.run(end_at(say_and_close))

    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)


def test_a_server_that_closes_without_a_word_is_a_loss_at_once():
    async def close(_: Peer) -> None:
        """Say nothing."""

    error = asyncio.run(end_at(close))

    assert type(error) is ConnectionLostError
    assert str(error).endswith(" was lost: the server closed the connection")
    assert error.exit_code == ExitCode.CONNECTION


async def end_at(reaction: Behaviour) -> Exception | None:
    async with fake_server(welcoming(reaction)) as fake, connected(fake.url) as connection:
        await connection.subscribe_bulk("a", Sink())
        return await end_of(connection)


def test_whoever_waits_is_told_of_the_end_at_once():
    async def close(_: Peer) -> None:
        """Say nothing."""

    async def exchange() -> list[BaseException | None]:
        async with fake_server(welcoming(close)) as fake, connected(fake.url) as connection:
            never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waits = [
                asyncio.ensure_future(connection.confirm(10.0)),
                asyncio.ensure_future(connection.until(never, 10.0, "nothing came")),
            ]
            await asyncio.sleep(0)
            await connection.subscribe_bulk("a", Sink())
            await asyncio.wait(waits, timeout=5.0)
            return [wait.exception() for wait in waits]

    for error in run_waiting(exchange()):
        assert type(error) is ConnectionLostError
        assert str(error).endswith(" was lost: the server closed the connection")


def test_whoever_waits_is_told_when_the_owner_closes(server: LocalServer):
    async def exchange() -> str:
        async with connected(server.url) as connection:
            never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            wait = asyncio.ensure_future(connection.until(never, 10.0, "nothing came"))
            await asyncio.sleep(0)
            await connection.close()
            assert connection.ended.result() is None
            with pytest.raises(ConnectionLostError) as caught:
                await wait
            return str(caught.value)

    assert asyncio.run(exchange()).endswith(" was lost: it was closed here")


def test_a_closed_connection_takes_nothing(server: LocalServer):
    async def exchange() -> None:
        async with connected(server.url) as connection:
            await connection.close()
            await connection.close()
            with pytest.raises(ConnectionLostError):
                connection.send(b"PING\r\n")
            with pytest.raises(ConnectionLostError):
                await connection.confirm(1.0)
            with pytest.raises(ConnectionLostError):
                await connection.drain_writes(1.0)
            with pytest.raises(ConnectionLostError):
                await connection.subscribe_bulk("a", Sink())

    asyncio.run(exchange())


def test_what_was_sent_before_closing_leaves(server: LocalServer, subject, monkeypatch):
    monkeypatch.setattr(transport, "CLOSE_S", PATIENCE_S)  # for a server that stands still

    async def exchange() -> int:
        async with connected(server.url) as subscriber:
            sink = Sink()
            await subscriber.subscribe_bulk(subject, sink)
            await subscriber.confirm(5.0)
            async with connected(server.url) as publisher:
                publisher.send(pub(subject.encode(), b"x" * 1000) * 3000)
                await publisher.publish(subject, b"queued")
                await publisher.close(PATIENCE_S)
            await eventually_async(lambda: b"queued" in sink.payloads)
            return len(sink.messages)

    assert asyncio.run(exchange()) == 3001
