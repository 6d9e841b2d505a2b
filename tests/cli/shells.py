"""Real shells, asked what they complete: bash and zsh on a terminal of their own, fish as it offers itself."""

import os
import pty
import shlex
import shutil
import subprocess
import termios
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tests.waiting import eventually

# Two keys are bound: Ctrl-X i inserts everything that is offered, Ctrl-X s shows us the line and clears it.
INSERT, SHOW = b"\x18i", b"\x18s"
_READY = "now complete"

_BASH = f"""
PS1='{_READY}> '
shown() {{ printf '%s\\0' "$READLINE_LINE" >>"$SHOWN"; READLINE_LINE= READLINE_POINT=0; }}
bind 'set bell-style none'
bind '"\\C-xi": insert-completions'
bind -x '"\\C-xs": shown'
source "$SCRIPTS/natscli.bash"
set -u
shopt -s failglob # some set these, and completion must live with it
"""

_ZSH = f"""
PS1='{_READY}> '
unsetopt beep
fpath=("$SCRIPTS" $fpath)
autoload -Uz compinit
compinit -u -D
zle -C everything complete-word _generic
zstyle ':completion:everything:*' completer _all_matches _complete
zstyle ':completion:*' insert true
shown() {{ print -rN -- "$BUFFER" >>"$SHOWN"; BUFFER=; }}
zle -N shown
bindkey '^Xi' everything
bindkey '^Xs' shown
bindkey '^I' complete-word
"""

_FISH = 'source $SCRIPTS/natscli.fish; for line in $argv; complete -C $line; printf "\\0"; end'


class MissingShellError(Exception):
    """The shell is not installed, or too old for these questions."""


def require(shell: str) -> str:
    """Return where the shell is; raise MissingShellError."""
    path = shutil.which(shell)
    if path is None:
        raise MissingShellError(f"{shell} is not installed")
    if shell == "bash" and subprocess.run([path, "-c", "((BASH_VERSINFO[0] >= 4))"]).returncode:
        raise MissingShellError("this bash is older than 4 and shows no line to its bindings")
    return path


def offered(shell: str, lines: Iterable[str], folder: Path, scripts: Path) -> dict[str, set[str]]:
    """Return for each line what is offered for its last word, with ``folder`` as home and working folder."""
    if shell == "fish":
        return {line: {word.rstrip("/") for word in found} for line, found in described(lines, folder, scripts).items()}
    with Interactive(shell, folder, scripts) as session:
        return {line: _new_words(line, session.press(line, INSERT)) for line in lines}


def _new_words(before: str, after: str) -> set[str]:
    """Return what took the place of the last word, without the / of a folder and the = behind an option in zsh."""
    if before.rstrip() == after.rstrip():
        return set()
    start = before.rindex(" ") + 1
    assert after.startswith(before[:start])
    return {word.rstrip("=/") for word in shlex.split(after[start:])}


class Interactive:
    """A bash or zsh at its prompt, with the completion scripts in ``scripts``."""

    def __init__(self, shell: str, folder: Path, scripts: Path) -> None:
        (folder / ".zshrc").write_text(_ZSH)
        (folder / ".bashrc").write_text(_BASH)
        options = {"bash": ["--noprofile", "--rcfile", ".bashrc", "-i"], "zsh": ["-d", "-i"]}
        self._shown = folder / ".shown"
        self._shown.write_bytes(b"")
        self.screen = b""
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (50, 200))
        self._process = subprocess.Popen(
            [require(shell), *options[shell]],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**_environment(folder, scripts), "ZDOTDIR": str(folder), "SHOWN": str(self._shown)},
            start_new_session=True,
        )
        os.close(theirs)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while piece := os.read(self._ours, 65536):
                self.screen += piece
        except OSError:  # EIO: nobody has the other end any more
            return

    def press(self, line: str, keys: bytes) -> str:
        """Type a line and its keys, and return the line that comes of it."""
        before = self._shown.read_bytes()
        os.write(self._ours, line.encode() + keys + SHOW)
        eventually(lambda: self._shown.read_bytes()[len(before) :].endswith(b"\0"), 30)
        return self._shown.read_bytes()[len(before) : -1].decode()

    def __enter__(self) -> Self:
        eventually(lambda: _READY.encode() in self.screen, 30)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join(30)
        os.close(self._ours)


def described(lines: Iterable[str], folder: Path, scripts: Path) -> dict[str, dict[str, str]]:
    """Return for each line what fish offers for its last word, with descriptions."""
    lines = list(lines)
    run = subprocess.run(
        [require("fish"), "-c", _FISH, "--", *lines],
        cwd=folder,
        env=_environment(folder, scripts),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stderr == ""
    answers = [[row.partition("\t") for row in answer.split("\n")] for answer in run.stdout.split("\0")[:-1]]
    return {line: {word: text for word, _, text in answer if word} for line, answer in zip(lines, answers, strict=True)}


def _environment(folder: Path, scripts: Path) -> dict[str, str]:
    return {
        "PATH": os.pathsep.join([str(folder / ".bin"), os.environ["PATH"]]),
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "SCRIPTS": str(scripts),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
