"""What a command says beside its data: short lines on stderr."""

import sys
import time

from natscli.errors import PermissionDeniedError
from natscli.render.colour import paint, wanted
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe


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
        self.messages: int | None = None  # how many have come, where the reader can count them
        self._last_reason = ""

    def say(self, text: str) -> None:
        """Write a notice."""
        if not self.quiet:
            write_line(safe(text))

    def warn(self, text: str) -> None:
        """Write a warning, also when quiet."""
        write_line(paint("warning: ", "yellow", on=wanted(sys.stderr)) + safe(text))

    def lost(self, url: str, reason: str) -> None:
        """Say that the connection broke, and what that may cost."""
        self._last_reason = ""
        self.warn(f"{_clock()} disconnected from {url}: {reason}; messages published meanwhile are lost{self._gap()}")

    def retrying(self, reason: str) -> None:
        """Say why an attempt to reconnect failed, once per reason."""
        if reason != self._last_reason:
            self._last_reason = reason
            self.warn(f"{_clock()} cannot reconnect yet: {reason}; trying on")

    def regained(self, url: str, seconds: float) -> None:
        """Say that the gap has ended, and how long it was."""
        self.warn(f"{_clock()} reconnected to {url} after {format_duration(seconds)}")

    def refused(self, error: PermissionDeniedError) -> None:
        """Say what the server refused while the connection goes on."""
        self.warn(str(error))

    def _gap(self) -> str:
        """Say where messages may be missing."""
        if self.messages is None:
            return ""
        return f", between #{self.messages:,} and #{self.messages + 1:,}" if self.messages else ", before #1"


def _clock() -> str:
    """Return the time of day to the millisecond, as what is lost may be as short."""
    seconds, ns = divmod(time.time_ns(), 10**9)
    return f"{time.strftime('%H:%M:%S', time.localtime(seconds))}.{ns // 10**6:03}"
