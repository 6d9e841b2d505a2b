"""Commands that run on while their credentials expire: with newer ones in the file they go on, without they end."""

import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from tests.connection.jwts import Key, creds, new_realm

RATE = 200  # messages a second
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
    return 2.0 + 6 * (time.monotonic() - started)


@pytest.fixture
def holder(make_server, tmp_path):
    """A server, and what writes the credentials of its user, for some seconds or without end; it returns the path."""
    realm, key = new_realm(), Key("user")
    server = make_server(extra=realm.server_configuration)

    def write(life_s=None, name="user.creds"):
        path = tmp_path / name
        path.write_text(creds(realm.user(key, life_s), key.seed))
        path.chmod(0o600)
        return str(path)

    return server, write, key


def test_running_commands_go_on_with_newer_credentials(start, cli, holder, life_s):
    server, write, key = holder
    path = write(life_s)
    running = {name: start(*command, "--creds", path, url=server.url) for name, (command, _) in COMMANDS.items()}
    for name, process in running.items():
        process.says(COMMANDS[name][1])

    write()
    for process in running.values():
        process.says("the credentials were renewed", within=30)
        assert f"from credentials file '{path}', reconnected to {server.url}; gap " in process.err
        assert key.seed not in process.err
    answered = cli("req", "a", "?", "--raw", "-s", server.url, "--creds", path)
    running["sub"].prints(b"?")
    for process in running.values():
        process.signal(signal.SIGINT)

    assert (answered.code, answered.out) == (ExitCode.DONE, b"yes")
    assert {name: process.end() for name, process in running.items()} == dict.fromkeys(running, ExitCode.DONE)
    assert b'"data":"?"' in Path("a.ndjson").read_bytes().replace(b" ", b"")
    lost = next(line for line in running["sub"].err.splitlines() if "disconnected" in line)
    assert lost.endswith("there are newer ones; messages published meanwhile are lost, before #1")


def test_running_commands_end_with_their_credentials(start, holder, life_s):
    server, write, key = holder
    path = write(life_s)
    started = time.monotonic()
    running = {name: start(*command, "--creds", path, url=server.url) for name, (command, _) in COMMANDS.items()}

    ends = {name: process.end(within=30) for name, process in running.items()}

    assert ends == dict.fromkeys(running, ExitCode.REFUSED)
    assert time.monotonic() - started < 30
    for process in running.values():
        last = process.err.splitlines()[-1]
        assert last.startswith(
            f"natscli: {server.url} refused: user authentication expired: the JWT of user 'test' in "
        )
        assert last.endswith("; nothing newer is there")
        assert key.seed not in process.err


def test_a_long_publication_goes_on_with_newer_credentials_and_loses_nothing(start, holder, life_s):
    server, write, key = holder
    count = int(RATE * (life_s + 2))
    sub = start("sub", "a", "--raw", "--count", f"{count}", "--creds", write(name="other.creds"), url=server.url)
    sub.says("Subscribing")
    path = write(life_s)
    pub = start("pub", "a", "{{Count}}", "--rate", f"{RATE}", "--count", f"{count}", "--creds", path, url=server.url)
    sub.prints(b"1\n")

    write()

    assert (pub.end(within=60), sub.end(within=30)) == (ExitCode.DONE, ExitCode.DONE)
    assert sub.out.split() == [b"%d" % number for number in range(1, count + 1)]
    assert pub.err.count("the credentials were renewed from credentials file ") == 1
    assert f"Published {count:,} messages with " in pub.err
    assert key.seed not in pub.err


def _line(seconds, data):
    time_ = f"2026-01-01T00:{seconds // 60:02.0f}:{seconds % 60:09.6f}Z"
    return f'{{"subject":"a","time":"{time_}","data":"{data}"}}\n'


def test_a_long_replay_goes_on_with_newer_credentials_and_loses_nothing(start, holder, life_s):
    server, write, key = holder
    count = int(RATE * (life_s + 2))
    Path("a.ndjson").write_text("".join(_line(number / RATE, str(number)) for number in range(count)))
    sub = start("sub", "a", "--raw", "--count", f"{count}", "--creds", write(name="other.creds"), url=server.url)
    sub.says("Subscribing")
    replay = start("replay", "a.ndjson", "--creds", write(life_s), url=server.url)
    sub.prints(b"0\n")

    write()

    assert (replay.end(within=60), sub.end(within=30)) == (ExitCode.DONE, ExitCode.DONE)
    assert sub.out.split() == [b"%d" % number for number in range(count)]
    assert replay.err.count("the credentials were renewed from credentials file ") == 1
    assert f"Replayed {count:,} messages with " in replay.err
    assert key.seed not in replay.err


def test_a_long_replay_without_newer_credentials_ends_and_says_what_is_confirmed(start, holder, life_s):
    server, write, _ = holder
    Path("a.ndjson").write_text(_line(0, "0") + _line(3000, "1"))
    replay = start("replay", "a.ndjson", "--creds", write(life_s), url=server.url)

    assert replay.end(within=30) == ExitCode.REFUSED

    assert replay.err.startswith(f"natscli: {server.url} refused: user authentication expired: the JWT of user 'test' ")
    assert replay.err.endswith("; nothing newer is there; 1 of 1 message sent are confirmed\n")


def test_lines_that_come_slowly_are_published_across_the_renewal(start, holder, life_s):
    server, write, _ = holder
    sub = start("sub", "a", "--raw", "--count", "2", "--creds", write(name="other.creds"), url=server.url)
    sub.says("Subscribing")
    options = ("--send-on", "newline", "--creds", write(life_s))
    pub = start("pub", "a", *options, url=server.url, stdin=subprocess.PIPE)
    pub.popen.stdin.write(b"before\n")
    pub.popen.stdin.flush()
    sub.prints(b"before\n")

    write()
    pub.says("the credentials were renewed", within=30)
    pub.popen.stdin.write(b"after\n")
    pub.popen.stdin.close()

    assert (pub.end(), sub.end()) == (ExitCode.DONE, ExitCode.DONE)
    assert sub.out == b"before\nafter\n"


def test_a_long_publication_without_newer_credentials_ends_and_says_what_is_confirmed(start, holder, life_s):
    server, write, key = holder
    path = write(life_s)
    pub = start("pub", "a", "x", "--rate", "100", "--count", "100000", "--creds", path, url=server.url)

    assert pub.end(within=30) == ExitCode.REFUSED

    refused = f"natscli: {server.url} refused: user authentication expired: the JWT of user 'test' in "
    assert pub.err.startswith(refused)
    newer = "; nothing newer is there"
    proven, sent = re.search(
        rf"{re.escape(newer)}; ([\d,]+) of ([\d,]+) messages sent are confirmed\n$", pub.err
    ).groups()
    assert proven == sent  # nothing was sent in the last moment
    assert key.seed not in pub.err
