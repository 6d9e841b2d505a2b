"""Asking a person for what was not given."""

import base64
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from natscli.cli.signals import ending_signals
from natscli.context.target import Target
from natscli.errors import SignalledError
from natscli.text.sanitise import safe


def ask_password(user: str) -> str | None:
    """Ask the person at the terminal for a user's password, unseen; return a reference to it, or None for none."""
    typed = _ask(f"password of user '{safe(user)}': ")
    # As a reference, so that a password that looks like one is not taken for one.
    return f"data:;base64,{base64.b64encode(typed.encode()).decode()}" if typed else None


def unlocked(target: Target) -> Target:
    """Return the target with the password of its client key, asked for where nothing else gave it."""
    key = target.tls.key
    if key is None or target.tls.key_password is not None:
        return target
    from natscli.context.tls_keys import is_encrypted

    if not is_encrypted(key):
        return target
    return target._replace(tls=target.tls._replace(key_password=_ask(f"password of {safe(key)}: ")))


def _ask(question: str) -> str | None:
    """Return what the person at the terminal types, unseen.

    Nobody is asked where errors go to a file or a program: then nobody is there.
    """
    if not sys.stderr.isatty() or not _has_terminal():
        return None
    import getpass  # 3 ms, and only to ask

    try:
        with _ended_by_signals():
            return getpass.getpass(question)
    except EOFError:
        return None


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have a signal end the question at once, so that the terminal shows again what is typed.

    A coroutine may be asking: its signals wait for the event loop, which stands still meanwhile, and then end
    the process as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _end) for number in ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.stderr.write("\n")  # the shell goes on below the question
    raise SignalledError(number)


def _has_terminal() -> bool:
    """Whether there is somebody to ask, also while standard input is something else."""
    if os.name == "nt":
        return sys.stdin.isatty()
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
