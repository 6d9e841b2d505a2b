"""``make peer``: the contests of publishing and subscribing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence

from tests.peer.contest import NATSCLI, PEER, Ring, Row, compare, file_in, main, our_rate, peer_rate

SIZES = (16, 128, 1024)
RECEIVED = {16: 400_000, 128: 400_000, 1024: 50_000}  # above its 512 Ki messages or 64 MB the peer drops
PUBLISHED = {16: 1_000_000, 128: 1_000_000, 1024: 300_000}


def frames(subject: str, size: int, count: int) -> bytes:
    """Return ``count`` messages of ``size`` bytes as they go over the wire."""
    return (f"PUB {subject} {size}\r\n".encode() + b"x" * size + b"\r\n") * count


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


if __name__ == "__main__":
    main(rows)
