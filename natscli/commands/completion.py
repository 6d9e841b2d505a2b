"""``natscli completion``."""

from typing import Annotated

import typer

from natscli.cli.completion import Shell, script
from natscli.render.output import print_bytes


def completion(shell: Annotated[Shell, typer.Argument(metavar="bash|zsh|fish", help="The shell.")]) -> None:
    """Print the completion script of a shell.

    \b
    bash, in ~/.bashrc:
      source ~/.natscli.bash
    after
      natscli completion bash > ~/.natscli.bash

    \b
    zsh, in ~/.zshrc:
      fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit
    after
      mkdir -p ~/.zfunc; natscli completion zsh > ~/.zfunc/_natscli

    \b
    fish, which looks there by itself:
      natscli completion fish > ~/.config/fish/completions/natscli.fish
    """  # noqa: D301 - Typer joins lines, but not behind this one character
    print_bytes(script(shell).encode())
