"""Peers that are no servers, or broken ones: each attempt ends in time, with the cause in its words."""

import asyncio
import itertools
import random
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from natscli.connection import transport
from natscli.errors import ConnectError, DeadlineError, ExitCode, NatsCliError, RefusedError
from tests.connection.clock import run_waiting, waited
from tests.connection.opening import connect_once, connected, refusal, target_for
from tests.connection.peers import Behaviour, Peer, fake_server, info, ordinary, silence
from tests.ports import closed_port
from tests.waiting import SLACK_S, eventually_async

DEADLINE_S = 1.0
KINDS = {ExitCode.CONNECTION: ConnectError, ExitCode.REFUSED: RefusedError, ExitCode.TIMEOUT: DeadlineError}


def saying(*pieces: bytes, then: Behaviour = silence) -> Behaviour:
    async def behave(peer: Peer) -> None:
        for piece in pieces:
            peer.say(piece)
        await then(peer)

    return behave


def answering(answer: bytes, then: Behaviour = silence) -> Behaviour:
    """Say INFO, and ``answer`` when CONNECT and PING have come."""

    async def behave(peer: Peer) -> None:
        peer.say(info())
        await peer.hear(b"PING\r\n")
        await saying(answer, then=then)(peer)

    return behave


async def hang_up(_: Peer) -> None:
    """Close without a word more."""


async def reset(peer: Peer) -> None:
    peer.reset()


async def connect_then_reset(peer: Peer) -> None:
    peer.say(info())
    await peer.hear(b"PING\r\n")
    peer.reset()


def endless(bytes_: bytes, after: bytes = b"") -> Behaviour:
    """Send ``bytes_`` for ever, once a client is there, or once it has said ``after``."""

    async def behave(peer: Peer) -> None:
        if after:
            peer.say(info())
            await peer.hear(after)
        while True:
            peer.say(bytes_)
            await peer.writer.drain()

    return behave


