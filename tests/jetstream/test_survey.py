"""Looking at streams and consumers of real servers: all of them, no more than is wanted, and never a change."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from natscli.errors import DeadlineError, NatsCliError, NoRespondersError, PermissionDeniedError
from natscli.jetstream import survey as module
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.jetstream.consumers import create_consumer
from natscli.jetstream.flows import Flows
from natscli.jetstream.streams import create_stream, delete_stream
from natscli.jetstream.survey import Survey, Wanted
from tests.connection.opening import connected, target_for
from tests.jetstream.asking import await_pending, make_consumer, make_stream, store
from tests.jetstream.responder import answering

USERS = """
authorization { users: [
  {user: all, password: p},
  {user: narrow, password: p, permissions: {publish: {deny: ["$JS.API.CONSUMER.>", "$JS.API.INFO"]}}},
  {user: blind, password: p, permissions: {publish: {deny: ["$JS.API.STREAM.LIST"]}}},
] }
"""


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@asynccontextmanager
async def looking(url, **settings):
    """A survey, its flows, a clock that stands still, and a connection."""
    clock, flows = Clock(), Flows()
    async with connected(target_for(url, **settings), 10) as connection:
        yield Survey(flows, clock), flows, clock, connection


def as_user(url, user):
    return url.replace("nats://", f"nats://{user}:p@")


def test_no_stream_is_left_out_and_what_is_gone_is_forgotten(make_server):
    url = make_server(jetstream=True).url

    async def run():
        async with looking(url) as (survey, flows, _clock, connection):
            api = Api(connection)
            for number in range(260):  # a page has 256
                config = {"name": f"S{number:03}", "subjects": [f"s{number}"], "storage": "memory"}
                await create_stream(api, StreamConfig(config))
            await survey.look(connection, Wanted())
            assert sorted(flows.streams) == [f"S{number:03}" for number in range(260)]
            assert survey.account.whole("streams") == 260
            await delete_stream(api, "S123")
            await survey.look(connection, Wanted())
            assert len(flows.streams) == 259

    asyncio.run(run())


def test_rates_of_what_is_stored_delivered_and_acknowledged(make_server):
    url = make_server(jetstream=True).url
    make_stream(url, "ORDERS", max_msgs=15)
    make_consumer(url, "ORDERS", "work")

    async def run():
        async with looking(url) as (survey, flows, clock, connection):
            await asyncio.to_thread(store, url, "ORDERS.a", *[b"x"] * 10)
            await survey.look(connection, Wanted(chosen="ORDERS"))
            await asyncio.to_thread(store, url, "ORDERS.a", *[b"x"] * 10)
            await asyncio.to_thread(await_pending, url, "ORDERS", "work", 15)
            clock.now_s = 1000.0  # far from what the server's clock says: ours counts
            await survey.look(connection, Wanted(chosen="ORDERS"))
            flow = flows.streams["ORDERS"]
            assert (flow.look.messages, flow.in_per_s, flow.gone_per_s) == (15, 0.01, 0.005)
            assert flows.consumers["ORDERS"]["work"].look.lag == 15

    asyncio.run(run())


def test_only_the_consumers_that_are_wanted_are_asked_for_and_others_in_turn(make_server, monkeypatch):
    url = make_server(jetstream=True).url
    monkeypatch.setattr(module, "_CONSUMERS", 4)

    async def run():
        async with looking(url) as (survey, flows, clock, connection):
            api = Api(connection)
            for number in range(6):
                name = f"S{number}"
                await create_stream(api, StreamConfig({"name": name, "subjects": [f"s{number}"], "storage": "memory"}))
                for consumer in "ab" if number else "":
                    await create_consumer(api, name, ConsumerConfig({"name": consumer, "durable_name": consumer}))

            async def look(wanted):
                clock.now_s += 1
                await survey.look(connection, wanted)
                now = {name for name, asked_s in flows.asked_s.items() if asked_s == clock.now_s}
                return {name for name in now if flows.consumers[name]}

            assert await look(Wanted()) == set()
            assert await look(Wanted(in_sight=["S0", "S4", "S5"])) == {"S4", "S5"}
            assert await look(Wanted(in_sight=["S1", "S2", "S3"])) == {"S1", "S2"}  # no room for more
            assert await look(Wanted(in_sight=["S1", "S2", "S3"])) == {"S3", "S1"}  # whose turn it is
            assert await look(Wanted(chosen="S5")) == {"S5"}
            seen = set()
            for _ in range(5):
                seen |= await look(Wanted(in_sight=["S1"], others=True))
            assert seen == {"S1", "S2", "S3", "S4", "S5"}
            assert flows.consumers["S0"] == {}  # nobody is there: that is known without asking

    asyncio.run(run())


def test_what_is_refused_is_said_and_not_asked_for_again_at_once(make_server):
    url = make_server(jetstream=True, extra=USERS).url
    make_stream(as_user(url, "all"), "ORDERS")
    make_consumer(as_user(url, "all"), "ORDERS", "work")

    async def run():
        async with looking(as_user(url, "narrow")) as (survey, flows, clock, connection):
            for _ in range(2):
                await survey.look(connection, Wanted(in_sight=["ORDERS"]))
                assert list(flows.streams) == ["ORDERS"]
                assert "CONSUMER.LIST.ORDERS" in survey.unseen
                assert survey.account is None
            await survey.look(connection, Wanted())
            assert survey.unseen == ""
        async with looking(as_user(url, "blind")) as (survey, flows, clock, connection):
            refusals = []
            for now_s in (0, 1, 40):
                clock.now_s = now_s
                with pytest.raises(PermissionDeniedError) as refused:
                    await survey.look(connection, Wanted())
                refusals.append(refused.value)
            assert refusals[0] is refusals[1] is not refusals[2]

    asyncio.run(run())


def test_without_jetstream_that_is_said_also_by_who_watches_everything(make_server):
    url = make_server().url

    async def run(watching):
        async with looking(url, timeout=2.0) as (survey, _flows, _clock, connection):
            if watching:
                await connection.subscribe_bulk(">", lambda run: None)
            with pytest.raises(NoRespondersError) as error:
                await survey.look(connection, Wanted())
            assert "JetStream is not available" in str(error.value)

    asyncio.run(run(watching=False))
    asyncio.run(run(watching=True))


def test_an_account_without_jetstream_is_told_so(make_server):
    url = make_server(jetstream=True, extra="accounts { A: {users: [{user: all, password: p}]} }").url

    async def run():
        async with looking(as_user(url, "all")) as (survey, _flows, _clock, connection):
            with pytest.raises(NatsCliError, match="not enabled for account"):
                await survey.look(connection, Wanted())

    asyncio.run(run())


def test_a_domain_is_looked_at(make_server, tmp_path):
    extra = f"jetstream {{ store_dir: {json.dumps(str(tmp_path / 'js'))}, domain: hub }}"
    url = make_server(extra=extra).url
    make_stream(url, "THERE")

    async def run():
        async with looking(url, js_domain="hub") as (survey, flows, _clock, connection):
            assert connection.target.jetstream.api == "$JS.hub.API"
            await survey.look(connection, Wanted())
            assert list(flows.streams) == ["THERE"]
            assert survey.account.text("domain") == "hub"

    asyncio.run(run())


def test_who_has_no_leader_is_not_asked_and_a_silent_one_keeps_nobody_waiting(make_server):
    url = make_server().url

    def told(name, **cluster):
        return {"config": {"name": name}, "state": {"consumer_count": 1}, "cluster": {"name": "C", **cluster}}

    streams = [told("A", leader="n1"), told("B"), told("D", leader="n2")]
    consumer = {"stream_name": "D", "name": "work", "num_pending": 7}
    answers = {
        "INFO": {"streams": 4},
        "STREAM.LIST": {"total": 4, "limit": 256, "streams": streams, "missing": ["LOST"]},
        "CONSUMER.LIST.A": {"error": {"code": 503, "err_code": 10008, "description": "temporarily unavailable"}},
        "CONSUMER.LIST.D": {"total": 1, "limit": 256, "consumers": [consumer]},
    }

    async def run():
        async with looking(url) as (survey, flows, _clock, connection):
            await survey.look(connection, Wanted(in_sight=["A", "B", "D"]))
            assert (survey.missing, sorted(flows.streams)) == (("LOST",), ["A", "B", "D"])
            assert flows.consumers["D"]["work"].look.lag == 7
            assert "temporarily unavailable" in survey.unseen
            assert flows.streams["B"].look.placed.leaderless

    with answering(url, answers) as responder:
        asyncio.run(run())
        assert list(dict.fromkeys(operation for operation, _ in responder.asked)) == [
            "INFO", "STREAM.LIST", "CONSUMER.LIST.A", "CONSUMER.LIST.D",
        ]  # fmt: skip  # what has no answer for two seconds is asked for again


def test_silence_of_one_stream_is_remembered_for_a_while(make_server, monkeypatch):
    monkeypatch.setattr("natscli.jetstream.api._AGAIN_S", 60.0)
    url = make_server().url
    streams = [{"config": {"name": "A"}, "state": {"consumer_count": 1}}]
    answers = {"INFO": {}, "STREAM.LIST": {"total": 1, "limit": 256, "streams": streams}}

    async def run():
        async with looking(url, timeout=4.0) as (survey, _flows, clock, connection):
            for now_s, asked in ((0, 1), (5, 1), (11, 2)):
                clock.now_s = now_s
                await survey.look(connection, Wanted(in_sight=["A"]))
                assert "did not answer" in survey.unseen
                assert [op for op, _ in responder.asked].count("CONSUMER.LIST.A") == asked

    with answering(url, answers) as responder:
        responder.silent = ("CONSUMER.LIST",)
        asyncio.run(run())


def test_a_server_that_hangs_ends_the_look(make_server):
    url = make_server().url

    async def run():
        async with looking(url, timeout=1.5) as (survey, _flows, _clock, connection):
            with pytest.raises((DeadlineError, NoRespondersError)):
                await survey.look(connection, Wanted())

    with answering(url, {}) as responder:
        responder.silent = ("",)
        asyncio.run(run())
