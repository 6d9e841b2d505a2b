"""A server with a store, and the ways to it, to which one thing after the other happens, by a seed."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from natscli.server.process import LocalServer
from tests.commands.flood import Proxy
from tests.processes import freeze
from tests.waiting import eventually

LONG = bool(os.environ.get("NATSCLI_LONG"))  # a minute of faults instead of one
SEED = int(os.environ.get("NATSCLI_SEED", "1"))
FAULTS = 14 if LONG else 1
SECONDS = 70.0 if LONG else 4.0
BACKLOG_S = 240.0 if LONG else 90.0  # until all is stored that was written before the last fault
_KINDS = ["killed", "stopped", "frozen", "reset", "swallowed", "reloaded"]


class Faulty:
    """One server after the other on the same port and store; each of ``ways`` is a client's own URL to it."""

    def __init__(self, make: Callable[..., LocalServer], folder: str, port: int) -> None:
        self.running = make(jetstream=True, store=folder, port=port)
        self.url = self.running.url
        self._make = make
        self._folder = folder
        self._random = random.Random(SEED)
        self._proxies: list[Proxy] = []
        self.told: list[str] = []

    @contextmanager
    def ways(self, count: int) -> Iterator[list[str]]:
        """URLs that lead to the server, as long as they do."""
        self._proxies = [Proxy(self.running.port) for _ in range(count)]
        try:
            yield [proxy.url for proxy in self._proxies]
        finally:
            for proxy in self._proxies:
                proxy.close()

    def share(self, of_how_many: int) -> int:
        """Return a part that is about, and never exactly, what it would be by a clock."""
        return int(of_how_many * self._random.uniform(0.5, 1.5))

    def strike(self) -> None:
        """Do one thing, and have a server run again: kill -9 first, then each kind once, then what the seed says."""
        left = [kind for kind in _KINDS if kind not in self.told]
        fault = self._random.choice(left or _KINDS) if self.told else "killed"
        getattr(self, f"_{fault}")()
        self.told.append(fault)

    def _killed(self) -> None:
        os.kill(self.running.pid, signal.SIGKILL)
        self._stopped()

    def _stopped(self) -> None:
        self.running.stop()
        self.running = self._make(jetstream=True, store=self._folder, port=self.running.port)

    def _frozen(self) -> None:
        freeze(self.running.pid)
        self._wait()
        os.kill(self.running.pid, signal.SIGCONT)

    def _reset(self) -> None:
        for proxy in self._proxies:
            proxy.cut()
            proxy.mend()

    def _swallowed(self) -> None:
        """Let the ways go on with what they held, or break off and lose it."""
        for proxy in self._proxies:
            proxy.swallow()
        self._wait()
        for proxy in self._proxies:
            if self._random.random() < 0.5:
                proxy.cut()
            proxy.mend()

    def _reloaded(self) -> None:
        (config,) = Path(self.running.folder).glob("*.conf")
        with config.open("a") as file:
            file.write(f"\nmax_connections: {1000 + len(self.told)}\n")
        os.kill(self.running.pid, signal.SIGHUP)
        eventually(lambda: "Reloaded" in self.running.log_tail(50), 20)

    def _wait(self) -> None:
        end = time.monotonic() + self._random.uniform(0.5, 2.0)
        eventually(lambda: time.monotonic() > end)

    def __str__(self) -> str:
        return f"seed {SEED}: {', '.join(f'{self.told.count(fault)} {fault}' for fault in sorted(set(self.told)))}"
