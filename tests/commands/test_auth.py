"""``auth check`` and ``auth nkey``: what credentials are is told without a server, and seeds are kept."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.connection.jwts import Key, creds, new_realm
from tests.test_schemas import check

REALM = new_realm()
USER, OTHER = Key("user"), Key("user")
DAY = 86_400


@pytest.fixture
def keep(isolated: Path) -> Callable[[str, str], str]:
    """Write a file for its owner alone into the working folder; return its name."""

    def keep(name: str, text: str) -> str:
        (isolated / name).write_text(text)
        (isolated / name).chmod(0o600)
        return name

    return keep


def row(text: str, label: str) -> str:
    found = re.search(rf"^ *{label}: (.*)$", text, re.MULTILINE)
    assert found, text
    return found[1]


def test_credentials_are_told_in_words(cli, keep):
    jwt = REALM.user(
        USER,
        expires_in_s=12 * DAY + 60,
        pub={"allow": ["a.>", "b"], "deny": ["a.x"]},
        sub={"deny": ["c"]},
        resp={"max": 2, "ttl": 10**9},
        payload=1024,
        bearer_token=True,
        allowed_connection_types=["STANDARD"],
        src=["192.0.2.0/24"],
        times=[{"start": "00:00:00", "end": "23:59:59"}],
        times_location="UTC",
        tags=["team:a"],
    )

    done = cli("auth", "check", keep("me.creds", creds(jwt, USER.seed)))

    assert (done.code, done.err) == (0, "")
    told = {
        "Form": "credentials of kind user",
        "Holds": "valid for 12 days",
        "Public key": USER.public,
        "Account": REALM.account.public,
        "Signature": "good",
        "Bearer": "yes: the JWT alone is enough",
        "Connections": "STANDARD",
        "Networks": "192.0.2.0/24",
        "Hours": "00:00:00 to 23:59:59",
        "Time zone": "UTC",
        "Tags": "team:a",
        "Publish": "a.>, b, but not a.x",
        "Subscribe": "every subject, but not c",
        "Responses": "2 within 1s",
        "Limits": "payload 1.0 KiB",
    }
    assert {label: row(done.text, label) for label in told} == told
    assert USER.seed not in done.text
    assert jwt not in done.text


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (creds(REALM.user(USER), USER.seed), 0, "valid without end"),
        (creds(REALM.user(USER, expires_in_s=-3 * DAY - 60), USER.seed), 4, "expired 3 days ago"),
        (
            creds(REALM.user(USER, begins=int(time.time()) + 3 * 3600 + 3540), USER.seed),
            4,
            "not valid before 3 hours from now",
        ),
        (creds(REALM.user(USER), OTHER.seed), 4, f"the seed does not belong to the JWT: it is that of {OTHER.public}"),
        (creds(REALM.user(USER)[:-9] + "AAAAAAAAA", USER.seed), 4, "its signature is wrong"),
        (REALM.user(USER), 0, "valid without end"),
        (REALM.operator.claim(REALM.account.public, {"type": "account"}), 0, "JWT of kind account"),
        (USER.seed, 0, "seed of kind user"),
        (f"# mine\n{REALM.account.seed}\n", 0, "seed of kind account"),
        (USER.public, 0, "public key of kind user"),
        (REALM.operator.public, 0, "public key of kind operator"),
    ],
    ids=[
        "good",
        "expired",
        "early",
        "of another",
        "badly signed",
        "a JWT",
        "an account's JWT",
        "a seed",
        "an account's seed",
        "a public key",
        "an operator's public key",
    ],
)
def test_what_a_file_has_is_judged(text, code, words, cli, keep):
    done = cli("auth", "check", keep("file", text))

    assert (done.code, words in done.text) == (code, True), done
    assert ("would be refused" in done.err) == (code == 4)
    assert not re.search(r"S[UAO][A-Z2-7]{56}|eyJ", done.text + done.err)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no JWT, no NKey seed and no public key"),
        ("\x00\xff", "has no JWT, no NKey seed and no public key"),
        (USER.seed[:-1], "wrong length|not base32|checksum"),
        (USER.seed[:30] + "AAAA" + USER.seed[34:], "checksum is wrong"),
        (creds(REALM.user(USER)[:150], USER.seed), "the JWT has not|cannot be read"),
    ],
    ids=["nothing", "rubbish", "cut short", "changed", "half a JWT"],
)
def test_what_cannot_be_read_is_a_usage_error(text, words, cli, keep):
    done = cli("auth", "check", keep("file", text))

    assert (done.code, done.out) == (2, b"")
    assert re.search(words, done.err)
    assert USER.seed[2:20] not in done.err


def test_without_a_file_it_is_what_would_be_connected_with(cli, keep, monkeypatch):
    me = keep("me.creds", creds(REALM.user(USER), USER.seed))
    account = keep("account.nk", REALM.account.seed)
    lone = keep("lone.jwt", REALM.user(USER))

    assert cli("auth", "check").err.startswith("natscli: there are no credentials to check")
    assert row(cli("auth", "check", "--creds", me).text, "Public key") == USER.public
    assert row(cli("auth", "check", "--user", "bob", "--password", "x" * 9).text, "Holds") == "only a server can tell"
    assert row(cli("auth", "check", "--token", "x" * 9).text, "Form") == "token of kind user"
    wrong_kind = cli("auth", "check", "--nkey", account)
    assert (wrong_kind.code, "it is of kind account, and a user's is needed" in wrong_kind.err) == (4, True)
    no_seed = cli("auth", "check", "--jwt", f"file://{lone}")
    assert (no_seed.code, "the seed of its user is missing" in no_seed.err) == (4, True)
    monkeypatch.setenv("NATS_CREDS", me)
    assert cli("auth", "check").code == 0


def test_the_document_keeps_to_its_schema(cli, keep):
    scoped = Key("account").claim(USER.public, {"type": "user", "issuer_account": REALM.account.public})
    account = REALM.operator.claim(
        REALM.account.public,
        {
            "type": "account",
            "signing_keys": [OTHER.public, {"key": USER.public, "role": "r"}],
            "revocations": {"*": 1_900_000_000},
        },
    )
    for text in (creds(REALM.user(USER, resp={"max": 1, "ttl": 5}), USER.seed), scoped, account, USER.seed):
        done = cli("auth", "check", keep("file", text), "--json")
        document = json.loads(done.out)
        check("auth-check", document)
        assert (done.code == 0) == document["usable"]
    assert (document["form"], document["public_key"], document["claims"]) == ("seed", USER.public, None)


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_a_file_that_others_can_read_is_told(cli, keep):
    os.chmod(keep("me.nk", USER.seed), 0o644)
    os.chmod(keep("me.pub", USER.public), 0o644)

    assert cli("auth", "check", "me.nk").err == "warning: 'me.nk' can be read by others: chmod 600 it\n"
    assert cli("auth", "check", "me.pub").err == ""


@pytest.mark.parametrize("kind", ["user", "account", "operator", "server", "cluster", "curve", "x25519"])
def test_a_key_of_every_kind_is_made_and_shown(kind, cli):
    done = cli("auth", "nkey", "gen", kind, "--output", "a.nk", "--public")
    seed, public = Path("a.nk").read_text().split()
    letters = {"x25519": "X", "curve": "X", "server": "N"}.get(kind, kind[0].upper())

    assert (done.code, done.out) == (0, b"")
    assert seed.startswith(f"S{letters}")
    assert public.startswith(letters)
    assert public in done.err
    assert seed not in done.err
    assert cli("auth", "nkey", "show", "a.nk").text == f"{public}\n"
    if os.name != "nt":
        assert os.stat("a.nk").st_mode & 0o777 == 0o600


def test_a_seed_goes_to_a_pipe_and_every_one_is_new(cli):
    first, second = (cli("auth", "nk", "gen").text for _ in range(2))

    assert re.fullmatch(r"SU[A-Z2-7]{56}\n", first)
    assert first != second


def test_a_seed_that_is_there_is_not_lost(cli, isolated):
    kept = isolated / "a.nk"
    kept.write_text("mine")
    kept.chmod(0o644)

    refused = cli("auth", "nkey", "gen", "--output", "a.nk")
    assert (refused.code, refused.err) == (2, "natscli: 'a.nk' is there already\nhint: --force replaces it\n")
    assert kept.read_text() == "mine"

    assert cli("auth", "nkey", "gen", "--output", "a.nk", "--force").code == 0
    assert kept.read_text().startswith("SU")
    assert [path.name for path in isolated.iterdir() if path.name.startswith("a.nk")] == ["a.nk"]
    if os.name != "nt":
        assert kept.stat().st_mode & 0o777 == 0o600


def test_a_seed_that_cannot_be_written_leaves_nothing(cli, isolated):
    (isolated / "folder").mkdir()

    refused = cli("auth", "nkey", "gen", "--output", "folder", "--force")

    assert (refused.code, refused.err) == (1, "natscli: 'folder' cannot be written: is a directory\n")
    assert [path.name for path in isolated.iterdir()] == ["folder"]
    assert cli("auth", "nkey", "gen", "--output", "no/a.nk").code == 1
    assert cli("auth", "nkey", "gen", "--force").code == 2


def test_random_bytes_may_come_from_a_file(cli, isolated):
    (isolated / "entropy").write_bytes(bytes(range(40)))
    (isolated / "short").write_bytes(bytes(31))

    assert (
        cli("auth", "nkey", "gen", "--entropy", "entropy").text
        == cli("auth", "nkey", "gen", "--entropy", "entropy").text
    )
    refused = cli("auth", "nkey", "gen", "--entropy", "short")
    assert (refused.code, refused.err) == (2, "natscli: entropy file 'short' has less than 32 bytes\n")


def test_what_is_no_key_is_not_shown(cli, keep):
    refused = cli("auth", "nkey", "show", keep("a", USER.seed[:40]))
    assert (refused.code, refused.out) == (2, b"")
    assert USER.seed[:20] not in refused.err
    assert cli("auth", "nkey", "show", keep("b", "")).err == "natscli: NKey file 'b' has no seed and no public key\n"
