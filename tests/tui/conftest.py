"""A fixed time zone, so that times of day are the same everywhere, and no wish of whoever runs the tests."""

import time

import pytest


@pytest.fixture(autouse=True)
def fixed_surroundings(monkeypatch):
    for name in ("TEXTUAL_THEME", "TEXTUAL_ANIMATIONS", "COLORTERM", "TEXTUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
