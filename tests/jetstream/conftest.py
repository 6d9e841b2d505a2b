"""Streams of a test's own on the shared server, gone with the test."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from natscli.errors import NatsCliError
from natscli.jetstream.streams import delete_stream
from natscli.server.process import LocalServer
from tests.jetstream.asking import make_stream, with_api
from tests.jetstream.faults import Faulty
from tests.ports import held_port

Make = Callable[..., str]


@pytest.fixture
def stream_name(server: LocalServer) -> Iterator[str]:
    """The name of a stream that is not there yet, and is removed in the end."""
    name = f"S{uuid.uuid4().hex[:12]}"
    yield name
    _remove(server.url, name)


@pytest.fixture
def make(server: LocalServer) -> Iterator[Make]:
    """Make streams: ``make(max_msgs=3, …)`` returns the name of one of ``NAME.>``."""
    made: list[str] = []

    def stream(**fields: Any) -> str:
        made.append(name := f"S{uuid.uuid4().hex[:12]}")
        make_stream(server.url, name, **fields)
        return name

    yield stream
    for name in made:
        _remove(server.url, name)


@pytest.fixture
def faulty(make_server: Callable[..., LocalServer], tmp_path: Path) -> Iterator[Faulty]:
    """A server with a store, to which things happen; its port is nobody else's also while it is down."""
    with held_port() as port:
        yield Faulty(make_server, str(tmp_path / "store"), port)


def _remove(url: str, name: str) -> None:
    try:
        with_api(url, lambda api: delete_stream(api, name))
    except NatsCliError as error:
        assert "not found" in str(error)  # noqa: PT017 - it may be gone already
