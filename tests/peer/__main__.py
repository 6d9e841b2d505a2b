"""``make peer``: every contest; ``data``, ``bench``, ``js`` or ``stores`` for one kind alone.

Numbers behind ``js``, counted from 1, are for these rows alone.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from tests.peer.benches import bench_rows
from tests.peer.contest import NATSCLI, PEER, Ring, Row, compare, file_in, main, our_rate, peer_rate
from tests.peer.jets import jet_rows
from tests.peer.stores import STORES, store_rows

Rows = Callable[[Ring, str], Iterable[Row]]
SIZES = (16, 128, 1024)
RECEIVED = {16: 400_000, 128: 400_000, 1024: 50_000}  # above its 512 Ki messages or 64 MB the peer drops
MIXED = 50_000
PUBLISHED = {16: 1_000_000, 128: 1_000_000, 1024: 300_000}


def frames(subject: str, size: int, count: int) -> bytes:
    """Return ``count`` messages of ``size`` bytes as they go over the wire."""
    return (f"PUB {subject} {size}\r\n".encode() + b"x" * size + b"\r\n") * count


def mixed_sizes() -> list[int]:
    """Return the sizes of mixed traffic: 10 to 2,000 bytes, headers not counted, the same in every run."""
    random.seed(1)
    return [random.randint(10, 2000) for _ in range(MIXED)]


def mixed_frames(subject: str) -> bytes:
    """Return mixed traffic under ``subject``: 2,000 subjects in random order, one message in five with headers."""
    block = "NATS/1.0\r\nContent-Type: text/plain\r\nTrace-Id: {:032x}\r\n\r\n"
    parts: list[bytes] = []
    for place, size in enumerate(mixed_sizes()):
        name = f"{subject}.region{random.randrange(20)}.device{random.randrange(100)}"
        if place % 5:
            parts.append(f"PUB {name} {size}\r\n".encode())
        else:
            headers = block.format(random.getrandbits(128)).encode()
            parts += (f"HPUB {name} {len(headers)} {len(headers) + size}\r\n".encode(), headers)
        parts.append(b"x" * size + b"\r\n")
    return b"".join(parts)


def mixed_and_single(ring: Ring, folder: str, options: Sequence[str]) -> list[list[float | None]]:
    """Return our rates over mixed traffic, and over one subject and size with the same mean."""
    mean = sum(mixed_sizes()) // MIXED

    def rate(mixed: bool) -> float | None:
        subject = ring.subject()
        wished = f"{subject}.>" if mixed else subject
        traffic = mixed_frames(subject) if mixed else frames(subject, mean, MIXED)
        command = [*NATSCLI, "-s", ring.server.url, "sub", wished, "--count", str(MIXED), *options]
        with file_in(folder) as out:
            seconds = ring.received(command, wished, traffic, out)
        return MIXED / seconds if seconds else None

    return compare([lambda: rate(mixed=True), lambda: rate(mixed=False)])


def receiving(
    ring: Ring, folder: str, ours: Sequence[str], theirs: Sequence[str], size: int
) -> list[list[float | None]]:
    """Return the rates of two receivers; both print into a file, whose lines are counted."""
    count = RECEIVED[size]

    def contestant(command: Sequence[str]) -> float | None:
        subject = ring.subject()
        with file_in(folder) as out:
            full = [word.format(subject=subject, count=count) for word in command]
            seconds = ring.received(full, subject, frames(subject, size, count), out)
        return count / seconds if seconds else None

    server = ring.server.url
    return compare(
        [
            lambda: contestant([*NATSCLI, "-s", server, *ours]),
            lambda: contestant([PEER, "-s", server, *theirs]),
        ]
    )


def publishing(ring: Ring, size: int) -> list[list[float | None]]:
    """Return the rates of publishing one body, as each says of itself."""
    count, server = PUBLISHED[size], ring.server.url

    def ours() -> float | None:
        command = [*NATSCLI, "-s", server, "pub", ring.subject(), "x" * size, "--count", str(count), "--stats"]
        return our_rate(subprocess.run(command, capture_output=True, text=True, check=True).stderr)

    def theirs() -> float | None:
        options = ["--msgs", str(count), "--size", str(size), "--no-progress"]
        command = [PEER, "-s", server, "bench", "pub", ring.subject(), *options]
        return peer_rate(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return compare([ours, theirs])


def lines_and_copies(ring: Ring, folder: str, size: int) -> list[list[float | None]]:
    """Return our rates of publishing distinct lines, and copies of one body of the same size."""
    count, server = PUBLISHED[size], ring.server.url
    path = os.path.join(folder, "lines")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{number:0{size}}\n" for number in range(count))

    def rate(*arguments: str) -> float | None:
        command = [*NATSCLI, "-s", server, "pub", ring.subject(), *arguments, "--stats"]
        with open(path, "rb") as lines:
            return our_rate(subprocess.run(command, stdin=lines, capture_output=True, text=True, check=True).stderr)

    return compare([lambda: rate("--send-on", "newline"), lambda: rate("x" * size, "--count", str(count))])


def rows(ring: Ring, folder: str) -> Iterator[Row]:
    """Yield every contest of the data plane."""
    count = ["--count", "{count}"]
    human = ["sub", "{subject}", *count]
    contests = (
        ("`sub -o none`, against `bench sub`", [*human, "-o", "none"], None, (1.15, 1.1, 1.3)),
        ("`sub --raw` into a file", [*human, "--raw"], [*human, "--raw"], (1.7, 1.7, 1.7)),
        ("`sub` into a file", human, human, (4, 4, 2)),
        ("`sub -o json` into a file, against `sub`", [*human, "-o", "json"], human, (1.2, 1.2, 0.7)),
    )
    for work, ours, theirs, aims in contests:
        for size, aim in zip(SIZES, aims, strict=True):
            bench = ["bench", "sub", "{subject}", "--msgs", "{count}", "--size", str(size), "--no-progress"]
            yield Row(work, str(size), *receiving(ring, folder, ours, theirs or bench, size), aim)
    for size, aim in zip(SIZES, (1.4, 1.3, 1.4), strict=True):
        yield Row("`pub --count`, against `bench pub`", str(size), *publishing(ring, size), aim)
    work = "`pub --send-on newline`, against our own `--count`"
    yield Row(work, "128", *lines_and_copies(ring, folder, 128), 0.5)
    for shape in (["-o", "none"], ["--raw"], [], ["-o", "json"]):
        work = f"`{' '.join(['sub', *shape])}` of mixed traffic, against our own of one subject"
        yield Row(work, "10-2000", *mixed_and_single(ring, folder, shape), 0.5)


def chosen(kind: str, numbers: Sequence[int]) -> tuple[Rows, ...]:
    """Return the tables of a kind, or all; of ``js``, rows with these numbers alone."""
    jets = partial(jet_rows, numbers=numbers)
    kinds: dict[str, Rows] = {"data": rows, "bench": bench_rows, "js": jets, "stores": store_rows}
    return ({**kinds, **STORES}[kind],) if kind else tuple(kinds.values())


if __name__ == "__main__":
    tables = chosen("".join(sys.argv[1:2]), [int(word) for word in sys.argv[2:]])
    main(lambda ring, folder: chain.from_iterable(each(ring, folder) for each in tables))
