"""--translate: messages through a program, in order, and what happens when it fails."""

import re
import signal
import sys
import time

import pytest

from natscli.wire.encode import pub
from tests.messaging.parties import Listener, answering, push_consumer, telling
from tests.waiting import eventually

SLOWER_AT_FIRST = f"""{sys.executable} -c 'import sys, time
body = sys.stdin.read()
time.sleep(0.3 if body == "0" else 0)
print(body)'"""


@pytest.fixture
def hear(cli, server, subject):
    def run(*arguments: str, say):
        with telling(server, *[pub(subject.encode(), body) for body in say], to=subject):
            return cli("sub", subject, "--count", str(len(say)), *arguments)

    return run


@pytest.mark.parametrize(("body", "size"), [(b"x" * 19, b"19"), (b"", b"0"), (b"\x00\xff", b"2")])
def test_a_body_is_the_program_s_input_and_its_output_is_shown(body, size, hear):
    assert hear("--raw", "--translate", "wc -c", say=[body]).out.split() == [size]


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], '[#1] Received on "S"\nHI\n\n'),
        (["--raw", "--separator", ""], "HI"),
        (["--format", "{number} {data}"], "1 HI\n"),
    ],
)
def test_every_format_shows_what_the_program_wrote(options, shown, hear, subject):
    assert hear("--translate", "tr a-z A-Z", *options, say=[b"hi"]).text == shown.replace("S", subject)


def test_the_subject_can_be_an_argument(hear, subject):
    assert (
        hear("--raw", "--translate", "printf %s:%s {{Subject}} {{1}}", say=[b""]).text
        == f"{subject}:{subject.split('.')[1]}\n"
    )


def test_order_is_kept_although_the_first_takes_longest(hear):
    heard = hear("--raw", "--separator", "", "--translate", SLOWER_AT_FIRST, say=[b"0", b"1", b"2"])

    assert heard.out == b"0\n1\n2\n"


def test_a_message_that_fails_is_told_at_once_and_the_others_are_shown(start, server, subject):
    sub = start(
        "sub",
        subject,
        "--raw",
        "--translate",
        'sh -c \'read x; test "$x" != bad || { echo oh >&2; exit 3; }; echo "$x"\'',
    )
    sub.says("Subscribing")
    with Listener(server.url) as peer:
        for body in (b"a", b"bad", b"c"):
            peer.publish(subject, body + b"\n")
    sub.prints(b"c\n")
    sub.says("warning: message #2: 'sh' ended with exit code 3: oh")

    sub.signal(signal.SIGINT)

    assert sub.end() == 1
    assert sub.out == b"a\n\nc\n\n"
    assert "natscli: 1 message could not be translated, the last because 'sh' ended with exit code 3: oh\n" in sub.err


def test_a_missing_program_fails_every_message(hear):
    heard = hear("--raw", "--translate", "no-such-program", say=[b"a", b"b"])

    assert (heard.code, heard.out) == (1, b"")
    assert heard.err.splitlines()[-1] == (
        "natscli: 2 messages could not be translated, the last because "
        "'no-such-program' cannot be run: no such file or directory"
    )


def test_a_slow_program_is_given_up(hear, monkeypatch):
    monkeypatch.setattr(
        "natscli.messaging.programs.Program.__init__.__kwdefaults__", {"timeout_s": 0.3, "output_limit": 1000}
    )
    started = time.monotonic()

    heard = hear("--raw", "--translate", "sleep 60", say=[b"a"])

    assert heard.code == 1
    assert "'sleep' took longer than 300ms" in heard.err
    assert time.monotonic() - started < 30


def test_what_a_program_may_write_is_bounded(hear, monkeypatch):
    monkeypatch.setattr(
        "natscli.messaging.programs.Program.__init__.__kwdefaults__", {"timeout_s": 9.0, "output_limit": 1000}
    )

    heard = hear("--raw", "--translate", "cat", say=[b"x" * 1001, b"x" * 1000])

    assert heard.out == b"x" * 1000 + b"\n"
    assert "wrote more than 1,000 bytes" in heard.err


def test_a_signal_counts_what_was_not_translated(start, server, subject):
    sub = start("sub", subject, "--raw", "--translate", "sleep 30")
    sub.says("Subscribing")
    with Listener(server.url) as peer:
        peer.send(pub(subject.encode(), b"x") * 3)
        peer.settle()
        sub.signal(signal.SIGINT)

    assert sub.end(within=12) in (0, 7)  # 7 unless the signal came ahead of the messages


def test_a_reply_is_translated_too(cli, server, subject):
    with answering(server.url, subject, lambda m: [pub(m.reply, b"hi")]):
        assert cli("req", subject, "x", "--translate", "tr a-z A-Z").out == b"HI\n"
        assert cli("req", subject, "x", "--raw", "--translate", "tr a-z A-Z").out == b"HI"
        failed = cli("req", subject, "x", "--translate", "false")

    assert (failed.code, failed.out) == (1, b"")
    assert "'false' ended with exit code 1" in failed.err


def test_acknowledging_waits_for_no_connection(start, make_server, subject, tmp_path):
    server = make_server(jetstream=True, monitor_port=0)
    inbox = f"deliver.{subject}"
    program = f"timeout 30 sh -c '>{tmp_path}/begun; until test -e {tmp_path}/stopped; do sleep 0.02; done; cat'"
    with push_consumer(server, subject, 1) as (create, _state):
        sub = start("sub", inbox, "--ack", "--raw", "--translate", program, url=server.url)
        with telling(server, create, to=inbox):
            sub.says("Subscribing")
        eventually((tmp_path / "begun").exists)
        server.stop(0)
    (tmp_path / "stopped").touch()
    sub.says("disconnected")

    sub.prints(b"0\n")
    sub.says("cannot reconnect yet")
    sub.signal(signal.SIGINT)

    assert sub.end() == 0


def test_what_is_dropped_is_said_however_it_ends(cli, server, subject, monkeypatch):
    monkeypatch.setattr("natscli.messaging.translating._MOST_WAITING", 1)
    subjects = [f"{subject}.a", f"{subject}.b"]
    frames = [pub(name.encode(), b"x") for name in subjects * 2]  # four runs, of which one fits

    with telling(server, *frames, to=subjects[1]):
        heard = cli("sub", *subjects, "--raw", "--count", "4", "--translate", "sh -c 'sleep 3; false'")

    assert heard.code == 7
    assert re.fullmatch(
        r"natscli: 3 messages dropped: .* slow; 1 message could not be translated.*", heard.err.splitlines()[-1]
    )
