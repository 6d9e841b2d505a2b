"""What all clients have in common whose messages a stream acknowledges: pace, silence, refusals, losses.

Nothing is sent twice of which it is not known that nobody took it.  What had no acknowledgement when the connection
was lost, or the stream fell silent, is given up, and new answers go to a new subject: a late one is counted as what
it is, and is nobody's latency.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice

from natscli.bench.plan import Share
from natscli.bench.schedule import Schedule
from natscli.bench.worker import STOP_S, Load, Worker
from natscli.connection.client import Connection
from natscli.errors import DeadlineError, NoRespondersError
from natscli.jetstream.document import Document
from natscli.jetstream.errors import LEADERLESS
from natscli.messaging.outgoing import Letter
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe
from natscli.wire.headers import parse_headers
from natscli.wire.message import Run

_LOOK_S = 0.05
_HOLD_NS = 100_000_000  # until what nobody took goes out again: a leader is elected
_MOST_DUE = 10_000
_UNSERVED = 503
_ERROR = b'"error"'


class Writer(Worker):
    """Keeps messages under way until its share is acknowledged.  Others say what goes out, and what an answer means."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        assert load.spec.store is not None
        self.store = load.spec.store
        self.inbox = ""
        self.reply = b""
        self.flying = 0  # messages without acknowledgement that are waited for
        self.due: deque[int] = deque()  # on a schedule: when those were due that are not sent yet
        self._epoch = 0
        self._heard_ns = self._hold_ns = 0
        self._fell_silent = self._resting = False
        self._over: asyncio.Future[None] | None = None

    # -- what the kinds differ in ----------------------------------------------------------------

    def forget(self) -> None:
        """Wait no more for what is under way, and have what comes now answered to ``reply``."""
        raise NotImplementedError

    def refill(self, now: int) -> None:
        """Send what may be under way now."""
        raise NotImplementedError

    def answered(self, run: Run, now: int) -> None:
        """Take answers to ``reply`` that carry something."""
        raise NotImplementedError

    def take_back(self, messages: int) -> list[int]:
        """Have the oldest messages wait no more, none of which was stored; return when they were sent or due."""
        raise NotImplementedError

    # -- what they have in common ----------------------------------------------------------------

    async def prepare(self, connection: Connection) -> None:
        """Subscribe to the acknowledgements, and check that the server takes messages of this size."""
        await super().prepare(connection)
        self._over = asyncio.get_running_loop().create_future()
        payload = self.load.body.same if self.load.body.same is not None else bytes(self.load.spec.size)
        Letter(b"", payload, b"", self.load.headers).check_size(connection)
        self.inbox = connection.new_inbox()
        self._begin_anew()
        await connection.subscribe_bulk(f"{self.inbox}.>", self._take)
        await connection.confirm(self.load.timeout_s)

    async def run(self, start_ns: int) -> None:
        """Send until the share is acknowledged, or until stopped; what is under way then has its time to come."""
        assert self._over is not None
        self.sample.first_ns = self._heard_ns = start_ns
        watching = asyncio.ensure_future(self._watch())
        try:
            await self._pace(start_ns)
            await self.still_there(self._over)
        finally:
            watching.cancel()

    async def _pace(self, start_ns: int) -> None:
        """Begin; on a schedule, go on to say what is due."""
        spec = self.load.spec
        if not spec.rate:
            self.refill(start_ns)
            return
        schedule = Schedule(start_ns + round(self.share.offset_s * 1e9), self.share.rate, spec.jitter)
        scheduled, most = 0, self.share.msgs or float("inf")
        while not self.stopping and scheduled < most and not self.connection.ended.done():
            now = time.perf_counter_ns()
            due = schedule.take(now, int(min(_MOST_DUE, most - scheduled)))
            if due:
                scheduled += len(due)
                self.due.extend(due)
                self.refill(now)
            await asyncio.sleep(0 if due else min(schedule.wait_s(now), _LOOK_S))

    def stop(self) -> None:
        """Send no more; what is under way has its time to come, unless that is short."""
        super().stop()
        if self.flying and self.failure is None:
            patience_s = STOP_S if self.hurried else self.load.timeout_s
            asyncio.get_running_loop().call_later(patience_s, self._end)
        else:
            self._end()

    def on_loss(self) -> None:
        """What is under way has an acknowledgement that will not come."""
        self._begin_anew()
        self.conclude()

    def on_return(self) -> None:
        """Go on."""
        self._heard_ns = time.perf_counter_ns()
        self.refill(self._heard_ns)

    def idle(self, now: int) -> bool:
        """Whether nothing is to be sent just now."""
        return self.stopping or self._resting or now < self._hold_ns or not self.connection.is_connected

    @property
    def left(self) -> int:
        """How many messages have still to be begun; on a schedule, of those that are due."""
        if self.load.spec.rate:
            return len(self.due)
        return self.share.msgs - self.sample.sent if self.share.msgs else 1 << 62

    def times(self, messages: int, now: int) -> list[int]:
        """Return from when on the latencies of messages count that go out now: when they were due, or now."""
        if self.load.spec.rate:
            return [self.due.popleft() for _ in range(messages)]
        return [now]

    def send(self, frames: bytes, messages: int, now: int) -> None:
        """Have messages under way."""
        if not self.flying:
            self._heard_ns = now  # silence before that means nothing
        self.connection.send(frames)
        self.sample.sent += messages
        self.flying += messages

    def acknowledged(self, messages: int, size: int, now: int) -> None:
        """Count messages that were waited for, and go on."""
        self.flying -= messages
        self._heard_ns, self._fell_silent = now, False
        self.sample.acknowledged += messages
        self.sample.payload_bytes += size
        self.sample.advance(now, messages)

    def go_on(self, now: int) -> None:
        """Send more, after the pause that was asked for, or end."""
        if self.load.spec.sleep_s and not self.flying and not self._resting:
            self._resting = True
            asyncio.get_running_loop().call_later(self.load.spec.sleep_s, self._rested)
        self.refill(now)
        self.conclude()

    def _rested(self) -> None:
        self._resting = False
        self.refill(time.perf_counter_ns())

    def conclude(self) -> None:
        """End where there is nothing left to do."""
        if not self.flying and (self.stopping or (self.share.msgs and self.sample.sent >= self.share.msgs)):
            self._end()

    def refused_by_stream(self, document: Document, messages: int, now: int) -> None:
        """Take an error for so many messages: without a leader they go out again, else the run ends."""
        error = document.part("error")
        self._heard_ns = now
        if error.whole("err_code") in LEADERLESS:
            self._hold(messages, now)
            return
        self.take_back(messages)
        self.refuse(error, messages)

    def refuse(self, error: Document, messages: int) -> None:
        """Count messages that the stream did not take, and end."""
        self.sample.errors += messages
        self.refusal = f"{safe(error.text('description'))} ({error.whole('err_code') or error.whole('code')})"
        self.stop()

    def _hold(self, messages: int, now: int) -> None:
        """Have the oldest messages go out again in a moment: nobody took them."""
        self.put_back(self.take_back(messages), now)

    def put_back(self, times: list[int], now: int) -> None:
        """Have messages of these times go out again in a moment; they are not under way any more."""
        self.sample.sent -= len(times)
        if self.load.spec.rate:
            self.due.extendleft(reversed(times))
        self._hold_ns = now + _HOLD_NS

    # -- back ------------------------------------------------------------------------------------

    def _take(self, run: Run) -> None:
        """The sink."""
        now = time.perf_counter_ns()
        if not self.begun or self._over is None or self._over.done():
            return
        if not self._is_current(run):
            run = self._current_of(run, now)
        if run.headers is not None:
            run = self._served_of(run, now)
        if len(run):
            self.answered(run, now)
        self.go_on(now)

    def _is_current(self, run: Run) -> bool:
        """Whether all answers are to what is under way; a kind with several subjects says so itself."""
        subjects = run.subjects
        return run.subject == self.reply if run.subject is not None else list(subjects).count(self.reply) == len(run)

    def _current_of(self, run: Run, now: int) -> Run:
        """Count acknowledgements of what was given up, and return the others."""
        late = [message for message in run if not message.subject.startswith(self.reply)]
        for message in late:
            if not message.headers and _ERROR not in message.payload:
                self.late(message.payload, now)
        return Run.of(run.sid, [message for message in run if message.subject.startswith(self.reply)])

    def late(self, payload: bytes, now: int) -> None:
        """Count a message whose acknowledgement came after all."""
        self.sample.acknowledged += 1
        self.sample.payload_bytes += self.load.spec.size
        self.sample.advance(now, 1)

    def _served_of(self, run: Run, now: int) -> Run:
        """Have what nobody took go out again; NoRespondersError where that goes on for too long."""
        messages = list(run)
        unserved = [each for each in messages if each.headers and parse_headers(each.headers).status == _UNSERVED]
        if not unserved:
            return run
        if now - self._heard_ns > self.load.timeout_s * 1e9:
            self.failure = NoRespondersError(f"no stream stores '{safe(self.load.spec.subject)}'")
            self.stop()
        for message in unserved:
            self.unserved(message.subject, now)
        return Run.of(run.sid, [each for each in messages if each not in unserved])

    def unserved(self, subject: bytes, now: int) -> None:
        """Take that nobody took what an answer to ``subject`` was expected for."""
        if self.flying:
            self._hold(1, now)

    # -- in between ------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Notice silence; the first is given up, as with a leader that died, a second one ends the run."""
        patience_ns = self.load.timeout_s * 1e9
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.perf_counter_ns()
            if not self.connection.is_connected:
                continue
            if self.flying and now - self._heard_ns > patience_ns:
                self._silent(now)
            self.refill(now)

    def _silent(self, now: int) -> None:
        if self._fell_silent or not self.sample.acknowledged:
            waited = format_duration(self.load.timeout_s)
            self.failure = DeadlineError(f"'{self.store.shown}': no acknowledgement within {waited}")
            self.stop()
            return
        self._fell_silent, self._heard_ns = True, now
        self._begin_anew()
        self.conclude()

    def _begin_anew(self) -> None:
        self._epoch += 1
        self.flying = 0
        self.reply = f"{self.inbox}.{self._epoch}".encode()
        self.forget()

    def _end(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)


class Flights:
    """What is under way, oldest first: when it was sent or due, how many messages, and their bytes."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, int, int]] = deque()

    def add(self, times: Sequence[int], messages: int, size: int) -> None:
        """Note messages that went out together: of one time, or each of its own."""
        if len(times) == 1:
            self._entries.append((times[0], messages, size))
        else:
            self._entries.extend((at, 1, size // messages) for at in islice(times, messages))

    def land(self, messages: int) -> list[tuple[int, int, int]]:
        """Return the oldest messages, as they were noted."""
        landed = []
        while messages > 0 and self._entries:
            at, count, size = self._entries.popleft()
            some = min(count, messages)
            part = size if some == count else size * some // count
            if some < count:
                self._entries.appendleft((at, count - some, size - part))
            landed.append((at, some, part))
            messages -= some
        return landed

    def drop(self, messages: int) -> list[int]:
        """Forget the newest messages, and return when they were sent, oldest first."""
        times: list[int] = []
        while messages > 0 and self._entries:
            at, count, size = self._entries.pop()
            kept = max(count - messages, 0)
            if kept:
                self._entries.append((at, kept, size * kept // count))
            times = [at] * (count - kept) + times
            messages -= count - kept
        return times
