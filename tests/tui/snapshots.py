"""Pictures as text: every character of the screen, and below it the colours, so that a change can be read in a diff.

Textual's own SVG changes from version to version; what a cell shows does not.
``UPDATE_SNAPSHOTS=1 pytest tests/tui`` writes them anew.
"""

import asyncio
import os
import string
import time
from difflib import unified_diff
from pathlib import Path

from textual.screen import ModalScreen

FOLDER = Path(__file__).parent / "snapshots"
_WITHIN_S = 30.0
_MARKS = (
    "bold", "dim", "italic", "underline", "reverse", "strike", "blink", "blink2", "conceal", "underline2", "overline",
)  # fmt: skip
_LETTERS = string.ascii_lowercase + string.ascii_uppercase + string.digits


def snapshot(app) -> str:
    """Return what is on the screen, its styles by letters, and what the letters mean."""
    legend: dict[str, str] = {}
    shown, styled = [], []
    for strip in _strips(app.screen):
        shown.append("".join(segment.text for segment in strip).rstrip())
        letters = ""
        for segment in strip:
            name = _style(segment.style)
            letter = legend.setdefault(name, _LETTERS[len(legend)])  # more styles than letters is an error
            letters += letter * segment.cell_length
        styled.append(_short(letters))
    meanings = [f"{letter} {name}" for name, letter in legend.items()]
    return "\n".join([*shown, "---", *styled, "---", *meanings]) + "\n"


def _strips(screen):
    """Return the lines of the screen; of a dialogue its box alone: what lies below is painted when it comes to it."""
    strips = screen._compositor.render_strips()
    if not isinstance(screen, ModalScreen):
        return strips
    box = screen.query_one(".box").region
    return [strip.crop(box.x, box.right) for strip in strips[box.y : box.bottom]]


async def check(stage, name: str) -> None:
    """Wait until the screen is as the picture of that name; fail with the difference."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(snapshot(stage.app), encoding="utf-8")
    wanted = path.read_text(encoding="utf-8")
    end = time.monotonic() + _WITHIN_S
    while (now := snapshot(stage.app)) != wanted:
        if time.monotonic() > end:
            lines = unified_diff(wanted.splitlines(), now.splitlines(), "picture", "screen", lineterm="")
            raise AssertionError("\n".join(lines))
        await asyncio.sleep(0.02)


def _style(style) -> str:
    if style is None:
        return "none"
    colours = [color.name if color is not None else "-" for color in (style.color, style.bgcolor)]
    return " ".join([*colours, *(name for name in _MARKS if getattr(style, name))])


def _short(letters: str) -> str:
    """Return runs of letters with their lengths, as a12b3."""
    runs: list[list] = []
    for letter in letters:
        if runs and runs[-1][0] == letter:
            runs[-1][1] += 1
        else:
            runs.append([letter, 1])
    return " ".join(f"{letter}{count}" for letter, count in runs)
