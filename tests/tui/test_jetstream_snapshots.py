"""What is seen of JetStream, at fixed sizes and moments, dark and light."""

import asyncio

import pytest

from tests.tui.snapshots import check
from tests.tui.stores import stocked

DARK, LIGHT, SAFE = "natscli-dark", "natscli-light", "natscli-safe"


@pytest.mark.parametrize(
    ("name", "size", "keys", "theme"),
    [
        ("streams-dark-80x24", (80, 24), "", DARK),
        ("streams-light-80x24", (80, 24), "j", LIGHT),
        ("streams-dark-120x40", (120, 40), "", DARK),
        ("streams-light-120x40", (120, 40), "s l", LIGHT),
        ("streams-dark-200x60", (200, 60), "", DARK),
        ("streams-light-200x60", (200, 60), "G", LIGHT),
        ("streams-safe-100x20", (100, 20), "f slash o r d enter", SAFE),
        ("streams-tiny-20x5", (20, 5), "", DARK),
        ("consumers-dark-80x24", (80, 24), "j enter", DARK),
        ("consumers-light-120x40", (120, 40), "j enter", LIGHT),
        ("consumers-dark-200x60", (200, 60), "j enter", DARK),
        ("consumers-everywhere-light-80x24", (80, 24), "a", LIGHT),
        ("consumers-everywhere-dark-120x40", (120, 40), "a", DARK),
        ("consumers-everywhere-light-200x60", (200, 60), "a s d", LIGHT),
        ("jetstream-help-120x40", (120, 40), "question_mark", DARK),
    ],
)
def test_pictures(name, size, keys, theme):
    async def run():
        async with stocked(size, theme=theme) as (stage, stores):
            await stage.press(*keys.split())
            stores.fill(stage.app.screen_stack[0], 3)
            await stage.show()
            await check(stage, name)

    asyncio.run(run())


def test_a_stream_that_cannot_be_told_of_and_figures_that_are_old():
    async def run():
        async with stocked((120, 12)) as (stage, stores):
            stage.app.screen.ledger.survey.missing = ("LOGS", "OBJ_images")
            await stage.press("r")
            await check(stage, "streams-missing-120x12")
            stores.now_s += 42
            stage.app.screen.ledger.fail("disconnected")
            await stage.show()
            await check(stage, "streams-disconnected-120x12")

    asyncio.run(run())
