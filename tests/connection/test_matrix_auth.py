"""The matrix of authentication: every scheme and source, good and bad, from the command line against real servers.

Each case asserts the exit code, what is said, that it took no longer than its deadline allows, and
that no secret of anybody is in what was printed, with ``--trace`` and ``--debug``.
"""

import base64
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote as percent

import pytest

from natscli.context import programs, sources
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from tests.connection.doors import (
    CALLOUT_TOKEN,
    CONFIGURATIONS,
    HASHED_PASSWORD,
    HASHED_TOKEN,
    NKEY,
    OTHER,
    PASSWORD,
    PRIVATE_INBOX,
    REALM,
    REVOKED,
    SCOPED,
    SIGNING,
    STRANGE,
    TOKEN,
    USER,
    WRONG,
    Callout,
)
from tests.connection.jwts import Key, creds, new_realm
from tests.connection.opening import PROMPT_S
from tests.invocation import invoke
from tests.waiting import BEFORE_TIMEOUT_S, SLACK_S

TIMEOUT_S = 12.0
NOW = int(time.time())
ACCEPTED, USAGE, REFUSED, LATE = 0, 2, 4, 5
NOWHERE = "nats://127.0.0.1:1"  # would be exit code 3: nobody was asked


NOTHING: Mapping[str, Any] = MappingProxyType({})


class File(NamedTuple):
    """An argument that is a file with some content, or a reference to one (``form``)."""

    content: str | bytes
    form: str = "{}"
    mode: int = 0o600


class Pipe(NamedTuple):
    """An argument that is a named pipe, into which the content is written once, or nothing ever (None)."""

    content: str | None
    form: str = "{}"


class Url(NamedTuple):
    """The server's URL with user information."""

    user_information: str


class Case(NamedTuple):
    """One way to say who we are, and what comes of it."""

    name: str
    door: str | None  # the server, or None where none is to be asked
    arguments: tuple[str | File | Pipe | Url, ...] = ()
    env: Mapping[str, str | File] = NOTHING
    code: int = ACCEPTED
    says: str = ""  # a regular expression in what is told
    subject: str = "open.door"


def in_data(text: str) -> str:
    return f"data:;base64,{base64.b64encode(text.encode()).decode()}"


def changed(text: str, place: int) -> str:
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


JWT = REALM.user(USER)
BEARER = REALM.user(USER, bearer_token=True)
CREDS = creds(JWT, USER.seed)
ACCOUNTS = REALM.operator.claim(REALM.account.public, {"type": "account"})
HEAD, BODY, SIGNATURE = JWT.split(".")
GREEDY = REALM.user(USER, pub={"allow": [">"]}).split(".")[1]
ALICE = ("--user", "alice", "--password")
BOB = ("--user", "bob", "--password")
REFUSAL = r"cannot connect to nats://127\.0\.0\.1:\d+: refused: "


def of(**claims: Any) -> File:
    """The credentials of our user with further claims."""
    return File(creds(REALM.user(USER, **claims), USER.seed))


def signed(signer: Key, key: Key = USER, **claims: Any) -> File:
    return File(creds(REALM.signed_user(signer, key, **claims), key.seed))


def unusable(name: str, says: str, *arguments: str | File | Pipe, env: Mapping[str, str] = NOTHING) -> Case:
    """A case that no server is asked about."""
    return Case(name, None, arguments, env, USAGE, says)


