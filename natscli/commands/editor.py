"""The user's own editor: found in $VISUAL or $EDITOR, run on a draft, undisturbed by Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from natscli.errors import NatsCliError, UsageError


def find_editor() -> Sequence[str]:
    """Return the command of the editor; raises UsageError."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(variable, ""), posix=os.name != "nt")
        except ValueError as error:
            raise UsageError(f"{variable} is no command: {str(error).lower()}") from None
        if command:
            return command
    raise UsageError("no editor is known", "set VISUAL or EDITOR, for example EDITOR=vi")


def read_draft(draft: str) -> bytes:
    """Return what was made of a draft."""
    try:
        with open(draft, "rb") as file:
            return file.read()
    except OSError as error:
        raise NatsCliError(f"the edited copy cannot be read: {(error.strerror or '').lower()}") from error


def run_editor(editor: Sequence[str], draft: str, unchanged: str) -> None:
    """Run the editor until it ends; Ctrl-C is its own affair.  ``unchanged`` is the hint where it fails."""
    try:
        with _deaf_to_interrupts():
            code = subprocess.run([*editor, draft], check=False).returncode  # noqa: S603 - the user's own editor
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor '{editor[0]}' cannot be run: {_reason(error)}") from error
    if code:
        raise NatsCliError(f"the editor '{editor[0]}' ended with exit code {code}", unchanged)


def _reason(error: Exception) -> str:
    return (error.strerror or "").lower() if isinstance(error, OSError) else str(error)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Pass over SIGINT here and not in the editor, which would inherit that it is ignored."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
