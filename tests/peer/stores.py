"""What is kept, read and written in bulk: backups, whole streams, buckets and objects, beside the Go CLI.

Every rate is of whole processes, from their start to their end, and of what was found to have come: messages in the
stream restored, lines in the file printed, bytes with the digest of those that were stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, count, islice
from typing import Any

from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.storing import store
from natscli.jetstream.streams import create_stream, delete_stream, stream_info
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.peer.contest import NATSCLI, PEER, REPETITIONS, Row, compare, file_in
from tests.peer.timing import Timed, timed, turning, until_lines

STREAM, MESSAGES, SIZE = "BULK", 1_000_000, 128
BUCKET, KEYS = "keys", 180_000
BATCH = 2_000
STREAMS, AT_ONCE = 2_500, 100
OBJECTS, OBJECT_BYTES, BLOCK = "objects", 1 << 30, 1 << 20
PAGE, PAGES = 25, 200
FEW = 3  # repetitions of what takes either of them ten seconds

Contestant = Callable[[], float | None]


def store_rows(ring: object, folder: str) -> Iterator[Row]:
    """Yield every contest."""
    return chain.from_iterable(contests(ring, folder) for contests in STORES.values())


def _on_a_server(contests: Callable[[str, str], Iterator[Row]], _ring: object, folder: str) -> Iterator[Row]:
    """Yield contests on a server of their own, which keeps streams."""
    store = os.path.join(folder, "store")
    with LocalServer.start(ServerConfig(jetstream=True, store=store)) as server:
        yield from contests(server.url, folder)
    shutil.rmtree(store)


def _both(url: str) -> tuple[list[str], list[str]]:
    return [*NATSCLI, "-s", url], [PEER, "-s", url]


def _row(work: str, size: int | str, aim: float, *contestants: Contestant, repetitions: int = REPETITIONS) -> Row:
    return Row(work, str(size), *compare(contestants, repetitions), aim)


def _asked(url: str, work: Callable[[Api], Coroutine[Any, Any, Any]]) -> Any:
    """Return what ``work`` makes of the API."""

    async def connected() -> Any:
        connection = await open_connection(Target(parse_urls(url)), Deadline(10))
        try:
            return await work(Api(connection))
        finally:
            await connection.close()

    return asyncio.run(connected())


async def _fill(api: Api, messages: Iterable[tuple[str, bytes]]) -> None:
    """Store messages; the last of each batch is acknowledged, and stands for those before it on the same way."""
    left = iter(messages)
    while batch := list(islice(left, BATCH)):
        *before, (subject, body) = batch
        api.connection.send(b"".join([pub(where.encode(), what) for where, what in before]))
        await store(api, subject, body, subject)


# -- a stream of a million messages ------------------------------------------------------------------


def _of_streams(url: str, folder: str) -> Iterator[Row]:
    config = StreamConfig({"name": STREAM, "subjects": [STREAM], "storage": "file", "allow_direct": True})
    _asked(url, lambda api: create_stream(api, config))
    numbers = random.Random(1)  # bodies that do not compress to nothing
    bodies = ((STREAM, numbers.randbytes(SIZE // 2).hex().encode()) for _ in range(MESSAGES))
    _asked(url, lambda api: _fill(api, bodies))
    yield from _of_backups(url, folder)
    yield from _of_reading(url, folder)


def _of_backups(url: str, folder: str) -> Iterator[Row]:
    ours, theirs = _both(url)
    backup = ["stream", "backup", STREAM, "{folder}", "--no-progress"]
    yield _row(
        "`stream backup`",
        SIZE,
        1.0,
        lambda: _backed_up([*ours, *backup], folder),
        lambda: _backed_up([*theirs, *backup], folder),
    )
    kept = os.path.join(folder, "kept")
    subprocess.run([each.format(folder=kept) for each in (*ours, *backup)], check=True, capture_output=True)
    restore = ["stream", "restore", kept, "--no-progress"]
    yield _row(
        "`stream restore`",
        SIZE,
        1.0,
        lambda: _restored(url, [*ours, *restore]),
        lambda: _restored(url, [*theirs, *restore]),
    )
    shutil.rmtree(kept)


def _of_reading(url: str, folder: str) -> Iterator[Row]:
    ours, theirs = _both(url)
    read = ["sub", "--stream", STREAM, "--all", "--terminate-at-end"]
    for shape, mark in (([], rb"^\[#\d+\]"), (["--raw"], rb"^[0-9a-f]{128}$")):
        yield _row(
            f"`{' '.join(['sub --stream --all', *shape])}` into a file",
            SIZE,
            1.0,
            lambda shape=shape, mark=mark: _lines([*ours, *read, *shape], mark, MESSAGES, folder),  # type: ignore[misc]
            lambda shape=shape, mark=mark: _lines([*theirs, *read, *shape], mark, MESSAGES, folder),  # type: ignore[misc]
            repetitions=FEW,
        )
    view = ["stream", "view", STREAM, str(PAGE)]
    yield _row(
        f"`stream view`, {PAGES} pages turned at a terminal",
        SIZE,
        1.0,
        lambda: _viewed([*ours, *view]),
        lambda: _viewed([*theirs, *view], asks=2),
    )


def _backed_up(command: Sequence[str], folder: str) -> float | None:
    target = os.path.join(folder, "backup")
    os.sync()
    ran = timed([each.format(folder=target) for each in command])
    try:
        with open(os.path.join(target, "backup.json"), "rb") as file:
            kept = json.load(file)["state"]["messages"]
        whole = os.path.getsize(os.path.join(target, "stream.tar.s2")) > MESSAGES * SIZE // 2
    finally:
        shutil.rmtree(target)
    return MESSAGES / ran.seconds if ran and kept == MESSAGES and whole else None


def _restored(url: str, command: Sequence[str]) -> float | None:
    _asked(url, lambda api: delete_stream(api, STREAM))
    os.sync()
    ran = timed(command)
    info = _asked(url, lambda api: stream_info(api, STREAM))
    return MESSAGES / ran.seconds if ran and info.state.whole("messages") == MESSAGES else None


def _lines(command: Sequence[str], mark: bytes, wanted: int, folder: str) -> float | None:
    """Return the rate of printing into a file, if it then has so many lines that differ and match ``mark``."""
    with file_in(folder) as out:
        ran = timed(command, out)
    with open(out.name, "rb") as file:
        found = set(re.findall(mark, file.read(), re.MULTILINE))
    return wanted / ran.seconds if ran and len(found) == wanted else None


def _viewed(command: Sequence[str], asks: int = 0) -> float | None:
    turned = turning(command, b"ext ", PAGES, asks)
    if turned is None:
        return None
    seconds, shown = turned
    whole = len(set(re.findall(rb"\[(\d+)\] Subject: ", shown))) >= PAGE * PAGES
    return PAGE * PAGES / seconds if whole else None


# -- buckets, and many streams -----------------------------------------------------------------------


def _of_keys(url: str, folder: str) -> Iterator[Row]:
    ours, theirs = _both(url)
    subprocess.run([*ours, "kv", "add", BUCKET], check=True, capture_output=True)
    entries = ((f"$KV.{BUCKET}.region.{number % 50}.user-{number}", b"value %d" % number) for number in range(KEYS))
    _asked(url, lambda api: _fill(api, entries))
    listing = ["kv", "ls", BUCKET]
    yield _row(
        f"`kv ls` of {KEYS:,} keys",
        "",
        1.0,
        lambda: _lines([*ours, *listing], rb"^region\.\d+\.user-\d+$", KEYS, folder),
        lambda: _lines([*theirs, *listing], rb"^region\.\d+\.user-\d+$", KEYS, folder),
    )
    watching = ["kv", "watch", BUCKET]

    def watched(command: Sequence[str]) -> float | None:
        seconds = until_lines(command, KEYS)
        return KEYS / seconds if seconds else None

    yield _row(
        f"`kv watch` to the last of {KEYS:,} values",
        "",
        1.0,
        lambda: watched([*ours, *watching]),
        lambda: watched([*theirs, *watching]),
    )


def _of_many_streams(url: str, folder: str) -> Iterator[Row]:
    async def make(api: Api) -> None:
        for first in range(0, STREAMS, AT_ONCE):
            names = [f"many-{number}" for number in range(first, first + AT_ONCE)]
            configs = [StreamConfig({"name": name, "subjects": [name], "storage": "memory"}) for name in names]
            await asyncio.gather(*[create_stream(api, config) for config in configs])

    _asked(url, make)
    ours, theirs = _both(url)
    for shape in ([], ["--names"]):
        listing = ["stream", "ls", *shape]
        yield _row(
            f"`{' '.join(listing)}` of {STREAMS:,} streams",
            "",
            1.0,
            lambda listing=listing: _lines([*ours, *listing], rb"many-\d+", STREAMS, folder),  # type: ignore[misc]
            lambda listing=listing: _lines([*theirs, *listing], rb"many-\d+", STREAMS, folder),  # type: ignore[misc]
        )


# -- objects -----------------------------------------------------------------------------------------


def _of_objects(url: str, folder: str) -> Iterator[Row]:
    ours, theirs = _both(url)
    subprocess.run([*ours, "object", "add", OBJECTS], check=True, capture_output=True)
    source, landed = os.path.join(folder, "source"), os.path.join(folder, "landed")
    with open(source, "wb") as file:
        file.writelines(number.to_bytes(8) + os.urandom(BLOCK - 8) for number in range(OBJECT_BYTES // BLOCK))
    digest = _digest(source)
    names = count()

    def put(command: Sequence[str], peak: list[int]) -> float | None:
        os.sync()
        name = str(next(names))
        ran = timed([*command, "object", "put", OBJECTS, source, "--name", name, "--no-progress"])
        fits = _got([*ours, "object", "get", OBJECTS, name], landed, digest) is not None
        subprocess.run([*ours, "object", "rm", OBJECTS, name, "--force"], check=True, capture_output=True)
        return _rate(ran if fits else None, peak)

    def get(command: Sequence[str], peak: list[int]) -> float | None:
        os.sync()
        return _rate(_got([*command, "object", "get", OBJECTS, "kept", "--no-progress"], landed, digest), peak)

    yield _with_memory("`object put` of 1 GiB", put, ours, theirs)
    subprocess.run([*ours, "object", "put", OBJECTS, source, "--name", "kept"], check=True, capture_output=True)
    yield _with_memory("`object get` of 1 GiB", get, ours, theirs)


def _with_memory(work: str, ran: Callable[[Sequence[str], list[int]], float | None], *commands: Sequence[str]) -> Row:
    """Return a row that says how much memory it took as well."""
    peaks = [[0] for _ in commands]
    rates = compare([partial(ran, command, peak) for command, peak in zip(commands, peaks, strict=True)], FEW)
    most, peers = (max(peak) / 1e6 for peak in peaks)
    return Row(f"{work}, MB/s; {most:.0f} MB resident at most, the peer {peers:.0f}", "", *rates, 1.0)


def _rate(ran: Timed | None, peak: list[int]) -> float | None:
    """Return kilobytes a second, and note how much memory it took."""
    if ran is None:
        return None
    peak.append(ran.peak_bytes)
    return OBJECT_BYTES / 1e3 / ran.seconds


def _got(command: Sequence[str], landed: str, digest: bytes) -> Timed | None:
    """Run a get, and remove what has landed; None where that is not what was stored."""
    ran = timed([*command, "--output", landed])
    if ran is None:
        return None
    fits = _digest(landed) == digest
    os.unlink(landed)
    return ran if fits else None


def _digest(path: str) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


STORES = {
    "streams": partial(_on_a_server, _of_streams),
    "keys": partial(_on_a_server, _of_keys),
    "listing": partial(_on_a_server, _of_many_streams),
    "objects": partial(_on_a_server, _of_objects),
}
