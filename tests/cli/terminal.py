"""The command line on a terminal of its own (Unix)."""

import os
import pty
import select
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from typing import Self

from tests.waiting import eventually


class Terminal:
    """A running ``natscli`` whose three streams are a pseudo-terminal."""

    def __init__(self, *arguments: str, url: str, env: Mapping[str, str] | None = None, lines: int = 0) -> None:
        self._ours, theirs = pty.openpty()
        if lines:
            termios.tcsetwinsize(theirs, (lines, 80))
        settings = termios.tcgetattr(theirs)
        settings[1] &= ~termios.OPOST  # what is written is what is read
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        environment = {**os.environ, "TERM": "xterm-256color", "NATS_URL": url, **(env or {})}
        # The first terminal that the leader of a session opens is its own: Ctrl-C typed there is a signal.
        own = ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(theirs)]
        self.popen = subprocess.Popen(
            [*own, sys.executable, "-m", "natscli", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = b""
        self._open = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while self._open:
                if select.select([self._ours], [], [], 0.02)[0]:
                    piece = os.read(self._ours, 65536)
                    self.shown += piece
                    if not piece:
                        return
        except OSError:  # EIO: nobody has the other end any more
            return

    def shows(self, data: bytes, within: float = 30.0) -> None:
        """Wait until ``data`` has been written to the terminal."""
        eventually(lambda: data in self.shown or self.popen.poll() is not None, within)
        if data not in self.shown:  # it has ended, and its last words may not have been read yet
            self._thread.join(within)
        assert data in self.shown, self.shown

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def types(self, keys: bytes) -> None:
        """Press keys; b"\x03" is Ctrl-C."""
        os.write(self._ours, keys)

    def close(self) -> None:
        """Close the terminal's window."""
        if self._open:
            self._open = False
            self._thread.join()
            os.close(self._ours)

    def end(self, within: float = 30.0) -> int:
        """Wait for the end and return the exit code."""
        code = self.popen.wait(within)
        if self._open:
            self._thread.join(within)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.popen.terminate()  # it may have a server to stop
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
        self.end()
        self.close()