PEERS: dict[str, tuple[Behaviour, ExitCode | int, str]] = {
    "silent": (silence, ExitCode.CONNECTION, "connected, but the server stays silent"),
    "closing at once": (hang_up, ExitCode.CONNECTION, "the server closed the connection without a word"),
    "resetting at once": (reset, ExitCode.CONNECTION, "the server closed the connection without a word"),
    "HTTP": (
        saying(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", then=hang_up),
        ExitCode.CONNECTION,
        "not a NATS server: it said 'HTTP/1.1 400 Bad Request'",
    ),
    "SSH": (saying(b"SSH-2.0-OpenSSH_9\r\n"), ExitCode.CONNECTION, "not a NATS server: it said 'SSH-2.0-OpenSSH_9'"),
    "an escape sequence": (saying(b"\x1b[2J\xff\r\n"), ExitCode.CONNECTION, r"it said '\x1b[2J\xff'"),
    "half an INFO": (saying(b'INFO {"server_id":'), ExitCode.CONNECTION, "connected, but the server stays silent"),
    "half an INFO, then closing": (
        saying(b'INFO {"server_id":', then=hang_up),
        ExitCode.CONNECTION,
        "the server's INFO cannot be read",
    ),
    "a junk INFO": (saying(b"INFO {junk}\r\n"), ExitCode.CONNECTION, "the server's INFO cannot be read"),
    "an INFO without an argument": (saying(b"INFO\r\n"), ExitCode.CONNECTION, "the server's INFO cannot be read"),
    "an INFO not UTF-8": (saying(b'INFO {"a":"\xff"}\r\n'), ExitCode.CONNECTION, "the server's INFO cannot be read"),
    "a list for an INFO": (saying(b"INFO []\r\n"), ExitCode.CONNECTION, "the server's INFO cannot be read"),
    "a deep INFO": (
        saying(b'INFO {"a":' + b"[" * 100_000 + b"\r\n"),
        ExitCode.CONNECTION,
        "the server's INFO cannot be read",
    ),
    "an INFO with a text for a size": (
        saying(info(max_payload="1 MB")),
        ExitCode.CONNECTION,
        "the server's INFO cannot be read",
    ),
    "an INFO of two megabytes": (
        saying(info(name="x" * 2_000_000)),
        ExitCode.CONNECTION,
        "the server's INFO cannot be read",
    ),
    "an error for an INFO": (
        saying(b"-ERR 'maximum connections exceeded'\r\n", then=hang_up),
        ExitCode.REFUSED,
        "refused: maximum connections exceeded",
    ),
    "no PONG": (answering(b""), ExitCode.TIMEOUT, "the server did not confirm the connection in time"),
    "half a PONG": (answering(b"PO"), ExitCode.TIMEOUT, "the server did not confirm the connection in time"),
    "closing after CONNECT": (
        answering(b"", then=hang_up),
        ExitCode.CONNECTION,
        "the server closed the connection after CONNECT",
    ),
    "resetting after CONNECT": (
        connect_then_reset,
        ExitCode.CONNECTION,
        "the server closed the connection after CONNECT",
    ),
    "an error after CONNECT": (
        answering(b"-ERR 'Authorization Violation'\r\n", then=hang_up),
        ExitCode.REFUSED,
        "refused: authorization violation",
    ),
    "an error not UTF-8": (answering(b"-ERR 'no \xff'\r\n", then=hang_up), ExitCode.REFUSED, "refused: no "),
    "an error without words": (
        answering(b"-ERR\r\n", then=hang_up),
        ExitCode.REFUSED,
        "refused: the server gives no reason",
    ),
    "other words after CONNECT": (
        answering(b"220 mail.example.com ESMTP\r\n"),
        ExitCode.CONNECTION,
        "not a NATS server: it said '220 mail.example.com ESMTP'",
    ),
    "bytes without an end": (endless(b"x" * 65536), ExitCode.CONNECTION, "not a NATS server: it said 'xxx"),
    "an INFO without an end": (
        endless(b"INFO {" + b"x" * 65536),
        ExitCode.CONNECTION,
        "the server's INFO cannot be read",
    ),
    "pings without an end": (
        endless(b"PING\r\n" * 10_000, after=b"PING\r\n"),
        ExitCode.CONNECTION,
        "not a NATS server: it said 'PING'",
    ),
}


@pytest.mark.parametrize(("behave", "code", "words"), PEERS.values(), ids=PEERS.keys())
def test_a_bad_peer_is_named_in_time(behave: Behaviour, code: int, words: str):
    error, elapsed = against(behave)

    assert type(error) is KINDS[code]
    assert str(error).startswith("cannot connect to nats://127.0.0.1:")
    assert words in str(error)
    assert "\n" not in str(error)
    assert error.exit_code == code
    assert elapsed < DEADLINE_S + SLACK_S


def test_a_peer_that_hangs_up_is_reported_before_the_deadline():
    for behave in (hang_up, reset, PEERS["HTTP"][0], PEERS["a junk INFO"][0], PEERS["closing after CONNECT"][0]):
        _, elapsed = against(behave, seconds=10.0)

        assert elapsed < SLACK_S


def test_a_port_where_nobody_listens_is_refused_at_once_with_a_hint():
    error = refusal(f"nats://127.0.0.1:{closed_port()}", 10.0)

    assert type(error) is ConnectError
    assert str(error).endswith(": connection refused")
    assert error.exit_code == ExitCode.CONNECTION
    assert error.hint == "natscli server run starts a server here"


def test_a_name_with_several_addresses_is_refused_like_one():
    assert str(refusal(f"nats://localhost:{closed_port()}")).endswith(": connection refused")


@pytest.mark.parametrize("host", ["nosuchhost.invalid", "a..b", "x" * 64])
def test_a_name_that_does_not_resolve_is_named(host):
    error = refusal(f"nats://{host}:4222")

    assert str(error) == f"cannot connect to nats://{host}:4222: the host name does not resolve"
    assert error.exit_code == ExitCode.CONNECTION


def test_a_name_service_without_an_answer_keeps_nobody_beyond_the_deadline(monkeypatch):
    gone = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: gone.wait(60.0) and [])

    started = time.monotonic()
    with pytest.raises(ConnectError) as caught:
        asyncio.run(connect_once("nats://example.invalid:4222", DEADLINE_S))
    elapsed = time.monotonic() - started
    gone.set()

    assert str(caught.value).endswith(": the host name did not resolve in time")
    assert elapsed < 30.0


def test_a_deadline_bounds_the_dialling():
    with socket.socket() as listener:  # never accepts, and its queue is full
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        error = refusal(f"nats://127.0.0.1:{port}", DEADLINE_S)
        for client in waiting:
            client.close()

    assert error.exit_code == ExitCode.CONNECTION
    assert str(error).endswith(("no answer to the connection attempt", "connected, but the server stays silent"))


@pytest.mark.parametrize(
    "welcome",
    [
        info(name="x" * 40_000),
        info(connect_urls=["[bad", "a..b:1", 5, None, "10.0.0.1:4222"]),
        info(connect_urls=7),
        b'info  {"max_payload": 1048576, "other": [1, 2]}\t\r\n'.replace(b"info ", b"INFO"),
        info() + info(client_id=2),
    ],
    ids=["40 kB", "odd addresses", "a number for addresses", "odd spaces", "two"],
)
def test_an_unusual_info_is_good_enough(welcome):
    async def behave(peer: Peer) -> None:
        peer.say(welcome)
        await peer.hear(b"PING\r\n")
        peer.say(b"PONG\r\n")
        await peer.hear_all()

    async def connect() -> bool:
        async with fake_server(behave) as fake, connected(fake.url) as connection:
            return connection.is_connected

    assert asyncio.run(connect())


@pytest.mark.parametrize(
    ("before", "client_id", "answer"),
    [
        (info(client_id=2), 2, b""),
        (b"+OK\r\n", 1, b""),
        (b"PING\r\n", 1, b"PONG\r\n"),
        (info(client_id=2) + b"PING\r\n+OK\r\n", 2, b"PONG\r\n"),
    ],
)
def test_other_lines_may_come_before_the_first_pong(before, client_id, answer):
    async def connect() -> None:
        async with fake_server(answering(before + b"PONG\r\n")) as fake, connected(fake.url) as connection:
            await eventually_async(lambda: connection.info["client_id"] == client_id and answer in fake.heard)

    asyncio.run(connect())


