"""No signal comes between two steps that belong together."""

import os
import signal
import threading

import pytest

from natscli.server.holding import signals_held


@pytest.fixture
def noted(monkeypatch):
    """What a handler of the test's own is told."""
    came = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in (signal.SIGTERM,)}
    yield came
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_waits_for_the_end_of_the_block(noted):
    with signals_held():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert noted == []

    assert noted == [signal.SIGTERM]


def test_an_error_in_the_block_loses_no_signal(noted):
    def fail() -> None:
        with signals_held():
            os.kill(os.getpid(), signal.SIGTERM)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert noted == [signal.SIGTERM]


def test_what_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_held():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_hold_nothing():
    handlers = []

    def look() -> None:
        with signals_held():
            handlers.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert handlers == [signal.getsignal(signal.SIGTERM)]
