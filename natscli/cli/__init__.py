"""The ``natscli`` command: everything that knows Typer."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, ClassVar

import typer

from natscli import __version__
from natscli.cli.failures import report
from natscli.cli.lazy import LazyGroup, Table
from natscli.cli.options import SharedOptions, shared_options, shared_parameters
from natscli.cli.signals import Interrupter, leave
from natscli.cli.tree import TREE
from natscli.errors import ExitCode


class _Root(LazyGroup):
    """All commands.  Help shows them ahead of the options, which would fill the screen and are each command's, too."""

    table: ClassVar[Table] = TREE
    _shown_alone = False  # while help lists the commands

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.params += shared_parameters(self.callback)

    def get_params(self, ctx: Any) -> Any:
        """Return the options, and none while the commands are listed."""
        return [] if self._shown_alone else super().get_params(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the commands, then the options, panel by panel."""
        self._shown_alone = True
        super().format_help(ctx, formatter)
        self._shown_alone = False
        from typer import rich_utils  # only for help; Typer has no way to order panels, and is pinned

        panels: dict[str, list[Any]] = {}
        for option in self.get_params(ctx):
            panels.setdefault(option.rich_help_panel or rich_utils.OPTIONS_PANEL_TITLE, []).append(option)
        console = rich_utils._get_rich_console()  # noqa: SLF001 - as above
        for name, options in panels.items():
            mode = self.rich_markup_mode or "rich"
            rich_utils._print_options_panel(  # noqa: SLF001 - as above
                name=name, params=options, ctx=ctx, markup_mode=mode, console=console
            )


app = typer.Typer(
    cls=_Root,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"natscli {__version__}")
        raise typer.Exit


@app.callback()
@shared_options
def _root(
    shared: SharedOptions,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Talk to NATS from the command line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return what to exit with.  Raises nothing."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    flags = typed[: typed.index("--")] if "--" in typed else typed
    with _colour(flags):
        try:
            code = app(typed, prog_name="natscli", standalone_mode=False)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - where every failure becomes an exit code
            return report(error, debug="--debug" in flags)
    return code if isinstance(code, int) else ExitCode.DONE


def entry() -> None:
    """Run as a process: console script and ``python -m natscli``."""
    interrupter = Interrupter()
    interrupter.install()
    try:
        _stand_in_for_closed_streams()
        code = _flushed(main())
        interrupter.over = True
    except BaseException as error:  # noqa: BLE001 - interrupted where ``main`` could not answer it
        code = report(error, debug=False)
    if code == ExitCode.SIGNAL + signal.SIGINT and interrupter.number:
        code = ExitCode.SIGNAL + interrupter.number
    leave(code)


def _flushed(code: int) -> int:
    """Write what standard output still holds; return ``code``, or that of a failure to."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        return code or report(error, debug=False)
    return code


def _stand_in_for_closed_streams() -> None:
    """Take the numbers of streams we were started without, lest a socket gets them and is written to."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if None not in streams:
        return
    spare = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate(streams):
        if stream is None and number != spare:
            os.dup2(spare, number)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")  # open for reading: writing fails, and is reported
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


@contextmanager
def _colour(flags: Sequence[str]) -> Iterator[None]:
    """Let ``--color`` and ``--no-color`` speak through the variables that everything here heeds."""
    wishes = [flag for flag in flags if flag in ("--color", "--no-color")]
    changes: dict[str, Any] = {}
    if wishes:
        on = wishes[-1] == "--color"
        changes = {"NO_COLOR": None if on else "1", "FORCE_COLOR": "1" if on else None}
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
