"""Credentials that expire or change in use: newer ones are taken up, and without any the connection ends in words."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from natscli.connection.presented import Presented
from natscli.errors import RefusedError
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.connection.jwts import Key, Realm, creds, new_realm
from tests.connection.opening import Recorder, Sink, connected, end_of, let_attempts_take_long, target_for
from tests.waiting import eventually_async

MakeServer = Callable[..., LocalServer]

LIFE_S = 5.0  # of a JWT, less up to a second: its times are whole seconds


class Holder:
    """A user of a realm, and the file its credentials are in."""

    def __init__(self, path: Path, realm: Realm) -> None:
        self.path = str(path)
        self.source = f"credentials file '{path}'"
        self.realm = realm
        self.key = Key("user")

    def write(self, jwt: str) -> None:
        """Replace the credentials."""
        Path(self.path).write_text(creds(jwt, self.key.seed))
        os.chmod(self.path, 0o600)

    def renew(self, life_s: float | None = None) -> None:
        """Have new credentials issued."""
        self.write(self.realm.user(self.key, life_s))


@pytest.fixture
def holder(tmp_path: Path) -> Holder:
    return Holder(tmp_path / "user.creds", new_realm())


@pytest.fixture
def server(make_server: MakeServer, holder: Holder) -> LocalServer:
    return make_server(extra=holder.realm.server_configuration)


async def expire(server: LocalServer, holder: Holder, change: Callable[[], object]) -> tuple[Recorder, Exception]:
    """Connect with short-lived credentials, change them, and wait for the end."""
    watcher = Recorder()
    holder.renew(LIFE_S)
    async with connected(target_for(server.url, creds=holder.path), reconnect=True, watcher=watcher) as connection:
        change()
        error = await end_of(connection, within=30.0)
    assert isinstance(error, RefusedError)
    return watcher, error


def test_newer_credentials_are_taken_up_when_those_in_use_expire(server: LocalServer, holder: Holder):
    async def renew() -> tuple[Recorder, list[bytes]]:
        watcher, sink = Recorder(), Sink()
        holder.renew(LIFE_S)
        async with connected(target_for(server.url, creds=holder.path), reconnect=True, watcher=watcher) as connection:
            let_attempts_take_long(connection)
            await connection.subscribe_bulk("a", sink)
            holder.renew()
            await eventually_async(lambda: watcher.renewals, within=30.0)
            connection.send(pub(b"a", b"after"))
            await connection.confirm(5.0)
        return watcher, sink.payloads

    watcher, payloads = asyncio.run(renew())

    ((url, reason),) = watcher.losses
    ((_, seconds),) = watcher.returns
    assert (url, reason) == (
        server.url,
        "the credentials expired, and there are newer ones",
    )
    assert watcher.renewals == [holder.source]
    assert seconds < 9.0
    assert (watcher.reasons, payloads) == ([], [b"after"])


def test_credentials_that_were_not_renewed_are_the_end(server: LocalServer, holder: Holder):
    watcher, error = asyncio.run(expire(server, holder, lambda: None))

    said = f"{server.url} refused: user authentication expired: the JWT of user 'test' in {holder.source} expired on "
    assert str(error).startswith(said)
    assert str(error).endswith("; nothing newer is there")
    assert (watcher.losses, watcher.renewals) == ([], [])


def test_newer_credentials_that_are_refused_are_the_end(server: LocalServer, holder: Holder):
    watcher, error = asyncio.run(expire(server, holder, lambda: holder.renew(-60)))

    said = f"{server.url} refused: authorization violation: the JWT of user 'test' in {holder.source} expired on "
    assert str(error).startswith(said)
    assert len(watcher.losses) == 1
    assert len(set(watcher.reasons)) >= 1


def test_a_file_that_has_gone_is_the_end(server: LocalServer, holder: Holder):
    _, error = asyncio.run(expire(server, holder, lambda: os.remove(holder.path)))

    assert "user authentication expired" in str(error)
    assert holder.key.seed not in str(error)


def test_a_password_that_was_changed_is_the_end(make_server: MakeServer, tmp_path: Path):
    users = tmp_path / "users.conf"
    users.write_text("authorization { timeout: 15, users: [{ user: ada, password: first }] }")
    beside = os.path.join(tempfile.gettempdir(), "folder")  # of the configuration
    server = make_server(extra=f'include "{os.path.relpath(users, beside)}"')

    async def change() -> tuple[Recorder, Exception | None]:
        watcher = Recorder()
        target = target_for(server.url, user="ada", password="first")
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            users.write_text("authorization { timeout: 15, users: [{ user: ada, password: second }] }")
            os.kill(server.pid, signal.SIGHUP)
            return watcher, await end_of(connection, within=30.0)

    watcher, error = asyncio.run(change())

    words = "authorization violation: user 'ada' is no longer accepted with this password"
    assert type(error) is RefusedError
    assert str(error) == f"{server.url} refused: {words}"
    assert watcher.losses == []


def test_a_password_that_was_changed_there_and_here_is_taken_up(make_server: MakeServer, tmp_path: Path):
    users, password = tmp_path / "users.conf", tmp_path / "password"
    users.write_text("authorization { timeout: 15, users: [{ user: ada, password: first }] }")
    password.write_text("first\n")
    beside = os.path.join(tempfile.gettempdir(), "folder")  # of the configuration
    server = make_server(extra=f'include "{os.path.relpath(users, beside)}"')

    async def change() -> Recorder:
        watcher = Recorder()
        target = target_for(server.url, user="ada", password=password.as_uri())
        async with connected(target, reconnect=True, watcher=watcher) as connection:
            password.write_text("second\n")
            users.write_text("authorization { timeout: 15, users: [{ user: ada, password: second }] }")
            os.kill(server.pid, signal.SIGHUP)
            await eventually_async(lambda: watcher.renewals, within=30.0)
            await connection.confirm(5.0)
        return watcher

    watcher = asyncio.run(change())

    assert [reason for _, reason in watcher.losses] == [
        "the credentials are no longer accepted, and there are newer ones"
    ]
    assert watcher.renewals == [f"password file '{password}'"]


def test_a_user_who_is_revoked_is_told_so(make_server: MakeServer, holder: Holder, tmp_path: Path):
    configuration = tmp_path / "operator.conf"
    configuration.write_text(holder.realm.server_configuration)
    beside = os.path.join(tempfile.gettempdir(), "folder")  # of the configuration
    server = make_server(extra=f'include "{os.path.relpath(configuration, beside)}"')
    holder.renew()

    async def revoke() -> Exception | None:
        async with connected(target_for(server.url, creds=holder.path), reconnect=True) as connection:
            *kept, _ = configuration.read_text().splitlines()  # another operator's JWT would be no reload
            revocation = holder.realm.preloaded(revocations={holder.key.public: int(time.time())})
            configuration.write_text("\n".join([*kept, revocation]))
            os.kill(server.pid, signal.SIGHUP)
            return await end_of(connection, within=30.0)

    error = asyncio.run(revoke())

    assert type(error) is RefusedError
    assert "revoked" in str(error)
    assert str(error).endswith("; nothing newer is there")


def test_what_was_presented_shows_no_secret():
    shown = repr(Presented(True, "credentials file 'a'", "nonce", "a.jwt", None, "ada", "a-password", "a-token"))

    assert shown == "Presented(\"credentials file 'a'\")"
