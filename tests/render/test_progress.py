"""One line on a terminal says how far something is; nobody else gets to see it."""

import io
import re

import pytest

from natscli.render import progress
from natscli.render.progress import bar, byte_progress, counting, progress_bar


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def terminal_of(monkeypatch):
    """Put a terminal of 60 columns in place of stderr, on which nothing is left out for being too soon."""
    shown = Terminal()
    monkeypatch.setattr("sys.stderr", shown)
    monkeypatch.setattr(progress, "_PAUSE_S", 0.0)
    monkeypatch.setenv("COLUMNS", "60")
    return shown


def test_a_bar_has_title_part_words_and_time_and_goes(monkeypatch):
    terminal = terminal_of(monkeypatch)
    with progress_bar("pub a\x1b[31m") as advance:
        advance("500 messages", 0.5)

    lines = terminal.getvalue().split("\r")
    assert re.fullmatch(r"pub a\S* ━+─+ 500 messages 0:00:0\d\x1b\[K", lines[1])
    assert lines[1].count("━") in range(lines[1].count("─") - 1, lines[1].count("─") + 2)
    assert "\x1b[31m" not in lines[1]
    assert lines[2:] == ["\x1b[K"]


def test_bytes_are_shown_with_and_without_their_total(monkeypatch):
    terminal = terminal_of(monkeypatch)
    with counting(4 * 2**20, shown=True) as more:
        more(2**20)
        more(2**20)
    with byte_progress(shown=True) as show:
        show(2**20, 0)

    assert "2.0 MiB of 4.0 MiB" in terminal.getvalue()
    assert re.search(r"\r1.0 MiB 0:00:0\d", terminal.getvalue())


def test_nothing_is_drawn_for_what_is_small_or_unwanted_or_where_no_terminal_is(monkeypatch):
    terminal = terminal_of(monkeypatch)
    with counting(1000, shown=True) as more:
        more(1000)
    with progress_bar("x", shown=False) as advance:
        advance("1", 0.1)
    assert terminal.getvalue() == ""

    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with progress_bar("x") as advance:
        advance("1", 0.1)
    assert pipe.getvalue() == ""


def test_a_terminal_without_the_signs_gets_others(monkeypatch):
    terminal = terminal_of(monkeypatch)
    monkeypatch.setattr(Terminal, "encoding", "ascii")
    with progress_bar("x") as advance:
        advance("1", 0.5)

    assert "?" in terminal.getvalue()


@pytest.mark.parametrize(
    ("part", "width", "shown"), [(0, 6, "──────"), (1, 6, "━" * 6), (0.5, 6, "━━━───"), (1, 4, "")]
)
def test_a_bar_is_as_long_as_the_part(part, width, shown):
    assert bar(part, width) == shown
