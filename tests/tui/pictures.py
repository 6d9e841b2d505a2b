"""The pictures of the documentation, each as the keys that lead to it."""

import re
from html import unescape
from typing import NamedTuple

from rich.cells import cell_len

from tests.tui.stage import on_stage
from tests.tui.stores import stocked


class Picture(NamedTuple):
    name: str
    size: tuple[int, int]
    theme: str
    keys: str
    jetstream: bool = False


PICTURES = (
    Picture("top", (124, 34), "natscli-dark", "G"),
    Picture("top-table", (140, 30), "natscli-dark", "t z"),
    Picture("top-latency", (120, 30), "natscli-dark", "G 4"),
    Picture("top-graph", (120, 30), "natscli-light", "j j 3"),
    Picture("top-feed", (120, 30), "natscli-safe", "G k k 2"),
    Picture("top-narrow", (80, 24), "natscli-light", "t"),
    Picture("top-jetstream", (132, 20), "natscli-dark", "", jetstream=True),
    Picture("top-consumers", (120, 20), "natscli-light", "a", jetstream=True),
    Picture("top-dark-80x24", (80, 24), "natscli-dark", "G"),
    Picture("top-light-80x24", (80, 24), "natscli-light", "G"),
    Picture("top-dark-120x40", (120, 40), "natscli-dark", "j j"),
    Picture("top-light-120x40", (120, 40), "natscli-light", "j j"),
    Picture("top-dark-200x60", (200, 60), "natscli-dark", "t"),
    Picture("top-light-200x60", (200, 60), "natscli-light", "t"),
)
_CELL = 12.2  # the width of a character, as Textual draws it
_TEXT = re.compile(r'(<text class="[^"]*") x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+">((?:&#160;)*)([^<]*)</text>')
_CLIPPING = re.compile(
    r'\s*<clipPath id="[^"]*-line-\d+">.*?</clipPath>| clip-path="url\(#[^)]*-line-\d+\)"', re.DOTALL
)


async def draw(picture: Picture) -> str:
    """Return the picture as SVG."""
    if picture.jetstream:
        return await _draw_jetstream(picture)
    async with on_stage(picture.size, seconds=60, rate=700, theme=picture.theme) as stage:
        await stage.press(*picture.keys.split())
        stage.source.play(5, 700)
        await stage.show()
        await stage.show()
        return slim(stage.app.export_screenshot(title="natscli top"))


def slim(svg: str) -> str:
    """Return a picture without what only makes it large, or is drawn in another place by some.

    That is: each line cut at the window's edge, long names, and spaces at the ends of texts.
    """
    return _TEXT.sub(_placed, re.sub(r"terminal-\d+-?", "t", _CLIPPING.sub("", svg)))


def _placed(text: re.Match[str]) -> str:
    """Return a text that begins where its first letter is; nothing for spaces alone."""
    head, x, y, spaces, letters = text.groups()
    while letters.endswith("&#160;"):
        letters = letters.removesuffix("&#160;")
    if not letters:
        return ""
    start = float(x) + _CELL * spaces.count("&")
    length = _CELL * cell_len(unescape(letters))
    return f'{head} x="{start:.1f}" y="{y}" textLength="{length:.1f}">{letters}</text>'


async def _draw_jetstream(picture: Picture) -> str:
    async with stocked(picture.size, seconds=60, rate=700, theme=picture.theme) as (stage, stores):
        await stage.press(*picture.keys.split())
        stores.fill(stage.app.screen, 3)
        await stage.show()
        return stage.app.export_screenshot(title="natscli top")


def text_of(svg: str) -> str:
    """Return what can be read in a picture: the same for every version of what draws it."""
    return "".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg))
