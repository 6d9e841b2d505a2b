"""A missing password is asked for where somebody is there, and nowhere else; asking can be ended."""

import os
import signal

import pytest

pytest.importorskip("termios")

from natscli.cli.prompt import ask_password
from tests.cli.terminal import Terminal
from tests.processes import Process
from tests.waiting import SLACK_S, eventually

PASSWORD = "env://typed by hand é"


def test_a_password_is_typed_unseen(make_server):
    server = make_server(user="alice", password=PASSWORD)
    with Terminal("pub", "a", "b", "--user", "alice", url=server.url) as terminal:
        terminal.shows(b"password of user 'alice': ")
        terminal.types(PASSWORD.encode() + b"\n")

        assert terminal.end() == 0
    assert b"typed" not in terminal.shown
    assert b"Published" in terminal.shown


def test_a_wrong_password_is_refused_and_none_is_a_usage_error(make_server):
    server = make_server(user="alice", password=PASSWORD)
    for typed, code, words in ((b"wr0ng\n", 4, b"refused"), (b"\n", 2, b"user 'alice' has no password")):
        with Terminal("pub", "a", "b", "--user", "alice", url=server.url) as terminal:
            terminal.shows(b"password of user 'alice': ")
            terminal.types(typed)

            assert terminal.end() == code
        assert words in terminal.shown
        assert b"wr0ng" not in terminal.shown


def test_asking_takes_nothing_from_the_time_there_is(make_server):
    server = make_server(user="alice", password=PASSWORD)
    with Terminal("pub", "a", "b", "--user", "alice", "--timeout", "4s", url=server.url) as terminal:
        terminal.shows(b"password of user 'alice': ")
        with pytest.raises(Exception, match="timed out"):
            terminal.popen.wait(4.2)
        terminal.types(PASSWORD.encode() + b"\n")

        assert terminal.end() == 0


@pytest.mark.parametrize("command", [("sub", "a"), ("req", "a", "b"), ("stream", "ls")])
def test_asking_is_ended_by_ctrl_c_and_the_terminal_shows_again_what_is_typed(command):
    with Terminal(*command, "--user", "alice", url="nats://127.0.0.1:1") as terminal:
        terminal.shows(b"password of user 'alice': ")
        eventually(lambda: not terminal.echoes)
        terminal.types(b"\x03")

        assert terminal.end(2.0 + SLACK_S) == 130
        assert terminal.echoes
    assert b"Traceback" not in terminal.shown


def test_asking_in_a_coroutine_is_ended_by_sigterm():
    with Terminal("stream", "ls", "--user", "alice", url="nats://127.0.0.1:1") as terminal:
        terminal.shows(b"password of user 'alice': ")
        terminal.popen.terminate()

        assert terminal.end(2.0 + SLACK_S) == 143
        assert terminal.echoes


def test_nobody_is_asked_where_nobody_is(cli):
    refused = cli("pub", "a", "b", "--user", "alice")

    assert (refused.code, refused.out) == (2, b"")
    assert refused.err.startswith("natscli: user 'alice' has no password\nhint: set NATS_PASSWORD")
    assert ask_password("alice") is None


def test_a_seed_is_not_shown_on_a_terminal_unless_asked_for():
    with Terminal("auth", "nkey", "gen", url="") as terminal:
        assert terminal.end() == 2
    assert b"a seed is a secret, and standard output is a terminal" in terminal.shown
    with Terminal("auth", "nkey", "gen", "--show", url="") as terminal:
        assert terminal.end() == 0
    assert terminal.shown.startswith(b"SU")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_waiting_for_a_vault_is_ended_by_a_signal(number, code, tmp_path):
    program, asked = tmp_path / "op", tmp_path / "asked"
    program.write_text(f"#!/bin/sh\necho $$ > {asked}\nexec sleep 60\n")
    program.chmod(0o700)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    started = Process.start(("pub", "a", "b", "--token", "op://v/i/f", "--timeout", "50s"), "", env={"PATH": path})
    with started as process:
        eventually(lambda: asked.exists() and asked.read_text().strip(), 30)
        process.signal(number)

        assert process.end() == code
    assert process.err == ""
    vault = int(asked.read_text())
    eventually(lambda: not os.path.exists(f"/proc/{vault}") or "State:\tZ" in _status(vault), 30)


def _status(pid):
    try:
        with open(f"/proc/{pid}/status") as file:
            return file.read()
    except OSError:
        return "State:\tZ"
