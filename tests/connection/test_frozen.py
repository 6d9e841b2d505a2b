"""Servers that stop in their tracks: noticed in time, and nothing waits for them."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from natscli.errors import DeadlineError
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.connection.clock import run_waiting, waited
from tests.connection.opening import Recorder, Sink, connected, end_of
from tests.processes import freeze
from tests.waiting import SLACK_S, eventually_async

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped there")
MakeServer = Callable[..., LocalServer]


@contextmanager
def frozen(server: LocalServer) -> Iterator[None]:
    """The server stopped in its tracks for the length of a block."""
    freeze(server.pid)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def test_closing_ends_in_time_with_ten_megabytes_for_a_frozen_server(make_server: MakeServer):
    server = make_server()

    async def exchange() -> float:
        async with connected(server.url) as connection:
            with frozen(server):
                connection.send(pub(b"a", b"x" * 100_000) * 100)
                await connection.subscribe_bulk("a", Sink())
                started = waited()
                await connection.close(0.3)
                return waited() - started

    assert run_waiting(exchange()) < 0.3 + SLACK_S


def test_draining_to_a_frozen_server_ends_in_time_and_memory_stays_bounded(make_server: MakeServer):
    server = make_server()
    batch = pub(b"a", b"x" * 65_000)

    async def exchange() -> tuple[float, int]:
        async with connected(server.url) as connection:
            with frozen(server):
                sent, elapsed, failure = 0, 0.0, None
                while sent < 200_000_000 and failure is None:
                    connection.send(batch)
                    sent += len(batch)
                    started = waited()
                    (failure,) = await asyncio.gather(connection.drain_writes(0.3), return_exceptions=True)
                    elapsed = waited() - started
                assert isinstance(failure, DeadlineError)
                assert str(failure).startswith(f"{server.url} took no bytes for 300")
                await connection.close(0.1)
                return elapsed, sent

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    elapsed, sent = run_waiting(exchange())

    assert 0.25 < elapsed < 0.3 + SLACK_S
    assert sent < 50_000_000  # what the sockets' buffers take, and one mebibyte
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 50_000_000


def test_a_failure_ends_the_connection_to_a_frozen_server(make_server: MakeServer):
    server = make_server()
    failure = ValueError("no room")

    async def exchange() -> tuple[Exception | None, float]:
        async with connected(server.url) as connection:
            with frozen(server):
                connection.send(pub(b"a", b"x" * 100_000) * 100)
                for _ in range(10):
                    await connection.publish("a", b"x" * 1000)
                started = waited()
                connection.fail(failure)
                return await end_of(connection), waited() - started

    end, elapsed = run_waiting(exchange())

    assert end is failure
    assert elapsed < 0.5 + SLACK_S


def test_a_frozen_server_is_noticed_within_three_pings_and_returned_to(make_server: MakeServer):
    server = make_server()

    async def exchange() -> tuple[Recorder, float]:
        watcher = Recorder()
        async with connected(server.url, reconnect=True, watcher=watcher, ping_interval_s=0.1) as connection:
            freeze(server.pid)
            started = waited()
            await eventually_async(lambda: watcher.losses)
            elapsed = waited() - started
            connection.options["ping_interval"] = 30.0  # from the return on
            os.kill(server.pid, signal.SIGCONT)
            await eventually_async(lambda: watcher.returns, within=30.0)
            await connection.confirm(5.0)
        return watcher, elapsed

    watcher, elapsed = run_waiting(exchange())

    assert watcher.losses == [(server.url, "the server answers no pings")]
    assert 0.2 < elapsed < 0.4 + SLACK_S


def test_a_frozen_server_with_much_to_read_is_noticed_too(make_server: MakeServer):
    server = make_server()

    async def wait() -> tuple[Exception | None, float]:
        async with connected(server.url, ping_interval_s=0.05) as connection:
            freeze(server.pid)
            started = waited()
            for _ in range(20):
                connection.send(pub(b"a", b"x" * 500_000))
                await connection.publish("a", b"x")
            end = await end_of(connection)
            os.kill(server.pid, signal.SIGCONT)
            return end, waited() - started

    end, elapsed = run_waiting(wait())

    assert str(end) == f"the connection to {server.url} was lost: the server answers no pings"
    assert elapsed < 0.7 + SLACK_S
