"""A signal outside every event loop: one interruption, an undisturbed cleaning up, and an end in any case."""

import signal
import subprocess
import sys
import time

import pytest

from tests.waiting import SLACK_S, eventually

_PROGRAM = """
import atexit, os, signal, sys, time
import natscli.cli as cli

def interrupt(number={number}):
    os.kill(os.getpid(), number)
    time.sleep(0)

def say(text):
    print(text, flush=True)

def main():
    atexit.register(say, "at exit")
{body}

cli.main = main
cli.entry()
"""

every_signal = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["INT", "TERM", "HUP"]
)


def _run(body: str, number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Run the entry point around ``body``, which signals itself; return exit code, output and errors."""
    indented = "".join(f"    {line}\n" for line in body.strip().splitlines())
    program = _PROGRAM.format(number=int(number), body=indented)
    started = time.monotonic()
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert time.monotonic() - started < 2.5 + 2 * SLACK_S  # to start, and then a second; what hangs takes a minute
    return run.returncode, run.stdout, run.stderr


@every_signal
def test_a_signal_ends_what_does_not_look(number, code):
    assert _run("interrupt()\nsay('on and on')", number) == (code, "at exit\n", "")


@every_signal
def test_no_except_exception_swallows_it(number, code):
    body = """
try:
    interrupt()
except Exception:
    say("swallowed")
time.sleep(60)
"""
    assert _run(body, number) == (code, "at exit\n", "")


@every_signal
def test_where_python_swallows_it_the_end_comes_all_the_same(number, code):
    body = """
class Fleeting:
    def __del__(self):
        interrupt()
Fleeting()
say("swallowed")
time.sleep(60)
"""
    assert _run(body, number) == (code, "swallowed\nat exit\n", "")


def test_a_second_signal_does_not_disturb_the_cleaning_up():
    body = """
try:
    interrupt()
finally:
    interrupt(signal.SIGINT)
    interrupt(signal.SIGHUP)
    say("cleaned up")
"""
    assert _run(body) == (143, "cleaned up\nat exit\n", "")


def test_a_cleaning_up_that_does_not_end_is_cut_short():
    body = """
try:
    interrupt()
finally:
    time.sleep(60)
"""
    assert _run(body) == (143, "at exit\n", "")


def test_the_normal_end_does_what_was_registered_for_it_too():
    assert _run("return 7") == (7, "at exit\n", "")


def test_a_signal_after_the_end_changes_nothing():
    assert _run("atexit.register(interrupt)\nreturn 0") == (0, "at exit\n", "")


def test_what_is_swallowed_and_is_no_signal_is_still_told():
    body = """
class Broken:
    def __del__(self):
        raise ValueError("of another kind")
Broken()
return 0
"""
    code, _, errors = _run(body)
    assert code == 0
    assert "ValueError: of another kind" in errors


@pytest.mark.parametrize("numbers", [(signal.SIGINT,), (signal.SIGINT, signal.SIGTERM)], ids=["once", "twice"])
def test_a_server_that_is_just_starting_is_not_left_behind(numbers, start, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    running = start("server", "run", "--port", "0", env={"TMPDIR": str(files)})
    eventually(lambda: any(log.stat().st_size for log in files.glob("natscli-server-*/server.log")), 30)

    for number in numbers:
        running.signal(number)

    assert running.end() in (0, 130, 143)
    assert "Traceback" not in running.err
    assert list(files.glob("natscli-server-*")) == []
