"""The app and a real server: counts that are exact, publishing, requests, another context, permissions."""

import asyncio
from contextlib import asynccontextmanager

from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.tap.plan import Plan
from natscli.tui.app import TopApp
from natscli.tui.keys import Taste
from natscli.tui.launch import Launch
from natscli.tui.live import LiveSource
from natscli.tui.source import State
from natscli.wire import encode
from tests.tui.stage import Stage, lasting
from tests.waiting import eventually, eventually_async


def connect_to(url, **settings):
    target = Target(parse_urls(url), **settings)

    @asynccontextmanager
    async def connect(watcher):
        connection = await open_connection(target, Deadline(10), reconnect=True, watcher=watcher)
        try:
            yield connection
        finally:
            await connection.close()

    return connect


@asynccontextmanager
async def live(url, plan=None, said_stays=False, **launch):
    """Run the app on a server; ``said_stays`` keeps what is said for a moment on the screen, over what lies below."""
    plan = plan or Plan()
    connect = connect_to(url)
    source = LiveSource(plan, connect, "", "_INBOX", launch.get("monitor_urls", ()))
    await source.start()
    app = TopApp(Launch(plan=plan, connect=connect, **launch), source, Taste(), ticking=True)
    if said_stays:
        lasting(app)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        try:
            yield Stage(app, pilot, source)
        finally:
            await app.desk.source.stop()


@asynccontextmanager
async def publisher(url):
    connection = await open_connection(Target(parse_urls(url)), Deadline(10))
    try:
        yield connection
    finally:
        await connection.close()


def test_a_hundred_thousand_messages_are_all_counted_while_the_app_ticks(make_server):
    url = make_server().url

    async def run():
        async with live(url) as stage, publisher(url) as shop:
            frames = b"".join(encode.pub(b"load.%d" % number, b"x" * 64) for number in range(500))
            for _ in range(200):
                shop.send(frames)
                await shop.drain_writes(10)
            await shop.confirm(20)
            totals = stage.app.desk.watch.totals
            await eventually_async(lambda: totals().messages == 100_000, 30)
            assert totals().dropped == 0
            await stage.sees("100k messages", 30)

    asyncio.run(run())


def test_publish_and_request_from_a_row(make_server):
    url = make_server().url

    async def run():
        async with live(url) as stage, publisher(url) as service:

            def answer(batch):
                service.send(b"".join(encode.pub(m.reply, b'{"total": 7}') for m in batch if m.reply))

            await service.subscribe_bulk("price", answer)
            service.send(encode.pub(b"price", b'{"n": 1}'))
            await service.confirm(10)
            await eventually_async(lambda: stage.app.desk.watch.selected == "price", 30)
            await stage.until(stage.app.desk.closeup.current, "no message", 30)
            await stage.press("p")
            await stage.sees('{"n": 1}', 30)
            await stage.press("ctrl+r")
            await stage.sees("reply after", 30)
            await stage.sees('"total": 7', 30)
            stage.app.screen.query_one("#subject").value = "price.list"
            await stage.press("ctrl+s")
            await stage.sees("published 8 bytes to price.list", 30)
            stage.app.screen.query_one("#subject").value = "bad subject"
            await stage.press("ctrl+s")
            await stage.sees("white space", 30)
            await stage.press("escape")
            await stage.sees("list", 30)

    asyncio.run(run())


def test_u_has_the_server_send_nothing_until_u_again(make_server):
    url = make_server().url

    async def run():
        async with live(url) as stage, publisher(url) as shop:
            totals = stage.app.desk.watch.totals
            await stage.press("u")
            await eventually_async(lambda: stage.source.standing().state is State.UNSUBSCRIBED)
            shop.send(encode.pub(b"a", b"") * 10)
            await shop.confirm(10)
            await stage.source.connection.confirm(10)
            assert totals().messages == 0
            await stage.press("u")
            await eventually_async(lambda: stage.source.standing().state is State.LIVE)
            shop.send(encode.pub(b"a", b"") * 3)
            await shop.confirm(10)
            await eventually_async(lambda: totals().messages == 3, 30)

    asyncio.run(run())


