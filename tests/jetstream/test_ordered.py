"""Reading a stream in order: what is missing is asked for again, what comes twice is passed over."""

import asyncio
import os
import secrets
import signal
import time
from contextlib import aclosing, suppress

import pytest

from natscli.errors import DeadlineError, NatsCliError
from natscli.jetstream.api import Api
from natscli.jetstream.consumers import consumer_names, create_consumer, delete_consumer
from natscli.jetstream.errors import ApiError
from natscli.jetstream.ordered import Ordered, Selection
from natscli.jetstream.reading import Watching, runs
from natscli.wire.message import Message, Run
from tests.jetstream.asking import make_stream, store, with_api
from tests.processes import freeze
from tests.waiting import eventually, eventually_async

HOW = pytest.mark.parametrize("pushed", [True, False], ids=["pushed", "pulled"])


@pytest.fixture
def filled(server, make):
    name = make()
    store(server.url, f"{name}.a", *[b"%d" % number for number in range(100)])
    return name


def numbers(*bounds):
    return [b"%d" % number for number in range(*bounds)]


def all_of(name, start=None, **more):
    return Selection((f"{name}.>",), start or {"deliver_policy": "all"}, **more)


async def payloads(api, stream, wanted, **more):
    async with aclosing(runs(api, stream, wanted, **more)) as found:
        return [payload async for run in found for payload in run.payloads]


@HOW
def test_a_reading_ends_where_the_stream_ended(server, filled, pushed):
    def read(wanted):
        return with_api(server.url, lambda api: payloads(api, filled, wanted))

    from_99 = {"deliver_policy": "by_start_sequence", "opt_start_seq": 99}
    last = {"deliver_policy": "last_per_subject"}
    assert read(all_of(filled, pushed=pushed)) == numbers(100)
    assert read(all_of(filled, from_99, pushed=pushed)) == [b"98", b"99"]
    assert read(all_of(filled, last, pushed=pushed)) == [b"99"]
    assert read(Selection((f"{filled}.none",), pushed=pushed)) == []
    assert read(all_of(filled, {"deliver_policy": "new"}, pushed=pushed)) == []


@HOW
@pytest.mark.parametrize("elections", [2, 1000])
def test_a_reading_begins_once_there_is_a_leader(server, filled, monkeypatch, pushed, elections):
    asked = []

    async def create(api, stream, config):
        asked.append(config.text("name"))
        if len(asked) <= elections:
            raise ApiError("consumer", 503, 10008, "JetStream system temporarily unavailable")
        return await create_consumer(api, stream, config)

    monkeypatch.setattr("natscli.jetstream.ordered.create_consumer", create)

    async def read(api):
        return await payloads(api, filled, all_of(filled, pushed=pushed))

    if elections == 2:
        assert with_api(server.url, read) == numbers(100)
        assert len(set(asked)) == 3
    else:
        with pytest.raises(ApiError, match="temporarily unavailable"):
            with_api(server.url, read)


@HOW
def test_nothing_is_left_behind(server, filled, pushed):
    with_api(server.url, lambda api: payloads(api, filled, all_of(filled, pushed=pushed)))

    eventually(lambda: with_api(server.url, lambda api: consumer_names(api, filled)) == [], 30)


@HOW
def test_a_consumer_that_is_gone_is_made_anew(server, filled, monkeypatch, pushed):
    """Behind the last message, also where only what was new was wanted."""
    monkeypatch.setattr("natscli.jetstream.ordered._HEARTBEAT_S", 0.2)

    async def follow(api: Api, start: str, enough: int) -> list[bytes]:
        came: list[bytes] = []
        begun = asyncio.Event()

        async def read() -> None:
            wanted = all_of(filled, {"deliver_policy": start}, pushed=pushed)
            async with aclosing(runs(api, filled, wanted, Watching(begun.set))) as found:
                async for run in found:
                    came.extend(run.payloads)
                    if len(came) >= enough:
                        return

        task = asyncio.ensure_future(read())
        await begun.wait()
        await eventually_async(lambda: len(came) == enough - 1, 30)
        await remove_consumers(api, filled)
        await asyncio.to_thread(store, server.url, f"{filled}.a", b"more")
        await task
        return came

    came = with_api(server.url, lambda api: follow(api, "all", 101), 50)
    assert came == [*numbers(100), b"more"]
    assert with_api(server.url, lambda api: follow(api, "new", 1), 50) == [b"more"]


async def remove_consumers(api, stream):
    """Remove whoever reads a stream; one may have gone meanwhile, and be made anew under another name."""
    removed = 0
    while not removed:
        for name in await consumer_names(api, stream):
            with suppress(ApiError):
                await delete_consumer(api, stream, name)
                removed += 1


def deliveries(*places):
    """Deliveries with ``(stream sequence, consumer sequence)``, ten of them pending."""
    return Run.of(1, [Message(b"s.a", b"%d" % place[0], b"$JS.ACK.S.C.1.%d.%d.1.10" % place) for place in places])


