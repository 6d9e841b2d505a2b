"""A stream as files and back: ``backup.json`` with configuration and state, ``stream.tar.s2`` with the rest.

The folder is that of the Go CLI.  What is interrupted leaves no half behind: files get their names once they are whole,
and what a server has made of a part of a restore is removed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api, check, check_name
from natscli.jetstream.arrivals import Arrivals
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.document import Document
from natscli.jetstream.errors import STREAM_NOT_FOUND, ApiError
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import delete_stream
from natscli.messaging.request import request_one
from natscli.wire.encode import pub
from natscli.wire.headers import parse_headers

META, DATA = "backup.json", "stream.tar.s2"
_PART = ".part"
_CHUNK = 256 * 1024  # sent at once; the server's limit on payloads may be lower
_DEFAULT_CHUNK = 128 * 1024  # asked for
_END = 204
_CLEAN_S = 0.7  # a signal ends a command within a second
_LONG_S = 3600.0  # for what a server does without a word: checking a stream, or building one
_IDLE_S = 5.0  # at least, without a chunk

Progress = Callable[[int, int], None]  # bytes so far, and bytes in all as far as that is known


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a stream is to be backed up; sizes are bytes, 0 for the server's own."""

    consumers: bool = True
    check: bool = False
    chunk_size: int = 0
    window_size: int = 0


class Saved(NamedTuple):
    """What a backup came to."""

    received: int  # bytes, compressed
    chunks: int
    state: Document


async def back_up(api: Api, stream: str, folder: str, snapshot: Snapshot, progress: Progress) -> Saved:
    """Write a stream to a folder, which is made; a backup that is there is replaced once the new one is whole."""
    what = f"backup of stream '{stream}'"
    wait_s = max(api.connection.target.timeout_s, _IDLE_S)
    body = {
        "no_consumers": not snapshot.consumers,
        "jsck": snapshot.check,
        "chunk_size": snapshot.chunk_size or _DEFAULT_CHUNK,
        "window_size": snapshot.window_size,
    }
    asking = Api(api.connection, Deadline(_LONG_S if snapshot.check else wait_s))
    operation = f"STREAM.SNAPSHOT.{check_name(stream, 'stream')}"
    async with Arrivals.of(api.connection) as arrivals:
        said = {key: value for key, value in body.items() if value} | {"deliver_subject": arrivals.subject.decode()}
        answer = await asking.ask(operation, what, said)
        with _parts(folder) as (data, meta):
            received, chunks = await _receive(api, arrivals, data, what, wait_s, _told(answer, progress))
            kept = {"config": answer.raw.get("config"), "state": answer.raw.get("state")}
            meta.write(json.dumps(kept, indent=2).encode() + b"\n")
    return Saved(received, chunks, answer.part("state"))


def _told(answer: Document, progress: Progress) -> Callable[[int], None]:
    total = answer.part("state").whole("bytes")
    return lambda received: progress(received, total)


async def _receive(
    api: Api, arrivals: Arrivals, data: BinaryIO, what: str, wait_s: float, told: Callable[[int], None]
) -> tuple[int, int]:
    """Write the chunks as they come, and answer each, which is what has the server send more."""
    received = chunks = 0
    while True:
        message = await arrivals.next(Deadline(wait_s), f"{what}: nothing came")
        if not message.payload:
            status = parse_headers(message.headers) if message.headers else None
            if status is not None and status.status not in (0, _END):
                raise ApiError(what, status.status, 0, status.description.lower())
            return received, chunks
        if message.reply:
            api.connection.send(pub(message.reply, b""))
        data.write(message.payload)
        received, chunks = received + len(message.payload), chunks + 1
        told(received)


@contextmanager
def _parts(folder: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open both files under other names; they get their own when all went well, and are removed when not."""
    made = not os.path.isdir(folder)
    paths = [os.path.join(folder, name) for name in (DATA, META)]
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(paths[0] + _PART, "wb") as data, open(paths[1] + _PART, "wb") as meta:
            yield data, meta
            for file in (data, meta):
                file.flush()
                os.fsync(file.fileno())
        for path in paths:
            os.replace(path + _PART, path)
    except BaseException as error:
        for path in paths:
            with suppress(OSError):
                os.remove(path + _PART)
        if made:
            with suppress(OSError):
                os.rmdir(folder)
        if isinstance(error, OSError):
            raise NatsCliError(f"'{folder}' cannot be written: {(error.strerror or 'it failed').lower()}") from error
        raise


def read_meta(folder: str) -> Document:
    """Return configuration and state of a backup; UsageError for what is none."""
    path = os.path.join(folder, META)
    document = Document.load(path, "backup")
    if not document.part("config").text("name") or not document.part("state"):
        raise UsageError(f"'{path}' is no backup: it has no configuration and state of a stream")
    return document


async def restore(api: Api, folder: str, config: StreamConfig, progress: Progress) -> StreamInfo:
    """Make a stream of a backup, with its configuration or another; the name has to be the same."""
    state = read_meta(folder).part("state")
    what = f"restore of stream '{config.name}'"
    with _data(folder) as data:
        body = {"config": config.raw, "state": state.raw}
        answer = await api.ask(f"STREAM.RESTORE.{check_name(config.name, 'stream')}", what, body)
        subject = answer.text("deliver_subject")
        try:
            await _send(api, subject, data, what, progress)
        except BaseException as error:
            await _take_back(api, config.name, error)
            raise
        return await _finish(api, subject, what)


@contextmanager
def _data(folder: str) -> Iterator[BinaryIO]:
    try:
        with open(os.path.join(folder, DATA), "rb") as data:
            yield data
    except OSError as error:
        raise UsageError(f"'{folder}' cannot be read: {(error.strerror or 'it failed').lower()}") from error


async def _send(api: Api, subject: str, data: BinaryIO, what: str, progress: Progress) -> None:
    """Send the chunks, each when the one before has been taken."""
    total, sent = os.fstat(data.fileno()).st_size, 0
    size = min(_CHUNK, api.connection.max_payload)
    while chunk := data.read(size):
        answer = await request_one(api.connection, subject, chunk, api.deadline)
        if answer.payload.startswith(b"{"):
            check(Document.parse(answer.payload), what)
        sent += len(chunk)
        progress(sent, total)


async def _take_back(api: Api, stream: str, error: BaseException) -> None:
    """Remove what a server has made of a part: it keeps a stream of that (2.15), which was not there before."""
    try:
        async with asyncio.timeout(_CLEAN_S):
            await delete_stream(Api(api.connection), stream)
    except ApiError as gone:
        if gone.err_code == STREAM_NOT_FOUND:
            return
    except (NatsCliError, TimeoutError):
        pass
    else:
        return
    if isinstance(error, NatsCliError):
        error.hint = f"part of it may be there: natscli stream rm {stream} removes that"


async def _finish(api: Api, subject: str, what: str) -> StreamInfo:
    """Say that this was all, and return what the server has made of it."""
    answer = await request_one(api.connection, subject, b"", Deadline(_LONG_S))
    try:
        made = Document.parse(answer.payload)
    except ValueError as error:
        raise NatsCliError(f"{what}: the answer of JetStream cannot be read: {error}") from None
    check(made, what)
    return StreamInfo(made.raw)
