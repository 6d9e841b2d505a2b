"""What the README shows: its consoles, as commands and what they print."""

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

README = Path(__file__).parent.parent / "README.md"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = ("|", "<", ">")


class Shown(NamedTuple):
    """One command line and the output that stands below it."""

    line: str
    output: str

    @property
    def arguments(self) -> list[list[str]]:
        """The arguments of every ``natscli`` in the line, without what belongs to the shell."""
        words = shlex.split(self.line)
        starts = [place for place, word in enumerate(words) if word == "natscli"]
        return [list(takewhile(lambda word: word not in _SHELL, words[start + 1 :])) for start in starts]


def shown() -> Iterator[Shown]:
    """Yield every command of every console."""
    for console in _CONSOLE.findall(README.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield Shown(line, output)
