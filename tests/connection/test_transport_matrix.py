"""Every transport, straight and through proxies, as the command line has it: exit code, words, and in time."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from natscli.context.proxy import parse_proxy
from natscli.errors import ConnectError, ExitCode, NatsCliError
from natscli.server.config import ServerConfig, quote
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.connection.clock import run_waiting, waiting_loops
from tests.connection.conftest import Pki
from tests.connection.opening import (
    PROMPT_S,
    Recorder,
    Sink,
    connect_once,
    connected,
    let_attempts_take_long,
    target_for,
    timed_failure,
)
from tests.connection.peers import FakeServer, Peer, fake_server, info
from tests.connection.proxies import Manner, Proxy, proxy
from tests.connection.test_websocket import frame, upgrading
from tests.invocation import Cli, Result
from tests.ports import closed_port
from tests.processes import Process
from tests.waiting import SLACK_S, eventually_async

TIMEOUT_S = 12.0
SECRET = "hush-hush-7"
SCHEMES = ("nats", "tls", "ws", "wss")
WAYS = ("straight", "socks5", "http")
PLAIN = 'websocket { listen: "127.0.0.1:-1", no_tls: true }'


class Servers(NamedTuple):
    """A server in clear and one under TLS, each with WebSockets too."""

    clear: LocalServer
    secure: LocalServer

    def url(self, scheme: str, host: str) -> str:
        """The URL of one of them, by a name of our choice."""
        server = self.secure if scheme in ("tls", "wss") else self.clear
        url = server.websocket_url if scheme in ("ws", "wss") else server.url
        assert url is not None
        return f"{scheme}://{host}:{url.rpartition(':')[2]}"


@pytest.fixture(scope="module")
def servers(nats_server_binary: str, pki: Pki) -> Iterator[Servers]:
    pair = f"tls {{ cert_file: {quote(pki.inside.cert)}, key_file: {quote(pki.inside.key)}, timeout: 15 }}"
    secure = f'{pair}\nwebsocket {{ listen: "127.0.0.1:-1", {pair} }}'
    with ExitStack() as stack:
        yield Servers(
            *(
                stack.enter_context(LocalServer.start(ServerConfig(extra=extra), binary=nats_server_binary))
                for extra in (PLAIN, secure)
            )
        )


@pytest.fixture
def make_proxy() -> Iterator[Callable[..., Proxy]]:
    """Start proxies: ``make_proxy("http", user="bob", …)`` as ``Manner``."""
    with ExitStack() as stack:
        yield lambda *arguments, **words: stack.enter_context(proxy(Manner(*arguments, **words)))


@pytest.fixture
def timed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line; it ends in time and shows no secret."""

    def run(*arguments: str) -> Result:
        limit = [] if "--timeout" in arguments else ["--timeout", f"{TIMEOUT_S}s"]
        seconds = float(arguments[arguments.index("--timeout") + 1].rstrip("s")) if not limit else PROMPT_S
        with waiting_loops(monkeypatch) as seconds_waited:
            result = cli(*arguments, *limit)
        assert seconds_waited() < seconds + SLACK_S
        assert SECRET not in result.err + result.text
        return result

    return run


@pytest.fixture(params=[f"{way} {scheme}" for way in WAYS for scheme in SCHEMES])
def route(request: pytest.FixtureRequest, servers: Servers, make_proxy, pki: Pki) -> list[str]:
    """The options of one way to a server.  Only the proxies know its name."""
    way, scheme = request.param.split()
    secured = ["--tlsca", pki.ca] if scheme in ("tls", "wss") else []
    if way == "straight":
        return ["--server", servers.url(scheme, "localhost"), *secured]
    return ["--server", servers.url(scheme, "nats.inside"), "--proxy", make_proxy(way).url, *secured]


