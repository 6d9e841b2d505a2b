"""What the README and the documents beside it show: their consoles, as commands and what they print."""

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHELL = ("|", "<", ">", ">>")
_COMMENT = re.compile(r"\s+# .*$")


class Shown(NamedTuple):
    """One command line and the output that stands below it."""

    line: str
    output: str

    @property
    def arguments(self) -> list[list[str]]:
        """The arguments of every ``natscli`` in the line, without what belongs to the shell."""
        words = shlex.split(_COMMENT.sub("", self.line))
        starts = [place for place, word in enumerate(words) if word == "natscli"]
        return [list(takewhile(lambda word: word not in _SHELL, words[start + 1 :])) for start in starts]


def shown(document: Path = README) -> Iterator[Shown]:
    """Yield every command of every console in a document."""
    for console in _CONSOLE.findall(document.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield Shown(line, output)
