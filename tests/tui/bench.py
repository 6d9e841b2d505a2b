"""``make bench-top``, the app: what it carries beside a server and a publisher, and how soon it paints.

Prints each figure; medians of three.  The app runs without a terminal of its own, but with every widget painted;
counts are compared with the server's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import time
import urllib.request
from typing import NamedTuple

from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from natscli.tap.garbage import collect_seldom
from tests.tui.stage import on_stage
from tests.tui.test_live import live
from tests.waiting import eventually_async

SUBJECTS = 2_000
FEW, KNOWN = 1_000, 100_000
TIMES = 3
KEYS = 15
_STEP_S = 0.005
_PUBLISHER = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "bench_top.py")


class Carried(NamedTuple):
    """What one run came to; times in seconds."""

    counted: int
    published: int
    lost: int
    cores: float
    lag_s: float  # p99 of how late the event loop was


def main() -> None:
    """Print every figure; with a name (rates, crowd, start) its part alone."""
    collect_seldom()  # as top does
    for name, part in {"rates": rates, "crowd": crowd, "start": start}.items():
        if sys.argv[1:] in ([], [name]):
            part()


def rates() -> None:
    """What is carried, and how late the loop is."""
    for rate in (50_000, 150_000, 300_000):
        results = [carry(rate) for _ in range(TIMES)]
        exact = all(run.counted == run.published and not run.lost for run in results)
        cores, lag_s = (statistics.median(column) for column in list(zip(*results, strict=True))[3:])
        lags = " ".join(f"{run.lag_s * 1e3:.0f}" for run in results)
        print(
            f"app, {SUBJECTS:,} subjects, {rate:,} msg/s: counted {results[0].counted:,} of {results[0].published:,} "
            f"({'exact' if exact else 'NOT EXACT'} in {TIMES} of {TIMES}); {cores:.2f} of a core; "
            f"loop lag p99 {lag_s * 1e3:.0f} ms ({lags})",
            flush=True,
        )


def crowd() -> None:
    """Many known subjects."""
    runs = [asyncio.run(crowded()) for _ in range(TIMES)]
    tick_s, key_s = (statistics.median(column) for column in list(zip(*runs, strict=True))[:2])
    said = " ".join(f"{tick * 1e3:.1f}/{key * 1e3:.0f}" for tick, key, _ in runs)
    print(
        f"app, {KNOWN:,} subjects, {SUBJECTS:,} active: tick {tick_s * 1e3:.1f} ms, key to paint {key_s * 1e3:.0f} ms "
        f"({said}), {runs[0][2]:.0f} MB",
        flush=True,
    )
    ratios = []
    for _ in range(TIMES):
        few, many = asyncio.run(collapsed(FEW)), asyncio.run(collapsed(KNOWN))
        ratios.append(many / few)
    print(
        f"app, a tick and its picture with the tree collapsed, {KNOWN:,} subjects against {FEW:,}, {FEW:,} active in "
        f"both: {statistics.median(ratios):.2f} times ({' '.join(f'{one:.2f}' for one in ratios)})",
        flush=True,
    )


def start() -> None:
    """The first picture."""
    starts = [first_paint() for _ in range(TIMES)]
    print(f"app, start to first paint: {statistics.median(starts):.2f} s ({' '.join(f'{s:.2f}' for s in starts)})")


def carry(rate: int) -> Carried:
    """Run the app beside a server and a publisher."""
    with LocalServer.start(ServerConfig(monitor_port=0)) as server:
        return asyncio.run(_carry(server, rate))


async def _carry(server: LocalServer, rate: int) -> Carried:
    async with live(server.url) as stage:
        before = _messages_in(server)  # a question of our own, before anything was watched
        began, cpu = time.monotonic(), time.process_time()
        command = [_PUBLISHER, "publish", server.url, str(rate), str(SUBJECTS)]
        publisher = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.DEVNULL)
        publishing = asyncio.ensure_future(publisher.wait())
        lags = []
        while not publishing.done():
            slept = time.monotonic()
            await asyncio.sleep(_STEP_S)
            lags.append(time.monotonic() - slept - _STEP_S)
        cores = (time.process_time() - cpu) / (time.monotonic() - began)
        published = await asyncio.to_thread(_messages_in, server) - before
        totals = stage.app.desk.watch.totals
        with contextlib.suppress(AssertionError):  # then the figures say what is missing
            await eventually_async(lambda: totals().messages >= published, 20)
        now = totals()
        return Carried(now.messages, published, now.dropped + now.cuts, cores, statistics.quantiles(lags, n=100)[98])


def _messages_in(server: LocalServer) -> int:
    with urllib.request.urlopen(f"{server.monitor_url}/varz") as answer:
        return int(json.load(answer)["in_msgs"])


async def crowded() -> tuple[float, float, float]:
    """Return how long a tick and a key take among many known subjects (seconds), and the memory (MB)."""
    async with on_stage() as stage:
        for first in range(0, KNOWN, 1_000):
            stage.source.send(*((f"shop.{n % 97}.item.{n}", b"x" * 128) for n in range(first, first + 1_000)))
        stage.source.pass_time(0.25)
        await stage.press("t")
        ticks, keys = [], []
        for _ in range(KEYS):
            stage.source.send(*((f"shop.{n % 97}.item.{n}", b"y" * 128) for n in range(SUBJECTS)))
            stage.source.now_s += 0.25
            began = time.perf_counter()
            stage.app.tick()
            ticks.append(time.perf_counter() - began)
            began = time.perf_counter()
            await stage.press("j")
            keys.append(time.perf_counter() - began)
        return statistics.median(ticks), statistics.median(keys), _most_memory()


async def collapsed(known: int) -> float:
    """Return how long a tick takes with its picture, the tree closed (seconds)."""
    async with on_stage(seconds=0) as stage:
        stage.source.send(*((f"shop.{n % 97}.item.{n}", b"x" * 128) for n in range(known)))
        stage.source.pass_time(0.25)
        await stage.press("O")
        spent = []
        for _ in range(KEYS):
            stage.source.send(*((f"shop.{n % 97}.item.{n}", b"y" * 128) for n in range(FEW)))
            stage.source.now_s += 0.25
            began = time.perf_counter()
            await stage.show()
            spent.append(time.perf_counter() - began)
        return statistics.median(spent)


def first_paint() -> float:
    """Return the seconds from the start of the process to its first picture on a terminal."""
    with LocalServer.start(ServerConfig()) as server:
        near, far = pty.openpty()
        command = [sys.executable, "-m", "natscli", "--no-context", "-s", server.url, "top"]
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
        began = time.monotonic()
        app = subprocess.Popen(command, stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True)
        os.close(far)
        seen = b""
        while b"DROPPED" not in seen and time.monotonic() < began + 30:
            if select.select([near], [], [], 0.05)[0]:
                seen += os.read(near, 65536)
        painted = time.monotonic() - began
        app.terminate()
        with contextlib.suppress(OSError):  # the terminal ends with it
            while app.poll() is None:
                if select.select([near], [], [], 0.05)[0]:
                    os.read(near, 65536)
        app.wait()
        os.close(near)
        return painted


def _most_memory() -> float:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main()
