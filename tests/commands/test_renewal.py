"""Commands that run on while their credentials expire: with newer ones in the file they go on, without they end."""

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from tests.connection.jwts import Key, creds, new_realm
from tests.waiting import eventually

RATE = 200  # messages a second
MARGIN_S = 4.0  # before the end, when a publisher stops: longer than a machine may stand still then
LIFE_S = 5.0 + MARGIN_S  # of the credentials of a publisher in this process: time to start, less up to a second
COMMANDS = {
    "sub": (("sub", "a"), "Subscribing"),
    "reply": (("reply", "a", "yes"), "Listening"),
    "record": (("record", "a", "-O", "a.ndjson"), "Recording"),
}


@pytest.fixture
def life_s(start):
    """How long credentials have to last for commands to start meanwhile, on this machine as loaded as it is."""
    started = time.monotonic()
    start("pub", "ready", "").end()
    return 5.0 + 6 * (time.monotonic() - started)


@pytest.fixture
def publish(cli, monkeypatch):
    """Run a publisher in this process, which stops ``MARGIN_S`` before the end, and do something meanwhile."""
    monkeypatch.setattr("natscli.messaging.renewal._MARGIN_S", MARGIN_S)

    def run(*arguments, meanwhile=lambda: None):
        with ThreadPoolExecutor(1) as pool:
            work = pool.submit(meanwhile)
            published = cli(*arguments)
            work.result()
        return published

    return run


@pytest.fixture
def holder(make_server, tmp_path):
    """A server, and what writes the credentials of its user, for some seconds or without end; it returns the path."""
    realm, key = new_realm(), Key("user")
    server = make_server(extra=realm.server_configuration)

    def write(life_s=None, name="user.creds"):
        path, draft = tmp_path / name, tmp_path / "draft"
        draft.write_text(creds(realm.user(key, life_s), key.seed))
        draft.chmod(0o600)
        return str(draft.replace(path))  # there are readers already

    return server, write, key


def test_running_commands_go_on_with_newer_credentials(start, cli, holder, life_s):
    server, write, key = holder
    path = write(life_s)
    running = {name: start(*command, "--creds", path, url=server.url) for name, (command, _) in COMMANDS.items()}
    for name, process in running.items():
        process.says(COMMANDS[name][1])

    write()
    for process in running.values():
        process.says("the credentials were renewed", within=life_s + 30)
        assert f"from credentials file '{path}', reconnected to {server.url}; gap " in process.err
        assert key.seed not in process.err
    answered = cli("req", "a", "?", "--raw", "-s", server.url, "--creds", path)
    running["sub"].prints(b"?")
    eventually(lambda: b'"data":"?"' in Path("a.ndjson").read_bytes().replace(b" ", b""))
    for process in running.values():
        process.signal(signal.SIGINT)

    assert (answered.code, answered.out) == (ExitCode.DONE, b"yes")
    assert {name: process.end() for name, process in running.items()} == dict.fromkeys(running, ExitCode.DONE)
    lost = next(line for line in running["sub"].err.splitlines() if "disconnected" in line)
    assert lost.endswith("there are newer ones; messages published meanwhile are lost, before #1")


def test_running_commands_end_with_their_credentials(start, holder, life_s):
    server, write, key = holder
    path = write(life_s)
    started = time.monotonic()
    running = {name: start(*command, "--creds", path, url=server.url) for name, (command, _) in COMMANDS.items()}

    ends = {name: process.end(within=life_s + 30) for name, process in running.items()}

    assert ends == dict.fromkeys(running, ExitCode.REFUSED)
    assert time.monotonic() - started < life_s + 30
    for process in running.values():
        last = process.err.splitlines()[-1]
        assert last.startswith(
            f"natscli: {server.url} refused: user authentication expired: the JWT of user 'test' in "
        )
        assert last.endswith("; nothing newer is there")
        assert key.seed not in process.err