GOOD = [
    Case("a password", "password", (*ALICE, PASSWORD)),
    Case("a password the server keeps hashed", "password", (*BOB, HASHED_PASSWORD)),
    Case("a password in the URL", "password", ("-s", Url(f"alice:{percent(PASSWORD, safe='')}"))),
    Case("a password in the environment", "password", env={"NATS_USER": "alice", "NATS_PASSWORD": PASSWORD}),
    Case("a password in a file", "password", ("--user", "alice", "--password-file", File(PASSWORD + "\n"))),
    Case(
        "a password in a file of Windows", "password", ("--user", "alice", "--password-file", File(PASSWORD + "\r\n"))
    ),
    Case("a password from a pipe", "password", ("--user", "alice", "--password-file", Pipe(PASSWORD + "\n"))),
    Case("a password by reference", "password", (*ALICE, File(PASSWORD, "file://{}"))),
    Case("a password in a variable of its own", "password", (*ALICE, "env://MINE"), {"MINE": PASSWORD}),
    Case("a password inline", "password", ("--user", "alice"), {"NATS_PASSWORD": in_data(PASSWORD)}),
    Case(
        "a password others can read",
        "password",
        ("--user", "alice", "--password-file", File(PASSWORD, mode=0o644)),
        says="warning: '.*' can be read by others",
    ),
    Case("a token", "token", ("--token", TOKEN)),
    Case("a token the server keeps hashed", "hashed token", ("--token", HASHED_TOKEN)),
    Case("a token in the URL", "token", ("-s", Url(TOKEN))),
    Case("a token in the environment", "token", env={"NATS_TOKEN": TOKEN}),
    Case("a token by reference", "token", ("--token", File(TOKEN + "\n", "file://{}"))),
    Case("an NKey", "nkey", ("--nkey", File(NKEY.seed))),
    Case("an NKey with its decoration", "nkey", ("--nkey", File(creds(JWT, NKEY.seed)))),
    Case("an NKey in the environment", "nkey", env={"NATS_NKEY": File(NKEY.seed)}),
    Case("an NKey in a variable", "nkey", ("--nkey", "env://MINE"), {"MINE": NKEY.seed}),
    Case("an NKey from a pipe", "nkey", ("--nkey", Pipe(NKEY.seed))),
    Case(
        "an NKey others can read",
        "nkey",
        ("--nkey", File(NKEY.seed, mode=0o640)),
        says="can be read by others: chmod 600 it",
    ),
    Case("credentials", "jwt", ("--creds", File(CREDS))),
    Case("credentials of Windows, indented", "jwt", ("--creds", File("\ufeff" + CREDS.replace("\n", "\r\n  ")))),
    Case("credentials without a last line end", "jwt", ("--creds", File(CREDS.partition("\n------END USER")[0]))),
    Case("credentials in the environment", "jwt", env={"NATS_CREDS": File(CREDS, "file://{}")}),
    Case("credentials inline", "jwt", ("--creds", "env://NOTHING"), {"NOTHING": CREDS}),
    Case("credentials in data", "jwt", env={"NATS_CREDS": in_data(CREDS)}),
    Case("credentials from a pipe", "jwt", ("--creds", Pipe(CREDS))),
    Case("credentials others can write", "jwt", ("--creds", File(CREDS, mode=0o666)), says="can be read by others"),
    Case("a JWT and its seed", "jwt", ("--jwt", JWT), {"NATS_SEED": USER.seed}),
    Case(
        "a JWT and its seed in two files",
        "jwt",
        ("--jwt", File(JWT, "file://{}"), "--seed", File(USER.seed, "file://{}")),
    ),
    Case("a bearer's JWT alone", "jwt", ("--jwt", File(BEARER, "file://{}"))),
    Case("a bearer's credentials without a seed", "jwt", ("--creds", File(creds(BEARER, "").partition("\n\n")[0]))),
    Case("a JWT that expires later", "jwt", ("--creds", of(expires_in_s=3600, begins=NOW - 3600))),
    Case("a JWT for this network", "jwt", ("--creds", of(src=["127.0.0.0/8"]))),
    Case("a JWT for this kind of connection", "jwt", ("--creds", of(allowed_connection_types=["STANDARD"]))),
    Case("a signing key", "jwt", ("--creds", signed(SIGNING, subs=-1, data=-1, payload=-1))),
    Case("a scoped signing key", "jwt", ("--creds", signed(SCOPED))),
    Case("an inbox of our own", "jwt", ("--creds", of(**PRIVATE_INBOX), "--inbox-prefix", "_INBOX_me")),
    Case("a callout's token", "callout", ("--token", CALLOUT_TOKEN)),
    Case("a callout's password", "callout", ("--user", "anybody", "--password", CALLOUT_TOKEN)),
    Case("a callout's token beside a key", "callout", ("--nkey", File(NKEY.seed), "--token", CALLOUT_TOKEN)),
]

