"""What arrives on a socket, collected until it is taken.

One owned read buffer of 128 KiB: reads above that leave glibc's recycled memory and cost up to five
times the CPU at 1 KiB payloads (measured).  Who moves large blocks has more memory kept, and reads more at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

READ_SIZE = 128 * 1024
_HELD_BYTES = 1024 * 1024  # read ahead of the parser before reading stops
_LEFT_BYTES = 16 * 1024 * 1024  # what a kernel may hold for a connection that has broken (Linux: 6 MiB)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt(3)
_KEPT_BYTES = 64 * 1024 * 1024
_LARGEST_BLOCK = 32 * 1024 * 1024  # glibc takes no more
_read_size = READ_SIZE


def expect_large_blocks() -> None:
    """Have freed memory kept for what is asked for next, up to 64 MiB, and read up to 512 KiB at once.

    glibc gives blocks of 128 KiB and more back to the system; every page of the next one is then faulted in and
    cleared anew, which took a third of the time of ``object put``.  Other C libraries are left as they are.
    """
    import ctypes  # 5 ms, for those who move large blocks alone

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # Windows has no name for the program itself
        return
    global _read_size
    if mallopt(_TRIM_THRESHOLD, _KEPT_BYTES) and mallopt(_MMAP_THRESHOLD, _LARGEST_BLOCK):
        _read_size = 4 * READ_SIZE


class Stream(asyncio.BufferedProtocol):
    """Collects what arrives; pauses reading when nobody takes it."""

    def __init__(self) -> None:
        self._buffer = bytearray(_read_size)
        self._view = memoryview(self._buffer)
        self.chunks: deque[bytes] = deque()
        self.held = 0
        self.ended = False
        self.error: Exception | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writers: list[asyncio.Future[None]] = []
        self.write_paused = False
        self._read_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # always a Transport for streams

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        self.chunks.append(bytes(self._view[:nbytes]))
        self.held += nbytes
        if self.held > _HELD_BYTES and not self._read_paused and self.transport is not None:
            self._read_paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._salvage()
        self.ended = True
        self.error = exc
        self._wake()
        self.resume_writing()
        if not self.closed.done():
            self.closed.set_result(None)

    def _salvage(self) -> None:
        """Read what the peer said last: asyncio leaves it unread when a write fails first."""
        assert self.transport is not None
        if self.transport.get_extra_info("sslcontext") is not None:
            return
        most = self.held + _LEFT_BYTES  # whatever waits here already: reading may have been paused
        with suppress(OSError), self.transport.get_extra_info("socket").dup() as raw:
            raw.setblocking(False)
            while self.held < most and (data := raw.recv(READ_SIZE)):
                self.chunks.append(data)
                self.held += len(data)

    def pause_writing(self) -> None:
        self.write_paused = True

    def resume_writing(self) -> None:
        self.write_paused = False
        for waiter in self._writers:
            if not waiter.done():
                waiter.set_result(None)
        self._writers.clear()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def readable(self) -> None:
        """Wait until there are bytes, or there will be none."""
        while not self.chunks and not self.ended:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader

    async def writable(self) -> None:
        """Wait until written bytes have left far enough."""
        while self.write_paused:
            waiter = asyncio.get_running_loop().create_future()
            self._writers.append(waiter)
            await waiter

    def take(self) -> bytes:
        chunk = self.chunks.popleft()
        self.held -= len(chunk)
        if self._read_paused and self.held < _HELD_BYTES // 2 and self.transport is not None:
            self._read_paused = False
            self.transport.resume_reading()
        return chunk

    def put_back(self, chunk: bytes) -> None:
        if chunk:
            self.chunks.appendleft(chunk)
            self.held += len(chunk)
