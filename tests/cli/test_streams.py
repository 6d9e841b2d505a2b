"""Pipes that end, disks that are full, streams that are closed, locales that are poor: bytes stay bytes."""

import hashlib
import os
import random
import subprocess
import sys

import pytest

from natscli.wire.headers import encode_headers
from tests.cli.terminal import Terminal
from tests.processes import Process

HOSTILE = b"\x1b]0;owned\x07\x1b[2J\x9b31m\xc2\x9b2J\x00\x7f\xff\r\n\xe2\x80\xae\b\x0e"
ACTING = [b"\x1b]", b"\x1b[2J", b"\x9b31m", b"\xc2\x9b", b"\x00", b"\x07", b"\x7f", b"\xff", b"\xe2\x80\xae", b"\x0e"]
REPORTS = pytest.mark.parametrize(
    "command", [["server-info"], ["rtt"], ["--help"], ["pub", "--help"], ["--version"]], ids=" ".join
)
POOR = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}


def _shell(redirections: str, *arguments: str, url: str, **options) -> subprocess.CompletedProcess[bytes]:
    """Run ``natscli ARGUMENTS`` to its end by a shell that redirects its streams."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-m", "natscli", *arguments],
        capture_output=True,
        timeout=60,
        env={**os.environ, "NATS_URL": url},
        stdin=subprocess.DEVNULL,
        **options,
    )


def _one_error(raw: bytes) -> str:
    lines = raw.decode().splitlines()
    errors = [line for line in lines if line.startswith("natscli: ")]
    assert len(errors) == 1, lines
    assert "Traceback" not in raw.decode()
    return errors[0].removeprefix("natscli: ")


# -- readers that go -------------------------------------------------------------------------------


def test_sub_ends_quietly_when_its_reader_goes(start, peer, subject):
    reading, writing = os.pipe()
    sub = start("sub", subject, stdout=writing)
    os.close(writing)
    sub.says("Subscribing")
    peer.publish(subject, b"first")
    with open(reading, "rb", buffering=0) as head:
        assert head.readline() == f'[#1] Received on "{subject}"\n'.encode()

    peer.publish(subject, b"nobody reads this")

    assert sub.end() == 0
    assert sub.err == f"Subscribing on {subject}\n"


@REPORTS
def test_a_report_ends_quietly_without_a_reader(command, start):
    reading, writing = os.pipe()
    os.close(reading)
    report = start(*command, stdout=writing)
    os.close(writing)

    assert report.end() == 0
    assert report.err == ""


def test_req_ends_quietly_without_a_reader(start, peer, subject):
    peer.subscribe(subject)
    reading, writing = os.pipe()
    os.close(reading)
    req = start("req", subject, "hi", "--raw", stdout=writing)
    os.close(writing)
    peer.publish(peer.next().reply, b"an answer")

    assert req.end() == 0
    assert req.err == ""


# -- streams that are closed -----------------------------------------------------------------------


@pytest.mark.parametrize("command", [["server-info"], ["--help"], ["--version"]], ids=lambda c: c[0])
def test_output_that_is_closed_is_one_error(command, server):
    ended = _shell(">&-", *command, url=server.url)

    assert ended.returncode == 1
    assert _one_error(ended.stderr) == "cannot write to standard output: bad file descriptor"


def test_sub_with_its_output_closed_fails_at_the_first_message(start, peer, server, subject):
    sub = Process(
        subprocess.Popen(
            ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "natscli", "sub", subject],
            stderr=subprocess.PIPE,
            env={**os.environ, "NATS_URL": server.url},
        )
    )
    with sub:
        sub.says("Subscribing")
        peer.publish(subject, b"where to?")

        assert sub.end() == 1
    assert _one_error(sub.err.encode()) == "cannot write to standard output: bad file descriptor"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_pub_needs_no_output(closed, server, peer, subject):
    peer.subscribe(subject)

    ended = _shell(closed, "pub", subject, "hi", url=server.url)

    assert (ended.returncode, ended.stdout) == (0, b"")
    assert peer.next().payload == b"hi"


@pytest.mark.parametrize("body", [[], ["-"]], ids=["none", "dash"])
def test_closed_input_is_an_empty_body(body, server, peer, subject):
    peer.subscribe(subject)

    ended = _shell("<&-", "pub", subject, *body, url=server.url)

    assert ended.returncode == 0
    assert peer.next().payload == b""


@pytest.mark.parametrize("closed", ["2>&-", "2>/dev/full", "<&- >&- 2>&-"])
def test_an_error_that_cannot_be_told_still_has_its_exit_code(closed, refused):
    assert _shell(closed, "pub", "foo", "hi", url=refused()).returncode == 3
    assert _shell(closed, "pub", "a..b", "hi", url=refused()).returncode == 2


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_trace_that_cannot_be_told_stops_nothing(redirection, server, peer, subject):
    peer.subscribe(subject)

    ended = _shell(redirection, "pub", subject, "hi", "--trace", url=server.url)

    assert ended.returncode == 0
    assert peer.next().payload == b"hi"


# -- disks that are full ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [["server-info"], ["rtt"], ["--help"], ["pub", "--help"], ["--version"]], ids=" ".join
)
def test_a_report_on_a_full_disk_is_one_error(command, server):
    ended = _shell(">/dev/full", *command, url=server.url)

    assert ended.returncode == 1
    assert _one_error(ended.stderr) == "cannot write to standard output: no space left on device"
    assert ended.stderr.count(b"\n") == 1


@pytest.mark.parametrize("options", [[], ["--count", "1"]], ids=["endless", "count"])
def test_sub_on_a_full_disk_is_one_error(options, start, peer, subject):
    with open("/dev/full", "wb") as full:
        sub = start("sub", subject, *options, stdout=full)
    sub.says("Subscribing")
    peer.publish(subject, b"hi")

    assert sub.end() == 1
    assert _one_error(sub.err.encode()) == "cannot write to standard output: no space left on device"


def test_req_on_a_full_disk_is_one_error(start, peer, subject):
    peer.subscribe(subject)
    with open("/dev/full", "wb") as full:
        req = start("req", subject, "hi", "--raw", stdout=full)
    peer.publish(peer.next().reply, b"an answer")

    assert req.end() == 1
    assert _one_error(req.err.encode()) == "cannot write to standard output: no space left on device"


# -- poor locales ----------------------------------------------------------------------------------


def test_in_an_ascii_locale_subjects_and_bodies_are_what_was_typed(start, peer, subject):
    name, body = f"{subject}.größe.日本", "Grüße ✓ 日本"
    sub = start("sub", f"{subject}.>", "--count", "2", env=POOR)
    sub.says("Subscribing")
    peer.subscribe(name)

    pub = start("pub", name, body, "-H", "Where:Größe", env=POOR)
    assert pub.end() == 0
    peer.publish(name, b"\xff\x00\r\n" + body.encode())

    assert sub.end() == 0
    assert peer.next()[::3] == (name.encode(), body.encode())
    assert name.encode() in sub.out
    assert body.encode() + b"\n" in sub.out
    assert b"\xff\x00\r\n" + body.encode() in sub.out
    assert all(text.isascii() for text in (pub.err, sub.err))


def test_in_an_ascii_locale_a_subject_can_be_subscribed_to(start, peer, subject):
    name = f"{subject}.größe"
    sub = start("sub", name, "--raw", "--count", "1", env=POOR)
    sub.says("Subscribing")
    peer.publish(name, b"hi")

    assert sub.end() == 0


@pytest.mark.parametrize("argument", ["ü..x", "\udcff..x"])
def test_in_an_ascii_locale_errors_are_told_in_ascii(argument, start):
    pub = start("pub", argument, "hi", env=POOR)

    assert pub.end() == 2
    assert _one_error(pub.err.encode()).startswith("subject '\\x")


def test_in_an_ascii_locale_help_is_shown(start):
    shown = start("--help", env=POOR)

    assert shown.end() == 0
    assert b"Usage: natscli" in shown.out
    assert shown.err == ""


# -- terminals -------------------------------------------------------------------------------------


def _tame(shown: bytes) -> None:
    for bytes_ in ACTING:
        assert bytes_ not in shown, f"{bytes_!r} in {shown!r}"


@pytest.mark.parametrize("format_", [[], ["--raw"], ["-o", "json"]], ids=["human", "raw", "json"])
def test_nothing_a_stranger_sends_acts_on_the_terminal_of_sub(format_, server, peer, subject):
    with Terminal("sub", f"{subject}.>", "--count", "2", *format_, "--no-color", url=server.url) as terminal:
        terminal.shows(b"Subscribing")
        peer.publish(f"{subject}.".encode() + b"a\x1b[2J\xff\x7f", HOSTILE, b"r\x9b31m\x1b[2J")
        headers = encode_headers([("X-Title", "v\x1b[2J\x07")])
        peer.publish(f"{subject}.b", b"the end", headers=headers)

        assert terminal.end() == 0
    assert b"the end" in terminal.shown
    _tame(terminal.shown)
    assert b"\x1b" not in terminal.shown


def test_nothing_a_stranger_sends_acts_on_the_terminal_of_req(server, peer, subject):
    peer.subscribe(subject)
    with Terminal("req", subject, "hi", "--no-color", url=server.url) as terminal:
        headers = encode_headers([("Nats-Service-Error", "no\x1b[2J\x07"), ("Nats-Service-Error-Code", "5\x7f00")])
        peer.publish(peer.next().reply, HOSTILE, headers=headers)

        assert terminal.end() == 8
    assert b"owned" in terminal.shown
    _tame(terminal.shown)
    assert b"\x1b" not in terminal.shown


@pytest.mark.parametrize("typed", [["pub", "a\x1b[2J\x7f..b", "hi"], ["\x1b]0;owned\x07"], ["--nope\x1b[2J"]])
def test_nothing_that_was_typed_acts_on_the_terminal(typed, refused):
    with Terminal(*typed, "--no-color", url=refused()) as terminal:
        assert terminal.end() == 2
    assert b"natscli: " in terminal.shown
    _tame(terminal.shown)
    assert b"\x1b" not in terminal.shown


# -- bytes in, bytes out ---------------------------------------------------------------------------


def _payloads(count: int) -> list[bytes]:
    source = random.Random(7)
    special = [b"", b"\0", b"\r\n", b"a\r\nb\0c", b"\xff\xfe", HOSTILE, b"MSG a 1 2\r\nhi\r\n", bytes(range(256))]
    return special + [source.randbytes(source.randrange(3000)) for _ in range(count)]


def test_sub_raw_passes_bodies_on_byte_for_byte(start, peer, subject):
    payloads = _payloads(400)
    sub = start("sub", subject, "--raw", "--count", str(len(payloads)))
    sub.says("Subscribing")
    for payload in payloads:
        peer.publish(subject, payload)

    assert sub.end() == 0
    expected = b"".join(payload + b"\n" for payload in payloads)
    assert hashlib.sha256(sub.out).digest() == hashlib.sha256(expected).digest()


def test_sub_for_people_passes_bodies_and_subjects_on_byte_for_byte_to_a_pipe(start, peer, subject):
    payloads = [payload for payload in _payloads(100) if payload and not payload.endswith(b"\n")]
    name = subject.encode() + b".\xff\x1b[2J"
    sub = start("sub", f"{subject}.*", "--count", str(len(payloads)))
    sub.says("Subscribing")
    for payload in payloads:
        peer.publish(name, payload)

    assert sub.end() == 0
    expected = [b'[#%d] Received on "%b"\n%b\n\n' % (n, name, payload) for n, payload in enumerate(payloads, 1)]
    assert hashlib.sha256(sub.out).digest() == hashlib.sha256(b"".join(expected)).digest()


@pytest.mark.parametrize("payload", _payloads(3), ids=lambda p: hashlib.sha256(p).hexdigest()[:8])
def test_req_raw_passes_the_reply_on_byte_for_byte(payload, start, peer, subject):
    peer.subscribe(subject)
    req = start("req", subject, "hi", "--raw")
    peer.publish(peer.next().reply, payload)

    assert req.end() == 0
    assert (req.out, req.err) == (payload, "")


def test_pub_sends_what_is_piped_in_byte_for_byte(cli, peer, subject):
    peer.subscribe(subject)
    for payload in _payloads(50):
        assert cli("pub", subject, stdin=payload).code == 0
        assert peer.next().payload == payload