TURNED_AWAY = [
    Case("nobody, where a password is wanted", "password"),
    Case("a wrong password", "password", (*ALICE, WRONG)),
    Case("a wrong password for a hash", "password", (*BOB, WRONG)),
    Case("the hash's own password cut", "password", (*BOB, HASHED_PASSWORD[:-1])),
    Case("a wrong password in the URL", "password", ("-s", Url(f"alice:{WRONG}"))),
    Case("another's password", "password", (*ALICE, HASHED_PASSWORD)),
    Case("an unknown user", "password", ("--user", "mallory", "--password", PASSWORD)),
    Case(
        "a password with a space behind it", "password", ("--user", "alice", "--password-file", File(PASSWORD + " \n"))
    ),
    Case("a token, where a password is wanted", "password", ("--token", PASSWORD)),
    Case("nobody, where a token is wanted", "token"),
    Case("a wrong token", "token", ("--token", WRONG)),
    Case("a wrong token for a hash", "hashed token", ("--token", WRONG)),
    Case("an NKey, where a token is wanted", "token", ("--nkey", File(NKEY.seed))),
    Case("an NKey nobody knows", "nkey", ("--nkey", File(OTHER.seed))),
    Case("a password, where an NKey is wanted", "nkey", (*ALICE, PASSWORD)),
    Case("an NKey, where a JWT is wanted", "jwt", ("--nkey", File(USER.seed))),
    Case("an expired JWT", "jwt", ("--creds", of(expires_in_s=-60))),
    Case("a JWT that is not valid yet", "jwt", ("--creds", of(begins=NOW + 3600))),
    Case("a revoked user", "jwt", ("--creds", File(creds(REALM.user(REVOKED), REVOKED.seed)))),
    Case("a tampered JWT", "jwt", ("--creds", File(creds(f"{HEAD}.{GREEDY}.{SIGNATURE}", USER.seed)))),
    Case("a tampered signature", "jwt", ("--creds", File(creds(f"{HEAD}.{BODY}.{changed(SIGNATURE, 9)}", USER.seed)))),
    Case("a JWT of another operator", "jwt", ("--creds", File(creds(new_realm().user(USER), USER.seed)))),
    Case("a JWT signed by a strange key", "jwt", ("--creds", signed(STRANGE, subs=-1, data=-1, payload=-1))),
    Case(
        "permissions of its own under a scoped key", "jwt", ("--creds", signed(SCOPED, subs=-1, pub={"allow": [">"]}))
    ),
    Case("a tampered bearer", "jwt", ("--jwt", changed(BEARER, len(BEARER) - 9))),
    Case("a JWT for another network", "jwt", ("--creds", of(src=["192.0.2.0/24"]))),
    Case("a JWT for WebSocket alone", "jwt", ("--creds", of(allowed_connection_types=["WEBSOCKET"]))),
    Case("a JWT outside its hours", "jwt", ("--creds", of(times=[{"start": "00:00:00", "end": "00:00:00"}]))),
    Case("nobody, where a callout decides", "callout"),
    Case("a token the callout does not know", "callout", ("--token", WRONG)),
]

DENIED = [
    Case("a subject beyond the permissions", "jwt", ("--creds", of(pub={"allow": ["a"]}))),
    Case("a subject beyond the scope", "jwt", ("--creds", signed(SCOPED)), subject="closed.door"),
]