def judged(server, *came, again=False):
    """Return what of runs is passed on, and whether a gap was seen; with ``again`` a new consumer sends the last."""
    passed: list[bytes] = []

    async def judge(api: Api) -> bool:
        ordered = Ordered(api, "S", all_of("s"), lambda run: passed.extend(run.payloads), lambda: 1)
        ordered.pending = 100
        for run in came:
            if again and run is came[-1]:
                ordered._expected = 1
            ordered._take(run)
        return ordered._broken

    gap = with_api(server.url, judge)
    return [int(payload) for payload in passed], gap


@pytest.mark.parametrize(
    ("came", "taken", "gap"),
    [
        ([(1, 1), (2, 2), (9, 3)], [1, 2, 9], False),
        ([(2, 2)], [], True),
        ([(1, 1), (2, 2), (3, 3), (5, 5)], [1, 2], True),
        ([(1, 1), (3, 3), (4, 4), (5, 5)], [1], True),
    ],
    ids=["whole", "first missing", "gap behind", "gap ahead"],
)
def test_a_gap_is_seen(server, came, taken, gap):
    assert judged(server, deliveries(*came)) == (taken, gap)
    assert judged(server, deliveries(*came), deliveries((10, 6))) == (taken, True)


def test_what_came_before_is_passed_over(server):
    twice = judged(server, deliveries((3, 1), (7, 2)), deliveries((3, 1), (7, 2), (8, 3)), again=True)

    assert twice == ([3, 7, 8], False)


@HOW
def test_a_message_that_is_lost_on_the_way_comes_again(server, filled, monkeypatch, pushed):
    """It is begun anew once: not because of a heartbeat that is late."""
    monkeypatch.setattr("natscli.jetstream.ordered._HEARTBEAT_S", 20.0)
    came: list[bytes] = []

    async def read(api: Api) -> int:
        wanted = all_of(filled, pushed=pushed)
        ordered = Ordered(api, filled, wanted, lambda run: came.extend(run.payloads), lambda: 10)
        whole, lost = ordered._take, [True]

        def lossy(run: Run) -> None:
            whole(run.tail(len(run) - 1) if lost.pop() else run)
            lost.append(False)

        ordered._take = lossy
        await ordered.begin()
        end = time.monotonic() + 30
        while len(came) < 100 and time.monotonic() < end:
            await ordered.look_after()
            await api.connection.round_trip(10)
        return ordered.restarts

    assert (with_api(server.url, read, 60.0), came) == (1, numbers(100))


@HOW
def test_what_is_removed_meanwhile_is_not_waited_for(server, filled, monkeypatch, pushed):
    """The heartbeat of a consumer that has sent all it has is the end."""
    monkeypatch.setattr("natscli.jetstream.ordered._HEARTBEAT_S", 0.2)
    monkeypatch.setattr("natscli.jetstream.feeding._HEARTBEAT_S", 0.2)

    async def read(api: Api) -> tuple[int, int]:
        came: list[bytes] = []
        wanted = all_of(filled, pushed=pushed)
        ordered = Ordered(api, filled, wanted, lambda run: came.extend(run.payloads), lambda: 1000)
        await ordered.begin()
        await eventually_async(lambda: len(came) == 100, 30)
        ordered._caught_up = False  # as if there had been more
        await eventually_async(lambda: ordered.is_over, 30)
        return len(came), ordered.restarts

    assert with_api(server.url, read, 40) == (100, 0)


def test_a_stream_that_is_not_there(server):
    with pytest.raises(NatsCliError, match="stream not found"):
        with_api(server.url, lambda api: payloads(api, "N" + secrets.token_hex(4), all_of("x")))


def test_a_stream_that_falls_silent(make_server):
    server = make_server(jetstream=True)
    make_stream(server.url, "S")
    store(server.url, "S.a", *[bytes(128 * 1024)] * 100)

    async def read(api: Api) -> None:
        async with aclosing(runs(api, "S", all_of("S"), idle_s=0.5)) as found:
            await anext(found)
            freeze(server.pid)
            assert [run async for run in found]

    try:
        with pytest.raises(DeadlineError, match="no further message within"):
            with_api(server.url, read, 30)
    finally:
        os.kill(server.pid, signal.SIGCONT)


@HOW
def test_no_more_comes_than_there_is_room_for(server, make, pushed):
    """Of 12 MB, where nothing is taken, a pushed consumer sends its first window (2 MB), a pulled one nothing."""
    stream = make()
    store(server.url, f"{stream}.a", *[bytes(128 * 1024)] * 100)
    came: list[bytes] = []
    room = [0]

    async def read(api: Api) -> int:
        wanted = all_of(stream, pushed=pushed)
        ordered = Ordered(api, stream, wanted, lambda run: came.extend(run.payloads), lambda: room[0])
        await ordered.begin()
        await eventually_async(lambda: not pushed or ordered._feed._owed, 30)
        held = len(came)
        room[0] = 1000
        while len(came) < 100:
            await ordered.look_after()
            await api.connection.round_trip(10)
        return held

    assert with_api(server.url, read, 40) < 50
    assert len(came) == 100
