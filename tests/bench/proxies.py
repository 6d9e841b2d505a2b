"""Ways to a server that are slow, or that lose messages: for what a benchmark is to find."""

import asyncio
import re
import selectors
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Tamper = Callable[[bytes], bytes]

_HEAD = re.compile(rb"MSG \S+ \d+ (\d+)\r\n")


class Frames:
    """Cuts what a server sends into whole frames and lets ``choose`` say how often each message goes on."""

    def __init__(self, choose: Callable[[int], int]) -> None:
        self.messages = 0
        self._choose = choose
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Return what goes on."""
        data, out = self._rest + data, []
        while (end := data.find(b"\r\n") + 2) > 1:
            head = _HEAD.match(data)
            if head is not None:
                end = head.end() + int(head[1]) + 2
                if end > len(data):
                    break
                out += [data[:end]] * self._choose(self.messages)
                self.messages += 1
            else:
                out.append(data[:end])
            data = data[end:]
        self._rest = data
        return b"".join(out)


class _Proxy:
    def __init__(self, port: int, delay_s: float, choose: Callable[[int], int] | None) -> None:
        self._port = port
        self._delay_s = delay_s
        self._choose = choose
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self.url = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=_precise_loop) as runner:  # whose end cancels every task
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection("127.0.0.1", self._port)
        change = Frames(self._choose).feed if self._choose else bytes
        try:
            await asyncio.gather(self._pump(near, to_far, bytes, 0), self._pump(far, to_near, change, self._delay_s))
        finally:
            to_far.transport.abort()
            to_near.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, change: Tamper, delay_s: float
    ) -> None:
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        late = asyncio.ensure_future(self._deliver(pieces, target))
        with suppress(OSError):
            while data := await source.read(65536):
                pieces.put_nowait((self._loop.time() + delay_s, change(data)))
        pieces.put_nowait((0.0, b""))
        await late

    async def _deliver(self, pieces: "asyncio.Queue[tuple[float, bytes]]", target: asyncio.StreamWriter) -> None:
        while True:
            due, data = await pieces.get()
            if not due:
                target.close()
                return
            await asyncio.sleep(max(due - self._loop.time(), 0))
            with suppress(OSError):
                target.write(data)

    def close(self) -> None:
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


def _precise_loop() -> asyncio.AbstractEventLoop:
    """A loop that waits to the microsecond, where epoll waits to the millisecond."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


@contextmanager
def proxied(port: int, *, delay_s: float = 0.0, choose: Callable[[int], int] | None = None) -> Iterator[str]:
    """The URL of a way to the server: what it sends comes later, or each message as often as ``choose(n)`` says."""
    proxy = _Proxy(port, delay_s, choose)
    try:
        yield proxy.url
    finally:
        proxy.close()