def test_every_command_goes_every_way(route: list[str], start: Callable[..., Process], timed, subject, tmp_path):
    patient = {"env": {"NATS_TIMEOUT": f"{TIMEOUT_S}s"}}
    record = start("record", f"{subject}.>", "--out", str(tmp_path / "r.ndjson"), "--count", "4", *route, **patient)
    reply = start("reply", f"{subject}.ask", "pong", "--count", "1", *route, **patient)
    sub = start("sub", f"{subject}.*", "--raw", "--count", "4", *route, **patient)
    for process in (record, reply, sub):
        process.says(subject)

    published = timed("pub", f"{subject}.a", "hi", "--count", "2", *route)
    asked = timed("req", f"{subject}.ask", "ping", "--raw", *route)
    timed("pub", f"{subject}.b", "last", *route)

    assert published.code == asked.code == ExitCode.DONE, published.err + asked.err
    assert asked.out.strip() == b"pong"
    assert [process.end() for process in (record, reply, sub)] == [ExitCode.DONE] * 3
    assert sub.out.split() == [b"hi", b"hi", b"ping", b"last"]
    assert len([line for line in (tmp_path / "r.ndjson").read_text().splitlines() if subject in line]) >= 4


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_a_flood_comes_through_a_proxy_whole(kind, scheme, servers: Servers, make_proxy, pki: Pki, subject):
    way = make_proxy(kind)
    target = target_for(
        servers.url(scheme, "nats.inside"), proxy=way.url, tlsca=pki.ca if scheme in ("tls", "wss") else None
    )
    many = 30_000

    async def exchange() -> int:
        async with connected(target) as connection:
            sink = Sink()
            await connection.subscribe_bulk(subject, sink)
            for first in range(0, many, 1000):
                connection.send(b"".join(pub(subject.encode(), b"%d" % n) for n in range(first, first + 1000)))
                await connection.drain_writes(10.0)
            await connection.confirm(10.0)
            assert sink.payloads == [b"%d" % n for n in range(many)]
            return len(sink.messages)

    assert asyncio.run(exchange()) == many
    assert way.asked == [servers.url(scheme, "nats.inside").partition("://")[2]]


# -- proxies ----------------------------------------------------------------------------------------


class Case(NamedTuple):
    """How a proxy behaves, and how the command ends."""

    manner: Manner
    words: str
    code: int = ExitCode.CONNECTION
    user: str = ""
    password: str = ""


REFUSES = "refuses our user and password"
WANTS = "wants a user and a password\nhint: the proxy's URL may have a user and a password"
MISBEHAVIOUR = {
    "socks5 hangs": Case(Manner(fault="hang"), "PROXY did not answer"),
    "socks5 hangs later": Case(Manner(fault="late"), "PROXY did not answer"),
    "socks5 closes": Case(Manner(fault="close"), "PROXY closed the connection without an answer"),
    "socks5 is none": Case(Manner(fault="rubbish"), r"PROXY is not SOCKS5: it said '\\x1b\[2JSSH-2.0-nobody"),
    "socks5 refuses": Case(Manner(fault="refuse"), r"PROXY does not connect to 127.0.0.1:\d+: its rules do not allow"),
    "socks5 wants a password": Case(Manner(user="bob", password=SECRET), f"PROXY {WANTS}", ExitCode.REFUSED),
    "socks5 wants another password": Case(
        Manner(user="bob", password="other"), f"PROXY {REFUSES}\n$", ExitCode.REFUSED, "bob", SECRET
    ),
    "socks5 is an HTTP proxy": Case(Manner("http"), "(is not SOCKS5|did not answer)"),
    "http hangs": Case(Manner("http", fault="hang"), "PROXY did not answer"),
    "http closes": Case(Manner("http", fault="close"), "PROXY closed the connection without an answer"),
    "http is none": Case(Manner("http", fault="rubbish"), r"PROXY is not an HTTP proxy: it said '\\x1b\[2JSSH"),
    "http forbids": Case(Manner("http", fault="403 Forbidden"), r"does not connect to .*: HTTP status 403 Forbidden"),
    "http redirects": Case(Manner("http", fault="302 Found"), "HTTP status 302 Found"),
    "http says nonsense": Case(Manner("http", fault="2000 \x1b[2J"), r"(is not an HTTP proxy|HTTP status).*\\x1b\[2J"),
    "http wants no password": Case(
        Manner("http", fault="407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM x"),
        "PROXY takes no user and password, but negotiate, ntlm\n$",
        ExitCode.REFUSED,
    ),
    "http wants a password": Case(Manner("http", "bob", SECRET), f"PROXY {WANTS}", ExitCode.REFUSED),
    "http wants another password": Case(
        Manner("http", "bob", "other"), f"PROXY {REFUSES}\n$", ExitCode.REFUSED, "bob", SECRET
    ),
}


