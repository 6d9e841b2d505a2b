"""Traffic of a recording, played in its own gaps or faster, from any moment: its clock is the registry's."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator

from natscli.messaging.lines import Fault, check_readable, decoded, read_lines
from natscli.traffic.registry import Registry
from natscli.tui.ring import Ring
from natscli.tui.source import Play, Spread, Standing, State
from natscli.wire.message import Message, Run

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0)
_STEP_S = 0.05
_TICK_S = 0.25  # of the recording's time
_AT_ONCE = 1000  # messages between two turns of the event loop: 10 ms of decoding


class PlayerSource:
    """Plays files one after another; ``seek`` goes back by beginning anew, with another registry."""

    def __init__(self, paths: list[str], *, fold: bool = True) -> None:
        for path in paths:
            check_readable(path, again=True)
        self.ring = Ring()
        self.news: deque[str] = deque(maxlen=100)
        self.subjects = ", ".join(paths)
        self.speed = 1.0
        self._paths = paths
        self._fold = fold
        self._state = State.PLAYING
        self._position_s = 0.0
        self._length_s = 0.0
        self._start_ns: int | None = None
        self._next: tuple[float, Message] | None = None
        self._lines: Iterator[tuple[float, Message]] = iter(())
        self._target_s: float | None = None
        self._task: asyncio.Task[None] | None = None
        self.registry: Registry
        self._rewind()

    async def start(self) -> None:
        """Begin to play."""
        self._task = asyncio.ensure_future(self._run())

    async def stop(self) -> None:
        """Play no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def tick(self) -> None:
        """Bring the registry up to where we are; raise what broke the player."""
        self.registry.tick(self._position_s)
        if self._task is not None and self._task.done() and not self._task.cancelled():
            error = self._task.exception()
            if error is not None and self._state is not State.FAILED:
                self._state = State.FAILED
                self.news.append(str(error))

    def standing(self) -> Standing:
        """Say how it stands."""
        play = Play(self._position_s, max(self._length_s, self._position_s), self.speed)
        return Standing(self._state, "recording", self.subjects, play=play)

    def wall_s(self, time_s: float) -> float:
        """Return when it was recorded."""
        return (self._start_ns or 0) / 1e9 + time_s

    async def toggle(self) -> None:
        """Halt, or go on."""
        if self._state is State.ENDED:
            self.seek(-self._position_s)
        self._state = State.HALTED if self._state is State.PLAYING else State.PLAYING

    def seek(self, seconds: float) -> None:
        """Go forwards, or back, by so much of the recording's time."""
        target = max(self._position_s + seconds, 0.0)
        if seconds < 0:
            self._rewind()
        if self._state is State.ENDED:
            self._state = State.PLAYING
        self._target_s = target

    def change_speed(self, steps: int) -> None:
        """Play faster or slower."""
        nearest = min(range(len(SPEEDS)), key=lambda at: abs(SPEEDS[at] - self.speed))
        self.speed = SPEEDS[min(max(nearest + steps, 0), len(SPEEDS) - 1)]

    # -- inner workings --------------------------------------------------------------------------

    def _rewind(self) -> None:
        spread = Spread(0.0, self.ring)
        spread.fold(on=self._fold)
        self.registry = spread
        self.ring.clear()
        self._position_s = 0.0
        self._lines = self._read()
        self._next = None

    def _read(self) -> Iterator[tuple[float, Message]]:
        """Yield each message with its seconds from the first; what cannot be read is told once a file."""
        last = 0.0
        for path in self._paths:
            faults = 0
            for batch in read_lines(path):
                for found in [batch] if isinstance(batch, Fault) else decoded(batch):
                    if isinstance(found, Fault):
                        faults += 1
                        if faults == 1:
                            self.news.append(f"{found}; it is passed over")
                        continue
                    last = max(last, self._seconds(found[1].time_ns, last))
                    yield last, found[1].message

    def _seconds(self, time_ns: int | None, last: float) -> float:
        if time_ns is None:
            return last
        if self._start_ns is None:
            self._start_ns = time_ns
        return (time_ns - self._start_ns) / 1e9

    async def _run(self) -> None:
        before = time.monotonic()
        while True:
            await asyncio.sleep(_STEP_S)
            now = time.monotonic()
            passed, before = now - before, now
            if self._target_s is not None:
                target, self._target_s = self._target_s, None
                await self._advance(target)
                before = time.monotonic()
            elif self._state is State.PLAYING:
                await self._advance(self._position_s + passed * self.speed)

    async def _advance(self, target_s: float) -> None:
        """Take in all messages up to a moment; history goes by in steps of a quarter of a second."""
        registry = self.registry
        while self._position_s < target_s and registry is self.registry:
            upto = min(target_s, self._position_s + _TICK_S)
            messages = self._due(upto)
            if messages:
                self.registry.take(Run.of(0, messages), upto)
            if len(messages) < _AT_ONCE:
                self._position_s = upto
                self.registry.tick(upto)
                if self._next is None and self._state is not State.ENDED:
                    self._state = State.ENDED
                    return
            await asyncio.sleep(0)

    def _due(self, upto_s: float) -> list[Message]:
        messages: list[Message] = []
        while len(messages) < _AT_ONCE:
            if self._next is None:
                self._next = next(self._lines, None)
                if self._next is None:
                    break
                self._length_s = max(self._length_s, self._next[0])
            if self._next[0] > upto_s:
                break
            messages.append(self._next[1])
            self._next = None
        return messages
