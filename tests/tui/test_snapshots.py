"""What is seen, at fixed sizes and moments, in every theme."""

import asyncio

import pytest

from natscli.system.connections import Client, Connections
from natscli.system.overview import Overview, Server
from natscli.tap.plan import Plan
from natscli.traffic.alerts import parse_alert
from natscli.tui.screens.servers import ServersScreen
from natscli.tui.source import State
from tests.tui.snapshots import check
from tests.tui.stage import StageSource, on_stage

DARK, LIGHT, SAFE = "natscli-dark", "natscli-light", "natscli-safe"


def picture(name, size, *keys, theme=DARK, before=None, after=None, more=3.0, **options):
    async def run():
        source = StageSource()
        if before is not None:
            before(source)
        async with on_stage(size, source=source, theme=theme, rate=500, **options) as stage:
            await stage.press(*keys)
            if after is not None:
                await after(stage)
            source.play(more, 500)
            await stage.show()
            await stage.show()
            await check(stage, name)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "size", "keys", "theme"),
    [
        ("tree-dark-120x40", (120, 40), "", DARK),
        ("tree-light-120x40", (120, 40), "", LIGHT),
        ("tree-safe-120x40", (120, 40), "", SAFE),
        ("tree-ansi-120x40", (120, 40), "", "ansi-dark"),
        ("tree-nord-80x24", (80, 24), "", "nord"),
        ("table-dark-80x24", (80, 24), "t", DARK),
        ("table-dark-120x40", (120, 40), "t", DARK),
        ("table-dark-200x60", (200, 60), "t", DARK),
        ("table-alone-200x60", (200, 60), "t z", DARK),
        ("table-light-50x15", (50, 15), "t", LIGHT),
        ("feed-120x40", (120, 40), "2", DARK),
        ("graph-120x40", (120, 40), "3", DARK),
        ("latency-120x40", (120, 40), "G 4", DARK),
        ("messages-120x40", (120, 40), "j j 5", DARK),
        ("value-80x24", (80, 24), "j j 1", DARK),
        ("hex-120x40", (120, 40), "j j v v v v v", DARK),
        ("help-120x40", (120, 40), "question_mark", DARK),
        ("sort-80x24", (80, 24), "s", LIGHT),
        ("filter-120x40", (120, 40), "t slash p a i d enter", DARK),
        ("tiny-20x5", (20, 5), "", DARK),
    ],
)
def test_pictures(name, size, keys, theme):
    picture(name, size, *keys.split(), theme=theme)


def test_baseline_paused_frozen_and_an_alert():
    async def hold(stage):
        stage.source.send(*[("heart.beat", b"")] * 5)
        stage.source.pass_time(0.5)
        await stage.show()
        await stage.press("space")

    plan = Plan(alerts=(parse_alert("count(heart.>) > 2"),))
    picture("everything-140x30", (140, 30), "t", "f", "b", after=hold, plan=plan)


def test_marks_of_new_quiet_and_bursting_subjects():
    async def happen(stage):
        source = stage.source
        source.send(("quiet.one", b"x"))
        source.play(15, 50)
        source.send(("new.one", b"y"), *[("orders.eu.paid", b"{}")] * 800)
        source.pass_time(0.5)
        await stage.show()

    picture("marks-100x30", (100, 30), "t", "s", "s", after=happen)


def test_nothing_has_come_yet():
    picture("nothing-100x10", (100, 10), seconds=0, more=0)


def test_disconnected():
    def lose(source):
        source.state = State.LOST
        source.news.append("12:00:00 disconnected from nats://127.0.0.1:4222: the server closed the connection")

    picture("disconnected-100x12", (100, 12), before=lose)


def test_servers_and_connections():
    def server(number, seconds):
        counts = (number * 1000 * seconds, 2500 * seconds, 64000 * seconds, 9000 * seconds)
        slow = 3 if number else 0
        return Server(f"n{number}.east", "2.15.1", "EAST", 12.5 * number, 17 << 20, "3h2m7s", 3, 120, slow, *counts)

    async def connect(stage):
        screen = stage.app.screen
        assert isinstance(screen, ServersScreen)
        screen.paused = True
        screen._source = stage.source
        for seconds in range(2):
            clients = [
                Client(
                    f"n{number % 2}.east", number, f"worker-{number}", f"10.0.0.{number}:4222", "ACC", "go 1.39",
                    3, 0 if number else 5000, number * 1000 * seconds, 2500 * seconds, 64000 * seconds, 9000 * seconds,
                    0.0005 * (number + 1), "3h2m", "0s",
                )
                for number in range(6)
            ]  # fmt: skip
            known = Connections(tuple(clients), ("n0.east", "n1.east"), 2, "a test")
            servers = (server(0, seconds), server(1, seconds))
            screen.fleet.take(Overview(servers, known), float(seconds))
            screen.roster.take(known, float(seconds))
        screen.show_all()
        await stage.press("tab", "down", "enter")

    picture("servers-160x16", (160, 16), "S", after=connect)
