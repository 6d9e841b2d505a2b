"""The bytes of objects (ADR-20): cut into messages, put together again, and checked against their digest."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import shlex
import string
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Self

from natscli.errors import NatsCliError
from natscli.jetstream.errors import WRONG_LAST, ApiError
from natscli.jetstream.objects import DIGEST, ObjectInfo, Objects
from natscli.jetstream.ordered import Selection
from natscli.jetstream.outcome import Manner
from natscli.jetstream.puback import PubAck
from natscli.jetstream.reading import runs
from natscli.jetstream.storing import Storing, store
from natscli.jetstream.streams import Purge, purge_stream
from natscli.messaging.inbox import inbox_of
from natscli.messaging.outgoing import Letter

CHUNK_SIZE = 128 * 1024
_ALPHABET = string.digits + string.ascii_letters
_IN_FLIGHT_BYTES = 8 * 1024 * 1024  # of chunks that are not acknowledged yet
_MOST_IN_FLIGHT = 256
_CHECKED_BYTES = 1024 * 1024  # handed to a thread at once
_MOST_CHECKED = 6  # of those on their way to it
_PIECE_BYTES = 2 * 1024 * 1024  # read at once
_ATTEMPTS = 5
_CLEAN_S = 0.7  # a signal ends a command within a second

Chunk = bytes | memoryview


@dataclass(frozen=True, slots=True)
class NewObject:
    """What is to be known of an object that is put."""

    name: str
    description: str = ""
    headers: Mapping[str, list[str]] = field(default_factory=dict)
    chunk_size: int = CHUNK_SIZE


class Upload:
    """One put.  ``sent`` is told how many bytes more the server has stored."""

    def __init__(self, objects: Objects, new: NewObject, sent: Callable[[int], None] = lambda _size: None) -> None:
        self._objects = objects
        self._new = new
        self._sent = sent
        self._nuid = "".join(secrets.choice(_ALPHABET) for _ in range(22))
        self._subject = objects.chunk_subject(self._nuid)
        self._what = objects.what(new.name)
        self._digest = hashlib.sha256()
        self._digested = 0
        self._size = self._chunks = 0
        self._unacknowledged: deque[int] = deque()  # sizes of chunks
        self._last = 0  # sequence of a chunk
        self._disordered = False
        self._published = False  # perhaps: the server was asked to let it be known

    @property
    def piece_size(self) -> int:
        """How many bytes are best read at once."""
        size = self._new.chunk_size
        return max(size, min(_PIECE_BYTES, _MOST_IN_FLIGHT * size))

    def cut(self, pieces: Iterator[bytes]) -> Iterator[list[Chunk]]:
        """Yield an object's bytes as its chunks, those of a piece at a time, and digest them.

        Neither reading nor digesting needs the interpreter: this may be run by a thread.
        """

        def digested() -> Iterator[bytes]:
            for piece in pieces:
                self._digest.update(piece)
                self._digested += len(piece)
                yield piece

        return _chunks(digested(), self._new.chunk_size)

    async def put(self, chunks: AsyncIterator[Sequence[Chunk]], *, replace: bool) -> ObjectInfo:
        """Store an object whole, whose chunks are what ``cut`` yields, or leave nothing of it.

        NatsCliError where there is one and it is not to be replaced.
        What it replaces can be read until the last byte is stored.
        """
        await self._before(replace=replace)
        try:
            await self._store(chunks)
            info, before = await self._publish(replace=replace)
        except BaseException as error:
            await self._clean(error)
            raise
        if before is not None:
            await self._objects.purge(before)
        return info

    async def _before(self, *, replace: bool) -> ObjectInfo | None:
        before = await self._objects.last(self._new.name, leader=True)
        if before is not None and not before.is_deleted and not replace:
            raise NatsCliError(f"{self._what}: there is such an object already", "--force replaces it")
        return before

    async def _store(self, chunks: AsyncIterator[Sequence[Chunk]]) -> None:
        """Store the chunks, several under way at once, and return when all are acknowledged."""
        api = self._objects.api
        window = max(1, min(_IN_FLIGHT_BYTES // self._new.chunk_size, _MOST_IN_FLIGHT))
        manner = Manner(api.connection.target.timeout_s, window, what=self._what)
        storing = Storing(api.connection, await inbox_of(api.connection), manner, self._is_stored)
        async with aclosing(self._letters(chunks)) as letters:
            (await storing.send_all(letters)).check()
        assert self._digested == self._size, "chunks that were not cut here"
        if self._disordered:  # one of them was not taken at first, by a stream that had no leader
            raise NatsCliError(f"{self._what}: its chunks were not stored in their order", "try again")

    def _is_stored(self, _subject: bytes, ack: PubAck) -> None:
        self._disordered = self._disordered or ack.sequence <= self._last
        self._last = ack.sequence
        self._sent(self._unacknowledged.popleft())

    async def _letters(self, chunks: AsyncIterator[Sequence[Chunk]]) -> AsyncGenerator[Iterable[Letter], None]:
        subject = self._subject.encode()
        async for several in chunks:
            sizes = [len(chunk) for chunk in several]
            self._size += sum(sizes)
            self._chunks += len(several)
            self._unacknowledged += sizes
            yield [Letter(subject, chunk) for chunk in several]  # type: ignore[arg-type]  # it is measured and joined

    async def _publish(self, *, replace: bool) -> tuple[ObjectInfo, ObjectInfo | None]:
        """Let the object be known in place of what is known now, which is returned, too."""
        for attempt in range(_ATTEMPTS):
            before = await self._before(replace=replace)
            document = self._document()
            self._published = True
            try:
                sequence = await self._objects.store_info(document, before)
            except ApiError as error:
                self._published = False
                if error.err_code not in WRONG_LAST or attempt == _ATTEMPTS - 1:
                    raise
            else:
                now = await self._objects.last(self._new.name, leader=True)
                modified = now.modified if now is not None and now.sequence == sequence else ""
                return ObjectInfo(document, modified, sequence), before
        raise AssertionError("the last attempt returns or raises")

    def _document(self) -> dict[str, Any]:
        new = self._new
        digest = base64.urlsafe_b64encode(self._digest.digest()).decode()
        return {
            "name": new.name,
            **({"description": new.description} if new.description else {}),
            **({"headers": dict(new.headers)} if new.headers else {}),
            "options": {"max_chunk_size": new.chunk_size},
            "bucket": self._objects.bucket.name,
            "nuid": self._nuid,
            "size": self._size,
            "chunks": self._chunks,
            "digest": DIGEST + digest,
        }

    async def _clean(self, error: BaseException) -> None:
        """Remove the chunks that were stored, unless the object is known; where neither is certain, say so.

        A server that has just refused something answers, if only in its own time.
        """
        if not self._chunks:
            return
        api, stream = self._objects.api, self._objects.bucket.stream
        patience_s = api.connection.target.timeout_s if isinstance(error, ApiError) else _CLEAN_S
        try:
            async with asyncio.timeout(patience_s):
                if self._published:
                    now = await self._objects.last(self._new.name, leader=True)
                    if now is not None and now.nuid == self._nuid:
                        return
                with suppress(ApiError):  # in any case it is behind the chunks that are still on their way
                    await store(api, self._subject, b"", self._what)
                await purge_stream(api, stream, Purge(self._subject))
        except (NatsCliError, TimeoutError):
            if isinstance(error, NatsCliError):
                error.hint = f"{error.hint}; {self._left()}" if error.hint else self._left()

    def _left(self) -> str:
        """Say what to do where it is not known what is left of it."""
        bucket = self._objects.bucket
        if self._published:
            return f"natscli object info {bucket.name} {shlex.quote(self._new.name)} shows whether it was stored"
        return f"chunks may be left: natscli stream purge {bucket.stream} --subject '{self._subject}' removes them"


async def fetch(objects: Objects, info: ObjectInfo, take: Callable[[bytes], object]) -> None:
    """Hand an object's bytes to ``take``, chunk by chunk, never more than there should be, and check the digest.

    Raises NatsCliError for chunks that are missing or other bytes than were stored, DeadlineError where none come.
    """
    what = objects.what(info.name)
    with _Checking(take) as checking:
        size, chunks = await _received(objects, info, checking) if info.size else (0, 0)
    if size < info.size:
        now = await objects.last(info.name, leader=True)
        if now is None or now.sequence != info.sequence:
            raise NatsCliError(f"{what}: it was replaced or deleted while it was read", "try again")
        missing = f"{info.size - size:,} of {info.size:,} bytes, {info.chunks - chunks:,} of {info.chunks:,} chunks"
        raise NatsCliError(f"{what}: {missing} are missing")
    if checking.digest != info.digest:
        raise NatsCliError(f"{what}: the digest is wrong: these are not the bytes that were stored")


async def _received(objects: Objects, info: ObjectInfo, checking: _Checking) -> tuple[int, int]:
    """Have an object's bytes checked as they come; return how many they were, in how many chunks."""
    size = chunks = 0
    wanted = Selection((objects.chunk_subject(info.nuid),))
    async with aclosing(runs(objects.api, objects.bucket.stream, wanted)) as found:
        async for run in found:
            size += run.payload_bytes
            chunks += len(run)
            if size > info.size:
                what = objects.what(info.name)
                raise NatsCliError(f"{what}: its chunks hold more than the {info.size:,} bytes it should have")
            checking.add(run.payloads, run.payload_bytes)
    checking.finish()
    return size, chunks


