"""account info: who one is, for every user; what is not known says why, and the rest is shown."""

import json
import re
import time

import pytest

from natscli.context.jwt import inspect
from natscli.context.validity import format_moment
from natscli.errors import ExitCode
from tests.connection.jwts import Key, creds, new_realm
from tests.test_schemas import check

ACCOUNTS = """
accounts {
  SYS { users: [ {user: sys, password: sys} ] }
  APP { jetstream: {max_memory: 1GB, max_store: 2GB, max_streams: 10}
        users: [ {user: app, password: app}
                 {user: few, password: few, permissions: {
                    publish: {allow: ["orders.>", "$SYS.REQ.USER.INFO"], deny: "orders.secret"}
                    subscribe: ["_INBOX.>"], allow_responses: {max: 5, expires: "1m"} }}
                 {user: blind, password: blind, permissions: {publish: "orders.>"}}
                 {user: deaf, password: deaf, permissions: {subscribe: "orders.>"}} ] }
  PLAIN { users: [ {user: plain, password: plain} ] }
}
system_account: SYS
"""


@pytest.fixture
def accounts(make_server):
    """A server with JetStream for one account, and none for others."""
    return make_server(extra=ACCOUNTS, jetstream=True)


def ask(cli, server, user, *arguments):
    return cli("account", "info", "-s", f"nats://{user}:{user}@127.0.0.1:{server.port}", *arguments)


def document(cli, server, user, *arguments):
    code, out, err = ask(cli, server, user, "--json", *arguments)
    assert (code, err) == (ExitCode.DONE, "")
    parsed = json.loads(out)
    check("account-info", parsed)
    return parsed


def rows(text):
    """Return every labelled value; a label that comes twice keeps the first."""
    found = {}
    for label, value in re.findall(r"^ +([^:\n]+): (.*)$", text, re.MULTILINE):
        found.setdefault(label, value)
    return found


def test_a_user_with_jetstream_sees_usage_and_limits(cli, accounts):
    code, out, err = ask(cli, accounts, "app")

    shown = rows(out.decode())
    assert (code, err) == (ExitCode.DONE, "")
    assert (shown["User"], shown["Account"], shown["Expires"]) == ("app", "APP", "never")
    assert shown["Permissions"] == "none set: every subject"
    assert shown["Memory"] == "0 B of 1.0 GiB"
    assert shown["Storage"] == "0 B of 2.0 GiB"
    assert shown["Streams"] == "0 of 10"
    assert shown["Consumers"] == "0, no limit"
    assert shown["URL"] == f"nats://127.0.0.1:{accounts.port}"
    assert shown["Version"].startswith("2.")


@pytest.mark.parametrize("name", ["account", "a"])
@pytest.mark.parametrize("command", ["info", "nfo"])
def test_it_goes_by_the_names_of_the_go_cli(name, command, cli, server):
    code, out, _ = cli(name, command)

    assert code == ExitCode.DONE
    assert b"Account: $G" in out


def test_permissions_are_shown(cli, accounts):
    shown = rows(ask(cli, accounts, "few").text)

    assert shown["Publish allow"] == "$SYS.REQ.USER.INFO, orders.>"
    assert shown["Publish deny"] == "orders.secret"
    assert shown["Subscribe allow"] == "_INBOX.>"
    assert shown["Replies"] == "5 replies to each request within 1m"
    assert shown["Unknown"] == "the server does not permit to publish to '$JS.API.INFO'"


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("blind", "the server does not permit to publish to '{}'"),
        ("deaf", "the server does not permit to subscribe to '_INBOX."),
    ],
)
def test_who_may_not_ask_is_told_so_and_sees_the_rest(user, words, cli, accounts):
    started = time.monotonic()

    told = document(cli, accounts, user, "--timeout", "20s")
    shown = rows(ask(cli, accounts, user, "--timeout", "20s").text)

    assert (told["user"], told["jetstream"]) == (None, None)
    assert told["user_error"].startswith(words.format("$SYS.REQ.USER.INFO"))
    assert told["jetstream_error"].startswith(words.format("$JS.API.INFO"))
    assert (shown["User"], shown["Account"]) == (user, "APP")
    assert shown["Permissions"].startswith("unknown: the server does not permit")
    assert shown["Round trip"]
    assert time.monotonic() - started < 15  # nobody waited for an answer


def test_an_account_without_jetstream_is_told_so(cli, accounts):
    shown = rows(ask(cli, accounts, "plain").text)

    assert (shown["Account"], shown["Unknown"]) == (
        "PLAIN",
        "JetStream account: JetStream not enabled for account (10039)",
    )


def test_a_server_without_jetstream_is_told_so(cli, make_server):
    told = document(cli, make_server(user="ada", password="ada"), "ada")

    assert told["user"]["user"] == "ada"
    assert told["jetstream"] is None
    assert told["jetstream_error"] == "JetStream account: JetStream is not available: nobody serves '$JS.API'"


def test_the_json_has_every_part_with_its_source(cli, accounts):
    told = document(cli, accounts, "app")

    assert (told["account"], told["user"]["account"], told["jwt"]) == ("APP", "APP", None)
    assert told["jetstream"]["limits"]["max_streams"] == 10
    assert told["connection"]["rtt_ns"] > 0
    assert told["info"]["port"] == accounts.port
    assert "nonce" not in told["info"]


