"""Peers and bad servers for the tests of the command line as a whole."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from natscli.server.process import LocalServer
from tests.cli.peers import Address, Peer


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