def test_another_context_is_another_server_and_a_broken_one_leaves_all_as_it_is(make_server):
    here, there = make_server().url, make_server().url

    def connect_as(name):
        return connect_to(there if name == "there" else "nats://127.0.0.1:1"), "_INBOX"

    async def run():
        launch = {"contexts": ("broken", "there"), "connect_as": connect_as}
        async with live(here, said_stays=True, **launch) as stage, publisher(there) as shop:
            await stage.press("C", "1")
            await stage.sees("cannot connect", 30)
            assert stage.app.desk.source is stage.source
            await stage.press("C", "2")
            await eventually_async(lambda: stage.app.desk.source is not stage.source, 30)
            shop.send(encode.pub(b"over.there", b"hello"))
            await shop.confirm(10)
            await stage.sees("over", 30)
            assert stage.app.origin == ("--context", "there")

    asyncio.run(run())


def test_a_recording_from_the_app(make_server, tmp_path):
    url = make_server().url
    path = tmp_path / "r.ndjson"

    async def run():
        async with live(url, said_stays=True) as stage, publisher(url) as shop:
            await stage.press("R")
            stage.app.screen.prompt.query_one("#answer").value = str(path)
            await stage.press("enter")
            await stage.sees("REC", 30)
            shop.send(encode.pub(b"a.b", b"hello") * 25)
            await shop.confirm(10)
            await stage.sees("REC 25", 30)
            await stage.press("R")
            await stage.sees("recorded 25 messages", 30)

    asyncio.run(run())
    eventually(lambda: path.read_bytes().endswith(b"\n") and path.read_bytes().count(b'"data":"hello"') >= 25)
    assert path.read_bytes().count(b'"data":"hello"') == 25


def test_any_user_sees_the_servers_and_their_own_connections(make_server):
    url = make_server(server_name="alone").url

    async def run():
        async with live(url) as stage, publisher(url) as shop:
            await stage.press("S")
            await stage.sees("2 connections on 1 server", 30)
            await stage.sees("--monitor URL shows them too", 30)
            fleet, version = stage.app.screen.fleet, stage.source.standing().version
            known = await stage.until(lambda: [p.server for p in fleet.entries if p.server.version], "no version", 30)
            assert (known[0].name, known[0].version) == ("alone", version)
            assert (known[0].cpu_percent, known[0].memory_bytes) == (None, None)
            shop.send(encode.pub(b"a", b"x") * 10_000)
            await shop.confirm(10)
            await stage.until(lambda: fleet.entries[0].flow.in_messages > 100, "no rate", 30)

    asyncio.run(run())


SYSTEM = """
accounts {
  SYS { users: [{user: sys, password: p}] }
  APP { users: [{user: app, password: p}] }
}
system_account: SYS
"""


def test_the_system_account_sees_what_every_server_does(make_server):
    server = make_server(server_name="lonely", extra=SYSTEM)

    async def run():
        async with live(server.url.replace("//", "//sys:p@")) as stage, publisher(server.url.replace("//", "//app:p@")):
            await stage.press("S")
            await stage.sees("2 connections on 1 server", 30)
            await stage.misses("--monitor", 30)
            found = stage.app.screen.fleet.entries[0].server
            assert found.name == "lonely"
            assert found.memory_bytes > 1_000_000
            assert found.uptime
            assert {entry.client.account for entry in stage.app.screen.roster.entries} == {"SYS", "APP"}

    asyncio.run(run())


def test_a_server_that_is_late_once_is_asked_for_everything_again_soon(make_server, monkeypatch):
    url = make_server(extra=SYSTEM).url.replace("//", "//sys:p@")

    async def run():
        async with live(url) as stage:
            monkeypatch.setattr("natscli.system.overview._PATIENCE_S", 0.0)
            await stage.press("S")
            await stage.sees("--monitor", 30)
            monkeypatch.setattr("natscli.system.overview._PATIENCE_S", 20.0)
            await stage.misses("--monitor", 30)
            assert stage.app.screen.fleet.entries[0].server.memory_bytes > 1_000_000

    asyncio.run(run())


def test_servers_by_http_and_the_connections_of_the_chosen_one(make_server, monkeypatch):
    monkeypatch.setattr("natscli.tui.screens.servers._PATIENCE_S", 20.0)  # a server that is late is no row for a while
    servers = [make_server(monitor_port=0, server_name=name) for name in ("one", "two")]
    urls = [*(server.monitor_url for server in servers), "http://127.0.0.1:1"]

    async def run():
        async with live(servers[0].url, monitor_urls=urls) as stage, publisher(servers[1].url):
            await stage.press("S")
            await stage.sees("2 connections on 2 servers, from HTTP monitoring", 30)
            await stage.sees("2 servers  cannot read http://127.0.0.1:1", 30)
            await stage.press("tab", "down", "enter")
            await stage.sees("1 connection on two", 30)
            await stage.sees("▶ two", 30)
            await stage.press("slash", "t", "w", "enter")
            await stage.until(lambda: len(stage.app.screen.servers.shown) == 1, "no filter")
            await stage.press("escape", "escape")
            await stage.sees("2 connections on 2 servers", 30)
            await stage.press("escape")
            await stage.sees("● live", 30)

    asyncio.run(run())


