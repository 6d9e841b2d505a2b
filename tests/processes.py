"""The command line as a process: for signals, pipes and start-up, which one cannot have in-process."""

import codecs
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Self

from tests.waiting import eventually

_DEADLINE_S = 30.0


class _Reader:
    """Reads a stream to its end in a thread, so that no pipe ever fills up unread."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.data = b""
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while piece := os.read(self._stream.fileno(), 65536):
            self.data += piece

    def finish(self) -> bytes:
        self._thread.join(_DEADLINE_S)
        return self.data


class Process:
    """A running ``natscli``; what it writes is collected as it comes."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self.popen = popen
        self._out = _Reader(popen.stdout) if popen.stdout else None
        self._err = _Reader(popen.stderr) if popen.stderr else None

    @classmethod
    def start(
        cls,
        arguments: Sequence[str],
        url: str,
        *,
        stdin: int = subprocess.DEVNULL,
        stdout: int | IO[bytes] = subprocess.PIPE,
        env: Mapping[str, str] | None = None,
    ) -> Self:
        """Start ``natscli ARGUMENTS`` with ``NATS_URL`` set to ``url``."""
        environment = {**os.environ, "NATS_URL": url, **(env or {})}
        command = [sys.executable, "-m", "natscli", *arguments]
        return cls(subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment))

    @property
    def out(self) -> bytes:
        """What has been written to standard output so far."""
        return self._out.data if self._out else b""

    @property
    def err(self) -> str:
        """What has been written to standard error so far, without a character that is not all there yet."""
        return codecs.getincrementaldecoder("utf-8")().decode(self._err.data) if self._err else ""

    def says(self, text: str, within: float = 30.0) -> None:
        """Wait until ``text`` stands on standard error."""
        eventually(lambda: text in self.err or self._died_without(text), within)

    def prints(self, data: bytes, within: float = 30.0) -> None:
        """Wait until ``data`` stands on standard output."""
        eventually(lambda: data in self.out, within)

    def signal(self, number: int) -> None:
        """Send a signal."""
        self.popen.send_signal(number)

    def end(self, within: float = _DEADLINE_S) -> int:
        """Wait for the end; return the exit code, minus the number of a signal that killed it."""
        code = self.popen.wait(within)
        for reader in (self._out, self._err):
            if reader is not None:
                reader.finish()
        return code

    def _died_without(self, text: str) -> bool:
        if self.popen.poll() is not None and self._err is not None:
            self._err.finish()
            assert text in self.err, f"ended with {self.popen.returncode} and never said {text!r}: {self.err}"
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.popen.poll() is None:
            self.popen.kill()
        self.end()
        for stream in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if stream is not None:
                stream.close()


def freeze(pid: int) -> None:
    """Stop a child of ours in its tracks, and wait until it has stopped, which takes a moment."""
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
