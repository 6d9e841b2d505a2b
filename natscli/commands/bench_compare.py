"""``natscli bench compare``."""

from dataclasses import dataclass
from typing import Annotated

import typer

from natscli.bench.compare import compare as compared
from natscli.bench.conditions import Condition, parse_condition
from natscli.bench.documents import read_report
from natscli.bench.report import Report
from natscli.cli.options import SharedOptions, shared_options
from natscli.errors import NatsCliError, UsageError
from natscli.render.comparisons import breach_lines, comparison_document, human_comparison
from natscli.render.notices import write_line
from natscli.render.output import print_text
from natscli.render.reports import print_json
from natscli.text.sanitise import safe

_LARGEST_REPORT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wish:
    """A condition of --fail-if; a class of its own, as Typer asks each parser's result for its type."""

    condition: Condition


def _condition(text: str) -> Wish:
    try:
        return Wish(parse_condition(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@shared_options
def compare(
    shared: SharedOptions,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A report of bench --json.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A later one.")],
    fail_if: Annotated[
        list[Wish] | None,
        typer.Option("--fail-if", parser=_condition, metavar="CONDITION", help="Exit 1 when this holds of any run: "
        "'p99>+10%', 'throughput<-5%', 'p99>5ms', 'lost>0'. May be repeated."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
) -> None:  # fmt: skip
    """Compare two reports, run by run.

    Runs are matched by mode, size, clients and whatever else was asked for; several alike (--repeat) are repetitions,
    which tell a change from noise.  A signed amount is a change, in percent or in the figure's unit; one without a
    sign is the new figure itself.
    """
    before, after = _read(old), _read(new)
    comparison = compared(before, after, [wish.condition for wish in fail_if or ()])
    if json:
        print_json(comparison_document(comparison, before, after))
    else:
        print_text(human_comparison(comparison))
    failures = list(breach_lines(comparison))
    if len(failures) > 1:
        for line in failures:
            write_line(safe(line))
        raise NatsCliError(f"{len(failures)} figures are what --fail-if does not allow")
    if failures:
        raise NatsCliError(failures[0])


def _read(path: str) -> Report:
    """Return the report in a file; UsageError where there is none."""
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST_REPORT + 1)
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {(error.strerror or 'unknown reason').lower()}") from error
    if len(data) > _LARGEST_REPORT:
        raise UsageError(f"'{path}' is too large for a report")
    try:
        return read_report(data)
    except NatsCliError as error:
        raise UsageError(f"'{path}': {error}", "natscli bench … --json > report.json makes one") from error
