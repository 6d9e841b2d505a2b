"""Subscriptions whose messages come in runs: limits, sinks that fail, and what is traced."""

import asyncio
import sys

import pytest

from natscli.connection.trace import trace_to_stderr
from natscli.connection.upstream import errors
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from natscli.wire.message import Run
from tests.connection.opening import Sink, connected, end_of
from tests.connection.peers import Peer, fake_server, ordinary, welcoming
from tests.waiting import eventually_async


def test_a_limit_leaves_the_rest_to_the_other_members_of_a_queue_group(server: LocalServer, subject):
    async def exchange() -> tuple[int, int, int]:
        async with connected(server.url) as first, connected(server.url) as second:
            few, rest = Sink(), Sink()
            await first.subscribe_bulk(subject, few, queue="q", limit=5)
            await second.subscribe_bulk(subject, rest, queue="q")
            await first.confirm(5.0)
            await second.confirm(5.0)
            second.send(pub(subject.encode(), b"x") * 200)
            await eventually_async(lambda: len(few.messages) + len(rest.messages) == 200)
            await first.confirm(5.0)
            return len(few.messages), len(rest.messages), len(first.sinks)

    assert asyncio.run(exchange()) == (5, 195, 0)


def test_a_limit_holds_whatever_the_server_sends():
    async def overrun(peer: Peer) -> None:
        for _ in range(4):
            peer.say(b"MSG a 1 1\r\nx\r\n" * 3 + b"MSG b 2 1\r\ny\r\n")
            await asyncio.sleep(0.002)
        peer.say(b"MSG b 2 4\r\nlast\r\n")
        await peer.hear_all()

    async def exchange() -> tuple[int, int]:
        async with fake_server(welcoming(overrun, after=b"SUB b")) as fake, connected(fake.url) as connection:
            limited, unlimited = Sink(), Sink()
            await connection.subscribe_bulk("a", limited, limit=5)
            await connection.subscribe_bulk("b", unlimited)
            await eventually_async(lambda: b"last" in unlimited.payloads)
            assert connection.stats["in_msgs"] >= 10
            return len(limited.messages), len(unlimited.messages)

    assert asyncio.run(exchange()) == (5, 5)


def test_a_run_is_counted_and_cut_at_the_limit():
    async def exchange() -> tuple[list[int], int]:
        async with fake_server(ordinary) as fake, connected(fake.url) as connection:
            subscription = await connection.subscribe_bulk("a", Sink(), limit=5)
            before = connection.stats["in_msgs"]
            runs = [Run(1, [b"a"] * size, [b"x"] * size) for size in (2, 4)]
            sizes = [len(connection.count_in(run)) for run in runs]
            assert subscription.delivered == 5
            return sizes, connection.stats["in_msgs"] - before

    assert asyncio.run(exchange()) == ([2, 3], 5)


def test_a_sink_that_raises_ends_the_connection_with_its_error_and_gets_no_more():
    failure = BrokenPipeError("nobody reads")
    calls = []

    def sink(run: Run) -> None:
        calls.append(len(run))
        raise failure

    async def send(peer: Peer) -> None:
        peer.say(b"MSG a 1 1\r\nx\r\nMSG b 2 1\r\nx\r\nMSG a 1 1\r\nx\r\n" * 10)
        await peer.hear_all()

    async def exchange() -> tuple[Exception | None, list[bytes]]:
        async with (
            fake_server(welcoming(send, after=b"SUB b")) as fake,
            connected(fake.url, reconnect=True) as connection,
        ):
            other = Sink()
            await connection.subscribe_bulk("a", sink)
            await connection.subscribe_bulk("b", other)
            end = await end_of(connection)
            with pytest.raises(BrokenPipeError):
                await connection.confirm(1.0)
            return end, other.payloads

    end, others = asyncio.run(exchange())

    assert end is failure
    assert calls == [1]
    assert others == []


def test_an_unsubscribed_sink_is_forgotten(server: LocalServer, subject):
    async def exchange() -> dict[int, object]:
        async with connected(server.url) as connection:
            for _ in range(10):
                subscription = await connection.subscribe_bulk(subject, Sink())
                await subscription.unsubscribe()
            await connection.confirm(5.0)
            return dict(connection.sinks)

    assert asyncio.run(exchange()) == {}


def test_a_subscription_that_cannot_be_made_leaves_no_sink(server: LocalServer, subject):
    async def exchange() -> tuple[list[bytes], list[bytes]]:
        async with connected(server.url) as connection:
            wrong, called = Sink(), []

            async def callback(message: object) -> None:
                called.append(message.data)  # type: ignore[attr-defined]

            with pytest.raises(errors.BadSubjectError):
                await connection.subscribe_bulk("", wrong)
            await connection.subscribe(subject, cb=callback)
            connection.send(pub(subject.encode(), b"x"))
            await eventually_async(lambda: called)
            return wrong.payloads, called

    assert asyncio.run(exchange()) == ([], [b"x"])


def test_a_trace_that_fails_ends_the_connection_with_its_error(server: LocalServer, subject):
    failure = ValueError("no trace")

    def trace(direction: str, data: bytes) -> None:
        if data.startswith(b"MSG"):
            raise failure

    async def exchange() -> Exception | None:
        async with connected(server.url, trace=trace) as connection:
            await connection.subscribe_bulk(subject, Sink())
            connection.send(pub(subject.encode(), b"x"))
            return await end_of(connection)

    assert asyncio.run(exchange()) is failure


def test_a_trace_to_a_stderr_that_is_gone_stops_nothing(server: LocalServer, subject, monkeypatch):
    class Gone:
        def write(self, _text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    async def exchange() -> list[bytes]:
        async with connected(server.url, trace=trace_to_stderr) as connection:
            sink = Sink()
            await connection.subscribe_bulk(subject, sink)
            connection.send(pub(subject.encode(), b"x"))
            await connection.confirm(5.0)
            return sink.payloads

    monkeypatch.setattr(sys, "stderr", Gone())
    assert asyncio.run(exchange()) == [b"x"]


def test_a_trace_has_every_control_line_and_no_payload(server: LocalServer, subject):
    lines: list[tuple[str, bytes]] = []

    async def exchange() -> None:
        async with connected(server.url, trace=lambda direction, data: lines.append((direction, data))) as connection:
            await connection.subscribe_bulk(subject, Sink())
            async with connected(server.url) as other:
                other.send(pub(subject.encode(), b"a secret"))
                await other.confirm(5.0)
            await connection.confirm(5.0)

    asyncio.run(exchange())

    sent, received = (
        [line.split(b" ")[0] for line in b"".join(data for way, data in lines if way == direction).splitlines()]
        for direction in "><"
    )
    # Two seconds after it was connected to, a server asks by itself, and is answered.
    assert [op for op in sent if op != b"PONG"] == [b"CONNECT", b"PING", b"SUB", b"PING"]
    assert [op for op in received if op not in (b"INFO", b"PING")] == [b"PONG", b"MSG", b"PONG"]
    assert received[0] == b"INFO"
    assert b"secret" not in b"".join(data for direction, data in lines if direction == "<")
