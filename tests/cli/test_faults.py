"""Whatever goes wrong: the promised exit code, one line that names it, perhaps a hint, never a traceback."""

import json
import os
import re
import signal
import socket
import tempfile
import threading
import time

import pytest

from natscli.wire.headers import encode_headers
from tests.cli.peers import Peer, frozen
from tests.connection.clock import waiting_loops
from tests.invocation import Result, invoke
from tests.ports import held_port
from tests.processes import Process
from tests.waiting import SLACK_S, eventually

PERMISSIONS = """
authorization {
  users: [
    { user: ada, password: secret, permissions: { publish: { allow: ["open.>"] }, subscribe: { allow: ["open.>"] } } }
    { user: bob, password: secret }
  ]
}
"""


@pytest.fixture
def run(monkeypatch):
    """Run the command line in this process: ``run(url, "pub", "foo", "hi")``; what is not told waits for long."""
    monkeypatch.setenv("NATS_TIMEOUT", "1m")
    return lambda url, *arguments: invoke(monkeypatch, ("-s", url, *arguments))


def _error(ended: Result, code: int) -> str:
    """Return what the only error line says, having seen the exit code."""
    return _judged(ended.err, ended.code, code)


def _process_error(process: Process, code: int) -> str:
    ended = process.end()
    return _judged(process.err, ended, code)


def _judged(said: str, ended: int, code: int) -> str:
    lines = said.splitlines()
    errors = [number for number, line in enumerate(lines) if line.startswith("natscli: ")]
    assert ended == code, said
    assert len(errors) == 1, said
    assert all(line.startswith("hint: ") for line in lines[errors[0] + 1 :]), said
    assert len(lines) - errors[0] <= 2, said
    assert "Traceback" not in said
    assert "fault in natscli" not in said
    return lines[errors[0]].removeprefix("natscli: ")


# -- no connection ---------------------------------------------------------------------------------

EVERY_COMMAND = pytest.mark.parametrize(
    "command",
    [["pub", "foo", "hi"], ["sub", "foo"], ["req", "foo", "hi"], ["reply", "foo", "hi"], ["server-info"], ["rtt"]],
    ids=lambda command: command[0],
)


@EVERY_COMMAND
def test_a_refused_connection(command, run, refused):
    url = refused()

    assert _error(run(url, *command), 3) == f"cannot connect to {url}: connection refused"


@EVERY_COMMAND
def test_wrong_credentials(command, run, make_server):
    server = make_server(user="ada", password="right")
    url = server.url.replace("nats://", "nats://ada:wrong@")

    error = _error(run(url, *command), 4)

    words = "authorization violation: user 'ada' is unknown there, or the password is wrong"
    assert error == f"cannot connect to {server.url}: refused: {words}"


@EVERY_COMMAND
def test_a_silent_server(command, run, silent, monkeypatch):
    started = time.monotonic()

    with waiting_loops(monkeypatch):
        error = _error(run(silent.url, *command, "--timeout", "200ms"), 3)

    assert error == f"cannot connect to {silent.url}: connected, but the server stays silent"
    assert time.monotonic() - started < 1.2 + SLACK_S


@EVERY_COMMAND
def test_a_host_that_does_not_resolve_in_time(command, run, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(20) and [])
    started = time.monotonic()
    try:
        with waiting_loops(monkeypatch):
            error = _error(run("nats://slow.invalid:4222", *command, "--timeout", "200ms"), 3)
        assert time.monotonic() - started < 1.2 + SLACK_S
    finally:
        done.set()

    assert error == "cannot connect to nats://slow.invalid:4222: the host name did not resolve in time"


def test_several_servers_that_cannot_be_reached_are_all_named(run, refused):
    urls = [refused(), refused()]

    error = _error(run(",".join(urls), "pub", "foo", "hi"), 3)

    assert all(f"{url}: connection refused" in error for url in urls)


