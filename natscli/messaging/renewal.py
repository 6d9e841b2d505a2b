"""Publishing across the end of one's credentials: nothing is under way when they expire, so nothing is in doubt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from natscli.connection.client import Connection

_MARGIN_S = 1.0  # before the end, by our clock, which may be off a little

Told = Callable[[str, float, str], None]  # the server's URL, the seconds without it, where the credentials are from


class Pauses:
    """Stops a publisher shortly before its JWT expires, has all it sent confirmed, and lets it go on with a newer one.

    Where there is none, the connection ends as the server ends it.
    """

    def __init__(self, connection: Connection, wait_s: float, confirmed: Callable[[], None], told: Told) -> None:
        self._connection = connection
        self._wait_s = wait_s
        self._confirmed = confirmed
        self._told = told
        self._open = asyncio.Event()
        self._open.set()
        self._task = asyncio.ensure_future(self._watch())
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())  # the writer meets it itself

    async def passed(self) -> None:
        """Wait while there is a pause."""
        await self._open.wait()

    def stop(self) -> bool:
        """Make no more pauses.  False in the middle of a change, when all that was sent has been confirmed before."""
        self._task.cancel()
        return self._connection.is_connected

    async def _watch(self) -> None:
        connection = self._connection
        while (ends_s := connection.credentials_end_s) is not None:
            await asyncio.sleep(max(ends_s - _MARGIN_S - time.time(), 0))
            self._open.clear()
            try:
                await connection.round_trip(self._wait_s)
                self._confirmed()
                source, seconds = await connection.renew(_MARGIN_S, self._wait_s)
            finally:
                self._open.set()
            self._told(connection.url, seconds, source)
