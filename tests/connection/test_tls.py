"""TLS: who is trusted, what is refused, and that no credentials ever leave in clear where TLS was asked for."""

import asyncio
import os
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from natscli.context.target import Target
from natscli.errors import ConnectError, ExitCode, RefusedError, UsageError
from natscli.server.process import LocalServer
from tests.connection.clock import run_waiting
from tests.connection.conftest import Pki
from tests.connection.opening import Recorder, Sink, connect_once, connected, refusal, target_for
from tests.connection.peers import Peer, fake_server, info, silence
from tests.waiting import eventually_async

MakeTlsServer = Callable[..., LocalServer]
USER, PASSWORD = "alice", "open-sesame"


def encrypted(target: Target | str, **options: float) -> bool:
    """Connect, send and receive a message, and tell whether that went through TLS."""

    async def exchange() -> bool:
        async with connected(target, **options) as connection:
            sink = Sink()
            await connection.subscribe_bulk("greeting", sink)
            connection.send(b"PUB greeting 5\r\nhello\r\n")
            await connection.confirm(5.0)
            await eventually_async(lambda: sink.payloads == [b"hello"])
            assert connection.stream is not None
            return connection.stream.tls is not None

    return asyncio.run(exchange())


@pytest.mark.parametrize("scheme", ["tls", "nats"])
def test_a_server_of_a_trusted_authority_is_connected_to(scheme, make_tls_server: MakeTlsServer, pki: Pki):
    server = make_tls_server()

    assert encrypted(target_for(f"{scheme}://localhost:{server.port}", tlsca=pki.ca))


@pytest.mark.parametrize(
    ("certificate", "trusted", "words"),
    [
        ("server", None, "'server', issued by 'authority', which is not trusted"),
        ("server", "strange_ca", "'server', issued by 'authority', which is not trusted"),
    ],
    ids=["no authority", "another authority"],
)
def test_a_certificate_that_is_not_trusted_is_refused(certificate, trusted, words, make_tls_server, pki: Pki):
    server = make_tls_server(getattr(pki, certificate))

    error = refusal(target_for(f"tls://localhost:{server.port}", tlsca=trusted and getattr(pki, trusted)))

    assert type(error) is ConnectError
    assert str(error) == (
        f"cannot connect to tls://localhost:{server.port}: the server's certificate is refused: {words}"
    )
    assert error.hint == "--tlsca names the CA to trust"
    assert error.exit_code == ExitCode.CONNECTION


def test_the_name_in_a_certificate_may_be_given_beside_the_address(make_tls_server: MakeTlsServer, pki: Pki):
    server = make_tls_server(pki.elsewhere)
    target = target_for(f"tls://127.0.0.1:{server.port}", tlsca=pki.ca)
    named = target._replace(urls=(target.urls[0]._replace(tls_name="nats.example.com"),))

    assert encrypted(named)


def test_a_certificate_of_ours_is_shown_where_the_server_wants_one(make_tls_server: MakeTlsServer, pki: Pki):
    server = make_tls_server(verify=True)

    assert encrypted(
        target_for(server.url, tlsca=pki.ca, tlscert=pki.client.cert, tlskey=pki.client.key),
    )


def test_a_server_that_wants_a_certificate_and_gets_none_is_understood(make_tls_server: MakeTlsServer, pki: Pki):
    server = make_tls_server(verify=True)

    error = refusal(target_for(server.url, tlsca=pki.ca))

    assert type(error) is RefusedError
    assert str(error) == f"cannot connect to {server.url}: the server wants a client certificate"
    assert error.hint == "--tlscert and --tlskey name the certificate to show"
    assert error.exit_code == ExitCode.REFUSED


@pytest.mark.parametrize(
    ("pair", "words"), [("strange_client", "unknown ca"), ("expired_client", "certificate expired")]
)
def test_a_certificate_of_ours_that_the_server_does_not_take_is_understood(pair, words, make_tls_server, pki: Pki):
    server = make_tls_server(verify=True)
    cert, key = getattr(pki, pair)

    error = refusal(target_for(server.url, tlsca=pki.ca, tlscert=cert, tlskey=key))

    if "after CONNECT" in str(error):  # the server's RST overtook its reason
        assert error.hint == f"it may not trust '{cert}'"
        return
    assert type(error) is RefusedError
    assert str(error) == f"cannot connect to {server.url}: the server refuses our certificate: {words}"


def test_a_certificate_that_stands_for_no_user_is_thought_of(make_tls_server, pki: Pki):
    server = make_tls_server(verify_and_map=True, beside="authorization { users: [{ user: 'CN=somebody' }] }")

    error = refusal(target_for(server.url, tlsca=pki.ca, tlscert=pki.client.cert, tlskey=pki.client.key))

    likely = f"likely the server knows no user by the certificate '{pki.client.cert}'"
    assert type(error) is RefusedError
    assert str(error).endswith(f": authorization violation: no credentials were given, and {likely}")