@pytest.mark.parametrize("scheme", ["nats", "wss"])
@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_a_proxy_that_does_not_do_its_part_is_named(name, scheme, servers: Servers, make_proxy, timed, pki: Pki):
    case = MISBEHAVIOUR[name]
    way = make_proxy(*case.manner)
    shown = f"{name.split()[0]}://127.0.0.1:{way.port}"
    typed = shown.replace("://", f"://{case.user}:{case.password}@") if case.user else shown
    secured = ["--tlsca", pki.ca] if scheme == "wss" else []
    limit = ["--timeout", "0.3s"] if "did not answer" in case.words else []

    result = timed(
        "pub", "foo", "hi", "-s", servers.url(scheme, "127.0.0.1"), "--proxy", typed, "--trace", *secured, *limit
    )

    assert result.code == case.code
    assert re.search(case.words.replace("PROXY", f"the proxy {shown}"), result.err), result.err
    assert "\x1b" not in result.err


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("socks5://127.0.0.1:CLOSED", "the proxy socks5://127.0.0.1:CLOSED cannot be reached: connection refused"),
        ("http://nosuch.invalid", "the proxy http://nosuch.invalid:80 cannot be reached: the host name does not res"),
    ],
)
def test_a_proxy_that_cannot_be_reached_is_named(typed: str, words: str, server: LocalServer, timed):
    port = str(closed_port())

    result = timed("pub", "foo", "hi", "-s", server.url, "--proxy", typed.replace("CLOSED", port))

    assert result.code == ExitCode.CONNECTION
    assert words.replace("CLOSED", port) in result.err


@pytest.mark.parametrize(
    ("kind", "words"),
    [("socks5", "the server refused the connection"), ("http", "HTTP status 502 Bad Gateway")],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid", "[::1]"])
def test_a_server_that_the_proxy_does_not_reach_is_said(kind, words, host, make_proxy, timed):
    way, port = make_proxy(kind), closed_port()

    result = timed("pub", "foo", "hi", "-s", f"nats://{host}:{port}", "--socks-proxy", way.url)

    assert result.code == ExitCode.CONNECTION
    assert f"does not connect to {host.strip('[]')}:{port}: {words}" in result.err
    assert way.asked == [f"{host.strip('[]')}:{port}"]


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_a_user_and_password_are_taken_from_the_variable(kind, server: LocalServer, make_proxy, timed, monkeypatch):
    way = make_proxy(kind, "bob", f"p:@ {SECRET}é")
    monkeypatch.setenv("NATS_SOCKS_PROXY", way.url_of("bob", f"p%3A%40%20{SECRET}%C3%A9"))

    result = timed("pub", "foo", "hi", "-s", server.url, "--trace", "--debug")

    assert result.code == ExitCode.DONE, result.err
    assert len(way.asked) == 1


def test_a_context_may_name_a_proxy_and_none_takes_it_away(server: LocalServer, make_proxy, timed, tmp_path):
    way = make_proxy()
    context = tmp_path / "inside.json"
    context.write_text(json.dumps({"url": server.url, "socks_proxy": way.url.replace("socks5", "socks5h")}))

    through = timed("pub", "foo", "hi", "--context", str(context))
    straight = timed("pub", "foo", "hi", "--context", str(context), "--proxy", "none")

    assert through.code == straight.code == ExitCode.DONE
    assert len(way.asked) == 1


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_server_info_does_not_take_the_proxy_for_the_server(kind, server: LocalServer, make_proxy, timed):
    way = make_proxy(kind)
    typed = ("server-info", "-s", server.url, "--proxy", way.url_of("bob", "hush-hush-7"))

    shown, document = timed(*typed), json.loads(timed(*typed, "--json").out)

    assert f"Proxy: {way.url}\n" in shown.text
    assert "Address" not in shown.text
    assert (document["connection"]["address"], document["connection"]["proxy"]) == (None, way.url)
    assert "hush-hush-7" not in shown.text + str(document)


def test_the_variables_of_browsers_count_only_when_asked_for(server: LocalServer, make_proxy, timed, monkeypatch):
    way = make_proxy("http")
    monkeypatch.setenv("HTTPS_PROXY", way.url)

    assert timed("pub", "foo", "hi", "-s", server.url).code == ExitCode.DONE
    assert way.asked == []
    assert timed("pub", "foo", "hi", "-s", server.url, "--proxy", "env").code == ExitCode.DONE
    assert len(way.asked) == 1
    monkeypatch.setenv("NO_PROXY", "example.com, 127.0.0.1")
    assert timed("pub", "foo", "hi", "-s", server.url, "--proxy", "env").code == ExitCode.DONE
    assert len(way.asked) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ftp://bob:hush-hush-7@host", "no scheme that is known: socks5, socks5h or http"),
        ("bob:hush-hush-7@host:1080", "no scheme that is known"),
        ("https://bob:hush-hush-7@host", "the proxy URL is https://, and natscli speaks to a proxy in clear only"),
        ("socks5://bob:hush-hush-7@", "the proxy URL is not valid"),
        ("socks5://bob:hush-hush-7/x@host", "the proxy URL is not valid"),
        ("http://host:0", "the proxy URL is not valid"),
        ("http://host:hush-hush-7", "the proxy URL is not valid"),
        ("http://host/path", "the proxy URL is not valid"),
        ("socks5://bob@host", "a user and a password of 1 to 255 bytes each"),
        ("http://a%3Ab:hush-hush-7@host", "HTTP takes no user with a colon"),
        ("env", "neither ALL_PROXY nor HTTPS_PROXY is set"),
    ],
)
def test_what_is_no_proxy_is_a_usage_error(typed: str, words: str, timed):
    result = timed("pub", "foo", "hi", "--proxy", typed)

    assert result.code == ExitCode.USAGE
    assert words in result.err


