"""Write the completion scripts of all shells into a folder: ``python tools/completions.py FOLDER``."""

from __future__ import annotations

import os
import sys

from natscli.cli.completion import FILE_NAMES, script


def main(folder: str) -> None:
    """Write one file for each shell, named as that shell looks for it."""
    os.makedirs(folder, exist_ok=True)
    for shell, name in FILE_NAMES.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(script(shell))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: completions.py FOLDER")
    main(sys.argv[1])
