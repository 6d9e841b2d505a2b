"""What `natscli top` carries: the engine alone, and headless beside a real server and a publisher.

Prints each figure; medians of three.  Counts are compared with the server's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from itertools import cycle, islice

from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from natscli.tap.garbage import collect_seldom
from natscli.traffic.look import Look
from natscli.traffic.registry import Registry
from natscli.traffic.values import Order, View
from natscli.wire.message import Run

FEW, SUBJECTS, MANY = 1_000, 2_000, 100_000
PAYLOAD = b"x" * 128
TIMES = 3
_PAIRS = 15
SECONDS = 5
BLOCK_S = 0.01  # the publisher's frames of so long go out in one write


def main() -> None:
    """Print every figure; with a name (engine, headless) its part alone."""
    if sys.argv[1:2] == ["publish"]:
        publish(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        return
    collect_seldom()  # as top does
    if sys.argv[1:] in ([], ["engine"]):
        engine()
    if sys.argv[1:] in ([], ["headless"]):
        headless(300_000, SUBJECTS)
        headless(0, SUBJECTS)
        headless(0, 1)
        headless(50_000, MANY)


# -- the engine alone ----------------------------------------------------------------------------


def engine() -> None:
    """Time what is done per message and per tick."""
    for known in (SUBJECTS, MANY):
        registry = _knowing(known)
        print(f"engine, {known:>7,} subjects: {_take_ns(registry):.0f} ns/msg to take", end="")
        print(f", {_median_ms(lambda r=registry: _tick(r, SUBJECTS)):.2f} ms to tick with {SUBJECTS:,} active", end="")
        look = Look(registry)
        look.tree(View(), set(), 0, 50)
        print(f", {_median_ms(lambda look=look: look.tree(View(), set(), 0, 50)):.2f} ms for a collapsed tree")
        rows = {order: _median_ms(lambda o=order, look=look: look.table(View(order=o), 0, 50)) for order in Order}
        print("   50 rows by " + ", ".join(f"{order} {spent:.1f} ms" for order, spent in rows.items()))
    for active in (FEW, SUBJECTS):
        print(
            f"tick and collapsed tree, {MANY:,} subjects against {active:,}, {active:,} active in both: {ratio(active)}"
        )


def ratio(active: int) -> str:
    """Return how much longer a tick takes among many subjects than among none but the active ones, in turn."""
    ratios = []
    for _ in range(TIMES):
        few, many = (_ticking(known, active) for known in (active, MANY))
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in range(_PAIRS):
            for side, look in zip(spent, (few, many), strict=True):
                side.append(look())
        ratios.append(statistics.median(spent[1]) / statistics.median(spent[0]))
    return f"{statistics.median(ratios):.2f} times ({' '.join(f'{one:.2f}' for one in ratios)})"


def _ticking(known: int, active: int) -> Callable[[], float]:
    """Return what has the active ones come again, ticks, draws the tree, and returns how long the last two took."""
    registry = _knowing(known)
    look, view = Look(registry), View()
    look.tree(view, set(), 0, 50)

    def once() -> float:
        tick = _tick(registry, active)
        began = time.perf_counter()
        tick()
        look.tree(view, set(), 0, 50)
        return time.perf_counter() - began

    return once


def _names(count: int) -> list[bytes]:
    return [b"bench.group-%c.kind%d.item%d" % (97 + i % 26, i % 180, i) for i in range(count)]


def _knowing(count: int) -> Registry:
    registry = Registry(0.0)
    names = _names(count)
    for start in range(0, count, 800):
        block = names[start : start + 800]
        registry.take(Run(1, block, [PAYLOAD] * len(block)), 0.1)
    registry.tick(0.2)
    registry.tick(5.0)
    return registry


def _take_ns(registry: Registry) -> float:
    names = cycle(_names(SUBJECTS))
    runs = [Run(1, list(islice(names, 800)), [PAYLOAD] * 800) for _ in range(100)]

    def take() -> None:
        for run in runs:
            registry.take(run, registry.now_s)
        registry._sizes.clear()  # noqa: SLF001 - the tick has a figure of its own

    return _median_ms(take) * 1e6 / (100 * 800)


def _tick(registry: Registry, active: int) -> Callable[[], None]:
    """Have messages come on so many of the subjects; return the tick behind them."""
    names = _names(active)
    registry.take(Run(1, names * 10, [PAYLOAD] * (10 * len(names))), registry.now_s)
    now = registry.now_s + 0.25
    return lambda: registry.tick(now)


def _median_ms(work: Callable[[], object]) -> float:
    """Time ``work``; where it returns work, that alone is timed."""
    spent = []
    for _ in range(15):
        started = time.perf_counter()
        prepared = work()
        if callable(prepared):
            started = time.perf_counter()
            prepared()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1e3


# -- headless ------------------------------------------------------------------------------------


def headless(rate: int, subjects: int) -> None:
    """Run a server, a publisher and `top --json`, and compare their counts."""
    asked = f"{rate:,} msg/s asked" if rate else "as fast as it goes"
    results = [_run(rate, subjects) for _ in range(TIMES)]
    got, of_server, carried, cpu, memory = (statistics.median(column) for column in zip(*results, strict=True))
    exact = all(result[0] == result[1] for result in results)
    print(
        f"headless, {subjects:,} subjects, {asked}: {carried:,.0f} msg/s; counted {got:,.0f} of {of_server:,.0f} "
        f"({'exact' if exact else 'NOT EXACT'}, {TIMES} of {TIMES} runs compared); "
        f"{cpu:.2f} of a core in top; {memory:,.0f} MB"
    )


def _run(rate: int, subjects: int) -> tuple[float, float, float, float, float]:
    with LocalServer.start(ServerConfig(monitor_port=0)) as server:
        seconds = str(SECONDS + 4)
        command = [sys.executable, "-m", "natscli", "top", "--json", "--for", f"{seconds}s", "-s", server.url]
        top = subprocess.Popen([*command, "--top", "5"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert top.stdout is not None
        assert top.stderr is not None
        top.stderr.readline()  # Watching
        before = _messages_in(server)  # a question of top's own, before anything was watched
        out: list[bytes] = []
        reader = threading.Thread(target=lambda: out.append(top.stdout.read()))  # type: ignore[union-attr]
        reader.start()
        publisher = [sys.executable, __file__, "publish", server.url, str(rate), str(subjects)]
        spent = float(subprocess.run(publisher, check=True, capture_output=True).stdout)
        published = _messages_in(server) - before
        memory = _most_memory(top.pid)
        reader.join()
        _, _, usage = os.wait4(top.pid, 0)
        top.stderr.close()
        counted = json.loads(out[0])["totals"]["messages"]
        cpu = (usage.ru_utime + usage.ru_stime) / spent
        return counted, published, published / spent, cpu, memory


def _messages_in(server: LocalServer) -> int:
    with urllib.request.urlopen(f"{server.monitor_url}/varz") as answer:  # noqa: S310 - our own server
        return int(json.load(answer)["in_msgs"])


def _most_memory(pid: int) -> float:
    """Return the most MB a process has had; the rusage of a child begins with that of its parent."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    return float("nan")


def publish(url: str, rate: int, subjects: int) -> None:
    """Publish for SECONDS and print how long it took, confirmed by the server."""
    host, _, port = url.removeprefix("nats://").rpartition(":")
    frames = [b"PUB %b %d\r\n%b\r\n" % (name, len(PAYLOAD), PAYLOAD) for name in _names(subjects)]
    each = max(int(rate * BLOCK_S), 1) if rate else 500
    ring = cycle(frames)
    period = max(subjects // each, 1)
    blocks = [b"".join(islice(ring, each)) for _ in range(period)] if period <= 400 else None
    with socket.create_connection((host, int(port))) as stream:
        stream.sendall(b'CONNECT {"verbose":false}\r\n')
        started = time.perf_counter()
        sent = 0
        while (now := time.perf_counter() - started) < SECONDS:
            if rate and now < sent * BLOCK_S:
                time.sleep(sent * BLOCK_S - now)
            stream.sendall(blocks[sent % period] if blocks else b"".join(islice(ring, each)))
            sent += 1
        stream.sendall(b"PING\r\n")
        while not stream.recv(65536).endswith(b"PONG\r\n"):
            pass
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