class _Checking:
    """Bytes that are digested and handed on by a thread, some at a time, while more come.

    Neither needs the interpreter.  The thread is waited for as a disk is, by everybody: what is still to come stays
    with the server.
    """

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._digest = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._size = 0
        self._thread = ThreadPoolExecutor(1, "checking")
        self._work: deque[Future[None]] = deque()
        self._broken = False  # nothing is handed on behind what could not be

    @property
    def digest(self) -> bytes:
        """The digest of all that was handed on."""
        return self._digest.digest()

    def add(self, pieces: Sequence[bytes], size: int) -> None:
        """Take in more, ``size`` bytes together; raises what handing on raised."""
        self._waiting += pieces
        self._size += size
        if self._size >= _CHECKED_BYTES:
            while len(self._work) >= _MOST_CHECKED:
                self._work.popleft().result()
            waiting, self._waiting, self._size = self._waiting, [], 0
            self._work.append(self._thread.submit(self._check, waiting))

    def finish(self) -> None:
        """Hand on what is left."""
        for work in self._work:
            work.result()
        self._check(self._waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _check(self, pieces: Sequence[bytes]) -> None:
        if self._broken:
            return
        self._broken = True
        block = b"".join(pieces)  # each call lets the interpreter go, and has to wait for it again
        self._digest.update(block)
        self._take(block)
        self._broken = False


def _chunks(pieces: Iterator[bytes], size: int) -> Iterator[list[Chunk]]:
    """Yield the bytes in chunks of ``size``, the last one shorter; those that a piece holds whole are not copied."""
    begun = bytearray()
    for piece in pieces:
        rest = memoryview(piece)
        chunks: list[Chunk] = []
        if begun:
            missing = size - len(begun)
            begun += rest[:missing]
            rest = rest[missing:]
            if len(begun) == size:
                chunks.append(bytes(begun))
                begun.clear()
        whole = len(rest) - len(rest) % size
        chunks += [rest[place : place + size] for place in range(0, whole, size)]
        begun += rest[whole:]
        if chunks:
            yield chunks
    if begun:
        yield [bytes(begun)]
