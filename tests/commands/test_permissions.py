"""A refused subject is named as it was asked for, with what is permitted instead where that can be known."""

import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from tests.connection.jwts import Key, creds, new_realm
from tests.waiting import eventually

ASK = '"$SYS.REQ.USER.INFO"'
RULES = f"""
authorization {{ users: [
  {{user: ada, password: ada, permissions: {{
    publish: {{allow: ["orders.>", {ASK}], deny: "orders.Secret"}}, subscribe: ["_INBOX.>", "orders.new"] }} }}
  {{user: bob, password: bob, permissions: {{publish: "orders.>", subscribe: "orders.>"}} }}
  {{user: eve, password: eve, permissions: {{publish: {{deny: "orders.>"}}, subscribe: {{deny: "_INBOX.>"}} }} }}
  {{user: max, password: max, permissions: {{
    publish: [{ASK}, {", ".join(f"a{number:02}" for number in range(20))}],
    subscribe: ["_INBOX_max.>", "orders.>"], allow_responses: true }} }}
  {{user: root, password: root}}
] }}
"""
ADA = "permitted: '$SYS.REQ.USER.INFO', 'orders.>', not 'orders.Secret'"


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A server may take longer than 0.9 s to say what is permitted."""
    monkeypatch.setattr("natscli.system.permissions._PATIENCE_S", 10.0)


@pytest.fixture
def guarded(make_server):
    """A server where each user may do something else; returns a user's URL."""
    server = make_server(extra=RULES)
    return lambda user: server.url.replace("nats://", f"nats://{user}:{user}@")


@pytest.mark.parametrize("options", [(), ("--count", "100000")], ids=["once", "often"])
@pytest.mark.parametrize("subject", ["a.B", "orders.Secret"])
def test_publishing_is_refused_with_what_is_permitted(subject, options, cli, guarded):
    started = time.monotonic()

    code, out, err = cli("pub", subject, "hi", "-s", guarded("ada"), "--timeout", "30s", *options)

    assert (code, out) == (ExitCode.REFUSED, b"")
    fact = f"natscli: the server does not permit to publish to '{subject}'"
    told = {f"{fact}; {ADA}\n"}
    if options:  # a server that has a hundred thousand refusals to write may not find the time for more
        told.add(f"{fact}\n")
    assert err in told
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("command", [("sub",), ("reply", "--echo")], ids=["sub", "reply"])
def test_subscribing_is_refused_with_what_is_permitted(command, cli, guarded):
    code, _, err = cli(*command, "a.B", "-s", guarded("ada"))

    words = "the server does not permit to subscribe to 'a.B'; permitted: '_INBOX.>', 'orders.new'"
    assert code == ExitCode.REFUSED
    assert err.splitlines()[-1] == f"natscli: {words}"


@pytest.mark.parametrize("options", [(), ("--count", "50", "--parallel", "50")], ids=["once", "in parallel"])
def test_a_request_is_refused_with_what_is_permitted(options, cli, guarded):
    code, out, err = cli("req", "a.B", "hi", "-s", guarded("ada"), "--quiet", *options)

    assert (code, out) == (ExitCode.REFUSED, b"")
    assert err == f"natscli: the server does not permit to publish to 'a.B'; {ADA}\n"


def test_what_is_forbidden_may_be_all_that_is_known(cli, guarded):
    code, _, err = cli("pub", "orders.new", "hi", "-s", guarded("eve"), "--inbox-prefix", "in")

    assert code == ExitCode.REFUSED
    assert err.endswith("'orders.new'; permitted: all, not 'orders.>'\n")


def test_of_many_subjects_some_are_named(cli, guarded):
    err = cli("pub", "orders.new", "hi", "-s", guarded("max"), "--inbox-prefix", "_INBOX_max").err

    named = ", ".join(f"'{subject}'" for subject in ["$SYS.REQ.USER.INFO", *(f"a{number:02}" for number in range(7))])
    assert err.endswith(f"; permitted: {named} and 13 more and replies to requests\n")


@pytest.mark.parametrize(("command", "verb"), [(("pub", "a.B", "hi"), "publish"), (("sub", "a.B"), "subscribe")])
def test_where_the_server_may_not_be_asked_the_fact_is_all(command, verb, cli, guarded):
    started = time.monotonic()

    code, out, err = cli(*command, "-s", guarded("bob"), "--timeout", "30s")

    assert (code, out, err) == (ExitCode.REFUSED, b"", f"natscli: the server does not permit to {verb} to 'a.B'\n")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("user", "prefix"), [("bob", "--inbox-prefix names where replies may be received"), ("root", None)]
)
def test_an_inbox_that_is_refused_has_a_way_out(user, prefix, cli, guarded):
    code, _, err = cli("req", "orders.new", "hi", "-s", guarded(user), "--quiet")

    if prefix is None:
        assert code == ExitCode.NO_RESPONDERS
    else:
        assert code == ExitCode.REFUSED
        assert "does not permit to subscribe to '_INBOX." in err
        assert err.splitlines()[-1] == f"hint: {prefix}"


