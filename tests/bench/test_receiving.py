"""A subscriber of a run accounts for every message of it, and of no other."""

import asyncio

from natscli.bench.bodies import Payload
from natscli.bench.marks import MarkedBlocks
from natscli.bench.plan import Mode, Role, Share, Spec
from natscli.bench.receiving import Subscriber
from natscli.bench.worker import Load
from natscli.messaging.outgoing import Letter
from natscli.wire.message import Run
from natscli.wire.scanner import Scanner

TAG, NOW = 4711, 5_000_000_000


class Stand:
    """Stands in for a connection: keeps the sink, and confirms at once."""

    async def subscribe_bulk(self, _subject, sink):
        self.sink = sink

    async def confirm(self, _timeout_s):
        return 0.0


def delivered(blocks, count):
    frames, _, _ = blocks.take(count, NOW)
    return [event for event in Scanner().feed(frames.replace(b"PUB a ", b"MSG a 1 ")) if isinstance(event, Run)]


def test_what_comes_when_the_loss_is_settled_changes_nothing():
    spec = Spec(mode=Mode.PUBSUB, subject="a", size=16)
    load = Load(spec, Payload().body(16), b"", TAG, 5.0)
    blocks, stand = MarkedBlocks(Letter(b"a", bytes(16)), TAG, 0), Stand()

    async def run():
        subscriber = Subscriber(load, Share(Role.SUBSCRIBER, 0, 5))
        await subscriber.prepare(stand)
        subscriber.begin(NOW)
        for count in (3, 2):
            for each in delivered(blocks, count):
                stand.sink(each)
            await subscriber.finish((5,))
        return subscriber.sample

    sample = asyncio.run(run())
    assert (sample.received, sample.lost) == (3, 2)
