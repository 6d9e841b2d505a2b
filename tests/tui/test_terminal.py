"""The app on a real terminal against a real server: what it draws, what it survives, how it ends."""

import asyncio
import os
import re
import select
import signal
import sys

import pytest

from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.wire import encode
from tests.cli.terminal import Terminal
from tests.processes import freeze
from tests.waiting import eventually

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of Unix")
WITHIN = 30


def publish(url, *frames):
    async def run():
        connection = await open_connection(Target(parse_urls(url)), Deadline(10))
        connection.send(b"".join(frames))
        await connection.confirm(10)
        await connection.close()

    asyncio.run(run())


def shows(terminal, data, within=WITHIN):
    eventually(lambda: data in terminal.shown, within)


def test_it_shows_what_is_published_and_q_ends_it(make_server):
    server = make_server()
    with Terminal("top", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        publish(server.url, *[encode.pub(b"orders.eu.created", b'{"price": 5}')] * 7)
        shows(terminal, b"created")
        terminal.types(b"1")
        shows(terminal, b'"price"')
        terminal.types(b"q")
        assert terminal.end() == 0
    assert b"\x1b[?1049l" in terminal.shown  # the first screen is back


@pytest.mark.parametrize("end", ["\x03", signal.SIGINT, signal.SIGTERM])
def test_every_end_gives_the_terminal_back(make_server, end):
    server = make_server()
    with Terminal("top", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        if isinstance(end, str):
            terminal.types(end.encode())
        else:
            os.kill(terminal.popen.pid, end)
        assert terminal.end() == (143 if end is signal.SIGTERM else 0)
    assert b"\x1b[?1049l" in terminal.shown
    assert b"Traceback" not in terminal.shown


@pytest.mark.parametrize("command", ["top", "demo"])
def test_an_end_that_waits_for_nobody_gives_the_terminal_back_too(make_server, command):
    """The second signal is such an end; both are there when it runs again."""
    with Terminal(command, url=make_server().url) as terminal:
        shows(terminal, b"waiting for the first message" if command == "top" else b"orders")
        assert not terminal.echoes
        freeze(terminal.popen.pid)
        eventually(lambda: not select.select([terminal._ours], [], [], 0)[0])  # there is room for its last words
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            os.kill(terminal.popen.pid, number)
        assert terminal.end() in (130, 143)  # of the later one: two threads may hear them in either order
        assert terminal.echoes
    last = terminal.shown.rpartition(b"\x1b[?1049l")[2]
    assert terminal.shown.count(b"\x1b[?1049l") == 1
    assert b"\x1b[?25h" in last
    assert all(b"\x1b[?%dl" % mode in terminal.shown for mode in (1000, 1003, 2004))


def test_a_terminal_that_goes_away_ends_it(make_server):
    server = make_server()
    with Terminal("top", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        terminal.close()
        assert terminal.end() in (0, 1, 129)


def test_a_server_that_goes_and_comes_back_is_told_of(make_server, port):
    server = make_server(port=port)
    with Terminal("top", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        server.stop()
        shows(terminal, b"disconnected")
        back = make_server(port=port)
        shows(terminal, b"reconnected to")
        publish(back.url, encode.pub(b"after.the.gap", b"x"))
        shows(terminal, b"after")
        terminal.types(b"q")
        assert terminal.end() == 0


def test_no_server_is_a_line_and_an_exit_code():
    with Terminal("top", "--timeout", "30s", url="nats://127.0.0.1:1") as terminal:
        assert terminal.end() == 3
    assert b"cannot connect to nats://127.0.0.1:1" in terminal.shown
    assert b"\x1b[?1049h" not in terminal.shown


def test_an_alert_that_fired_is_the_exit_code(make_server):
    server = make_server()
    with Terminal("top", "--alert", "count(a.>) > 4", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        publish(server.url, *[encode.pub(b"a.b", b"")] * 5)
        shows(terminal, b"alert count(a.>) > 4")
        terminal.types(b"q")
        assert terminal.end() == 1
    assert terminal.shown.rstrip().endswith(b"it is 5")


def test_rows_to_print_are_no_matter_of_the_app(server):
    with Terminal("top", "--top", "5", url=server.url) as terminal:
        assert terminal.end() == 2
    assert b"--top is for printed figures" in terminal.shown


def test_a_recording_is_played_without_a_server(tmp_path):
    path = tmp_path / "r.ndjson"
    path.write_bytes(b'{"subject":"played.back","time":"2026-11-23T12:00:00.000001Z","data":"hello"}\n')
    with Terminal("top", "--from", str(path), url="nats://127.0.0.1:1") as terminal:
        shows(terminal, b"played")
        shows(terminal, b"end of the recording")
        terminal.types(b"q")
        assert terminal.end() == 0


def test_a_recording_needs_a_terminal(cli, tmp_path):
    assert cli("top", "--from", "x.ndjson").code == 2


def test_a_broken_file_of_keys_is_a_usage_error(server, isolated):
    folder = isolated / ".config" / "natscli"
    folder.mkdir(parents=True)
    (folder / "top.toml").write_text("[keys]\nfly = 'f'\n")
    with Terminal("top", url=server.url) as terminal:
        assert terminal.end() == 2
    assert b"there is no key 'fly'" in terminal.shown


def test_no_control_character_of_a_stranger_reaches_the_terminal(make_server):
    """Every escape sequence that is written is one of Textual's own: none of those that were published."""
    server = make_server()
    bad = b"\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07\x1b[2J\x9b1mXX\x08\x7f\xc2\x9d0;c1\xc2\x9c"
    with Terminal("top", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        header = b"NATS/1.0\r\nX-Evil: " + bad + b"\r\n\r\n"
        publish(server.url, *[encode.pub(b"evil." + bad.replace(b"\r", b""), b"[red]END" + bad, b"", header)] * 3)
        shows(terminal, b"evil")
        for keys in (b"o", b"G", b"1", b"v", b"v", b"2", b"3", b"5", b"t", b"i", b"S", b"S", b"?", b"?"):
            before = len(terminal.shown)
            terminal.types(keys)
            eventually(lambda before=before: len(terminal.shown) > before, WITHIN)
        shows(terminal, b"[red]END")
        terminal.types(b"q")
        assert terminal.end() == 0
    for part in (b"\x1b]52", b"\x1b]0;owned", b"owned\x07", b"\x9b1m", b"\xc2\x9d", b"\xc2\x9c", b"\x08", b"\x7f"):
        assert part not in terminal.shown
    assert not re.search(rb"\x1b\[2J.{0,8}XX", terminal.shown)


def test_a_subject_that_may_not_be_seen_is_told_and_the_rest_is_shown(tmp_path, make_server):
    server = make_server()
    with Terminal("top", "a.>", "--no-latency", url=server.url) as terminal:
        shows(terminal, b"waiting for the first message")
        publish(server.url, encode.pub(b"b.c", b""), encode.pub(b"a.c", b""))
        shows(terminal, b"\xe2\x96\xbe")
        assert b"b.c" not in terminal.shown
        terminal.types(b"q")
        assert terminal.end() == 0