def test_a_jwt_tells_what_the_server_does_not(cli, make_server, tmp_path):
    realm, key = new_realm(), Key("user")
    server = make_server(extra=realm.server_configuration)
    jwt = realm.user(key, 7200.5, pub={"allow": ["orders.>"], "deny": ["orders.secret"]}, subs=7, payload=2048)
    path = tmp_path / "user.creds"
    path.write_text(creds(jwt, key.seed))
    path.chmod(0o600)
    who = ("-s", server.url, "--creds", str(path))

    shown, out = rows(cli("account", "info", *who).text), cli("account", "info", *who, "--json").out

    told = json.loads(out)
    check("account-info", told)
    expires = format_moment(inspect(jwt).expires)
    assert (shown["User"], shown["User name"], shown["Account"]) == (key.public, "test", realm.account.public)
    assert re.fullmatch(rf"{expires}, in (2 hours|1\d\d minutes)", shown["Expires"])
    assert (shown["Publish allow"], shown["Publish deny"]) == ("orders.>", "orders.secret")
    assert shown["Subscribe"] == "every subject"
    assert shown["Known from"] == "the JWT; the server does not permit to publish to '$SYS.REQ.USER.INFO'"
    assert (shown["Subscriptions"], shown["Payload"]) == ("at most 7", "at most 2.0 KiB")
    assert (told["jwt"]["expires"], told["jwt"]["limits"]["subs"]) == (expires, 7)
    assert told["account"] == realm.account.public
    for secret in (jwt, key.seed):
        assert secret.encode() not in out


def test_tls_is_described(cli, make_server, tmp_path):
    from tests.connection.certificates import Authority

    authority = Authority(tmp_path, "authority")
    pair = authority.server()
    server = make_server(extra=f'tls {{ cert_file: "{pair.cert}", key_file: "{pair.key}", timeout: 5 }}')

    code, out, _ = cli("account", "info", "-s", server.url, "--tlsca", str(authority.path))

    assert code == ExitCode.DONE
    assert rows(out.decode())["TLS"].startswith("TLSv1.3, TLS_")


# -- answers that are none ---------------------------------------------------------------------------

ESCAPE = "\x1b]0;owned\x07"
HOSTILE = [
    {"user": ESCAPE, "account": 5, "account_name": [], "expires": "soon", "permissions": ESCAPE},
    {"user": {}, "expires": 10**400, "permissions": {"publish": {"allow": [5, ESCAPE], "deny": 7}, "subscribe": []}},
    {"expires": -1, "permissions": {"publish": {"allow": ESCAPE}, "responses": {"max": "x", "ttl": {}}}},
    {"expires": True, "permissions": {"subscribe": {"deny": [ESCAPE, None]}, "responses": {"max": -1, "ttl": 2**62}}},
]
HOSTILE_USAGE = [
    {"memory": ESCAPE, "storage": None, "limits": [], "tiers": {ESCAPE: 5, "R1": {"limits": 7}}, "api": ESCAPE},
    {"memory": 10**400, "limits": {"max_memory": {}, "max_bytes_required": "x"}, "domain": ESCAPE, "tiers": []},
    {"error": ESCAPE},
    {"error": {"description": {"a": ESCAPE}, "code": []}},
]
JUNK = [b"", b"no JSON", b"[]", b'{"data": 5}', b'{"data": {"expires": 1e999}}', b'{"a":' * 5000, b"\xff\xfe"]


@pytest.fixture
def impostor(make_server, start, tmp_path):
    """Answer the questions about a user and JetStream with what a test makes up; returns who is to ask."""
    realm, key = new_realm(), Key("user")
    server = make_server(extra=realm.server_configuration)  # no system account: whoever serves the subject answers
    path = tmp_path / "user.creds"
    path.write_text(creds(realm.user(key), key.seed))
    path.chmod(0o600)
    who = ("-s", server.url, "--creds", str(path))

    def answering(user, usage):
        for number, (subject, body) in enumerate((("$SYS.REQ.USER.INFO", user), ("$JS.API.INFO", usage))):
            answer = tmp_path / f"{number}.json"
            answer.write_bytes(body)
            start("reply", subject, f"@{answer}", *who, url=server.url).says("Listening")
        return who

    return answering


@pytest.mark.parametrize("number", range(4))
def test_whatever_is_answered_is_shown_safely(number, cli, impostor):
    user, usage = json.dumps({"data": HOSTILE[number]}).encode(), json.dumps(HOSTILE_USAGE[number]).encode()
    who = impostor(user, usage)

    people, machines = cli("account", "info", *who), cli("account", "info", *who, "--json")
    server_info = cli("server-info", *who)

    assert (people.code, machines.code, server_info.code) == (ExitCode.DONE,) * 3
    for result in (people, machines, server_info):
        assert result.err == ""
        assert b"\x1b" not in result.out
        assert b"\x07" not in result.out
    check("account-info", json.loads(machines.out))


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_an_answer_that_cannot_be_read_is_said_to_be_none(junk, cli, impostor):
    who = impostor(junk, junk)

    told = json.loads(cli("account", "info", *who, "--json").out)

    assert (told["user"], told["user_error"]) == (None, "the answer about the user cannot be read")
    if junk.startswith(b'{"data"') and b"e999" not in junk:
        assert told["jetstream"] == json.loads(junk)
    else:
        assert told["jetstream_error"].startswith("JetStream account: the answer of JetStream cannot be read: ")


def test_jetstream_is_asked_where_it_is(cli, make_server, tmp_path):
    """A domain, or a prefix, is part of where: as for every other command."""
    server = make_server(extra=f'jetstream {{ domain: hub, store_dir: "{tmp_path}" }}')

    shown = cli("account", "info", "-s", server.url, "--js-domain", "hub").text
    nowhere = json.loads(cli("account", "info", "-s", server.url, "--js-domain", "other", "--json").out)

    assert "JetStream (from $JS.hub.API.INFO)" in shown
    assert rows(shown)["Domain"] == "hub"
    assert nowhere["jetstream_error"] == "JetStream account: JetStream is not available: nobody serves '$JS.other.API'"
