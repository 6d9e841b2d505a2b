"""Peers and bad servers for the tests of the command line as a whole."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from natscli.server.process import LocalServer
from tests.cli.peers import Address, Peer
from tests.processes import Process


@pytest.fixture
def start(start: Callable[..., Process]) -> Iterator[Callable[..., Process]]:
    """Start the command line as a process; one that a failed test leaves may still stop its own server."""
    processes: list[Process] = []

    def run(*arguments: str, **options: Any) -> Process:
        processes.append(start(*arguments, **options))
        return processes[-1]

    yield run
    for process in processes:
        process.popen.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.popen.wait(10)


@pytest.fixture
def peer(server: LocalServer) -> Iterator[Peer]:
    """A client of the shared server."""
    with Peer(server.url) as client:
        yield client


@pytest.fixture
def silent() -> Iterator[Address]:
    """A server that takes connections and never says anything."""
    with Address(listening=True) as address:
        yield address


@pytest.fixture
def refused() -> Iterator[Callable[[], str]]:
    """Return URLs at which nobody listens, a new one each time."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Address()).url
