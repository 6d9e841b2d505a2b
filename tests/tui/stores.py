"""Streams and consumers that live by a clock of their own, told of as a server does: no server, no waiting."""

import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import NamedTuple

from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.looks import consumer_look, stream_look
from natscli.text.moments import utc_moment
from natscli.tui.screens.jetstream import JetStreamScreen
from tests.tui.stage import START_S, Stage, on_stage

CREATED = "2026-11-01T00:00:00Z"
GIB = 1 << 30


@asynccontextmanager
async def stocked(
    size: tuple[int, int] = (120, 40), streams: "tuple[Stream, ...] | None" = None, **options: object
) -> AsyncIterator[tuple[Stage, "Stores"]]:
    """Run the app on a stage, with JetStream on show."""
    async with on_stage(size, **{"seconds": 2.0, **options}) as stage:
        await stage.press("J")
        await stage.until(lambda: stage.app.screen.ledger.problem, "it has not looked")
        stores = Stores(streams or STREAMS)
        stores.fill(stage.app.screen)
        await stage.show()
        yield stage, stores


class Stream(NamedTuple):
    name: str
    subjects: tuple[str, ...]
    rate: float  # a second
    mean: int  # bytes
    messages: int
    gone: float = 0.0  # a second
    replicas: tuple[str, ...] = ("n1", "n2", "n3")  # the leader first
    behind: int = 0  # replicas that are not current
    config: Mapping[str, object] = MappingProxyType({})
    consumers: tuple["Consumer", ...] = ()
    idle: float = 0.0


class Consumer(NamedTuple):
    name: str
    lag: float
    slope: float = 0.0  # of the lag, a second
    out: float = 0.0  # a second
    unacked: int = 0
    redelivered: int = 0
    waiting: int = 1
    config: Mapping[str, object] = MappingProxyType({})
    told: Mapping[str, object] = MappingProxyType({})


STREAMS = (
    Stream("ORDERS", ("orders.>",), 420, 310, 12_345_678, 120, config={"max_bytes": 8 * GIB}, consumers=(
        Consumer("billing", 48_000, -310, 730, unacked=220),
        Consumer("shipping", 0, 0, 420, unacked=12, waiting=4),
        Consumer("fraud-check", 9_000, 95, 325, unacked=1000, redelivered=37, waiting=0),
        Consumer("audit", 0, 0, 420, config={"ack_policy": "none", "deliver_subject": "a"}, told={"push_bound": True}),
    )),
    Stream("SENSORS", ("sensors.*.temperature", "sensors.*.vibration"), 2100, 96, 4_200_000, 2100, ("n2", "n1", "n3"),
           config={"storage": "memory", "max_msgs": 4_200_000}, consumers=(
        Consumer("dashboards", 40, 0, 2100, unacked=64, waiting=12),
        Consumer("archive", 1_250_000, 640, 1460, unacked=800, redelivered=4, waiting=0),
    )),
    Stream("PAYMENTS", ("payments.>",), 85, 540, 312, 84, ("n3", "n1", "n2"), config={"retention": "workqueue"},
           consumers=(
        Consumer("settle", 12, 0, 85, unacked=9, waiting=2),
        Consumer("refunds", 300, 0, 0, waiting=0, config={"filter_subject": "payments.refund.>"},
                 told={"paused": True}),
    )),
    Stream("EVENTS", ("events.>",), 36, 820, 88_104, 36, ("n1", "n2", "n3"), behind=1, config={"retention": "interest"},
           consumers=(Consumer("search-index", 310, -2.5, 38, unacked=30, redelivered=1),)),
    Stream("LOGS", ("logs.>",), 0, 410, 900_000, replicas=("", "n3"), idle=340, consumers=(
        Consumer("tail", 120_000, 0, 0, waiting=0),
    )),
    Stream("ORDERS_EU", (), 140, 310, 4_100_000, replicas=("n2",), config={"mirror": {"name": "ORDERS"}}),
    Stream("KV_sessions", ("$KV.sessions.>",), 12, 180, 41_200, 11.5, config={"description": "who is logged in"}),
    Stream("KV_config", ("$KV.config.>",), 0, 60, 214, idle=86_000),
    Stream("OBJ_images", ("$O.images.C.>", "$O.images.M.>"), 0, 131_000, 9_114, idle=5_400,
           config={"max_bytes": 2 * GIB}),
    Stream("ARCHIVE_2025", ("archive.2025.>",), 0, 300, 51_002_118, replicas=("n3", "n1", "n2"), idle=9e6,
           config={"sealed": True}),
    Stream("EMPTY", ("nothing.yet",), 0, 0, 0),
)  # fmt: skip
ACCOUNT = {
    "memory": 402_653_184,
    "storage": 29 * GIB,
    "streams": len(STREAMS),
    "consumers": sum(len(stream.consumers) for stream in STREAMS),
    "limits": {"max_memory": GIB, "max_storage": 32 * GIB, "max_streams": 50, "max_consumers": -1},
}


