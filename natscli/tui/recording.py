"""Recording what goes by, from the app: the same files as ``natscli record`` writes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from natscli.messaging.recording import BLOCK_S, RecordingFiles
from natscli.messaging.writing import Writer
from natscli.render.bulk import write_lines
from natscli.text.sanitise import decode
from natscli.wire.message import Run

_LAST_BLOCK_S = 2.0


class Recording:
    """Takes every run until it is ended; only subjects that ``match`` where one is given."""

    def __init__(self, path: str, subjects: Sequence[str], match: Callable[[str], bool] | None) -> None:
        self.path = path
        self.messages = 0
        self.failure: Exception | None = None
        self._match = match
        self._verdicts: dict[bytes, bool] = {}
        self._done = threading.Event()
        files = RecordingFiles(path, subjects)
        files.begin()
        self._writer = Writer(files, self._failed, self._done.set, patience_s=BLOCK_S)

    @property
    def dropped(self) -> int:
        """Messages that were not written; only the end settles it."""
        return self._writer.dropped if self._done.is_set() else 0

    def take(self, run: Run, _now_s: float) -> None:
        """Record a run."""
        if self._match is not None:
            run = Run.of(run.sid, [message for message in run if self._wanted(message.subject)])
        if len(run):
            write_lines(self._writer, run, time.time_ns())
            self.messages += len(run)

    def end(self) -> None:
        """Write what waits, and close the file."""
        self._writer.finish()
        self._done.wait(_LAST_BLOCK_S)

    def _wanted(self, subject: bytes) -> bool:
        verdict = self._verdicts.get(subject)
        if verdict is None:
            if len(self._verdicts) > 100_000:
                self._verdicts.clear()
            assert self._match is not None
            verdict = self._verdicts[subject] = self._match(decode(subject))
        return verdict

    def _failed(self, error: Exception) -> None:
        self.failure = error
