"""The one place where a failure becomes a line on stderr and an exit code."""

from __future__ import annotations

import signal
import sys

import typer

from natscli.errors import ExitCode, NatsCliError, OutputClosedError, SignalledError
from natscli.render.colour import paint, wanted
from natscli.render.notices import write_line
from natscli.text.sanitise import safe


def report(error: BaseException, *, debug: bool) -> int:
    """Tell the user about ``error`` and return what to exit with."""
    if isinstance(error, OutputClosedError | BrokenPipeError):
        return ExitCode.DONE
    if isinstance(error, SignalledError):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.SIGNAL + signal.SIGINT
    if debug:
        _show_traceback(error)
    if isinstance(error, NatsCliError):
        _say(str(error), error.hint)
        return error.exit_code
    if isinstance(error, typer.TyperException):
        _say(_lowered(error.format_message()), _usage_hint(error))
        return ExitCode.USAGE
    _say(f"a fault in natscli: {type(error).__name__}: {error}", "run it again with --debug and report what it prints")
    return ExitCode.FAILED


def _say(message: str, hint: str | None) -> None:
    write_line(paint("natscli:", "red", on=wanted(sys.stderr)) + " " + safe(message))
    if hint:
        write_line(f"hint: {safe(hint)}")


def _lowered(message: str) -> str:
    """Return Typer's sentence in our manner: lower case, no full stop, one line."""
    message = " ".join(message.split()).rstrip(".")
    return message[:1].lower() + message[1:]


def _usage_hint(error: typer.TyperException) -> str:
    """Say where help is; a body that begins with a dash is the likeliest unknown option."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "natscli"
    if hasattr(error, "option_name") and path.split()[-1] in ("pub", "publish", "req", "request", "reply"):
        return f"a body that begins with - goes behind --; {path} --help lists the options"
    return f"{path} --help"


def _show_traceback(error: BaseException) -> None:
    import traceback  # only for --debug

    write_line(safe("".join(traceback.format_exception(error)), multiline=True).rstrip())
