"""The demo's publisher goes by the clock."""

import asyncio
import time
from types import SimpleNamespace

from natscli.demo import traffic
from natscli.demo.scenario import Scenario


class Stand:
    """Stands in for a connection, and keeps what is sent."""

    target = SimpleNamespace(timeout_s=5.0)

    def __init__(self):
        self.sent = b""

    def new_inbox(self):
        return "_INBOX.x"

    def send(self, frames):
        self.sent += frames

    async def drain_writes(self, _timeout_s):
        pass

    async def confirm(self, _timeout_s):
        pass


def test_what_is_due_at_the_end_is_published(monkeypatch):
    """Also where the machine stood still for all of the time."""
    clock = iter([10.0, 12.0])
    monkeypatch.setattr(traffic, "time", SimpleNamespace(monotonic=lambda: next(clock), time=time.time))
    stand = Stand()
    publisher = traffic.Publisher(stand, Scenario(), 300)

    asyncio.run(publisher.run(lambda: True))

    assert publisher.published == stand.sent.count(b"PUB ") == 600