def test_a_handshake_may_come_first(make_tls_server: MakeTlsServer, pki: Pki):
    server = make_tls_server(handshake_first=True)

    assert encrypted(target_for(server.url, tlsca=pki.ca, tlsfirst=True))


def test_a_server_that_waits_for_a_handshake_is_named_with_the_option_that_helps(make_tls_server, pki: Pki):
    server = make_tls_server(handshake_first=True)

    error = refusal(target_for(server.url, tlsca=pki.ca), 0.3)

    assert str(error).endswith("connected, but the server stays silent")
    assert error.hint == (
        "what expects TLS first is reached with --tlsfirst, what expects a WebSocket with ws:// or wss://"
    )


def test_a_handshake_with_a_server_that_speaks_first_fails_in_words(server: LocalServer):
    error = refusal(target_for(server.url, tlsfirst=True))

    assert str(error).endswith("the server does not speak TLS there")


def test_a_handshake_that_nobody_answers_ends_in_time():
    async def behave(peer: Peer) -> None:
        peer.say(info(tls_required=True))
        await silence(peer)

    async def attempt() -> None:
        async with fake_server(behave) as fake:
            await connect_once(fake.url, 0.3)

    with pytest.raises(ConnectError, match="the TLS handshake was not completed in time"):
        run_waiting(attempt())


def test_a_server_where_tls_is_only_offered_is_upgraded_when_asked(make_tls_server: MakeTlsServer, pki: Pki):
    server = make_tls_server(beside="allow_non_tls: true")
    address = f"127.0.0.1:{server.port}"

    assert encrypted(target_for(f"tls://{address}", tlsca=pki.ca))
    assert encrypted(target_for(f"nats://{address}", tlsca=pki.ca))
    assert not encrypted(target_for(f"nats://{address}"))


# -- no credentials in clear -----------------------------------------------------------------------


@pytest.mark.parametrize("asking", ["scheme", "ca", "certificate", "another URL"])
def test_a_server_that_takes_tls_away_gets_no_credentials(asking, pki: Pki):
    settings = {"user": USER, "password": PASSWORD}
    if asking == "ca":
        settings["tlsca"] = pki.ca
    if asking == "certificate":
        settings |= {"tlscert": pki.client.cert, "tlskey": pki.client.key}

    async def attempt() -> tuple[str, bytes]:
        async with fake_server(listening_in) as fake:
            url = fake.url.replace("nats://", "tls://") if asking == "scheme" else fake.url
            if asking == "another URL":
                url += ",tls://127.0.0.1:1"
            with pytest.raises(ConnectError) as caught:
                await connect_once(target_for(url, **settings))
            await eventually_async(lambda: not fake.open)
            return str(caught.value), fake.heard

    words, heard = asyncio.run(attempt())

    assert "TLS was asked for and the server does not offer it; no credentials were sent" in words
    assert heard == b""


def test_user_information_in_a_tls_url_is_not_sent_in_clear():
    async def attempt() -> bytes:
        async with fake_server(listening_in) as fake:
            with pytest.raises(ConnectError):
                await connect_once(f"tls://{USER}:{PASSWORD}@127.0.0.1:{fake.port}")
            await eventually_async(lambda: not fake.open)
            return fake.heard

    assert asyncio.run(attempt()) == b""


def test_tls_cannot_be_taken_away_at_a_reconnect(pki: Pki):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pki.server.cert, pki.server.key)
    clear: list[Peer] = []

    async def behave(peer: Peer) -> None:
        if clear or not first_time():
            clear.append(peer)
            peer.say(info(tls_required=False))
            await peer.hear_all()
            return
        peer.say(info(tls_required=True))
        await peer.writer.start_tls(context)
        await peer.hear(b"PING\r\n")
        peer.say(b"PONG\r\n")
        await peer.hear(b"SUB")

    async def attempt() -> tuple[Recorder, bytes]:
        async with fake_server(behave) as fake:
            target = target_for(f"tls://localhost:{fake.port}", user=USER, password=PASSWORD, tlsca=pki.ca)
            watcher = Recorder()
            async with connected(target, reconnect=True, watcher=watcher) as connection:
                assert PASSWORD.encode() in fake.heard
                await connection.subscribe_bulk("a", Sink())
                await eventually_async(lambda: len(watcher.reasons) > 1)
        return watcher, b"".join(peer.heard for peer in clear)

    times = iter([True])

    def first_time() -> bool:
        return next(times, False)

    watcher, heard = run_waiting(attempt())

    assert len(watcher.losses) == 1
    assert set(watcher.reasons) == {"TLS was asked for and the server does not offer it; no credentials were sent"}
    assert heard == b""


