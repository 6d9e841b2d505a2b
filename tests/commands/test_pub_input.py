"""pub: bodies from standard input and files; whole, or a message at a time."""

import hashlib
import os
import pty
import random
import signal
import subprocess
import sys

import pytest

from natscli.errors import ExitCode
from tests.cli.terminal import Terminal
from tests.messaging.parties import Listener, denying
from tests.waiting import eventually

EVERY_BYTE = bytes(range(256)) + b"\r\n\r\n\x00MSG a 1 1\r\n"
MIB = 1024 * 1024


@pytest.fixture
def listener(server, subject):
    with Listener(server.url, subject, f"{subject}.>") as listener:
        yield listener


def _input(content: bytes) -> int:
    """Return a pipe's reading end with ``content`` in it; for a child, and closed by the test."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


@pytest.mark.parametrize("arguments", [[], ["-"], ["--force-stdin"], ["-", "--force-stdin"], ["--send-on", "eof"]])
@pytest.mark.parametrize("body", [b"a\nb\n", EVERY_BYTE, b""], ids=["lines", "bytes", "nothing"])
def test_standard_input_is_one_body(arguments, body, cli, listener, subject):
    assert cli("pub", subject, *arguments, stdin=body).code == 0

    assert listener.payloads() == [body]


@pytest.mark.parametrize("arguments", [["-"], [], ["--force-stdin"]])
@pytest.mark.parametrize(
    ("send_on", "stdin", "bodies"),
    [
        ("newline", b"a\nb\r\n\nd", [b"a", b"b", b"", b"d"]),
        ("newline", b"a\nb\nc\n", [b"a", b"b", b"c"]),
        ("newline", b"", []),
        ("nul", b"a\n\x00\x00c", [b"a\n", b"", b"c"]),
    ],
)
def test_each_piece_of_standard_input_is_a_message(arguments, send_on, stdin, bodies, cli, listener, subject):
    assert cli("pub", subject, *arguments, "--send-on", send_on, stdin=stdin).code == 0

    assert listener.payloads() == bodies


def test_each_piece_is_sent_count_times(cli, listener, subject):
    published = cli("pub", subject, "-", "--send-on", "newline", "--count", "2", stdin=b"a\nbc\n")

    assert published.err == f'Published 4 messages with 6 bytes to "{subject}"\n'
    assert listener.payloads() == [b"a", b"a", b"bc", b"bc"]


def test_pieces_carry_reply_subject_and_headers(cli, listener, subject):
    cli("pub", subject, "--send-on", "newline", "--reply", "in.1", "-H", "A:1", stdin=b"a\nb\n")

    assert [(m.reply, m.headers) for m in listener.received()] == [(b"in.1", b"NATS/1.0\r\nA: 1\r\n\r\n")] * 2


@pytest.mark.parametrize("options", [[], ["--send-on", "newline"], ["--force-stdin"], ["-q"]])
def test_a_typed_body_wins_over_standard_input(options, cli, listener, subject):
    assert cli("pub", subject, "typed", *options, stdin=b"piped\nin\n").code == 0

    assert listener.payloads() == [b"typed"]


def test_pieces_are_sent_while_more_may_come(start, listener, subject):
    pub = start("pub", subject, "-", "--send-on", "newline", stdin=subprocess.PIPE)
    for line in (b"one", b"two"):
        pub.popen.stdin.write(line + b"\n")
        pub.popen.stdin.flush()
        assert listener.next().payload == line
    pub.popen.stdin.close()

    assert pub.end() == 0


def test_a_loop_that_reads_lines_keeps_its_lines(start, server, listener, subject, tmp_path):
    (tmp_path / "lines").write_text("one\ntwo\nthree\n")
    script = 'while read -r line; do "$1" -m natscli pub "$2" "$line"; done <"$3"'

    ended = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, subject, str(tmp_path / "lines")],
        env={**os.environ, "NATS_URL": server.url},
        capture_output=True,
        timeout=30,
    )

    assert ended.returncode == 0, ended.stderr
    assert listener.payloads() == [b"one", b"two", b"three"]


def test_a_pipe_is_read_although_the_output_is_a_terminal(start, listener, subject):
    reading, (ours, theirs) = _input(b"piped\n"), pty.openpty()

    assert start("pub", subject, stdin=reading, stdout=theirs).end() == 0

    for descriptor in (reading, ours, theirs):
        os.close(descriptor)
    assert listener.payloads() == [b"piped\n"]


@pytest.mark.parametrize("options", [[], ["--send-on", "newline"]])
def test_on_a_terminal_a_body_is_asked_for(options, server, listener, subject):
    with Terminal("pub", subject, *options, url=server.url) as terminal:
        assert terminal.end() == 2

    assert b"there is no body to send" in terminal.shown
    assert b"hint: give it as an argument" in terminal.shown
    assert listener.received() == []


@pytest.mark.parametrize("arguments", [["-"], ["--force-stdin"]])
def test_a_body_can_be_typed_on_a_terminal(arguments, server, listener, subject):
    with Terminal("pub", subject, *arguments, url=server.url) as terminal:
        terminal.types(b"typed\n\x04")
        assert terminal.end() == 0

    assert listener.payloads() == [b"typed\n"]


def test_a_file_is_a_body(cli, listener, subject, tmp_path):
    (tmp_path / "body").write_bytes(EVERY_BYTE)

    assert cli("pub", subject, f"@{tmp_path}/body", stdin=b"piped").code == 0

    assert listener.payloads() == [EVERY_BYTE]


def test_two_signs_are_one_and_no_file(cli, listener, subject):
    assert cli("pub", subject, "@@literal").code == 0

    assert listener.payloads() == [b"@literal"]


@pytest.mark.parametrize(("name", "reason"), [("absent", "no such file or directory"), (".", "is a directory")])
def test_a_file_that_cannot_be_read_is_a_usage_error(name, reason, cli, listener, subject):
    refused = cli("pub", subject, f"@{name}")

    assert refused == (
        2,
        b"",
        f"natscli: file '{name}' cannot be read: {reason}\nhint: a body that begins with @ is written @@{name}\n",
    )
    assert listener.received() == []


def test_standard_input_that_is_not_for_reading_is_a_usage_error(start, subject, tmp_path):
    with open(tmp_path / "written", "wb") as file:
        pub = start("pub", subject, "-", stdin=file.fileno())

        assert pub.end() == 2
    assert pub.err.startswith("natscli: standard input cannot be read: ")


def test_five_megabytes_arrive_whole(start, make_server, subject, tmp_path):
    large = make_server(max_payload=8 * MIB)
    body = random.Random(5).randbytes(5 * MIB)
    (tmp_path / "body").write_bytes(body)

    with Listener(large.url, subject) as listener, open(tmp_path / "body", "rb") as file:
        assert start("pub", subject, f"@{tmp_path}/body", url=large.url).end() == 0
        assert start("pub", subject, "-", url=large.url, stdin=file.fileno()).end() == 0
        digests = [hashlib.sha256(payload).hexdigest() for payload in listener.payloads()]

    assert digests == [hashlib.sha256(body).hexdigest()] * 2


def test_a_line_too_large_for_the_server_is_refused_by_its_size(cli, make_server, subject):
    small = make_server(max_payload=1000)

    with Listener(small.url, subject) as listener:
        lines = b"good\n" + b"x" * 1001 + b"\nnever\n"
        refused = cli("pub", subject, "--send-on", "newline", "--server", small.url, stdin=lines)

        assert refused.code == 1
        assert "the message of 1,001 bytes exceeds the server's limit of 1,000" in refused.err
        assert b"never" not in listener.payloads()


def test_a_permission_refused_ends_the_reading_of_standard_input(start, make_server, subject):
    strict = make_server(extra=denying("publish", subject))
    reading, writing = os.pipe()
    pub = start("pub", subject, "-", "--send-on", "newline", url=strict.url, stdin=reading)
    os.close(reading)

    def refused() -> bool:
        try:
            os.write(writing, b"line\n")
        except BrokenPipeError:
            return True
        return False

    eventually(refused, within=30.0)
    os.close(writing)
    assert pub.end() == 4
    assert "Traceback" not in pub.err
    assert len(pub.err.splitlines()) <= 2


@pytest.mark.parametrize("option", [["--send-on", "comma"], ["--send-on", ""]])
def test_only_three_things_end_a_message(option, cli, subject):
    refused = cli("pub", subject, *option, stdin=b"x")

    assert refused.code == 2
    for known in ("eof", "newline", "nul"):
        assert known in refused.err


@pytest.mark.parametrize(
    "command",
    [("pub", "a", "--send-on", "newline"), ("pub", "--ndjson"), ("req", "a", "--send-on", "newline")],
    ids=["lines", "messages", "requests"],
)
def test_a_server_that_dies_while_nothing_comes_ends_it_at_once(command, start, make_server):
    server = make_server()
    waiting = start(*command, "--trace", url=server.url, stdin=subprocess.PIPE)
    waiting.says("<<< PONG")

    os.kill(server.pid, signal.SIGKILL)

    assert waiting.end() == ExitCode.CONNECTION
    last = waiting.err.splitlines()[-1]
    assert last.startswith(f"natscli: the connection to {server.url} was lost: ")


def test_a_signal_ends_it_while_nothing_comes(start):
    waiting = start("pub", "a", "--send-on", "newline", "--trace", stdin=subprocess.PIPE)
    waiting.says("<<< PONG")

    waiting.signal(signal.SIGTERM)

    assert (waiting.end(), waiting.out) == (ExitCode.SIGNAL + signal.SIGTERM, b"")
