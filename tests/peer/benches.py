"""``bench`` beside ``nats bench``, beside a raw socket, and beside itself.

Both are taken by their own word, for the same messages on the same server; what natscli counts was confirmed by
the server or has been received, and tests hold that against the server's counters.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from natscli.bench.bodies import Payload
from natscli.bench.engine import Bench
from natscli.bench.marks import MarkReader
from natscli.bench.plan import Mode, Spec
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from tests.peer.contest import NATSCLI, PATIENCE_S, PEER, Ring, Row, compare

SIZES = (16, 128, 1024)
PUBLISHED = {16: 3_000_000, 128: 2_000_000, 1024: 600_000}
RECEIVED = {16: 400_000, 128: 400_000, 1024: 50_000}  # above its 512 Ki messages or 64 MB the peer drops
REQUESTS = {1: 20_000, 100: 200_000}
_BLOCK = 64 * 1024
_PEER_RATES = re.compile(r"stats: ([\d,]+) msgs/sec")


def ours(ring: Ring, *arguments: str) -> float | None:
    """Return the rate that our report says."""
    command = [*NATSCLI, "-s", ring.server.url, "bench", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    return float(json.loads(done.stdout)["results"][0]["msgs_per_sec"]) if done.returncode == 0 else None


def theirs(ring: Ring, *arguments: str) -> float | None:
    """Return the rate that the peer's report says: of all clients where there are several."""
    command = [PEER, "-s", ring.server.url, "bench", *arguments, "--no-progress"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    rates = [float(rate.replace(",", "")) for rate in _PEER_RATES.findall(done.stdout)]
    return max(rates) if rates and done.returncode == 0 else None


def raw(ring: Ring, size: int, count: int) -> float:
    """Return the rate of a socket that sends frames joined beforehand, 64 KiB at a time, to the PONG behind them."""
    frame = f"PUB {ring.subject()} {size}\r\n".encode() + b"x" * size + b"\r\n"
    block = frame * (_BLOCK // len(frame))
    blocks = count * len(frame) // len(block)
    with socket.create_connection(("127.0.0.1", ring.server.port)) as connection:
        connection.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\n')  # as both contestants do
        started = time.perf_counter()
        for _ in range(blocks):
            connection.sendall(block)
        connection.sendall(b"PING\r\n")
        answer = b""
        while b"PONG\r\n" not in answer:
            answer = answer[-8:] + connection.recv(65536)
        return blocks * (len(block) // len(frame)) / (time.perf_counter() - started)


def fed(ring: Ring, rate: Callable[[str], float | None], size: int) -> float | None:
    """Return a subscriber's rate while a raw socket publishes for it."""
    subject, rates = ring.subject(), list[float | None]()
    thread = threading.Thread(target=lambda: rates.append(rate(subject)))
    thread.start()
    ring.wait_for_subscriber(subject)
    ring.blast((f"PUB {subject} {size}\r\n".encode() + b"x" * size + b"\r\n") * RECEIVED[size])
    thread.join(PATIENCE_S)
    return rates[0] if rates else None


@contextmanager
def serving(ring: Ring, subject: str, command: Sequence[str]) -> Iterator[None]:
    """Have somebody answer on a subject."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as responder:
        try:
            ring.wait_for_subscriber(subject)
            yield
        finally:
            responder.terminate()


def served(ring: Ring, command: Callable[[str], Sequence[str]]) -> float | None:
    """Return the rate at which the peer's requesters, 100 of them, are answered."""
    subject = ring.subject()
    with serving(ring, subject, command(subject)):
        return theirs(ring, "service", "request", subject, "--msgs", "200000", "--clients", "100")


class _Timeless(MarkReader):
    """Accounts for numbers and passes over times: what recording latencies costs is the rest."""

    def record(self, stamps: Sequence[int], now_ns: int) -> None:
        """Record nothing."""


def recording(ring: Ring, *, latencies: bool) -> float:
    """Return the rate of publishing and receiving at once, in this process."""
    from natscli.bench import receiving

    async def nothing() -> None:
        return None

    async def run() -> float:
        bench = Bench(Target(parse_urls(ring.server.url)), Payload(), b"", nothing)
        spec = Spec(mode=Mode.PUBSUB, subject=ring.subject(), msgs=1_500_000, others=1)
        return (await bench.run(spec, asyncio.get_running_loop().create_future())).msgs_per_sec

    usual = receiving.MarkReader
    receiving.MarkReader = usual if latencies else _Timeless
    try:
        return asyncio.run(run())
    finally:
        receiving.MarkReader = usual


def bench_rows(ring: Ring, _folder: str) -> Iterator[Row]:
    """Yield every contest of ``bench``."""
    for size, aim, raw_aim in zip(SIZES, (1.5, 1.4, 1.5), (0.93, 0.93, 0.75), strict=True):
        options = ("pub", ring.subject(), "--size", str(size), "--msgs", str(PUBLISHED[size]))
        mine, peer, plain = compare(
            [partial(ours, ring, *options), partial(theirs, ring, *options), partial(raw, ring, size, PUBLISHED[size])]
        )
        yield Row("`bench pub`", str(size), mine, peer, aim)
        yield Row("`bench pub`, against a raw socket", str(size), mine, plain, raw_aim)
    for size, aim in zip(SIZES, (1.15, 1.1, 1.3), strict=True):
        count = str(RECEIVED[size])

        def mine_of(subject: str, count: str = count) -> float | None:
            return ours(ring, "sub", subject, "--msgs", count)

        def peers_of(subject: str, count: str = count, size: str = str(size)) -> float | None:
            return theirs(ring, "sub", subject, "--msgs", count, "--size", size)

        contestants = [partial(fed, ring, mine_of, size), partial(fed, ring, peers_of, size)]
        yield Row("`bench sub`", str(size), *compare(contestants), aim)
    yield from _requests(ring)
    for size in (16, 128):
        options = ("pub", ring.subject(), "--size", str(size), "--msgs", str(2 * PUBLISHED[size]), "--clients")
        one, two, four = compare([partial(ours, ring, *options, clients) for clients in ("1", "2", "4")])
        yield Row("`bench pub`, 2 clients against 1", str(size), two, one, 1.0)
        yield Row("`bench pub`, 4 clients against 1", str(size), four, one, 1.0)
    timed = compare([partial(recording, ring, latencies=True), partial(recording, ring, latencies=False)])
    yield Row("`bench pubsub`, with latencies against without", "128", *timed, 0.95)


def _requests(ring: Ring) -> Iterator[Row]:
    subject, url = ring.subject(), ring.server.url
    with serving(ring, subject, [PEER, "-s", url, "bench", "service", "serve", subject, "--no-progress"]):
        for flying, aim in ((1, 1.0), (100, 2.0)):
            count = ("--msgs", str(REQUESTS[flying]))
            contestants = [
                partial(ours, ring, "request", subject, *count, "--in-flight", str(flying)),
                partial(theirs, ring, "service", "request", subject, *count, "--clients", str(flying)),
            ]
            yield Row(f"`bench request`, {flying} in flight", "128", *compare(contestants), aim)
    answering = [
        partial(served, ring, lambda on: [*NATSCLI, "-s", url, "bench", "serve", on]),
        partial(served, ring, lambda on: [PEER, "-s", url, "bench", "service", "serve", on, "--no-progress"]),
    ]
    yield Row("`bench serve`, asked by 100 clients of the peer", "128", *compare(answering), 0.9)