UNUSABLE = [
    unusable("a user without a password", "user 'alice' has no password", "--user", "alice"),
    unusable("two passwords", "cannot be used together", *ALICE, PASSWORD, "--password-file", "x"),
    unusable("a password from standard input", "takes no '-'", "--user", "alice", "--password-file", "-"),
    unusable("an empty password file", "password file '.*' is empty", "--user", "a", "--password-file", File("\n")),
    unusable("a binary password file", "is not one line", "--user", "a", "--password-file", File(bytes(range(256)))),
    unusable("a password file that is absent", "no such file", "--user", "a", "--password-file", "no/file"),
    unusable("a password in no variable", "the variable is not set", *ALICE, "env://NOT_SET"),
    unusable("two schemes", "gives both a user and a token", "--token", TOKEN, *ALICE, PASSWORD),
    unusable("a seed given for its file", "a path is needed", "--nkey", NKEY.seed),
    unusable(
        "an account's seed",
        "an account seed; a user seed is needed, which begins with SU",
        "--nkey",
        File(REALM.account.seed),
    ),
    unusable("an operator's seed", "this is an operator seed", "--nkey", File(REALM.operator.seed)),
    unusable("a public key", "has no user seed, .* it has a user's public key", "--nkey", File(NKEY.public)),
    unusable("a seed with a changed letter", "checksum is wrong", "--nkey", File(changed(NKEY.seed, 20))),
    unusable("a truncated seed", "the seed (has the wrong length|is not base32)", "--nkey", File(NKEY.seed[:-8])),
    unusable("an NKey file that is a folder", "is a directory", "--nkey", "."),
    unusable(
        "another's seed beside the JWT",
        f"does not belong to the JWT: that of {OTHER.public}",
        "--creds",
        File(creds(JWT, OTHER.seed)),
    ),
    unusable(
        "another's seed in another file", "does not belong", "--jwt", JWT, "--seed", File(OTHER.seed, "file://{}")
    ),
    unusable("a JWT without its seed", "the JWT needs the seed of its user", "--jwt", JWT),
    unusable("a seed without its JWT", "a seed was given without its JWT", env={"NATS_SEED": USER.seed}),
    unusable(
        "an account's JWT", "the JWT is not a user's, but of kind account", "--creds", File(creds(ACCOUNTS, USER.seed))
    ),
    unusable("credentials without a seed", "has no NKey seed", "--creds", File(CREDS.partition("\n\n")[0])),
    unusable("truncated credentials", "the JWT (has not|cannot be read)", "--creds", File(creds(JWT[:200], USER.seed))),
    unusable("empty credentials", "has no user JWT", "--creds", File("")),
    unusable("binary credentials", "has no user JWT", "--creds", File(bytes(range(256)) * 40)),
    unusable("huge credentials", "is too large to be one", "--creds", File("x" * (2 << 20))),
    unusable("credentials that are a folder", "is a directory", "--creds", "."),
    unusable("credentials that are absent", "no such file", "--creds", "~/no.creds"),
    unusable("credentials in broken data", "is not base64", "--creds", "data:;base64,?"),
    unusable("a vault without its program", "not installed", "--creds", "op://v/i/f", env={"PATH": "/nowhere"}),
    unusable("a user of nsc without its program", "not installed", "--creds", "nsc://o/a/u", env={"PATH": "/nowhere"}),
]

NEVER_WRITTEN = Case("a pipe nobody writes to", None, ("--creds", Pipe(None)), code=LATE, says="its writer did not end")

CASES = [
    *GOOD,
    *(case._replace(code=REFUSED, says=REFUSAL) for case in TURNED_AWAY),
    *(case._replace(code=REFUSED, says="does not permit to publish to") for case in DENIED),
    *UNUSABLE,
    NEVER_WRITTEN,
]
_KEYS = (USER, OTHER, REVOKED, NKEY, REALM.account, REALM.operator, SIGNING, SCOPED, STRANGE)
SECRETS = [PASSWORD, HASHED_PASSWORD, TOKEN, HASHED_TOKEN, CALLOUT_TOKEN, WRONG, JWT, BEARER, *(k.seed for k in _KEYS)]