def test_an_info_slipped_in_before_the_handshake_is_not_believed(pki: Pki):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pki.server.cert, pki.server.key)

    async def behave(peer: Peer) -> None:
        peer.say(info(tls_required=True) + info(client_id=666) + b"MSG a 1 4\r\nevil\r\n")
        await peer.writer.start_tls(context)
        await peer.hear(b"PING\r\n")
        peer.say(b"PONG\r\n")
        await peer.hear(b"SUB ready")
        peer.say(b"MSG a 1 4\r\ngood\r\n")
        await silence(peer)

    async def receive() -> tuple[list[bytes], object]:
        async with AsyncExitStack() as stack:
            fake = await stack.enter_async_context(fake_server(behave))
            target = target_for(f"tls://localhost:{fake.port}", tlsca=pki.ca)
            connection = await stack.enter_async_context(connected(target))
            sink = Sink()
            await connection.subscribe_bulk("a", sink)
            await connection.subscribe_bulk("ready", Sink())
            await eventually_async(lambda: sink.payloads)
            return sink.payloads, connection.info["client_id"]

    assert asyncio.run(receive()) == ([b"good"], 1)


async def listening_in(peer: Peer) -> None:
    """Say that there is no TLS, and write down what comes."""
    peer.say(info(tls_required=False, auth_required=True))
    await peer.hear_all()


# -- files ------------------------------------------------------------------------------------------


def files(case: str, pki: Pki, folder: str) -> tuple[dict[str, str], str]:
    """Settings with a file that cannot be used, and words of the error."""
    garbage = os.path.join(folder, "garbage.pem")
    with open(garbage, "wb") as file:
        file.write(bytes(range(256)))
    empty = os.path.join(folder, "empty.pem")
    open(empty, "wb").close()
    nowhere = os.path.join(folder, "nowhere.pem")
    ours = {"tlscert": pki.client.cert, "tlskey": pki.client.key}
    cases = {
        "no CA": ({"tlsca": nowhere}, f"TLS CA '{nowhere}' cannot be read: no such file or directory"),
        "a folder as CA": ({"tlsca": folder}, f"TLS CA '{folder}' cannot be read: is a directory"),
        "a name that no file has": ({"tlsca": "a\0b"}, "TLS CA 'a\\x00b' cannot be read: no file has such a name"),
        "garbage as CA": ({"tlsca": garbage}, f"TLS CA '{garbage}' has no certificate that can be used"),
        "nothing as CA": ({"tlsca": empty}, f"TLS CA '{empty}' has no certificate that can be used"),
        "a key as CA": ({"tlsca": pki.client.key}, "has no certificate that can be used"),
        "no certificate": (ours | {"tlscert": nowhere}, f"TLS certificate '{nowhere}' cannot be read"),
        "no key": (ours | {"tlskey": nowhere}, f"TLS key '{nowhere}' cannot be read"),
        "garbage as certificate": (ours | {"tlscert": garbage}, f"certificate '{garbage}' and key"),
        "garbage as key": (ours | {"tlskey": garbage}, "cannot be used: "),
        "another's key": (ours | {"tlskey": pki.server.key}, "cannot be used: key values mismatch"),
        "an encrypted key": (
            {"tlscert": pki.encrypted_client.cert, "tlskey": pki.encrypted_client.key},
            "cannot be used: the key is encrypted",
        ),
    }
    return cases[case]


@pytest.mark.parametrize(
    "case",
    [
        "no CA",
        "a folder as CA",
        "a name that no file has",
        "garbage as CA",
        "nothing as CA",
        "a key as CA",
        "no certificate",
        "no key",
        "garbage as certificate",
        "garbage as key",
        "another's key",
        "an encrypted key",
    ],
)
def test_a_file_that_cannot_be_used_is_named_before_any_connection(case, pki: Pki, tmp_path):
    settings, words = files(case, pki, str(tmp_path))

    assert_usage_error(settings, words)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is readable")
def test_a_file_of_somebody_else_is_named_before_any_connection(pki: Pki, tmp_path):
    path = tmp_path / "theirs.pem"
    path.touch(mode=0)

    assert_usage_error({"tlsca": str(path)}, f"TLS CA '{path}' cannot be read: permission denied")


def assert_usage_error(settings: dict[str, str], words: str) -> None:
    async def attempt() -> int:
        async with fake_server(silence) as fake:
            with pytest.raises(UsageError) as caught:
                await connect_once(target_for(fake.url, **settings))
            assert words in str(caught.value)
            return len(fake.peers)

    assert asyncio.run(attempt()) == 0