def test_no_monitoring_is_said(make_server):
    url = make_server().url

    async def run():
        async with live(url, monitor_urls=["http://127.0.0.1:1"]) as stage:
            await stage.press("S")
            await stage.sees("Connections cannot be seen: cannot read http://127.0.0.1:1", 30)

    asyncio.run(run())


def denying(*users):
    return f"authorization {{ users = [{{user: all, password: p}}, {', '.join(users)}] }}"


def test_inboxes_that_may_not_be_seen_within_everything_are_said_and_nothing_counts_as_unanswered(make_server):
    some = '{user: some, password: p, permissions: {subscribe: {allow: [">"], deny: ["_INBOX.>"]}}}'
    server = make_server(extra=denying(some))

    async def run():
        async with (
            live(server.url.replace("//", "//some:p@")) as stage,
            publisher(server.url.replace("//", "//all:p@")) as shop,
        ):
            await stage.sees("'_INBOX.>': replies there", 30)
            assert "'_INBOX.>'" in stage.source.missing[0]
            shop.send(encode.pub(b"price", b"?", b"_INBOX.me.1"))
            await shop.confirm(10)
            await stage.sees("price", 30)
            assert not stage.app.desk.watch.totals().pairing
            assert stage.app.desk.watch.totals().unanswered == 0
            await stage.press("t", "z")
            assert {"p99", "lost"} & {column.title for column in stage.app.screen.subjects.layout_now.columns} == set()
            await stage.press("4")
            await stage.sees("Replies cannot be seen here", 30)

    asyncio.run(run())


def test_what_the_server_leaves_out_in_silence_is_said(make_server):
    some = '{user: some, password: p, permissions: {subscribe: {allow: [">"], deny: ["secret.>", "other"]}}}'
    server = make_server(extra=denying(some))

    async def run():
        async with live(server.url.replace("//", "//some:p@"), Plan(subjects=("secret.>", "a"))) as stage:
            await stage.sees("'secret.>': watching the rest", 30)
        async with live(server.url.replace("//", "//some:p@")) as stage:
            await stage.sees("does not show us 'other', 'secret.>'", 30)
            assert stage.app.desk.watch.totals().pairing

    asyncio.run(run())


def test_what_may_be_seen_is_waited_for_longer_than_an_explanation(make_server, monkeypatch):
    monkeypatch.setattr("natscli.system.permissions._PATIENCE_S", 0.0)
    some = '{user: some, password: p, permissions: {subscribe: {allow: [">"], deny: ["other"]}}}'
    server = make_server(extra=denying(some))

    async def run():
        async with live(server.url.replace("//", "//some:p@")) as stage:
            assert stage.source.missing == ["the server does not show us 'other'"]

    asyncio.run(run())


def test_of_what_is_refused_as_a_whole_the_permitted_part_is_watched(make_server):
    some = '{user: some, password: p, permissions: {subscribe: {allow: ["orders.>", "a q", "_INBOX.>"]}}}'
    server = make_server(extra=denying(some))

    async def run():
        async with (
            live(server.url.replace("//", "//some:p@")) as stage,
            publisher(server.url.replace("//", "//all:p@")) as shop,
        ):
            await stage.sees("subscribe to '>'", 30)
            assert "watching '_INBOX.>', 'orders.>' instead" in stage.source.missing[0]
            shop.send(encode.pub(b"orders.new", b"x") + encode.pub(b"other", b"x"))
            await shop.confirm(10)
            await stage.sees("orders", 30)
            assert "other" not in stage.app.desk.watch.registry.members

    asyncio.run(run())


def test_what_watching_costs_others_is_said_once(make_server):
    url = make_server().url

    async def run():
        async with live(url, said_stays=True) as stage:
            await stage.sees("nobody serves", 30)

    asyncio.run(run())


def test_questions_of_our_own_never_count_as_unanswered(make_server):
    url = make_server().url

    async def run():
        async with live(url) as stage:
            await stage.press("S")
            await stage.sees("--monitor URL", 30)  # after a question that nobody answers to us
            await eventually_async(lambda: stage.source.registry.pending.ours, 30)
            registry = stage.source.registry
            registry.tick(registry.now_s + 1)
            assert registry.pending.expire(registry.now_s + 100) == {}

    asyncio.run(run())
