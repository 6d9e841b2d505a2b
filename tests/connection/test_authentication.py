"""Every way to say who we are: it works, it is refused in words, and no secret is ever shown."""

import asyncio
import base64
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote as percent

import pytest

from natscli.connection.trace import trace_to_stderr
from natscli.context.jwt import inspect
from natscli.context.target import Target
from natscli.context.validity import format_moment
from natscli.errors import ConnectError, ExitCode, NatsCliError, RefusedError, UsageError
from natscli.server.process import LocalServer
from tests.connection.jwts import Key, Realm, creds, new_realm
from tests.connection.opening import connected, end_of, target_for
from tests.connection.peers import Peer, fake_server, info, ordinary

MakeServer = Callable[..., LocalServer]

PASSWORD = "p@ss/w:rd,#?%&é"
TOKEN = "t0ken-of-one-piece"
WRONG = "wr0ng-secret"
VIOLATION = "authorization violation"
STRANGER = "user 'alice' is unknown there, or the password is wrong"


class Outcome(NamedTuple):
    """What connecting came to, and everything it showed to anybody."""

    error: NatsCliError | None
    shown: str


@pytest.fixture
def attempt(capfd: pytest.CaptureFixture[str]) -> Callable[[Target | str], Outcome]:
    """Connect with ``--trace``; return the error, and all text that came of it."""

    def run(target: Target | str) -> Outcome:
        target = target if isinstance(target, Target) else target_for(target)
        shown = [repr(target), repr(target.urls), repr(target.credentials)]

        async def once() -> None:
            async with connected(target, trace=trace_to_stderr) as connection:
                await connection.confirm(5.0)
                shown.extend([repr(connection), str(connection), connection.url, connection.remote_address])
                shown.extend([repr(connection.servers), repr(connection.connected_url), repr(connection.options)])

        error = None
        try:
            asyncio.run(once())
        except NatsCliError as caught:
            error = caught
            shown += [str(error), repr(error), str(error.hint), *traceback.format_exception(error)]
        captured = capfd.readouterr()
        return Outcome(error, "\n".join([*shown, captured.out, captured.err]))

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write a file for its owner alone; return its path."""

    def write(text: str) -> str:
        path = tmp_path / "key"
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    return write


def assert_hidden(outcome: Outcome, *secrets: str) -> None:
    for secret in secrets:
        for form in (secret, percent(secret, safe=""), secret.replace('"', '\\"')):
            assert form not in outcome.shown


def assert_refused(outcome: Outcome, url: str, words: str, *secrets: str) -> None:
    assert type(outcome.error) is RefusedError
    assert str(outcome.error) == f"cannot connect to {url}: refused: {VIOLATION}: {words}"
    assert outcome.error.exit_code == ExitCode.REFUSED
    assert_hidden(outcome, *secrets)


def with_user_information(url: str, text: str) -> str:
    return url.replace("://", f"://{text}@")


# -- user and password ------------------------------------------------------------------------------


def test_a_user_and_password_are_accepted(make_server: MakeServer, attempt):
    server = make_server(user="alice", password=PASSWORD)

    outcome = attempt(target_for(server.url, user="alice", password=PASSWORD))

    assert outcome.error is None
    assert '"user": "alice", "pass": "***"' in outcome.shown
    assert_hidden(outcome, PASSWORD)


def test_user_information_in_a_url_is_decoded(make_server: MakeServer, attempt):
    server = make_server(user="al ice@home", password=PASSWORD)

    outcome = attempt(with_user_information(server.url, f"al%20ice%40home:{percent(PASSWORD, safe='')}"))

    assert outcome.error is None
    assert_hidden(outcome, PASSWORD)


@pytest.mark.parametrize("place", ["settings", "URL"])
def test_a_wrong_password_is_refused(place, make_server: MakeServer, attempt):
    server = make_server(user="alice", password=PASSWORD)
    settings = {"user": "alice", "password": WRONG} if place == "settings" else {}
    url = server.url if place == "settings" else with_user_information(server.url, f"alice:{WRONG}")

    assert_refused(attempt(target_for(url, **settings)), server.url, STRANGER, WRONG)


def test_a_password_that_is_missing_is_missed(make_server: MakeServer, attempt):
    server = make_server(user="alice", password=PASSWORD)

    outcome = attempt(with_user_information(server.url, "alice:"))

    assert_refused(outcome, server.url, "no password was given for user 'alice'")


def test_no_credentials_where_some_are_wanted_are_refused(make_server: MakeServer, attempt):
    server = make_server(user="alice", password=PASSWORD)

    outcome = attempt(server.url)

    assert_refused(outcome, server.url, "no credentials were given")
    assert outcome.error.hint == "--user and --password, --token, or --context say who you are"


@pytest.mark.parametrize("given", [{}, {"user": "alice", "password": WRONG}, {"token": WRONG}])
def test_a_server_that_challenges_for_keys_is_known_by_it(given, make_server: MakeServer, attempt):
    server = nkey_server(make_server, Key("user"))

    outcome = attempt(target_for(server.url, **given))

    assert type(outcome.error) is RefusedError
    assert outcome.error.hint == "the server asks for an NKey or a JWT: --nkey or --creds names the file"
    assert_hidden(outcome, WRONG)


def test_credentials_go_to_a_server_that_says_nothing_of_wanting_them(attempt):
    async def behave(peer: Peer) -> None:
        peer.say(info(auth_required=False))
        await ordinary(peer)

    async def connect() -> bytes:
        async with fake_server(behave) as fake, connected(target_for(fake.url, token=TOKEN)):
            return fake.heard

    assert f'"auth_token":"{TOKEN}"'.encode() in asyncio.run(connect())


def test_each_url_of_a_list_has_credentials_of_its_own(make_server: MakeServer, attempt):
    first, second = make_server(user="alice", password=PASSWORD), make_server(user="bob", password="b" + PASSWORD)
    good = [
        with_user_information(first.url, f"alice:{percent(PASSWORD, safe='')}"),
        with_user_information(second.url, f"bob:{percent('b' + PASSWORD, safe='')}"),
    ]
    swapped = [
        with_user_information(first.url, f"bob:{percent('b' + PASSWORD, safe='')}"),
        with_user_information(second.url, f"alice:{percent(PASSWORD, safe='')}"),
    ]

    for url in good:
        assert attempt(url).error is None
    assert attempt(",".join(good)).error is None
    assert attempt(",".join([swapped[0], good[1]])).error is None
    assert attempt(",".join([good[0], swapped[1]])).error is None
    outcome = attempt(",".join(swapped))
    assert type(outcome.error) is RefusedError
    for server in (first, second):
        assert f"{server.url}: refused: {VIOLATION}: user '" in str(outcome.error)
    assert_hidden(outcome, PASSWORD)


# -- token ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["settings", "URL"])
def test_a_token_is_accepted(place, make_server: MakeServer, attempt):
    server = make_server(token=TOKEN)
    settings = {"token": TOKEN} if place == "settings" else {}
    url = server.url if place == "settings" else with_user_information(server.url, TOKEN)

    outcome = attempt(target_for(url, **settings))

    assert outcome.error is None
    assert '"auth_token": "***"' in outcome.shown
    assert_hidden(outcome, TOKEN)


def test_a_wrong_token_is_refused(make_server: MakeServer, attempt):
    server = make_server(token=TOKEN)

    assert_refused(attempt(target_for(server.url, token=WRONG)), server.url, "the token is not accepted", WRONG)


# -- NKey -------------------------------------------------------------------------------------------


def nkey_server(make_server: MakeServer, *users: Key) -> LocalServer:
    return make_server(extra=f"authorization {{ users: [{', '.join(f'{{ nkey: {key.public} }}' for key in users)}] }}")


@pytest.mark.parametrize(
    "decoration", ["{}", "{}\r\n", "# mine\n  {}\n", "-----BEGIN USER NKEY SEED-----\n{}\n------END"]
)
def test_an_nkey_is_accepted(decoration, make_server: MakeServer, attempt, write):
    key = Key("user")
    server = nkey_server(make_server, key)

    outcome = attempt(target_for(server.url, nkey=write(decoration.format(key.seed))))

    assert outcome.error is None
    assert key.public in outcome.shown
    assert_hidden(outcome, key.seed)


def test_an_nkey_that_the_server_does_not_know_is_refused(make_server: MakeServer, attempt, write):
    server, stranger = nkey_server(make_server, Key("user")), Key("user")

    path = write(stranger.seed)
    outcome = attempt(target_for(server.url, nkey=path))

    words = f"likely the server does not know the NKey {stranger.public} of NKey file '{path}'"
    assert_refused(outcome, server.url, words, stranger.seed)


def test_a_key_that_the_server_did_not_ask_for_is_said_not_to_have_been_used(make_server: MakeServer, attempt, write):
    server, path = make_server(user="alice", password=PASSWORD), write(Key("user").seed)

    outcome = attempt(target_for(server.url, nkey=path))

    assert_refused(outcome, server.url, f"the server asks for no NKey and no JWT, so NKey file '{path}' was not used")
    assert outcome.error.hint == "it may want --user and --password, or --token"


@pytest.mark.parametrize("case", ["changed", "account", "public", "empty", "absent", "given itself"])
def test_a_seed_that_cannot_be_used_is_named_before_any_connection(case, attempt, write):
    key, account = Key("user"), Key("account")
    changed = key.seed[:20] + ("A" if key.seed[20] != "A" else "B") + key.seed[21:]
    path = {
        "changed": lambda: write(changed),
        "account": lambda: write(account.seed),
        "public": lambda: write(key.public),
        "empty": lambda: write(""),
        "absent": lambda: "no/such/file",
        "given itself": lambda: key.seed,
    }[case]()
    words = {
        "changed": "the seed's checksum is wrong",
        "account": "this is an account seed; a user seed is needed, which begins with SU",
        "public": "has no user seed, which begins with SU: it has a user's public key",
        "empty": "has no user seed",
        "absent": "cannot be read: no such file or directory",
        "given itself": "a path is needed, and the secret itself was given",
    }[case]

    outcome = attempt_without_contact(attempt, nkey=path)

    assert words in str(outcome.error)
    assert_hidden(outcome, key.seed, changed, account.seed)


# -- JWT --------------------------------------------------------------------------------------------


@pytest.fixture
def realm() -> Realm:
    return new_realm()


def realm_server(make_server: MakeServer, realm: Realm) -> LocalServer:
    return make_server(extra=realm.server_configuration)


def test_a_credentials_file_is_accepted(make_server: MakeServer, realm: Realm, attempt, write):
    server, key = realm_server(make_server, realm), Key("user")
    jwt = realm.user(key)

    outcome = attempt(target_for(server.url, creds=write(creds(jwt, key.seed))))

    assert outcome.error is None
    assert '"jwt": "***", "sig": "***"' in outcome.shown
    assert_hidden(outcome, key.seed, jwt)


def test_an_expired_jwt_is_refused_with_its_date(make_server: MakeServer, realm: Realm, attempt, write):
    server, key = realm_server(make_server, realm), Key("user")
    jwt = realm.user(key, expires_in_s=-3 * 86_400 - 60)
    path = write(creds(jwt, key.seed))

    outcome = attempt(target_for(server.url, creds=path))

    expired = format_moment(inspect(jwt).expires)
    words = f"the JWT of user 'test' in credentials file '{path}' expired on {expired}, 3 days ago"
    assert_refused(outcome, server.url, words, key.seed, jwt)


def test_a_jwt_of_the_future_is_refused_with_its_date(make_server: MakeServer, realm: Realm, attempt, write):
    server, key = realm_server(make_server, realm), Key("user")
    begins = int(time.time()) + 7200
    jwt = realm.user(key, begins=begins)
    path = write(creds(jwt, key.seed))

    outcome = attempt(target_for(server.url, creds=path))

    words = f"the JWT of user 'test' in credentials file '{path}' is not valid before {format_moment(begins)}"
    assert_refused(outcome, server.url, words, key.seed, jwt)


def test_a_jwt_that_was_changed_is_refused_as_such(make_server: MakeServer, realm: Realm, attempt, write):
    server, key = realm_server(make_server, realm), Key("user")
    head, claims, _ = realm.user(key).split(".")
    jwt = f"{head}.{claims}.{realm.user(key).split('.')[2]}"
    path = write(creds(jwt, key.seed))

    outcome = attempt(target_for(server.url, creds=path))

    whose = f"the JWT of user 'test' in credentials file '{path}'"
    words = f"the signature of {whose} is wrong: it was changed, or never issued"
    assert_refused(outcome, server.url, words, key.seed, jwt)


def test_a_jwt_for_other_connections_is_refused_as_such(make_server: MakeServer, realm: Realm, attempt, write):
    server, key = realm_server(make_server, realm), Key("user")
    jwt = realm.user(key, allowed_connection_types=["WEBSOCKET", "MQTT"])
    path = write(creds(jwt, key.seed))

    outcome = attempt(target_for(server.url, creds=path))

    words = f"the JWT of user 'test' in credentials file '{path}' is only for connections of the kinds WEBSOCKET, MQTT"
    assert_refused(outcome, server.url, words, key.seed, jwt)


def test_a_seed_that_does_not_belong_to_its_jwt_is_named_before_any_connection(realm: Realm, attempt, write):
    key, other = Key("user"), Key("user")
    jwt = realm.user(key)

    outcome = attempt_without_contact(attempt, creds=write(creds(jwt, other.seed)))

    assert f"does not belong to the JWT: that of {other.public}, and the JWT of {key.public}" in str(outcome.error)
    assert_hidden(outcome, other.seed, jwt)


def test_a_jwt_of_another_operator_is_refused(make_server: MakeServer, realm: Realm, attempt, write):
    server, key = realm_server(make_server, realm), Key("user")
    strange = new_realm()
    jwt = strange.user(key)
    path = write(creds(jwt, key.seed))

    outcome = attempt(target_for(server.url, creds=path))

    in_order = f"the JWT of user 'test' in credentials file '{path}' is in order here and valid without end"
    likely = f"the server possibly does not know account {strange.account.public} or has revoked the user"
    assert_refused(outcome, server.url, f"{in_order}; {likely}", key.seed, jwt)


def test_a_clock_that_may_be_wrong_is_thought_of(make_server: MakeServer, attempt, write):
    server, key, strange = realm_server(make_server, new_realm()), Key("user"), new_realm()
    jwt = strange.user(key, expires_in_s=3600)

    outcome = attempt(target_for(server.url, creds=write(creds(jwt, key.seed))))

    assert f"valid until {format_moment(inspect(jwt).expires)}; " in str(outcome.error)
    assert str(outcome.error).endswith(", has revoked the user or has another time of day")
    assert_hidden(outcome, key.seed, jwt)


@pytest.mark.parametrize("text", ["", "nothing of the kind", "a seed alone", "a JWT alone"])
def test_a_credentials_file_that_cannot_be_used_is_named_before_any_connection(text, realm: Realm, attempt, write):
    key = Key("user")
    whole = creds(realm.user(key), key.seed)
    jwt, _, seed = whole.partition("\n\n")

    path = write({"a seed alone": seed, "a JWT alone": jwt}.get(text, text))

    outcome = attempt_without_contact(attempt, creds=path)

    assert f"credentials file '{path}' has no " in str(outcome.error)
    assert_hidden(outcome, key.seed)


def test_a_jwt_that_expires_in_use_ends_the_connection(make_server: MakeServer, realm: Realm, write):
    server, key = realm_server(make_server, realm), Key("user")
    jwt = realm.user(key, expires_in_s=5)
    path = write(creds(jwt, key.seed))

    async def wait() -> Exception | None:
        async with connected(target_for(server.url, creds=path)) as connection:
            return await end_of(connection)

    error = asyncio.run(wait())

    assert type(error) is RefusedError
    whose = f"the JWT of user 'test' in credentials file '{path}'"
    said = f"{server.url} refused: user authentication expired: {whose} expired on "
    assert str(error).startswith(said + format_moment(inspect(jwt).expires))


def test_a_challenge_is_answered_with_its_signature(write):
    key = Key("user")
    nonce = "a-nonce-of-the-server"

    async def behave(peer: Peer) -> None:
        await peer.welcome(nonce=nonce, auth_required=True)
        await peer.hear_all()

    async def connect() -> bytes:
        async with fake_server(behave) as fake, connected(target_for(fake.url, nkey=write(key.seed))):
            return fake.heard

    signature = base64.urlsafe_b64encode(key.sign(nonce.encode())).rstrip(b"=")
    assert b'"sig":"' + signature + b'"' in asyncio.run(connect())


def test_a_key_is_not_used_where_there_is_no_challenge(write):
    async def connect() -> bytes:
        target = target_for("nats://127.0.0.1:1", nkey=write(Key("user").seed), token=TOKEN)
        async with fake_server(ordinary) as fake, connected(target._replace(urls=target_for(fake.url).urls)):
            return fake.heard

    heard = asyncio.run(connect())
    assert b'"sig"' not in heard
    assert b'"nkey"' not in heard


def attempt_without_contact(attempt: Callable[[Target], Outcome], **settings: Any) -> Outcome:
    """Attempt to connect; assert that the server was never contacted."""
    outcome = attempt(target_for("nats://127.0.0.1:1", **settings))
    assert isinstance(outcome.error, UsageError)
    assert not isinstance(outcome.error, ConnectError)
    return outcome
