"""SIGINT, SIGTERM and a closed terminal end every command within a second, with the code that was promised."""

import fcntl
import os
import platform
import re
import signal
import socket
import subprocess
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from tests.cli.peers import Peer, frozen
from tests.processes import Process
from tests.waiting import SLACK_S, eventually

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
WRITE = {"x86_64": 1, "aarch64": 64}.get(platform.machine())  # the number of that system call
PROMISED_S = 1.0 + SLACK_S

unless_finished = pytest.mark.parametrize(("number", "code"), [(INT, 130), (TERM, 143)], ids=["SIGINT", "SIGTERM"])
runs_for_ever = pytest.mark.parametrize(("number", "code"), [(INT, 0), (TERM, 143)], ids=["SIGINT", "SIGTERM"])

SEES_CALLS = WRITE is not None and os.path.exists("/proc/self/syscall")
looks_into_the_kernel = pytest.mark.skipif(not SEES_CALLS, reason="nothing tells here whether a process hangs")


def _ended_by(process: Process, *numbers: int) -> int:
    """Send the signals at once; return the exit code, having seen that it came in time and without a traceback."""
    started = time.monotonic()
    for number in numbers:
        process.signal(number)
    code = process.end()
    assert time.monotonic() - started < PROMISED_S
    assert "Traceback" not in process.err
    assert "fault in natscli" not in process.err
    return code


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as attempt:
        attempt.settimeout(5)
        return attempt.connect_ex((parts.hostname, parts.port)) == 0


def _unread(descriptor: int) -> int:
    """Return how many bytes wait in a pipe."""
    answer = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0")
    return int.from_bytes(answer, "little")


@pytest.fixture
def stuck(start) -> Callable[..., Process]:
    """Start the command line with a full pipe, which nobody reads, for standard output."""
    ends = os.pipe()
    os.set_blocking(ends[1], False)
    with suppress(BlockingIOError):
        while True:
            os.write(ends[1], bytes(4096))
    os.set_blocking(ends[1], True)
    yield lambda *arguments, **options: start(*arguments, stdout=ends[1], **options)
    for end in ends:
        os.close(end)


# -- each command ----------------------------------------------------------------------------------


@unless_finished
@pytest.mark.parametrize("body", [[], ["-"]], ids=["piped", "dash"])
def test_pub_that_reads_standard_input(body, number, code, start, subject):
    pub = start("pub", subject, *body, stdin=subprocess.PIPE)
    os.write(pub.popen.stdin.fileno(), b"unfinished")
    eventually(lambda: not _unread(pub.popen.stdin.fileno()), 30)

    assert _ended_by(pub, number) == code
    assert pub.err == ""


@unless_finished
def test_pub_that_has_much_to_send(number, code, start, server, subject):
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        pub = start("pub", subject, "x" * 1000, "--count", "1000000000")
        peer.next()

        assert _ended_by(pub, number) == code


@runs_for_ever
def test_sub(number, code, start, subject):
    sub = start("sub", subject)
    sub.says("Subscribing")

    assert _ended_by(sub, number) == code
    assert sub.err.count("\n") == 1


def test_sub_that_is_busy_loses_nothing_of_what_it_took(start, server, subject, tmp_path):
    """What arrives while it ends is neither printed nor counted as dropped; a file takes what it has at once."""
    printed = tmp_path / "printed"
    with printed.open("wb") as file:
        sub = start("sub", subject, "--raw", stdout=file)
    sub.says("Subscribing")
    pub = start("pub", subject, "0123456789", "--count", "1000000000")
    eventually(lambda: printed.stat().st_size >= 11_000, 30)

    assert _ended_by(sub, INT) == 0
    assert _ended_by(pub, INT) == 130
    assert printed.read_bytes().replace(b"0123456789\n", b"") == b""


@unless_finished
def test_sub_whose_count_is_not_reached(number, code, start, peer, subject):
    sub = start("sub", subject, "--count", "2")
    sub.says("Subscribing")
    peer.publish(subject, b"first")
    sub.prints(b"first")

    assert _ended_by(sub, number) == code