def test_a_user_jwt_names_its_permissions_without_any_question(cli, make_server, tmp_path):
    realm, key = new_realm(), Key("user")
    server = make_server(extra=realm.server_configuration)  # without a system account nobody answers questions
    jwt = realm.user(key, pub={"allow": ["orders.>"]}, sub={"allow": ["_INBOX_me.>"], "deny": ["x"]})
    path = write_creds(tmp_path, creds(jwt, key.seed))

    published = cli("pub", "a.B", "hi", "-s", server.url, "--creds", path)
    asked = cli("req", "orders.new", "hi", "-s", server.url, "--creds", path, "--quiet")

    assert published.err == "natscli: the server does not permit to publish to 'a.B'; permitted: 'orders.>'\n"
    assert published.code == asked.code == ExitCode.REFUSED
    assert asked.err.endswith("; permitted: '_INBOX_me.>', not 'x'\nhint: --inbox-prefix _INBOX_me\n")
    assert key.seed not in published.err + asked.err


def test_an_answer_that_is_refused_is_warned_of_once_each(start, cli, guarded):
    reply = start("reply", "orders.new", "yes", "-q", "group", url=guarded("ada"))
    reply.says("Listening")

    cli("pub", "orders.new", "?", "--reply", "Answers.here", "-s", guarded("root"), "--count", "1000")
    reply.says("'Answers.here'")
    reply.signal(signal.SIGINT)
    reply.end()

    warnings = [line for line in reply.err.splitlines() if line.startswith("warning:")]
    assert warnings == [f"warning: the server does not permit to publish to 'Answers.here'; {ADA}"]


def test_of_many_refusals_the_first_are_shown(start, cli, guarded):
    reply = start("reply", "orders.new", "yes", url=guarded("ada"))
    reply.says("Listening")

    cli("pub", "orders.new", "?", "--reply", "first.answer", "-s", guarded("root"))
    reply.says("first.answer")
    lines = "".join(f'{{"subject":"orders.new","data":"?","reply":"a.{number}"}}\n' for number in range(300))
    cli("pub", "--ndjson", "-s", guarded("root"), stdin=lines.encode())
    reply.says("no further ones are shown")
    reply.signal(signal.SIGINT)
    reply.end()

    assert reply.err.count("warning:") == 100


def test_permissions_that_changed_are_asked_for_anew(start, cli, make_server, tmp_path):
    users = tmp_path / "users.conf"
    ada = "{{user: ada, password: ada, permissions: {{publish: {publish}, subscribe: '>'}} }}"
    users.write_text(f"authorization {{ timeout: 60, users: [{ada.format(publish='>')}] }}")
    beside = os.path.join(tempfile.gettempdir(), "folder")  # of the configuration
    server = make_server(extra=f'include "{os.path.relpath(users, beside)}"')
    url = server.url.replace("nats://", "nats://ada:ada@")
    assert cli("pub", "a.B", "hi", "-s", url).code == ExitCode.DONE

    users.write_text(f"authorization {{ timeout: 60, users: [{ada.format(publish=f'[{ASK}, b]')}] }}")
    os.kill(server.pid, signal.SIGHUP)

    def refused():
        return cli("pub", "a.B", "hi", "-s", url).err

    words = "natscli: the server does not permit to publish to 'a.B'; permitted: '$SYS.REQ.USER.INFO', 'b'\n"
    eventually(lambda: refused() == words, 30)


@pytest.fixture
def changing(make_server, tmp_path):
    """A server whose user may subscribe to what is given, from the start or by a reload; returns URL and reload."""
    users = tmp_path / "users.conf"

    def write(subscribe):
        rule = f"{{user: ada, password: ada, permissions: {{publish: '>', subscribe: {subscribe}}} }}"
        users.write_text(f"authorization {{ timeout: 60, users: [{rule}] }}")

    def reload(subscribe):
        write(subscribe)
        os.kill(server.pid, signal.SIGHUP)

    write("'>'")
    beside = os.path.join(tempfile.gettempdir(), "folder")  # of the configuration
    server = make_server(extra=f'include "{os.path.relpath(users, beside)}"')
    return server.url.replace("nats://", "nats://ada:ada@"), reload


@pytest.mark.parametrize("command", [("sub",), ("reply", "--echo"), ("record", "-O", "a.ndjson")], ids=lambda c: c[0])
def test_what_receives_ends_when_a_reload_leaves_it_nothing_to_receive(command, start, changing):
    url, reload = changing
    running = start(*command, "a.B", url=url)
    running.says("a.B")

    reload("[b, '_INBOX.>']")

    assert running.end() == ExitCode.REFUSED
    words = "natscli: the server does not permit to subscribe to 'a.B'; permitted: '_INBOX.>', 'b'"
    assert running.err.splitlines()[-1] == words
    assert "warning" not in running.err


def test_what_is_left_by_a_reload_is_received(start, cli, changing):
    url, reload = changing
    sub = start("sub", "a.B", "b", "--count", "1", "--raw", url=url)
    sub.says("Subscribing on a.B, b")

    reload("[b, '_INBOX.>']")
    sub.says("warning: the server does not permit to subscribe to 'a.B'")
    cli("pub", "b", "left", "-s", url)

    assert (sub.end(), sub.out) == (ExitCode.DONE, b"left\n")


def write_creds(folder: Path, text: str) -> str:
    path = folder / "user.creds"
    path.write_text(text)
    path.chmod(0o600)
    return str(path)
