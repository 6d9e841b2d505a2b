"""Losing a server and coming back: who is told what, what is restored, and when it is given up."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, ExitCode, PermissionDeniedError, RefusedError
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.connection.clock import run_waiting, waited
from tests.connection.jwts import UNLIMITED, Key, creds, new_realm
from tests.connection.opening import PATIENCE_S, Recorder, Sink, connected, end_of, let_attempts_take_long, target_for
from tests.connection.peers import Peer, fake_server, info, ordinary, silence
from tests.ports import closed_port
from tests.processes import freeze
from tests.waiting import SLACK_S, eventually_async

MakeServer = Callable[..., LocalServer]


def kill(server: LocalServer) -> None:
    os.kill(server.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    server.wait(30.0)


def returning(url: str, watcher: Recorder, seconds: float = PATIENCE_S) -> AbstractAsyncContextManager[Connection]:
    return connected(url, seconds, reconnect=True, watcher=watcher)


# -- coming back ------------------------------------------------------------------------------------


def test_a_restarted_server_is_returned_to_with_all_subscriptions(make_server: MakeServer):
    server = make_server(port=closed_port())

    async def exchange() -> tuple[Recorder, list[bytes], list[bytes]]:
        watcher, called = Recorder(), []

        async def callback(message: object) -> None:
            called.append(message.data)  # type: ignore[attr-defined]

        async with connected(server.url, reconnect=True, watcher=watcher) as connection:
            let_attempts_take_long(connection)
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await connection.subscribe("a", cb=callback)
            await connection.confirm(5.0)
            kill(server)
            await eventually_async(lambda: watcher.losses)
            with pytest.raises(ConnectionLostError, match="was lost: "):
                connection.send(pub(b"a", b"lost"))
            with pytest.raises(ConnectionLostError, match="was lost: "):
                await connection.confirm(5.0)
            with pytest.raises(ConnectionLostError, match="was lost: "):
                await connection.drain_writes(5.0)
            assert not connection.ended.done()
            make_server(port=server.port)
            await eventually_async(lambda: watcher.returns, within=30.0)
            connection.send(pub(b"a", b"after"))
            await connection.confirm(5.0)
            await eventually_async(lambda: called)
        return watcher, sink.payloads, called

    watcher, payloads, called = asyncio.run(exchange())

    assert [url for url, _ in watcher.losses] == [server.url]
    assert watcher.losses[0][1] in ("the server closed the connection", "connection reset by peer")
    assert [url for url, _ in watcher.returns] == [server.url]
    assert watcher.returns[0][1] > 0
    assert set(watcher.reasons) <= {"connection refused", "the server closed the connection without a word"}
    assert payloads == called == [b"after"]


def test_a_limit_holds_across_a_reconnect(make_server: MakeServer):
    server = make_server(port=closed_port())

    async def exchange() -> tuple[int, int]:
        watcher = Recorder()
        async with connected(server.url, reconnect=True, watcher=watcher) as connection:
            few, other = Sink(), Sink()
            await connection.subscribe_bulk("a", few, queue="q", limit=5)
            connection.send(pub(b"a", b"x") * 3)
            await connection.confirm(5.0)
            kill(server)
            await eventually_async(lambda: watcher.losses)
            make_server(port=server.port)
            await eventually_async(lambda: watcher.returns, within=30.0)
            await connection.subscribe_bulk("a", other, queue="q")
            connection.send(pub(b"a", b"x") * 100)
            await connection.confirm(5.0)
            await eventually_async(lambda: len(few.messages) + len(other.messages) == 103)
            return len(few.messages), len(other.messages)

    assert asyncio.run(exchange()) == (5, 98)


def test_a_subscription_that_has_had_its_messages_is_not_restored():
    heard: list[bytes] = []

    async def behave(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear(b"SUB b")
        heard.append(peer.heard)
        if len(heard) == 1:
            peer.say(b"MSG a 1 1\r\nx\r\n")
            return
        await ordinary_after(peer)

    async def exchange() -> None:
        watcher = Recorder()
        async with fake_server(behave) as fake, returning(fake.url, watcher) as connection:
            await connection.subscribe_bulk("a", Sink(), limit=1)
            await connection.subscribe_bulk("b", Sink())
            await eventually_async(lambda: watcher.returns)

    asyncio.run(exchange())

    assert b"SUB a" in heard[0]
    assert b"SUB a" not in heard[1]


async def ordinary_after(peer: Peer) -> None:
    """Go on as an ordinary server does, behind a welcome that has been."""
    peer.say(b"PONG\r\n")
    await peer.hear_all()


def test_another_server_of_the_list_is_taken(make_server: MakeServer):
    servers = [make_server(port=closed_port()) for _ in range(2)]

    async def exchange() -> tuple[str, str, list[bytes]]:
        watcher = Recorder()
        urls = ",".join(server.url for server in servers)
        async with connected(urls, reconnect=True, watcher=watcher) as connection:
            first = connection.url
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await connection.confirm(5.0)
            kill(next(server for server in servers if server.url == first))
            await eventually_async(lambda: watcher.returns, within=30.0)
            connection.send(pub(b"a", b"after"))
            await connection.confirm(5.0)
            return first, connection.url, sink.payloads

    first, second, payloads = asyncio.run(exchange())

    assert {first, second} == {server.url for server in servers}
    assert payloads == [b"after"]


def test_credentials_of_the_url_go_to_the_server_of_the_url():
    async def exchange() -> tuple[bytes, bytes]:
        watcher = Recorder()

        async def behave(peer: Peer) -> None:
            await ordinary(peer)

        async with fake_server(behave) as one, fake_server(behave) as two:
            urls = f"nats://ann:1st@127.0.0.1:{one.port},nats://bob:2nd@127.0.0.1:{two.port}"
            async with connected(urls, reconnect=True, watcher=watcher) as connection:
                first = one if connection.url == one.url else two
                first.behaviour = hang_up
                first.peers[0].reset()
                await eventually_async(lambda: watcher.returns)
            return one.heard, two.heard

    heard_by_one, heard_by_two = asyncio.run(exchange())

    assert b'"pass":"1st"' in heard_by_one or not heard_by_one
    assert b"2nd" not in heard_by_one
    assert b'"pass":"2nd"' in heard_by_two
    assert b"1st" not in heard_by_two


async def hang_up(_: Peer) -> None:
    """Close without a word."""


# -- not coming back --------------------------------------------------------------------------------


def test_without_reconnecting_a_loss_is_the_end(make_server: MakeServer):
    server = make_server()

    async def exchange() -> tuple[Exception | None, list[BaseException | None], float]:
        watcher = Recorder()
        async with connected(server.url, watcher=watcher) as connection:
            never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            freeze(server.pid)
            waits = [
                asyncio.ensure_future(connection.confirm(20.0)),
                asyncio.ensure_future(connection.until(never, 20.0, "nothing came")),
            ]
            await asyncio.sleep(0)
            kill(server)
            started = waited()
            await asyncio.wait([connection.ended, *waits], timeout=10.0)
            elapsed = waited() - started
            assert watcher.losses == []
            return connection.ended.result(), [wait.exception() for wait in waits], elapsed

    end, raised, elapsed = run_waiting(exchange())

    assert type(end) is ConnectionLostError
    assert end.exit_code == ExitCode.CONNECTION
    assert str(end).startswith(f"the connection to {server.url} was lost: ")
    assert [str(error) for error in raised] == [str(end)] * 2
    assert elapsed < SLACK_S


def test_a_server_that_goes_on_refusing_who_we_are_is_the_end(make_server: MakeServer):
    server = make_server(port=closed_port(), user="alice", password="first")

    async def exchange() -> tuple[Recorder, Exception | None]:
        watcher = Recorder()
        target = target_for(server.url, user="alice", password="first")
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            let_attempts_take_long(connection)
            kill(server)
            await eventually_async(lambda: watcher.losses)
            make_server(port=server.port, user="alice", password="second")
            await eventually_async(lambda: watcher.reasons, within=30.0)
            assert not connection.is_connected
            assert not connection.ended.done()  # it may just not know everybody yet
            with pytest.raises(ConnectionLostError):
                connection.send(pub(b"a", b"x"))
            return watcher, await end_of(connection, within=30.0)

    watcher, error = asyncio.run(exchange())

    words = "refused: authorization violation: user 'alice' is no longer accepted with this password"
    assert set(watcher.reasons) == {words}
    assert type(error) is RefusedError
    assert str(error) == f"{server.url} {words}"


def test_a_server_that_refuses_who_we_are_for_a_moment_is_returned_to(make_server: MakeServer):
    server = make_server(port=closed_port(), user="alice", password="first")

    async def exchange() -> Recorder:
        watcher = Recorder()
        target = target_for(server.url, user="alice", password="first")
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            kill(server)
            await eventually_async(lambda: watcher.losses)
            strange = make_server(port=server.port, user="alice", password="second")
            await eventually_async(lambda: watcher.reasons, within=30.0)
            kill(strange)
            make_server(port=server.port, user="alice", password="first")
            await eventually_async(lambda: watcher.returns, within=30.0)
            await connection.confirm(5.0)
        return watcher

    assert asyncio.run(exchange()).returns


def test_attempts_that_fail_leave_nothing_open_and_no_task_running():
    async def no_pong_now(peer: Peer) -> None:
        peer.say(info())
        await peer.hear(b"PING\r\n")

    async def exchange(broken: Callable[[Peer], object]) -> tuple[int, int, list[str]]:
        watcher = Recorder()
        async with fake_server(ordinary) as fake, returning(fake.url, watcher, 0.05) as connection:
            plan_short_pauses(connection)
            fake.behaviour = broken  # type: ignore[assignment]
            fake.peers[0].reset()
            await eventually_async(lambda: len(watcher.reasons) >= 3)
            most = fake.open
            fake.behaviour = ordinary
            await eventually_async(lambda: watcher.returns)
            await connection.confirm(5.0)
            await eventually_async(lambda: fake.open == 1)
            names = [str(task.get_coro()).split(" ")[2] for task in asyncio.all_tasks()]
            return most, fake.open, sorted(name for name in names if name.startswith("Client."))

    for broken in (silence, no_pong_now):
        most, left, tasks = run_waiting(exchange(broken))

        assert most <= 2
        assert left == 1
        assert tasks == ["Client._flusher", "Client._ping_interval", "Client._read_loop"]


def test_closing_ends_the_attempts_to_come_back():
    async def exchange() -> tuple[float, int, Exception | None]:
        watcher = Recorder()
        async with fake_server(ordinary) as fake, returning(fake.url, watcher) as connection:
            fake.behaviour = silence
            fake.peers[0].reset()
            await eventually_async(lambda: len(fake.peers) == 2)
            started = waited()
            await connection.close()
            elapsed = waited() - started
            await eventually_async(lambda: fake.open == 0)
            return elapsed, len(fake.peers), connection.ended.result()

    elapsed, attempts, end = run_waiting(exchange())

    assert elapsed < SLACK_S
    assert attempts == 2
    assert end is None


BAD_GREETINGS = [
    b"INFO []\r\n",
    b"INFO {\r\n",
    info(max_payload="x"),
    b"HTTP/1.1 400\r\n",
    b"-ERR\r\n",
    b"-ERR '\xff'\r\n",
    b"x" * 2_000_000,
    info(tls_required=True),
]


def test_what_is_wrong_with_a_server_does_not_end_the_attempts():
    async def behave(peer: Peer) -> None:
        place = len(fakes[0].peers) - 2
        if place >= len(BAD_GREETINGS) or place < 0:
            await ordinary(peer)
            return
        peer.say(BAD_GREETINGS[place])
        await peer.writer.drain()

    fakes = []

    async def exchange() -> list[str]:
        watcher = Recorder()
        async with fake_server(behave) as fake:
            fakes.append(fake)
            async with connected(fake.url, 1.0, reconnect=True, watcher=watcher) as connection:
                plan_short_pauses(connection)
                fake.peers[0].reset()
                await eventually_async(lambda: watcher.returns, within=30.0)
                await connection.confirm(5.0)
        return watcher.reasons

    *reasons, last = run_waiting(exchange())
    assert reasons == [
        *["the server's INFO cannot be read"] * 3,
        "not a NATS server: it said 'HTTP/1.1 400'",
        "refused: the server gives no reason",
        "refused: \\xff",
        "not a NATS server: it said '" + "x" * 40 + "'",
    ]
    assert last in (
        "the server closed the connection after its INFO",
        "the server closed the connection during the TLS handshake",
    )


def plan_short_pauses(connection: Connection) -> None:
    connection._reconnect_to_server_handler = lambda servers, _info: (servers[0], 0.001)


@pytest.mark.parametrize("news", ["lost", "retrying", "regained", "refused"])
def test_a_watcher_that_fails_ends_the_connection_with_its_error(news, monkeypatch):
    failure = BrokenPipeError("nobody reads")

    def fail(*_news: object) -> None:
        raise failure

    async def behave(peer: Peer) -> None:
        if len(fakes[0].peers) == 2:
            return
        await ordinary(peer)

    fakes = []

    async def exchange() -> Exception | None:
        watcher = Recorder()
        monkeypatch.setattr(watcher, news, fail)
        async with fake_server(behave) as fake:
            fakes.append(fake)
            async with connected(fake.url, reconnect=True, watcher=watcher) as connection:
                if news == "refused":
                    connection.refuse(PermissionDeniedError("no"))
                else:
                    fake.peers[0].reset()
                return await end_of(connection)

    assert asyncio.run(exchange()) is failure


def test_a_server_learned_of_is_returned_to():
    async def exchange() -> tuple[str, str]:
        watcher = Recorder()
        async with fake_server(ordinary) as second:

            async def welcome(peer: Peer) -> None:
                await peer.welcome(connect_urls=[f"127.0.0.1:{second.port}", f"127.0.0.1:{closed_port()}"])
                await peer.hear(b"SUB")

            async with fake_server(welcome) as first, returning(first.url, watcher) as connection:
                first.behaviour = hang_up
                await connection.subscribe_bulk("a", Sink())
                await eventually_async(lambda: watcher.returns)
                return connection.url, second.url

    found, wanted = asyncio.run(exchange())
    assert found == wanted


# -- as whom ----------------------------------------------------------------------------------------


def test_a_renewed_jwt_is_used_to_come_back(make_server: MakeServer, tmp_path: Path):
    realm, key = new_realm(), Key("user")
    path = tmp_path / "me.creds"
    first = realm.user(key)
    path.write_text(creds(first, key.seed))
    revoked = {key.public: int(time.time()) + 5}
    renewed = realm.account.claim(key.public, {"type": "user", **UNLIMITED}, iat=int(time.time()) + 10)

    async def exchange() -> Recorder:
        watcher = Recorder()
        target = target_for(server.url, creds=str(path))
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            kill(server)
            await eventually_async(lambda: watcher.losses)
            make_server(port=server.port, extra=realm.configured(revocations=revoked))
            await eventually_async(lambda: any("refused" in reason for reason in watcher.reasons), within=30.0)
            path.write_text("half a fi")
            await eventually_async(lambda: any("no user JWT" in reason for reason in watcher.reasons), within=30.0)
            path.write_text(creds(renewed, key.seed))
            await eventually_async(lambda: watcher.returns, within=30.0)
            await connection.confirm(5.0)
        return watcher

    server = make_server(port=closed_port(), extra=realm.configured())
    watcher = asyncio.run(exchange())

    assert key.seed not in "".join(watcher.reasons)


@pytest.mark.skipif(os.name == "nt", reason="needs named pipes")
def test_what_a_pipe_gave_is_kept_to_come_back(make_server: MakeServer, tmp_path: Path):
    realm, key = new_realm(), Key("user")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=[creds(realm.user(key), key.seed)]).start()

    async def exchange() -> None:
        watcher = Recorder()
        async with connected(target_for(server.url, creds=str(pipe)), reconnect=True, watcher=watcher) as connection:
            kill(server)
            await eventually_async(lambda: watcher.losses)
            make_server(port=server.port, extra=realm.configured())
            await eventually_async(lambda: watcher.returns, within=30.0)
            await connection.confirm(5.0)

    server = make_server(port=closed_port(), extra=realm.configured())
    asyncio.run(exchange())
