"""sub --report-subjects and --report-subscriptions: tables of what goes by."""

import json
import signal

import pytest

from natscli.wire.encode import pub
from tests.cli.terminal import Terminal
from tests.messaging.parties import Listener, telling


@pytest.fixture
def report(cli, server, subject):
    """Run a report on all below the test's subject until it has what somebody sends meanwhile."""

    def run(*arguments: str, say):
        frames = [pub(f"{subject}.{tail}".encode(), b"1234") for tail in say]
        with telling(server, *frames, to=f"{subject}.{say[0]}"):
            return cli("sub", f"{subject}.>", "--count", str(len(say)), *arguments)

    return run


def _rows(text: str) -> list[tuple[str, str]]:
    """Return the first two columns, without title and rules."""
    return [tuple(line.split()[:2]) for line in text.splitlines()[1:] if not line.startswith("─")]


def test_subjects_are_counted_the_busiest_first(report, subject):
    shown = report("--report-subjects", say=["b", "a", "c", "b"])

    assert shown.code == 0
    assert shown.err == f"Subscribing on {subject}.>\n"
    assert shown.text.splitlines()[0].split() == ["subject", "messages", "bytes", "msg/s", "bytes/s"]
    assert _rows(shown.text) == [(f"{subject}.b", "2"), (f"{subject}.a", "1"), (f"{subject}.c", "1"), ("all", "4")]


def test_the_sum_is_of_all_rows_although_some_are_left_out(report, subject):
    shown = report("--report-subjects", "--report-top", "1", say=["b", "a", "b"])

    assert _rows(shown.text) == [(f"{subject}.b", "2"), ("all", "2")]
    assert shown.text.splitlines()[-1].split()[:3] == ["all", "2", "3"]


def test_subscriptions_are_counted_by_what_was_asked_for(cli, server, subject):
    frames = [pub(f"{subject}.{tail}".encode(), b"x") for tail in ("a", "no", "b", "a")]
    with telling(server, *frames, to=f"{subject}.a", subscriptions=2):
        asked = [f"{subject}.*", f"{subject}.a"]
        shown = cli("sub", *asked, "--report-subscriptions", "--count", "5", "-I", f"{subject}.no")

    assert _rows(shown.text) == [(f"{subject}.*", "3"), (f"{subject}.a", "2"), ("all", "5")]


def test_a_subscription_that_the_count_has_ended_keeps_its_name(report, subject):
    shown = report("--report-subscriptions", say=["a", "b", "c"])

    assert _rows(shown.text) == [(f"{subject}.>", "3"), ("all", "3")]


def test_json_is_a_line_for_each_row(report, subject):
    shown = report("--report-subjects", "-o", "json", "--report-top", "2", say=["b", "a", "c", "b"])

    first, second = map(json.loads, shown.out.splitlines())
    assert list(first) == ["subject", "messages", "payload_bytes", "messages_per_s", "bytes_per_s"]
    assert (first["subject"], first["messages"], first["payload_bytes"]) == (f"{subject}.b", 2, 8)
    assert first["bytes_per_s"] == pytest.approx(4 * first["messages_per_s"])
    assert second["subject"] == f"{subject}.a"


def test_none_is_nothing(report):
    assert report("--report-subjects", "-o", "none", say=["a"]).out == b""


def test_ignored_subjects_are_not_counted(cli, server, subject):
    frames = [pub(f"{subject}.{tail}".encode(), b"x") for tail in ("a", "b", "a")]
    with telling(server, *frames, to=f"{subject}.a"):
        shown = cli("sub", f"{subject}.*", "--report-subjects", "--count", "2", "-I", f"{subject}.b")

    assert _rows(shown.text) == [(f"{subject}.a", "2"), ("all", "2")]


def test_silence_is_a_time_out_under_an_empty_table(cli, subject):
    shown = cli("sub", subject, "--report-subjects", "--wait", "50ms")

    assert shown.code == 5
    assert _rows(shown.text) == [("all", "0")]


def test_an_interrupt_prints_the_table(start, server, subject):
    sub = start("sub", subject, "--report-subjects", "--trace")
    sub.says("Subscribing")
    with Listener(server.url) as peer:
        peer.publish(subject, b"x")
    sub.says(f"MSG {subject}")

    sub.signal(signal.SIGINT)

    assert sub.end() == 0
    assert _rows(sub.out.decode()) == [(subject, "1"), ("all", "1")]
    assert b"\x1b" not in sub.out


def test_a_terminal_shows_the_table_while_it_changes_and_keeps_the_last(server, subject):
    with Terminal("sub", f"{subject}.*", "--report-subjects", "--count", "2", url=server.url) as terminal:
        terminal.shows(b"Subscribing")
        with Listener(server.url) as peer:
            peer.publish(f"{subject}.a", b"x")
            terminal.shows(b"\x1b[?1049h")
            terminal.shows(f"{subject}.a".encode())
            peer.publish(f"{subject}.".encode() + b"\x1b]2;x\x07", b"x")
        assert terminal.end() == 0

    _, _, last = terminal.shown.rpartition(b"\x1b[?1049l")
    assert f"{subject}.a".encode() in last
    assert b"\\x1b]2;x\\x07" in last
    assert b"\x1b]2" not in terminal.shown
