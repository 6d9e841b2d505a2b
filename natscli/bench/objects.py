"""Objects stored and got whole, one behind the other (ADR-20): the way that ``object put`` and ``object get`` go."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator

from natscli.bench.plan import Share
from natscli.bench.worker import Load, Worker
from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, NatsCliError
from natscli.jetstream.api import Api
from natscli.jetstream.chunks import Chunk, NewObject, Upload, fetch
from natscli.jetstream.objects import Objects
from natscli.text.sanitise import safe

TIMED_PUT = "of each object, from the first look at its name until all of it was stored and known"
TIMED_GET = "of each object, from the first look at its name until its last byte was read and its digest checked"


class _Objects(Worker):
    """One object after another; a lost connection loses the one under way."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        assert load.spec.store is not None
        self.store = load.spec.store
        self._objects: Objects | None = None
        self._payloads = load.body.payloads(load.spec.size, share.first)
        self._halt: asyncio.Future[None] | None = None

    async def prepare(self, connection: Connection) -> None:
        """Find the bucket."""
        await super().prepare(connection)
        self._halt = asyncio.get_running_loop().create_future()
        self._objects = await Objects.of(Api(connection), self.store.bucket)

    def stop(self) -> None:
        """Begin no more; what is under way is broken off."""
        super().stop()
        if self._halt is not None and not self._halt.done():
            self._halt.set_result(None)

    async def run(self, start_ns: int) -> None:
        """Move objects until the share is done, or until stopped."""
        assert self._halt is not None
        self.sample.first_ns = start_ns
        number = 0
        while not self.stopping and (not self.share.msgs or number < self.share.msgs):
            await self.until_connected()
            moving = asyncio.ensure_future(self._timed(self._name(number)))
            await asyncio.wait({moving, self._halt}, return_when=asyncio.FIRST_COMPLETED)
            if not moving.done():
                moving.cancel()
                await asyncio.wait({moving}, timeout=1.0)
                return
            moving.result()
            number += 1
            if self.load.spec.sleep_s:
                await asyncio.wait({self._halt}, timeout=self.load.spec.sleep_s)

    def _name(self, number: int) -> str:
        return str(random.randrange(self.store.keys) if self.store.keys else self.share.first + number)

    async def _timed(self, name: str) -> None:
        assert self._objects is not None
        began, sample = time.perf_counter_ns(), self.sample
        try:
            size = await self.move(self._objects, name)
        except ConnectionLostError:
            sample.lost += 1
            if self.connection.ended.done():
                raise
            return
        except NatsCliError as error:
            if not self.connection.is_connected or self.disconnects:
                sample.lost += 1
                return
            self.refusal = safe(str(error))
            sample.errors += 1
            self.stop()
            return
        now = time.perf_counter_ns()
        sample.latency.add(now - began)
        sample.payload_bytes += size
        sample.advance(now, 1)

    async def move(self, objects: Objects, name: str) -> int:
        """Put or get an object, and return its bytes."""
        raise NotImplementedError


class ObjectPutter(_Objects):
    """``object put``: what has the name already is replaced."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        self.sample.timed = TIMED_PUT

    async def move(self, objects: Objects, name: str) -> int:
        """See above."""
        payload = next(self._payloads)
        self.sample.sent += 1
        upload = Upload(objects, NewObject(name, chunk_size=self.store.batch))
        info = await upload.put(_cut(upload, payload), replace=True)
        self.sample.acknowledged += 1
        return info.size


class ObjectGetter(_Objects):
    """``object get``: the digest is checked, and the bytes are let go."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        self.sample.timed = TIMED_GET

    async def move(self, objects: Objects, name: str) -> int:
        """See above."""
        info = await objects.info(name)
        await fetch(objects, info, lambda _bytes: None)
        self.sample.received += 1
        return info.size


async def _cut(upload: Upload, payload: bytes) -> AsyncIterator[list[Chunk]]:
    """Yield an object's bytes as its chunks, some at a time."""
    size = upload.piece_size
    for chunks in upload.cut(payload[place : place + size] for place in range(0, len(payload), size)):
        yield chunks
