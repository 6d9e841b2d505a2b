"""How long ``natscli pub foo hi`` takes, whole process, beside importing asyncio and nats-py alone.

The two run in turn against a local server, and every pair is printed, so that a machine whose speed
drifts is seen to.  The aim for the ratio of the medians is 1.35.  natscli runs compiled, as it is installed:
where ``PYTHONDONTWRITEBYTECODE`` is set, every start of a checkout compiles seventy modules anew.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer

PAIRS = 15
IMPORTS = "import sys; sys.modules['aiohttp'] = None; import asyncio, nats"
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> float:
    """Return how long a command takes; it must succeed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=_ENVIRONMENT)
    return time.perf_counter() - started


def main() -> None:
    """Print every pair and the ratio of the medians."""
    natscli = os.path.join(os.path.dirname(sys.executable), "natscli")
    with LocalServer.start(ServerConfig()) as server:
        ours = [natscli, "--server", server.url, "--no-context", "pub", "foo", "hi"]
        floor = [sys.executable, "-c", IMPORTS]
        seconds(ours)
        seconds(floor)
        pairs = [(seconds(ours), seconds(floor)) for _ in range(PAIRS)]
    for mine, least in pairs:
        print(f"pub {mine * 1e3:6.1f} ms   imports {least * 1e3:6.1f} ms   {mine / least:.2f}")
    mine, least = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"medians: pub {mine * 1e3:.1f} ms, imports {least * 1e3:.1f} ms, ratio {mine / least:.2f}")


if __name__ == "__main__":
    main()