def test_every_url_is_tried_and_named(monkeypatch):
    async def resolve(host: str, _port: int) -> list[str]:
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [host]

    behaviours = [silence, hang_up, answering(b"-ERR 'Authorization Violation'\r\n", then=hang_up)]
    refused = f"nats://127.0.0.1:{closed_port()}"

    async def attempt(urls: list[str]) -> None:
        await connect_once(target_for(",".join([*urls, refused, "nats://nosuchhost.invalid:1"])), 1.0)

    monkeypatch.setattr(transport, "resolve", resolve)

    error, elapsed, urls = against_several(behaviours, attempt)

    assert type(error) is RefusedError
    assert str(error).startswith("cannot connect: ")
    for url, words in zip(
        [*urls, refused, "nats://nosuchhost.invalid:1"],
        [
            "connected, but the server stays silent",
            "the server closed the connection without a word",
            "refused: authorization violation",
            "connection refused",
            "the host name does not resolve",
        ],
        strict=True,
    ):
        assert f"{url}: {words}" in str(error)
    assert error.exit_code == ExitCode.REFUSED
    assert elapsed < 1.0 + SLACK_S


def test_the_error_does_not_depend_on_the_order_of_the_urls(monkeypatch):
    urls = [f"nats://127.0.0.1:{closed_port()}", "nats://nosuchhost.invalid:4222"]
    found = set()
    for order in itertools.permutations(urls):
        monkeypatch.setattr(random, "sample", lambda sequence, _count: list(sequence))
        error = refusal(target_for(",".join(order)))
        found.add((str(error), error.hint, error.exit_code))

    assert len(found) == 1


@pytest.mark.parametrize("place", range(3))
def test_a_good_server_among_bad_ones_is_found_whatever_the_order(place, monkeypatch):
    monkeypatch.setattr(random, "sample", lambda sequence, _count: list(sequence))

    async def connect() -> bool:
        async with fake_server(silence) as bad, fake_server(ordinary) as good:
            urls = [bad.url, f"nats://127.0.0.1:{closed_port()}"]
            urls.insert(place, good.url)
            async with connected(",".join(urls), 1.0) as connection:
                return connection.url == good.url

    assert run_waiting(connect())


def test_several_silent_servers_share_one_deadline():
    async def attempt(urls: list[str]) -> None:
        await connect_once(target_for(",".join(urls)), DEADLINE_S)

    started = time.monotonic()
    error, waited, urls = against_several([silence] * 5, attempt)

    assert str(error) == "cannot connect: " + "; ".join(
        f"{url}: connected, but the server stays silent" for url in sorted(urls)
    )
    assert time.monotonic() - started > DEADLINE_S * 0.9
    assert waited < DEADLINE_S + SLACK_S


def test_an_attempt_that_fails_leaves_no_connection_open():
    async def attempt() -> int:
        async with fake_server(silence) as fake:
            for _ in range(3):
                with pytest.raises(ConnectError):
                    await connect_once(fake.url, 0.05)
            await eventually_async(lambda: not fake.open)
            return len(fake.peers)

    assert run_waiting(attempt()) == 3


def test_an_attempt_that_fails_leaves_no_task_behind():
    async def attempt() -> set[str]:
        before = asyncio.all_tasks()
        for behave in (silence, hang_up, answering(b""), answering(b"", then=hang_up), answering(b"x\r\n")):
            async with fake_server(behave) as fake:
                with pytest.raises(NatsCliError):
                    await connect_once(fake.url, 0.05)
        for _ in range(3):
            await asyncio.sleep(0)
        return {repr(task.get_coro()) for task in asyncio.all_tasks() - before if "nats" in repr(task.get_coro())}

    assert run_waiting(attempt()) == set()


def against(behave: Behaviour, seconds: float = DEADLINE_S) -> tuple[NatsCliError, float]:
    """Connect to a server that behaves so; the error, and the seconds that were waited for it."""

    async def attempt() -> tuple[NatsCliError, float]:
        async with fake_server(behave) as fake:
            started = waited()
            with pytest.raises(NatsCliError) as caught:
                await connect_once(fake.url, seconds)
            return caught.value, waited() - started

    return run_waiting(attempt())


def against_several(
    behaviours: list[Behaviour], attempt: Callable[[list[str]], Awaitable[None]]
) -> tuple[NatsCliError, float, list[str]]:
    """Run ``attempt`` with the URLs of servers that behave so; the error, the seconds waited, the URLs."""

    async def run() -> tuple[NatsCliError, float, list[str]]:
        async with AsyncExitStack() as stack:
            urls = [(await stack.enter_async_context(fake_server(behave))).url for behave in behaviours]
            started = waited()
            with pytest.raises(NatsCliError) as caught:
                await attempt(urls)
            return caught.value, waited() - started, urls

    return run_waiting(run())