def test_a_long_publication_goes_on_with_newer_credentials_and_loses_nothing(start, publish, holder):
    server, write, key = holder
    count = int(RATE * (LIFE_S + 2))
    sub = start("sub", "a", "--raw", "--count", f"{count}", "--creds", write(name="other.creds"), url=server.url)
    sub.says("Subscribing")

    def renew():
        sub.prints(b"1\n")
        write()

    options = ("--rate", f"{RATE}", "--count", f"{count}", "--creds", write(LIFE_S), "-s", server.url)
    pub = publish("pub", "a", "{{Count}}", *options, meanwhile=renew)

    assert (pub.code, sub.end(within=30)) == (ExitCode.DONE, ExitCode.DONE)
    assert sub.out.split() == [b"%d" % number for number in range(1, count + 1)]
    assert pub.err.count("the credentials were renewed from credentials file ") == 1
    assert f"Published {count:,} messages with " in pub.err
    assert key.seed not in pub.err


def _line(seconds, data):
    time_ = f"2026-01-01T00:{seconds // 60:02.0f}:{seconds % 60:09.6f}Z"
    return f'{{"subject":"a","time":"{time_}","data":"{data}"}}\n'


def test_a_long_replay_goes_on_with_newer_credentials_and_loses_nothing(start, publish, holder):
    server, write, key = holder
    count = int(RATE * (LIFE_S + 2))
    Path("a.ndjson").write_text("".join(_line(number / RATE, str(number)) for number in range(count)))
    sub = start("sub", "a", "--raw", "--count", f"{count}", "--creds", write(name="other.creds"), url=server.url)
    sub.says("Subscribing")

    def renew():
        sub.prints(b"0\n")
        write()

    replay = publish("replay", "a.ndjson", "--creds", write(LIFE_S), "-s", server.url, meanwhile=renew)

    assert (replay.code, sub.end(within=30)) == (ExitCode.DONE, ExitCode.DONE)
    assert sub.out.split() == [b"%d" % number for number in range(count)]
    assert replay.err.count("the credentials were renewed from credentials file ") == 1
    assert f"Replayed {count:,} messages with " in replay.err
    assert key.seed not in replay.err


def test_a_long_replay_without_newer_credentials_ends_and_says_what_is_confirmed(publish, holder):
    server, write, _ = holder
    Path("a.ndjson").write_text(_line(0, "0") + _line(3000, "1"))

    replay = publish("replay", "a.ndjson", "--creds", write(LIFE_S), "-s", server.url)

    assert replay.code == ExitCode.REFUSED
    assert replay.err.startswith(f"natscli: {server.url} refused: user authentication expired: the JWT of user 'test' ")
    assert replay.err.endswith("; nothing newer is there; 1 of 1 message sent are confirmed\n")


def test_lines_that_come_slowly_are_published_across_the_renewal(start, publish, holder, monkeypatch):
    server, write, _ = holder
    sub = start("sub", "a", "--raw", "--count", "2", "--creds", write(name="other.creds"), url=server.url)
    sub.says("Subscribing")
    reading, writing = os.pipe()

    def say_slowly():
        with open(writing, "wb", buffering=0) as lines:
            lines.write(b"before\n")
            sub.prints(b"before\n")
            write()
            eventually(lambda: time.time() > over)
            lines.write(b"after\n")

    path, over = write(LIFE_S), time.time() + LIFE_S
    with open(reading, "rb", buffering=0) as stdin:
        monkeypatch.setattr("natscli.commands.composing.stdin_bytes", lambda: stdin)
        options = ("--send-on", "newline", "--creds", path, "-s", server.url)
        pub = publish("pub", "a", *options, meanwhile=say_slowly)

    assert (pub.code, sub.end()) == (ExitCode.DONE, ExitCode.DONE)
    assert pub.err.count("the credentials were renewed from credentials file ") == 1
    assert sub.out == b"before\nafter\n"


def test_a_long_publication_without_newer_credentials_ends_and_says_what_is_confirmed(publish, holder):
    server, write, key = holder
    options = ("--rate", "100", "--count", "100000", "--creds", write(LIFE_S), "-s", server.url)

    pub = publish("pub", "a", "x", *options)

    assert pub.code == ExitCode.REFUSED
    refused = f"natscli: {server.url} refused: user authentication expired: the JWT of user 'test' in "
    assert pub.err.startswith(refused)
    newer = "; nothing newer is there"
    proven, sent = re.search(
        rf"{re.escape(newer)}; ([\d,]+) of ([\d,]+) messages sent are confirmed\n$", pub.err
    ).groups()
    assert proven == sent  # nothing was sent in the last moment
    assert key.seed not in pub.err
