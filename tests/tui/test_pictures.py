"""The pictures in the documentation show what the app shows."""

import asyncio
from pathlib import Path

import pytest

from tests.tui.pictures import PICTURES, draw, text_of

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_true(picture):
    """``python tools/pictures.py`` draws them anew."""
    drawn = (FOLDER / f"{picture.name}.svg").read_text(encoding="utf-8")
    assert text_of(drawn) == text_of(asyncio.run(draw(picture)))


def test_there_are_no_others():
    assert {path.stem for path in FOLDER.glob("*.svg")} == {picture.name for picture in PICTURES}
