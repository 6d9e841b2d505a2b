"""``natscli server-info`` and ``natscli server info``."""

from collections.abc import Iterator
from json import dumps
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.describing import connection_document, connection_rows, server_rows, user_rows
from natscli.commands.session import connected
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.render.reports import Rows, print_json, print_sections
from natscli.system.monitoring import check_monitor_url
from natscli.system.server_info import ServerReport, describe
from natscli.system.user_info import USER_INFO_SUBJECT


@shared_options
def server_info(
    shared: SharedOptions,
    monitor: Annotated[
        str | None, typer.Option("--monitor", metavar="URL", help="Its HTTP monitoring, for all of VARZ.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
) -> None:
    """Show what a server says of itself and of your account.

    Every user may ask; no system account and no monitoring port is needed.  With either, all of VARZ is shown.
    """
    target = shared.target
    if monitor is not None:
        check_monitor_url(monitor)
    report = run(lambda _stop: _ask(shared, target, monitor))
    if json:
        print_json(_document(report))
    else:
        print_sections(_sections(report))


async def _ask(shared: SharedOptions, target: Target, monitor: str | None) -> ServerReport:
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline) as connection:
        return await describe(connection, deadline, monitor)


def _document(report: ServerReport) -> dict[str, Any]:
    """Return the report with the source of each part as its key (docs/json.md)."""
    return {
        "connection": connection_document(report.link),
        "info": report.link.info,
        "user": report.user,
        "user_error": report.user_error,
        "varz": report.varz,
        "varz_source": report.varz_source if report.varz is not None else None,
    }


def _sections(report: ServerReport) -> list[tuple[str, Rows]]:
    sections = [
        ("Server (from INFO)", server_rows(report.link.info)),
        ("Connection (measured)", connection_rows(report.link)),
    ]
    title = f"Account (from {USER_INFO_SUBJECT})"
    if report.user is None:
        sections.append((title, [("Unknown", report.user_error or "no answer")]))
    else:
        sections.append((title, user_rows(report.user)))
    if report.varz is not None:
        sections.append((f"VARZ (from {report.varz_source})", list(_flat(report.varz))))
    return sections


def _flat(document: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value of a document under its dotted name."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list):
            yield f"{prefix}{key}", ", ".join(map(_plain, value))
        else:
            yield f"{prefix}{key}", _plain(value)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else dumps(value)
