"""What a command says beside its data: short lines on stderr."""

import sys
import time

from natscli.errors import PermissionDeniedError
from natscli.render.colour import paint, wanted
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe

_MOST_REFUSALS = 100


def write_line(text: str) -> None:
    """Write one line to stderr; a stderr that is gone stops nothing."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


class Notices:
    """Says what happens, unless told to be quiet; also watches a connection."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.unchecked = False  # whether any certificate is taken
        self.messages: int | None = None  # how many have come, where the reader can count them
        self.meanwhile = ""  # what becomes of messages while there is no connection, where they are not lost
        self._last_reason = ""
        self._refused: set[str] = set()

    def say(self, text: str) -> None:
        """Write a notice."""
        if not self.quiet:
            write_line(safe(text))

    def warn(self, text: str) -> None:
        """Write a warning, also when quiet."""
        write_line(paint("warning: ", "yellow", on=wanted(sys.stderr)) + safe(text))

    def warn_of_exposed(self, path: str) -> None:
        """Warn of a file with a secret that others may read."""
        self.warn(f"'{path}' can be read by others: chmod 600 it")

    def lost(self, url: str, reason: str) -> None:
        """Say that the connection broke, and what that may cost."""
        self._last_reason = ""
        cost = self.meanwhile or f"messages published meanwhile are lost{self._gap()}"
        self.warn(f"{_clock()} disconnected from {url}: {reason}; {cost}")

    def retrying(self, reason: str) -> None:
        """Say why an attempt to reconnect failed, once per reason."""
        if reason != self._last_reason:
            self._last_reason = reason
            self.warn(f"{_clock()} cannot reconnect yet: {reason}; trying on")

    def regained(self, url: str, seconds: float) -> None:
        """Say that the gap has ended, and how long it was."""
        unchecked = "; no certificate was checked" if self.unchecked else ""
        self.warn(f"{_clock()} reconnected to {url} after {format_duration(seconds)}{unchecked}")

    def renewed(self, url: str, seconds: float, source: str) -> None:
        """Say that the gap was for newer credentials, and how long it was."""
        gap = format_duration(seconds)
        self.warn(f"{_clock()} the credentials were renewed from {source}, reconnected to {url}; gap {gap}")

    def refused(self, error: PermissionDeniedError) -> None:
        """Say what the server refused while the connection goes on: each once, and not all of millions."""
        words = str(error)
        if words in self._refused or len(self._refused) == _MOST_REFUSALS:
            return
        self._refused.add(words)
        self.warn(f"{words}; no further ones are shown" if len(self._refused) == _MOST_REFUSALS else words)

    def _gap(self) -> str:
        """Say where messages may be missing."""
        if self.messages is None:
            return ""
        return f", between #{self.messages:,} and #{self.messages + 1:,}" if self.messages else ", before #1"


def _clock() -> str:
    """Return the time of day to the millisecond, as what is lost may be as short."""
    seconds, ns = divmod(time.time_ns(), 10**9)
    return f"{time.strftime('%H:%M:%S', time.localtime(seconds))}.{ns // 10**6:03}"
