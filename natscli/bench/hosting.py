"""A thread of a run: an event loop, and the workers that live in it with their connections."""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from natscli.bench.worker import Worker
from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, DeadlineError, NatsCliError

Connect = Callable[[Worker], Coroutine[Any, Any, Connection]]


class Host:
    """Connects and prepares its workers, runs them when released, and holds their connections until dismissed.

    ``changed`` is called, from the thread, whenever a worker is ready or finished, and when the thread ends.
    """

    def __init__(self, workers: Sequence[Worker], connect: Connect, changed: Callable[[], None]) -> None:
        self.workers = workers
        self.ready = 0
        self.finished: set[Worker] = set()
        self.error: BaseException | None = None  # what none of the workers should have raised
        self.busy = 0.0  # the part of the time from release to end that the thread worked
        self._connect = connect
        self._changed = changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leaving = False
        self._go: asyncio.Future[int] | None = None
        self._dismissed: asyncio.Future[None] | None = None
        self._thread = threading.Thread(target=self._run, name="bench", daemon=True)

    @property
    def over(self) -> bool:
        """Whether the thread has ended, or never began."""
        return not self._thread.is_alive()

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def tell(self, call: Callable[[], object]) -> None:
        """Have something called in the thread; nothing when it has ended."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call)

    def release(self, start_ns: int) -> None:
        """Start the clock."""
        self.tell(lambda: _complete(self._go, start_ns))

    def dismiss(self) -> None:
        """Close the connections and end, released or not; also a thread that has not come to its loop yet."""
        self._leaving = True
        self.tell(self._leave)

    def _leave(self) -> None:
        _complete(self._dismissed, None)
        if self._go is not None:
            self._go.cancel()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=_precise_loop) as runner:
                runner.run(self._main())
        except asyncio.CancelledError:
            return
        except BaseException as error:  # noqa: BLE001 - raised by whoever runs the crew
            self.error = error
        finally:
            self._changed()

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        self._go, self._dismissed = loop.create_future(), loop.create_future()
        self._loop = loop
        if self._leaving:  # said before there was a loop to tell it to
            return
        await asyncio.gather(*[self._work(worker, self._go, self._dismissed) for worker in self.workers])

    async def _work(self, worker: Worker, go: asyncio.Future[int], dismissed: asyncio.Future[None]) -> None:
        connection: Connection | None = None
        try:
            connection = await self._connect(worker)
            await worker.prepare(connection)
            self.ready += 1
            self._changed()
            start_ns = await go
            began, cpu = time.perf_counter(), time.thread_time()
            try:
                await worker.run(start_ns)
            finally:
                self.busy = max(self.busy, (time.thread_time() - cpu) / max(time.perf_counter() - began, 1e-9))
        except (ConnectionLostError, DeadlineError) as error:  # a server that says nothing is as good as gone
            if worker.started_ns:
                worker.broke_for_good(str(error))
            else:
                worker.failure = error
        except NatsCliError as error:
            worker.failure = worker.failure or error
        finally:
            self.finished.add(worker)
            self._changed()
            if not go.cancelled():
                await asyncio.shield(dismissed)
            if connection is not None:
                await connection.close()


def _precise_loop() -> asyncio.AbstractEventLoop:
    """Return a loop on ``select``, which waits to the microsecond where epoll waits to the millisecond."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def _complete(future: asyncio.Future[Any] | None, value: object) -> None:
    if future is not None and not future.done():
        future.set_result(value)