class Stores:
    """What JetStream would tell ``now_s`` seconds after the start."""

    def __init__(self, streams: tuple[Stream, ...] = STREAMS) -> None:
        self.now_s = 0.0
        self.streams = streams

    def clock(self) -> float:
        return self.now_s

    def fill(self, screen: JetStreamScreen, seconds: int = 40) -> None:
        """Have a screen look once a second for so long; and no more by itself."""
        screen.paused = True
        ledger = screen.ledger
        ledger.clock = self.clock
        ledger.survey.account = Document(ACCOUNT)
        for _ in range(seconds):
            self.now_s += 1
            ledger.flows.take_streams(
                [stream_look(StreamInfo(self._stream(each))) for each in self.streams], self.now_s
            )
            for each in self.streams:
                looks = [consumer_look(ConsumerInfo(self._consumer(each, consumer))) for consumer in each.consumers]
                ledger.flows.take_consumers(each.name, looks, self.now_s)
                ledger.flows.keep_consumers(each.name, [look.name for look in looks], self.now_s)
        ledger.saw()
        screen.listing.pull()

    def _so_far(self, each: Stream, rate: float) -> int:
        """Return what a rate that goes up and down, each stream's in its own way, has come to by now."""
        way = self.streams.index(each) + 1
        return int(rate * (self.now_s + 2.5 * math.sin(self.now_s / 6 + 2 * way) + 0.3 * math.sin(way * self.now_s)))

    def _stream(self, each: Stream) -> dict:
        came, gone = self._so_far(each, each.rate), self._so_far(each, each.gone)
        messages = each.messages + came - gone
        last_s = self.now_s if each.rate else -each.idle
        config = {
            "name": each.name, "subjects": list(each.subjects), "storage": "file", "retention": "limits",
            "num_replicas": len(each.replicas), **each.config,
        }  # fmt: skip
        state = {
            "messages": messages, "bytes": messages * each.mean,
            "first_seq": 1 + gone, "last_seq": each.messages + came, "consumer_count": len(each.consumers),
        }  # fmt: skip
        if messages:
            state["last_ts"] = utc_moment(START_S + last_s)
        return {
            "config": config, "created": CREATED, "state": state, "ts": utc_moment(START_S + self.now_s),
            "cluster": _cluster(each.replicas, each.behind),
        }  # fmt: skip

    def _consumer(self, each: Stream, consumer: Consumer) -> dict:
        out = self._so_far(each, consumer.out)
        return {
            "stream_name": each.name, "name": consumer.name, "created": CREATED,
            "ts": utc_moment(START_S + self.now_s),
            "config": {"ack_policy": "explicit", "max_ack_pending": 1000, **consumer.config},
            "delivered": {
                "consumer_seq": 1000 + out, "stream_seq": 1000 + out,
                "last_active": utc_moment(START_S + (self.now_s if consumer.out else -900)),
            },
            "num_pending": max(int(consumer.lag + consumer.slope * self.now_s), 0),
            "num_ack_pending": consumer.unacked, "num_redelivered": consumer.redelivered,
            "num_waiting": consumer.waiting, "cluster": _cluster(each.replicas, 0), **consumer.told,
        }  # fmt: skip


def _cluster(servers: tuple[str, ...], behind: int) -> dict:
    leader, *others = servers
    replicas = [{"name": name, "current": place >= behind} for place, name in enumerate(others)]
    return {"name": "C", "leader": leader, "replicas": replicas}