def test_a_proxy_never_shows_its_password():
    found = parse_proxy(f"socks5h://bob:{SECRET}@[::1]", {})

    assert found is not None
    assert found.display == "socks5://[::1]:1080"
    assert SECRET not in repr(found) + repr(target_for("nats://a", proxy=f"http://bob:{SECRET}@h"))


@pytest.mark.parametrize(
    ("host", "served"),
    [("a.example.com", False), ("example.com", False), ("badexample.com", True), ("10.0.0.1", False), ("other", True)],
)
def test_hosts_that_are_reached_without(host: str, served: bool):
    found = parse_proxy("env", {"ALL_PROXY": "socks5://p", "NO_PROXY": ".example.com, 10.0.0.1,,"})

    assert found is not None
    assert found.serves(host) is served


def test_a_server_is_returned_to_through_the_proxy(make_server, make_proxy):
    server, way = make_server(port=closed_port()), make_proxy()

    async def exchange() -> Recorder:
        watcher = Recorder()
        target = target_for(server.url, proxy=way.url)
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            let_attempts_take_long(connection)
            await connection.subscribe_bulk("a", Sink())
            await connection.confirm(5.0)
            os.kill(server.pid, signal.SIGTERM)
            server.wait(30.0)
            await eventually_async(lambda: watcher.reasons)
            make_server(port=server.port)
            await eventually_async(lambda: watcher.returns, 30)
            await connection.confirm(5.0)
        return watcher

    watcher = asyncio.run(exchange())

    assert "the server refused the connection" in watcher.reasons[0]
    assert len(way.asked) >= 3
    assert set(way.asked) == {server.url.removeprefix("nats://")}


def test_servers_learned_of_are_reached_through_the_proxy(make_server, make_proxy):
    other, way = make_server(), make_proxy()

    async def exchange() -> str:
        async def once(peer: Peer) -> None:
            await peer.welcome(connect_urls=[f"nats.inside:{other.port}"])
            await peer.hear(b"SUB")

        async with fake_server(once) as first:
            watcher = Recorder()
            target = target_for(first.url, proxy=way.url)
            async with connected(target, reconnect=True, watcher=watcher) as connection:
                first.behaviour = hang_up
                await connection.subscribe_bulk("a", Sink())
                await eventually_async(lambda: watcher.returns, 30)
                return connection.url

    assert asyncio.run(exchange()) == f"nats://nats.inside:{other.port}"
    assert f"nats.inside:{other.port}" in way.asked


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["nats", "ws"])
def test_the_other_server_of_a_cluster_is_learned_of_and_returned_to(scheme, way, make_server, make_proxy):
    port = closed_port()
    websocket = PLAIN.replace("127.0.0.1:-1", f"127.0.0.1:{closed_port()}")
    first = make_server(
        port=closed_port(),
        extra=f'{websocket}\ncluster {{ name: c, listen: "127.0.0.1:{port}" }}',
        server_name="first",
    )
    second = make_server(
        extra=f'{PLAIN}\ncluster {{ name: c, listen: "127.0.0.1:-1", routes: ["nats://127.0.0.1:{port}"] }}',
        server_name="second",
    )
    proxy_url = make_proxy(way).url if way != "straight" else None

    def url_of(server: LocalServer) -> str:
        return (server.websocket_url if scheme == "ws" else server.url) or ""

    async def exchange() -> tuple[str, str]:
        watcher = Recorder()
        target = target_for(url_of(first), proxy=proxy_url)
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            await eventually_async(lambda: len(connection._server_pool) > 1, 30)
            os.kill(first.pid, signal.SIGKILL)
            await eventually_async(lambda: watcher.returns, 30)
            await connection.confirm(5.0)
            return connection.url, str(connection.info["server_name"])

    assert asyncio.run(exchange()) == (url_of(second), "second")


