"""Questions to a person at a terminal; where there is none, a usage error says what to type instead."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from natscli.errors import NatsCliError, UsageError
from natscli.render.colour import is_terminal
from natscli.render.notices import write_line
from natscli.text.sanitise import safe


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def confirm(question: str, instead: str) -> bool:
    """Ask a question that is answered yes or no; no is what Return says.  ``instead`` is the option that answers."""
    if not can_ask():
        raise UsageError("nobody is there to confirm it: this is no terminal", instead)
    return _ask(f"{question} [y/N] ").lower() in ("y", "yes")


def ask(question: str, usual: str = "") -> str:
    """Return an answer; Return alone says the usual one, and where there is none, asks again."""
    shown = f"{question} [{usual}] " if usual else f"{question} "
    while not (answer := _ask(shown) or usual):
        pass
    return answer


def pick(question: str, answers: Sequence[str], instead: str) -> str:
    """Let one of ``answers`` be chosen by its number or by itself."""
    if not can_ask():
        raise UsageError("nobody is there to choose: this is no terminal", instead)
    for number, answer in enumerate(answers, 1):
        write_line(f"{number:>4}  {safe(answer)}")
    given = _ask(f"{question} [1-{len(answers)}] ")
    if given in answers:
        return given
    if given.isascii() and given.isdigit() and 1 <= int(given) <= len(answers):
        return answers[int(given) - 1]
    raise NatsCliError(f"'{given}' is none of them" if given else "nothing was chosen")


def _ask(question: str) -> str:
    sys.stderr.write(safe(question))
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise NatsCliError("nothing was answered")
    return line.strip()