@unless_finished
def test_req_that_waits(number, code, start, peer, subject):
    peer.subscribe(subject)
    req = start("req", subject, "anybody?", "--timeout", "1h")
    peer.next()

    assert _ended_by(req, number) == code
    assert req.out == b""


@runs_for_ever
def test_reply(number, code, start, subject):
    reply = start("reply", subject, "an answer")
    reply.says("Listening")

    assert _ended_by(reply, number) == code


@unless_finished
def test_rtt_to_a_silent_server(number, code, start, silent):
    rtt = start("rtt", "--timeout", "1h", url=silent.url)
    with silent.accept():
        assert _ended_by(rtt, number) == code


@runs_for_ever
def test_server_run_takes_its_server_and_files_with_it(number, code, start, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    running = start("server", "run", "--port", "0", env={"TMPDIR": str(files)})
    running.says("Ctrl-C stops it")
    running.prints(b"pub foo.bar hi\n")
    url = re.search(r"nats://\S+", running.out.decode())[0]
    assert _listens(url)
    assert list(files.iterdir())

    assert _ended_by(running, number) == code
    assert not _listens(url)
    assert list(files.iterdir()) == []


@runs_for_ever
def test_demo_shows_its_figures_and_leaves_no_server(number, code, start, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    demo = start("demo", "--for", "60s", env={"TMPDIR": str(files)})
    demo.says("nats-server runs at")
    url = re.search(r"nats://[\d.:]+", demo.err)[0]
    with Peer(url) as peer:  # it plays, so it listens to signals
        peer.subscribe(">")
        peer.next()

    assert _ended_by(demo, number) == code
    assert b"published and received" in demo.out
    assert not _listens(url)
    assert list(files.iterdir()) == []


@pytest.mark.parametrize("command", ["sub", "server run"])
def test_a_closed_terminal_ends_a_command_and_its_server(command, start, subject, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    arguments = ["sub", subject] if command == "sub" else ["server", "run", "--port", "0"]
    running = start(*arguments, env={"TMPDIR": str(files)})
    running.says("Subscribing" if command == "sub" else "Ctrl-C stops it")

    assert _ended_by(running, HUP) == 129
    assert list(files.iterdir()) == []


def test_under_nohup_a_closed_terminal_ends_nothing(start, peer, subject):
    before = signal.signal(HUP, signal.SIG_IGN)
    try:
        sub = start("sub", subject)
    finally:
        signal.signal(HUP, before)
    sub.says("Subscribing")

    sub.signal(HUP)
    peer.publish(subject, b"still here")
    sub.prints(b"still here")

    assert _ended_by(sub, INT) == 0


# -- whatever the peer does ------------------------------------------------------------------------


@runs_for_ever
@pytest.mark.parametrize("command", ["sub", "reply"])
def test_a_listener_on_a_frozen_server(command, number, code, start, make_server, subject):
    server = make_server()
    listener = start(command, subject, *(["answer"] if command == "reply" else []), url=server.url)
    listener.says("Subscribing" if command == "sub" else "Listening")
    with frozen(server):
        assert _ended_by(listener, number) == code


@unless_finished
def test_req_on_a_frozen_server(number, code, start, make_server, subject):
    server = make_server()
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        req = start("req", subject, "anybody?", "--timeout", "1h", url=server.url)
        peer.next()
    with frozen(server):
        assert _ended_by(req, number) == code


@unless_finished
def test_pub_whose_bytes_a_frozen_server_does_not_take(number, code, start, make_server, subject):
    server = make_server()
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        pub = start("pub", subject, "x" * 1000, "--count", "1000000000", "--timeout", "1h", url=server.url)
        peer.next()
        with frozen(server):
            assert _ended_by(pub, number) == code


@pytest.mark.parametrize("command", [["pub", "foo", "hi"], ["server-info"], ["sub", "foo"]], ids=lambda c: c[0])
def test_a_command_that_is_still_connecting(command, start, silent):
    connecting = start(*command, "--timeout", "1h", url=silent.url)
    with silent.accept():
        assert _ended_by(connecting, TERM) == 143
    assert connecting.err == ""


# -- whatever the reader does ----------------------------------------------------------------------


@pytest.mark.parametrize("number", [INT, TERM])
def test_sub_whose_output_nobody_reads_says_what_is_lost(number, stuck, peer, subject):
    sub = stuck("sub", subject)
    sub.says("Subscribing")
    for _ in range(3):
        peer.publish(subject, b"never read")
    if SEES_CALLS:
        _blocked_in_write(sub)

    assert _ended_by(sub, number) == 7
    assert re.search(r"natscli: (\d) messages? of \1 dropped", sub.err)


@looks_into_the_kernel
@pytest.mark.parametrize("command", [["server-info"], ["rtt"], ["--help"]], ids=lambda c: c[0])
def test_a_report_that_nobody_reads(command, stuck):
    report = stuck(*command)
    _blocked_in_write(report)

    assert _ended_by(report, TERM) == 143
    assert report.err == ""


@looks_into_the_kernel
@pytest.mark.parametrize("number", [INT, TERM])
def test_server_run_whose_output_nobody_reads_leaves_no_server(number, stuck, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    running = stuck("server", "run", "--port", "0", env={"TMPDIR": str(files)})
    _blocked_in_write(running)
    assert list(files.iterdir())

    assert _ended_by(running, number) == 128 + number
    assert list(files.iterdir()) == []


@looks_into_the_kernel
def test_req_whose_reply_nobody_reads(stuck, peer, subject):
    peer.subscribe(subject)
    req = stuck("req", subject, "anybody?", "--raw", "--timeout", "1h")
    peer.publish(peer.next().reply, b"an answer")
    _blocked_in_write(req)

    assert _ended_by(req, INT) == 130


# -- in a hurry ------------------------------------------------------------------------------------


def test_a_second_signal_ends_at_once_what_the_first_was_ending(stuck, peer, subject):
    sub = stuck("sub", subject)
    sub.says("Subscribing")
    peer.publish(subject, b"never read")
    if SEES_CALLS:
        _blocked_in_write(sub)

    assert _ended_by(sub, INT, TERM) in (130, 143)  # not 7: it does not wait for the reader any more


def test_two_signals_at_once_leave_no_server_and_no_traceback(start, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    running = start("server", "run", "--port", "0", env={"TMPDIR": str(files)})
    running.says("Ctrl-C stops it")
    running.prints(b"pub foo.bar hi\n")
    url = re.search(r"nats://\S+", running.out.decode())[0]

    assert _ended_by(running, INT, TERM) in (0, 130, 143)  # the second may come when all is done
    assert not _listens(url)
    assert list(files.iterdir()) == []


@pytest.mark.parametrize("numbers", [(INT, TERM), (TERM, INT)], ids=["INT TERM", "TERM INT"])
def test_two_signals_at_once_while_nothing_is_connected(numbers, start, subject):
    pub = start("pub", subject, stdin=subprocess.PIPE)
    os.write(pub.popen.stdin.fileno(), b"unfinished")
    eventually(lambda: not _unread(pub.popen.stdin.fileno()), 30)

    assert _ended_by(pub, *numbers) in (130, 143)
    assert pub.err == ""


def _blocked_in_write(process: Process) -> None:
    """Wait until the process sleeps in a system call that writes to its standard output."""

    def writes() -> bool:
        for thread in os.listdir(f"/proc/{process.popen.pid}/task"):
            with suppress(OSError), open(f"/proc/{process.popen.pid}/task/{thread}/syscall") as file:
                if file.read().startswith(f"{WRITE} 0x1 "):  # a thread that has ended raises
                    return True
        return False

    eventually(writes, 30)
