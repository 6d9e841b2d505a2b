"""The one place where a failure becomes a line on stderr and an exit code."""

from __future__ import annotations

import errno
import signal
import sys

import typer

from natscli.errors import ExitCode, NatsCliError, OutputClosedError, SignalledError
from natscli.render.colour import paint, wanted
from natscli.render.notices import write_line
from natscli.text.sanitise import safe

_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def report(error: BaseException, *, debug: bool) -> int:
    """Tell the user about ``error`` and return what to exit with."""
    error = _unwritten(error)
    if isinstance(error, OutputClosedError):
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


def _unwritten(error: BaseException) -> BaseException:
    """Return ours for help or a version that could not be written; Typer and Rich make an exit of a closed pipe."""
    cause = error.__context__ if isinstance(error, SystemExit) else error
    if isinstance(cause, OSError) and cause.errno in _UNWRITABLE:
        from natscli.render.output import output_error  # threads, which help does without

        return output_error(cause)
    return error


def _say(message: str, hint: str | None) -> None:
    write_line(paint("natscli:", "red", on=wanted(sys.stderr)) + " " + safe(message))
    if hint:
        write_line(f"hint: {safe(hint)}")


def _lowered(message: str) -> str:
    """Return Typer's sentence in our manner: lower case, no full stop, one line."""
    message = " ".join(message.split()).rstrip(".")
    return message[:1].lower() + message[1:]


def _usage_hint(error: typer.TyperException) -> str:
    """Say where help is; a body that begins with a dash, or an option of the Go CLI, is the likeliest unknown one."""
    from natscli.cli.elsewhere import option_elsewhere  # for those who are mistaken

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "natscli"
    unknown = str(getattr(error, "option_name", "")) if hasattr(error, "possibilities") else ""  # of an unknown one
    if (instead := option_elsewhere(unknown)) is not None:
        return instead
    if unknown and path.split()[-1] in ("pub", "publish", "req", "request", "reply"):
        return f"a body that begins with - goes behind --; {path} --help lists the options"
    return f"{path} --help"


def _show_traceback(error: BaseException) -> None:
    import traceback  # only for --debug

    write_line(safe("".join(traceback.format_exception(error)), multiline=True).rstrip())