async def hang_up(_: Peer) -> None:
    return


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_no_credentials_go_through_a_proxy_in_clear_where_tls_was_asked_for(kind, make_proxy, pki: Pki):
    way = make_proxy(kind)

    async def attempt() -> str:
        async def behave(peer: Peer) -> None:
            peer.say(info(tls_required=False))
            await peer.hear_all()

        async with fake_server(behave) as fake:
            target = target_for(fake.url, user="alice", password=SECRET, tlsca=pki.ca, proxy=way.url)
            with pytest.raises(ConnectError) as caught:
                await connect_once(target)
            await eventually_async(lambda: not fake.open, 30)
            return str(caught.value)

    assert "TLS was asked for and the server does not offer it; no credentials were sent" in asyncio.run(attempt())
    assert way.heard == b""


# -- WebSockets -------------------------------------------------------------------------------------


def test_path_query_and_headers_go_with_the_handshake(monkeypatch):
    async def behave(peer: Peer) -> None:
        peer.say(frame(info()))
        await peer.hear(b"never")

    async def attempt() -> FakeServer:
        async with fake_server(upgrading(behave)) as fake:
            url = fake.url.replace("nats://", "ws://") + "/nats/ws?tenant=blue&x=%20"
            target = target_for(url, ws_headers=[f"Authorization: Bearer {SECRET}", "X-Two:  a: b ", "X-Two: c"])
            assert SECRET not in repr(target)
            with pytest.raises(NatsCliError):
                await connect_once(target, 0.3)
            return fake

    lines = run_waiting(attempt()).heard.split(b"\r\n")

    assert lines[0] == b"GET /nats/ws?tenant=blue&x=%20 HTTP/1.1"
    assert {f"Authorization: Bearer {SECRET}".encode(), b"X-Two: a: b", b"X-Two: c"} < set(lines)


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (b"401 Unauthorized", "refused: the WebSocket handshake is answered with HTTP status 401", ExitCode.REFUSED),
        (b"403 Forbidden", "HTTP status 403", ExitCode.REFUSED),
        (b"301 Moved", "does not speak WebSocket there: HTTP status 301", ExitCode.CONNECTION),
        (b"200 OK", "does not speak WebSocket there: HTTP status 200", ExitCode.CONNECTION),
    ],
)
def test_a_gateway_that_declines_is_understood(status: bytes, words: str, code: int):
    async def behave(peer: Peer) -> None:
        await peer.hear(b"\r\n\r\n")
        peer.say(b"HTTP/1.1 " + status + b"\r\nContent-Length: 3\r\n\r\nno!")
        await peer.hear_all()

    async def attempt() -> NatsCliError:
        async with fake_server(behave) as fake:
            with pytest.raises(NatsCliError) as caught:
                await connect_once(fake.url.replace("nats://", "ws://"))
            return caught.value

    error = asyncio.run(attempt())

    assert words in str(error)
    assert error.exit_code == code
    assert (error.hint is not None) == (code == ExitCode.REFUSED)


def test_headers_come_from_the_variable_and_are_not_shown(servers: Servers, timed, monkeypatch):
    monkeypatch.setenv("NATS_WS_HEADER", f"Authorization: Bearer {SECRET}\nX-Two: 2")

    assert timed("pub", "foo", "hi", "-s", servers.url("ws", "localhost"), "--trace", "--debug").code == ExitCode.DONE
    assert timed("pub", "foo", "hi", "-s", servers.url("nats", "localhost")).code == ExitCode.DONE


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hush-hush-7", "a WebSocket header has to be 'Name: value'"),
        ("a b: hush-hush-7", "a WebSocket header has to be 'Name: value'"),
        ("Upgrade: hush-hush-7", "the WebSocket header 'Upgrade' belongs to the handshake itself"),
        ("Sec-WebSocket-Key: hush-hush-7", "belongs to the handshake itself"),
        ("X: hush-hush-7\r\nY: z", "the value of the WebSocket header 'X' is not plain ASCII text"),
        ("X: é", "is not plain ASCII text"),
    ],
)
def test_what_is_no_header_is_a_usage_error(typed: str, words: str, timed):
    result = timed("pub", "foo", "hi", "-s", "ws://127.0.0.1:1", "--ws-header", typed)

    assert result.code == ExitCode.USAGE
    assert words in result.err


