"""Completion scripts for bash, zsh and fish, made from the command table.

The scripts hold every command, option and choice as text, so that a TAB starts no Python.  Making them
imports every command: only ``natscli completion`` and ``tools/completions.py`` come here.
"""

from __future__ import annotations

from enum import StrEnum

from natscli.cli.completion import bash, fish, zsh
from natscli.cli.completion.survey import survey


class Shell(StrEnum):
    """The shells there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_RENDER = {Shell.BASH: bash.render, Shell.ZSH: zsh.render, Shell.FISH: fish.render}

# What each shell looks for in the folders it loads completions from.
FILE_NAMES = {Shell.BASH: "natscli.bash", Shell.ZSH: "_natscli", Shell.FISH: "natscli.fish"}


def script(shell: Shell) -> str:
    """Return the script, ended by a line feed."""
    return _RENDER[shell](survey())