# -- what was asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (["pub", "a..b", "hi"], "subject 'a..b'"),
        (["pub", "a.*", "hi"], "subject 'a.*' has a wildcard"),
        (["pub", "a.>", "hi"], "subject 'a.>' has a wildcard"),
        (["pub", "a b", "hi"], "subject 'a b'"),
        (["pub", "", "hi"], "the subject is empty"),
        (["req", "a.*", "hi"], "subject 'a.*' has a wildcard"),
        (["sub", "a..b"], "subject 'a..b'"),
        (["sub", ">.a"], "subject '>.a'"),
        (["reply", "a..b", "hi"], "subject 'a..b'"),
        (["pub", "foo", "hi", "--reply", "a..b"], "subject 'a..b'"),
        (["pub", "foo", "hi", "-H", "none"], "'none' is not a header"),
        (["pub", "foo", "@/does/not/exist"], "file '/does/not/exist'"),
        (["--context", "nope", "pub", "foo", "hi"], "there is no context 'nope'"),
        (["--creds", "/does/not/exist", "pub", "foo", "hi"], "credentials file '/does/not/exist'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_asked_for_is_refused_before_connecting(command, complaint, run, refused):
    assert _error(run(refused(), *command), 2).startswith(complaint)


def test_nobody_serves_a_request(run, server, subject):
    started = time.monotonic()

    assert _error(run(server.url, "req", subject, "hi"), 6) == f"nobody serves '{subject}'"

    assert time.monotonic() - started < 2 + 2 * SLACK_S


def test_a_request_that_is_not_answered(run, server, peer, subject):
    peer.subscribe(subject)
    started = time.monotonic()

    assert _error(run(server.url, "req", subject, "hi", "--timeout", "4s"), 5) == f"no reply on '{subject}' within 4s"

    assert 4 <= time.monotonic() - started < 5 + 2 * SLACK_S


def test_a_service_that_answers_with_an_error(start, peer, subject):
    peer.subscribe(subject)
    req = start("req", subject, "hi")
    headers = encode_headers([("Nats-Service-Error", "out of tea"), ("Nats-Service-Error-Code", "418")])
    peer.publish(peer.next().reply, b"the body is shown", headers=headers)

    error = _process_error(req, 8)

    assert error == "the service answered with an error: 418 out of tea"
    assert b"the body is shown" in req.out


# -- limits and permissions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "headers", "ends"),
    [(1000, 0, 0), (1001, 0, 1), (900, 200, 1), (600, 300, 0)],
    ids=["at the limit", "above", "above with headers", "below with headers"],
)
@pytest.mark.parametrize("command", ["pub", "req"])
def test_a_message_over_the_server_s_limit_is_not_sent(command, size, headers, ends, run, make_server, subject):
    server = make_server(max_payload=1000)
    options = ["-H", f"Filler:{'x' * headers}"] if headers else []

    ended = run(server.url, command, subject, "x" * size, *options)

    if ends:
        assert "1,000" in _error(ended, 1)
    else:
        assert ended.code == (0 if command == "pub" else 6)


@pytest.fixture
def guarded(make_server):
    """A server where ada may use ``open.>`` only; returns her URL."""
    return make_server(extra=PERMISSIONS).url.replace("nats://", "nats://ada:secret@")


@pytest.mark.parametrize("options", [[], ["--count", "100000"]], ids=["once", "often"])
def test_a_subject_that_may_not_be_published_to(options, run, guarded):
    error = _error(run(guarded, "pub", "Closed.Door", "hi", *options), 4)

    assert error == "the server does not permit to publish to 'Closed.Door'"


@pytest.mark.parametrize("command", [["sub"], ["sub", "open.fine"], ["reply"]], ids=" ".join)
def test_a_subject_that_may_not_be_subscribed_to(command, run, guarded):
    body = ["hi"] if command == ["reply"] else []

    error = _error(run(guarded, *command, "Closed.Door", *body), 4)

    assert error == "the server does not permit to subscribe to 'Closed.Door'"


