"""``demo``: real traffic on a server of its own, every message counted, nothing left behind."""

import os
import re
import signal

import pytest

from tests.cli.terminal import Terminal
from tests.processes import freeze
from tests.waiting import eventually

FIGURES = re.compile(rb"([\d,]+) messages? published and received in ([\d.]+)(m?s), ([\d,]+) repl(?:y|ies)\b")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files go, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def _number(text: bytes) -> int:
    return int(text.replace(b",", b""))


def test_without_a_terminal_the_figures_come_at_the_end_and_add_up(cli, temporary):
    ended = cli("demo", "--for", "1s", "--rate", "300")

    assert ended.code == 0
    published, seconds, unit, replies = FIGURES.search(ended.out).groups()
    assert (1.0 <= float(seconds) < 10, unit) == (True, b"s")
    assert 200 <= _number(published) <= 330 * float(seconds)
    rows = re.findall(r"^([\w>]+\.\S+) +([\d,]+) ", ended.text, re.MULTILINE)
    counts = {subject: int(messages.replace(",", "")) for subject, messages in rows}
    assert counts.pop("_INBOX.>") == _number(replies) == counts["services.pricing"]
    assert sum(counts.values()) == _number(published)
    assert "\x1b" not in ended.text
    assert re.fullmatch(r"nats-server runs at nats://127\.0\.0\.1:\d+; publishing 300 messages a second\n", ended.err)
    assert list(temporary.iterdir()) == []


def test_quiet_leaves_the_figures(cli):
    ended = cli("demo", "--for", "50ms", "--quiet")

    assert (ended.code, ended.err) == (0, "")
    assert FIGURES.search(ended.out)


def test_a_program_that_is_not_there(cli):
    ended = cli("demo", "--binary", "/does/not/exist")

    assert (ended.code, ended.out, ended.err) == (2, b"", "natscli: '/does/not/exist' does not exist\n")


@pytest.mark.parametrize("options", [["--rate", "0"], ["--rate", "x"], ["--for", "5"]])
def test_what_cannot_be_played_is_a_usage_error(options, cli):
    ended = cli("demo", *options)

    assert (ended.code, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 2


def test_on_a_terminal_ctrl_c_ends_it_with_the_figures(temporary, server):
    with Terminal("demo", url=server.url) as terminal:
        terminal.shows(b"vibration")
        assert list(temporary.iterdir())

        terminal.types(b"\x03")

        assert terminal.end() == 0
    assert FIGURES.search(terminal.shown)
    assert b"\x1b[?1049l" in terminal.shown  # the terminal's first screen is back
    assert list(temporary.iterdir()) == []


def test_a_terminal_that_is_closed_leaves_no_server(temporary, server):
    with Terminal("demo", url=server.url) as terminal:
        terminal.shows(b"vibration")
        terminal.close()

        assert terminal.end() in (1, 129)
    assert eventually(lambda: not list(temporary.iterdir()))


def test_a_terminal_that_is_closed_leaves_no_server_when_all_that_is_left_is_to_go(temporary, server):
    """The second signal ends it at once, when there is no terminal to give back any more."""
    with Terminal("demo", url=server.url) as terminal:
        terminal.shows(b"vibration")
        freeze(terminal.popen.pid)
        terminal.close()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            os.kill(terminal.popen.pid, number)

        assert terminal.end() in (129, 130, 143)
    assert eventually(lambda: not list(temporary.iterdir()))
