"""Strangers' bytes: nothing in them acts on the terminal, is taken for markup, or breaks a line."""

import asyncio
from itertools import product

import pytest

from natscli.text.sanitise import decode
from natscli.traffic.values import Limits
from natscli.tui.closeup import TABS, Place
from natscli.tui.desk import Desk
from natscli.tui.panes.formats import FORMATS
from natscli.tui.source import Spread
from natscli.wire.message import Message
from tests.tui.stage import StageSource, on_stage

BAD = [
    b"\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    b"\x9b31m\x90q\x9c",
    "\u202etxt.exe\u2066\u200b\ufeff".encode(),
    b"[bold red]markup[/] [link=http://x]y[/link] [/]",
    b"\xff\xfe\xc3\x28",
    b"tab\there\rback\x08\x08\x7f",
    "汉字かな😀👩‍👩‍👧‍👦".encode(),
    b"x" * 5000,
]
FORBIDDEN = {chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0), 0x202E, 0x2066, 0x200B, 0xFEFF)}


def shown(stage):
    return "".join(stage.rows)


def hostile_source():
    """Return a source of strangers' bytes in subjects, headers, payloads and replies."""
    source = StageSource()
    for number, bad in enumerate(BAD):
        line = bad.replace(b"\r", b"").replace(b"\n", b"")
        header = b"NATS/1.0\r\nX-" + line[:50] + b": " + bad[:99] + b"\r\n\r\n"
        payload = bad + b'{"' + bad + b'": 1}'
        source.send(Message(b"evil%d." % number + line.replace(b" ", b"_"), payload, b"_INBOX.x." + bad[:5], header))
        source.pass_time(0.3)
    return source


def test_no_tab_and_no_format_has_a_strangers_control_character():
    source = hostile_source()
    desk = Desk(source)
    paths = [decode(subject) for subject in source.registry.members if subject.startswith(b"evil")]
    assert len(paths) == len(BAD)
    formats = dict.fromkeys(desk.closeup.change_manner() for _ in range(len(FORMATS)))
    assert set(formats) == set(FORMATS)
    for path, (tab, name), _ in product(paths, enumerate(TABS), range(len(FORMATS))):
        desk.closeup.tab = tab
        desk.closeup.select(path)
        desk.closeup.change_manner()
        lines = desk.closeup.lines(Place(80, 40, source.wall_s))
        text = "".join(text for line in lines for _, text in line)
        assert FORBIDDEN & set(text + desk.closeup.title()) == set(), (path, name)


@pytest.mark.parametrize("size", [(140, 40), (60, 12)])
def test_what_is_painted_and_said_has_none_either(size):
    async def run():
        async with on_stage(size, source=hostile_source(), seconds=0) as stage:
            for keys in ("o", "1 v", "j 2", "j 3", "j 4", "j 5", "escape escape t", "y", "c", "i f b", "question_mark"):
                await stage.press(*keys.split())
                assert FORBIDDEN & set(shown(stage)) == set(), keys
            await stage.press("escape", "slash")
            await stage.type("evil3")
            await stage.press("enter")
            assert FORBIDDEN & set(shown(stage)) == set()

    asyncio.run(run())


def test_markup_in_a_subject_is_text():
    async def run():
        source = StageSource()
        async with on_stage((120, 20), source=source, seconds=0) as stage:
            source.send((b"[red]a[/red].[b]x", b"[bold]payload[/bold]"))
            source.pass_time(0.3)
            await stage.press("t", "g")
            await stage.sees("[red]a[/red].[b]x")
            await stage.sees("[bold]payload[/bold]")
            await stage.press("y")
            await stage.sees("copied [red]a[/red].[b]x")

    asyncio.run(run())


@pytest.mark.parametrize("keys", ["", "t 3", "question_mark", "S slash"])
def test_no_size_breaks_it(keys):
    async def run():
        async with on_stage((120, 40), seconds=5) as stage:
            await stage.press(*keys.split())
            for size in ((20, 5), (1, 1), (3, 40), (300, 3), (99, 24), (200, 60)):
                await stage.pilot.resize_terminal(*size)
                stage.source.play(0.5)
                await stage.show()
            assert stage.app._exception is None
            await stage.press("escape", "escape")

    asyncio.run(run())


def test_more_subjects_than_there_is_room_for():
    async def run():
        source = StageSource()
        source.registry = Spread(0.0, source.ring, Limits(subjects=500))
        async with on_stage((120, 30), source=source, seconds=0) as stage:
            for start in range(0, 3000, 500):
                source.send(*((f"many.t{number}x.y", b"") for number in range(start, start + 500)))
                source.pass_time(0.5)
                await stage.show()
            await stage.sees("subjects let go")
            await stage.press("t", "G", "t", "o", "G", "asterisk", "G", "f", "t", "f", "G")
            assert stage.app._exception is None

    asyncio.run(run())


def test_of_very_many_subjects_only_what_is_in_sight_is_looked_at():
    async def run():
        source = StageSource()
        async with on_stage((120, 30), source=source, seconds=0) as stage:
            source.registry.fold(on=False)
            source.send(*((f"a{number % 100}.b{number}.c", b"") for number in range(20_000)))
            source.pass_time(0.5)
            await stage.press("t")
            asked = []
            row = stage.app.screen.subjects._row
            stage.app.screen.subjects._row = lambda *given: asked.append(1) or row(*given)
            await stage.show()
            assert len(asked) <= 3 * 30

    asyncio.run(run())
