"""A fixed time zone, so that times of day are the same everywhere, and no wish of whoever runs the tests."""

import time

import pytest

from tests.ports import held_port


@pytest.fixture(autouse=True)
def fixed_surroundings(monkeypatch):
    for name in ("TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORTERM", "TEXTUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def port():
    """A port for a server that goes and comes back: nobody else is given it meanwhile."""
    with held_port() as held:
        yield held