def test_a_request_whose_subject_is_not_permitted(run, guarded):
    error = _error(run(guarded, "req", "Closed.Door", "hi", "--inbox-prefix", "open.inbox"), 4)

    assert error == "the server does not permit to publish to 'Closed.Door'"


def test_a_request_whose_inbox_is_not_permitted(run, guarded):
    started = time.monotonic()

    error = _error(run(guarded, "req", "open.door", "hi"), 4)

    assert "'_INBOX." in error
    assert time.monotonic() - started < 2 + 2 * SLACK_S


# -- frozen servers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [["pub", "foo", "hi"], ["req", "foo", "hi"], ["server-info"], ["rtt"], ["sub", "foo"]],
    ids=lambda command: command[0],
)
def test_a_frozen_server_costs_no_more_than_the_time_out_and_a_second(command, run, make_server):
    server = make_server()
    with frozen(server):
        started = time.monotonic()

        ended = run(server.url, *command, "--timeout", "500ms")

        assert 0.5 <= time.monotonic() - started < 1.5 + SLACK_S
    assert server.url in _error(ended, 3)


@pytest.mark.parametrize("command", [["pub", "--count", "1000000000"], ["req"]], ids=lambda command: command[0])
def test_a_server_that_freezes_under_a_command_is_noticed_in_time(command, start, make_server, subject):
    server = make_server()
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        environment = {"NATS_TIMEOUT": "1m"}
        sender = start(*command, subject, "x" * 1000, "--timeout", "4s", url=server.url, env=environment)
        peer.next()
        with frozen(server):
            started = time.monotonic()
            sender.end()
            assert time.monotonic() - started < 5 + 2 * SLACK_S
    _process_error(sender, 5)


def test_a_frozen_server_is_noticed_by_sub_within_three_pings(start, make_server, subject):
    server = make_server()
    sub = start("sub", subject, "--ping-interval", "1s", url=server.url)
    sub.says("Subscribing")
    with frozen(server):
        started = time.monotonic()
        sub.says("disconnected from")
        assert time.monotonic() - started < 4 + 2 * SLACK_S  # and not half a minute, of three pings by default
        assert "answers no pings" in sub.err
        ended = time.monotonic()
        sub.signal(signal.SIGINT)
        sub.end()
        assert time.monotonic() - ended < 1.5 + SLACK_S


def test_a_server_that_thaws_is_heard_again(start, make_server, subject):
    server = make_server()
    sub = start("sub", subject, "--ping-interval", "2s", "--raw", url=server.url)
    sub.says("Subscribing")
    with frozen(server):
        sub.says("disconnected from")
    sub.says("reconnected to")
    with Peer(server.url) as peer:
        peer.publish(subject, b"after the thaw")
    sub.prints(b"after the thaw")


# -- servers that go -------------------------------------------------------------------------------


@pytest.fixture
def port():
    """A port that is nobody else's, also while no server runs there."""
    with held_port() as held:
        yield held


@pytest.mark.parametrize("command", ["sub", "reply"])
def test_a_listener_outlives_its_server(command, start, make_server, port, subject):
    first = make_server(port=port)
    arguments = ["--raw"] if command == "sub" else ["an answer"]
    listener = start(command, subject, *arguments, url=first.url)
    listener.says("Subscribing" if command == "sub" else "Listening")

    os.kill(first.pid, signal.SIGKILL)
    listener.says("disconnected from")
    listener.says("cannot reconnect yet: connection refused; trying on")
    make_server(port=port)
    listener.says("reconnected to")
    with Peer(first.url) as peer:
        peer.subscribe("answers")
        peer.publish(subject, b"are you there?", b"answers")
        if command == "reply":
            assert peer.next().payload == b"an answer"
    listener.prints(b"are you there?")

    listener.signal(signal.SIGINT)
    assert listener.end() == 0
    clock = r"\d\d:\d\d:\d\d\.\d{3}"
    assert re.search(rf"warning: {clock} disconnected from {first.url}: .*messages .* are lost", listener.err)
    assert re.search(rf"warning: {clock} reconnected to {first.url} after ", listener.err)
    assert listener.err.count("cannot reconnect yet: connection refused") == 1
    assert "natscli:" not in listener.err