@pytest.fixture(scope="module")
def doors(nats_server_binary: str) -> Iterator[Callable[[str], LocalServer]]:
    """The server of a scheme, started when first asked for."""
    with ExitStack() as stack:
        running: dict[str, LocalServer] = {}

        def door(scheme: str) -> LocalServer:
            if scheme not in running:
                config = ServerConfig(extra=CONFIGURATIONS[scheme])
                running[scheme] = stack.enter_context(LocalServer.start(config, binary=nats_server_binary))
                if scheme == "callout":
                    stack.enter_context(Callout(running[scheme]))
            return running[scheme]

        yield door


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_who_is_let_in(case: Case, doors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if os.name == "nt" and any(isinstance(part, Pipe) for part in case.arguments):
        pytest.skip("needs named pipes")
    monkeypatch.setattr(sources, "_kept", {})
    monkeypatch.setattr(programs, "_profiles", {})
    url = doors(case.door).url if case.door else NOWHERE
    timeout_s = 0.5 if case is NEVER_WRITTEN else TIMEOUT_S
    monkeypatch.setenv("NATS_URL", url)
    for name, value in case.env.items():
        monkeypatch.setenv(name, written(value, tmp_path, url))
    arguments = [written(part, tmp_path, url) for part in case.arguments]

    started = time.monotonic()
    done = invoke(
        monkeypatch, ("pub", case.subject, "hi", "--trace", "--debug", "--timeout", f"{timeout_s}s", *arguments)
    )
    took = time.monotonic() - started

    shown = done.text + done.err
    assert done.code == case.code, shown
    assert re.search(case.says, done.err), shown
    assert took < (BEFORE_TIMEOUT_S if case is NEVER_WRITTEN else PROMPT_S + SLACK_S)
    assert done.err.count("can be read by others") == ("others" in case.name)
    for secret in (*SECRETS, *(part.content for part in case.arguments if isinstance(part, File))):
        assert not shows(shown, secret)


def written(part: str | File | Pipe | Url, folder: Path, url: str) -> str:
    """Return an argument as it is typed, with its file made."""
    if isinstance(part, str):
        return part
    if isinstance(part, Url):
        return url.replace("://", f"://{part.user_information}@")
    path = folder / f"secret-{len(list(folder.iterdir()))}"
    if isinstance(part, File):
        path.write_bytes(part.content.encode() if isinstance(part.content, str) else part.content)
        path.chmod(part.mode)
    else:
        os.mkfifo(path)
        if part.content is not None:
            threading.Thread(target=path.write_text, args=[part.content], daemon=True).start()
    return part.form.format(path)


def shows(text: str, secret: str | bytes) -> bool:
    """Whether a secret is in a text, in any of the forms it is written in; a seed's or JWT's middle is enough."""
    if isinstance(secret, bytes) or len(secret) < 8 or secret.startswith("U"):
        return False
    forms = (secret.strip(), percent(secret, safe=""), in_data(secret).partition(",")[2], secret.replace('"', '\\"'))
    middles = [line[20:50] for line in secret.splitlines() if line.startswith(("SU", "SA", "SO", "eyJ"))]
    return any(form in text for form in (*forms, *middles) if len(form) > 7)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that even root cannot read")
def test_a_file_that_cannot_be_read_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    done = invoke(monkeypatch, ("pub", "a", "b", "-s", NOWHERE, "--creds", "/proc/self/mem"))

    assert (done.code, done.err) == (
        2,
        "natscli: credentials file '/proc/self/mem' cannot be read: input/output error\n",
    )


def test_a_request_is_answered_where_only_our_own_inbox_is_allowed(
    doors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, start
) -> None:
    url = doors("jwt").url
    path = written(File(creds(REALM.user(USER, **PRIVATE_INBOX), USER.seed)), tmp_path, url)
    reply = start("reply", "inbox.test", "yes", "--creds", written(File(CREDS), tmp_path, url), url=url)
    reply.says("Listening")
    ours = ("req", "inbox.test", "?", "-s", url, "--creds", path, "--timeout", f"{TIMEOUT_S}s")

    denied = invoke(monkeypatch, ours)
    answered = invoke(monkeypatch, (*ours, "--inbox-prefix", "_INBOX_me"))

    assert (denied.code, "does not permit to subscribe" in denied.err) == (REFUSED, True)
    assert (answered.code, answered.out) == (ACCEPTED, b"yes\n")


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_every_command_warns_once_of_each_file_that_others_can_read(
    doors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pki
) -> None:
    seed, token = (written(File(text, mode=0o644), tmp_path, "") for text in (NKEY.seed, TOKEN))
    key = tmp_path / "key.pem"
    key.write_bytes(Path(pki.client.key).read_bytes())
    key.chmod(0o644)
    keys = ("--nkey", seed, "--token", f"file://{token}")
    tls = ("--tlscert", pki.client.cert, "--tlskey", str(key))

    for command in (("rtt", "1"), ("sub", "a", "--timeout", "1s"), ("server-info",)):
        done = invoke(monkeypatch, (*command, "-s", NOWHERE, *keys, *tls))
        for path in (seed, token, key):
            assert done.err.count(f"'{path}' can be read by others: chmod 600 it") == 1


def test_the_matrix_is_large(record_property: Callable[[str, str], None]) -> None:
    good = sum(case.code == ACCEPTED for case in CASES)
    record_property("figure", f"authentication: a matrix of {good} good and {len(CASES) - good} bad cases")
    assert good >= 30
    assert len(CASES) >= 59
    assert len({case.name for case in CASES}) == len(CASES)