def test_headers_for_a_server_that_takes_none_are_a_usage_error(server: LocalServer, timed):
    result = timed("pub", "foo", "hi", "-s", server.url, "--ws-header", "X: y")

    assert result.code == ExitCode.USAGE
    assert "--ws-header is for WebSocket URLs" in result.err


def test_a_list_of_websockets_is_gone_through(servers: Servers, timed):
    dead = f"ws://127.0.0.1:{closed_port()}"

    both = timed("pub", "foo", "hi", "-s", f"{dead},{servers.url('ws', 'localhost')}")
    neither = timed("pub", "foo", "hi", "-s", f"{dead},{dead}x".replace("x", ""))

    assert both.code == ExitCode.DONE
    assert neither.code == ExitCode.CONNECTION
    assert "connection refused" in neither.err


def test_a_frame_beyond_all_measure_ends_the_connection():
    async def behave(peer: Peer) -> None:
        peer.say(frame(info()) + b"\x82\x7f" + (2**62).to_bytes(8))
        await peer.hear_all()

    async def attempt() -> None:
        async with fake_server(upgrading(behave)) as fake:
            await connect_once(fake.url.replace("nats://", "ws://"), 2.0)

    error, elapsed = timed_failure(attempt())

    assert type(error) is ConnectError
    assert elapsed < 2.0 + SLACK_S


# -- addresses --------------------------------------------------------------------------------------


def test_ipv6_is_reached_by_address_straight_and_through_a_proxy(make_server, make_proxy, timed):
    try:
        server = make_server(host="::1")
    except NatsCliError:
        pytest.skip("no IPv6 here")
    url = f"nats://[::1]:{server.port}"

    assert timed("pub", "foo", "hi", "-s", url).code == ExitCode.DONE
    for kind in ("socks5", "http"):
        assert timed("pub", "foo", "hi", "-s", url, "--proxy", make_proxy(kind).url).code == ExitCode.DONE


@pytest.fixture
def dead_end(server: LocalServer) -> Iterator[str]:
    """An address where the server's port takes no connection and refuses none: its queue is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.2", server.port))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.2", server.port))
        yield "127.0.0.2"


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 and its queues are Linux's")
def test_addresses_that_do_not_answer_cost_their_share_only(server: LocalServer, dead_end, timed):
    url = f"nats://{dead_end}:{server.port}"

    alone = timed("pub", "foo", "hi", "-s", url, "--timeout", "0.4s")
    both = timed("pub", "foo", "hi", "-s", f"{url},{server.url}", "--timeout", "8s")

    assert alone.code == ExitCode.CONNECTION
    assert f"cannot connect to {url}: no answer to the connection attempt" in alone.err
    assert both.code == ExitCode.DONE


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 and its queues are Linux's")
def test_a_proxy_that_does_not_answer_a_connection_is_named(server: LocalServer, dead_end, timed):
    way = f"http://{dead_end}:{server.port}"

    result = timed("pub", "foo", "hi", "-s", server.url, "--proxy", way, "--timeout", "0.4s")

    assert result.code == ExitCode.CONNECTION
    assert f"the proxy {way} cannot be reached: no answer to the connection attempt" in result.err


@pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 and its queues are Linux's")
@pytest.mark.parametrize("dead", [False, True], ids=["refused", "silent"])
def test_a_name_whose_first_address_is_dead_is_reached_by_the_second(
    dead: bool, server: LocalServer, monkeypatch, timed, request
):
    if dead:
        request.getfixturevalue("dead_end")
    real = socket.getaddrinfo

    def two(host, port, *arguments, **words):
        if host == "two.test":
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")
            ]
        return real(host, port, *arguments, **words)

    monkeypatch.setattr(socket, "getaddrinfo", two)

    assert timed("pub", "foo", "hi", "-s", f"nats://two.test:{server.port}").code == ExitCode.DONE