@pytest.mark.parametrize("command", ["sub", "reply"])
def test_ctrl_c_is_the_normal_end_also_while_the_server_is_gone(command, start, make_server, subject):
    server = make_server()
    listener = start(command, subject, *([] if command == "sub" else ["an answer"]), url=server.url)
    listener.says("Subscribing" if command == "sub" else "Listening")
    os.kill(server.pid, signal.SIGKILL)
    listener.says("cannot reconnect yet")
    started = time.monotonic()

    listener.signal(signal.SIGINT)

    assert listener.end() == 0
    assert time.monotonic() - started < 1.5 + SLACK_S
    assert "natscli:" not in listener.err


@pytest.mark.parametrize("command", [["pub", "--count", "1000000000"], ["req"]], ids=lambda command: command[0])
def test_a_server_that_dies_under_a_one_shot_command_ends_it(command, start, make_server, subject):
    server = make_server()
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        sender = start(*command, subject, "x" * 1000, url=server.url)
        peer.next()
        started = time.monotonic()
        os.kill(server.pid, signal.SIGKILL)

    error = _process_error(sender, 3)

    assert time.monotonic() - started < 2.5 + SLACK_S
    assert f"the connection to {server.url} was lost" in error


def test_a_user_who_is_locked_out_while_subscribed_is_told(start, make_server, tmp_path, subject):
    users = tmp_path / "users.conf"
    users.write_text("authorization { timeout: 60, users: [{ user: ada, password: secret }] }")
    beside_the_configuration = os.path.join(tempfile.gettempdir(), "folder")
    server = make_server(extra=f'include "{os.path.relpath(users, beside_the_configuration)}"')
    sub = start("sub", subject, url=server.url.replace("nats://", "nats://ada:secret@"))
    sub.says("Subscribing")

    users.write_text("authorization { timeout: 60, users: [{ user: bob, password: other }] }")
    os.kill(server.pid, signal.SIGHUP)

    sub.says("disconnected from")
    sub.says("authorization violation")


@pytest.mark.parametrize("line", [b"HTTP/1.1 400 Bad Request\r\n", b"INFO []\r\n", b"INFO {oops\r\n", b"\r\n", b""])
def test_a_server_that_is_none(line, start, silent):
    pub = start("pub", "foo", "hi", "--timeout", "2s", url=silent.url)
    connection = silent.accept()
    connection.sendall(line)
    connection.close()

    assert _process_error(pub, 3).startswith(f"cannot connect to {silent.url}: ")


def test_json_reports_keep_errors_out_of_the_document(run, refused):
    ended = run(refused(), "rtt", "--json")

    assert _error(ended, 3).startswith("cannot connect")
    assert json.loads(ended.out)


def test_a_message_that_cannot_be_kept_ends_nothing(start, peer, subject):
    """A header block that is none, and a subject that is not UTF-8."""
    sub = start("sub", f"{subject}.>", "--raw", "--count", "3")
    sub.says("Subscribing")
    peer.publish(subject.encode() + b".\xff\xfe", b"one")
    peer.publish(f"{subject}.a", b"two", headers=b"NATS/1.0\r\njunk\r\n\r\n")
    peer.publish(f"{subject}.b", b"three", headers=b"\xff" * 12)

    assert eventually(lambda: sub.popen.poll() is not None, 30)
    assert (sub.end(), sub.out) == (0, b"one\ntwo\nthree\n")
