"""``natscli server-info`` and ``natscli server info``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from json import dumps
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.session import connected
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.render.reports import Rows, print_json, print_sections
from natscli.system.monitoring import check_monitor_url
from natscli.system.server_info import USER_INFO_SUBJECT, ServerReport, describe
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes


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
        "connection": {
            "url": report.url,
            "address": report.address,
            "rtt_ns": round(report.rtt_s * 1e9),
            "tls": asdict(report.tls) if report.tls else None,
        },
        "info": report.info,
        "user": report.user,
        "user_error": report.user_error,
        "varz": report.varz,
        "varz_source": report.varz_source if report.varz is not None else None,
    }


def _sections(report: ServerReport) -> list[tuple[str, Rows]]:
    sections = [
        ("Server (from INFO)", _server_rows(report.info)),
        ("Connection (measured)", _connection_rows(report)),
    ]
    title = f"Account (from {USER_INFO_SUBJECT})"
    if report.user is None:
        sections.append((title, [("Unknown", report.user_error or "no answer")]))
    else:
        sections.append((title, _user_rows(report.user)))
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


def _server_rows(info: dict[str, Any]) -> Rows:
    rows = [
        ("Name", str(info.get("server_name", ""))),
        ("ID", str(info.get("server_id", ""))),
        ("Version", f"{info.get('version', '')} ({info.get('go', '')})"),
        ("Host", f"{info.get('host', '')}:{info.get('port', '')}"),
        ("Cluster", str(info.get("cluster", ""))),
        ("Domain", str(info.get("domain", ""))),
        ("JetStream", _yes(info.get("jetstream"))),
        ("Authentication", _yes(info.get("auth_required"))),
        ("TLS", "required" if info.get("tls_required") else "available" if info.get("tls_available") else "no"),
        ("Maximum payload", format_bytes(info["max_payload"]) if isinstance(info.get("max_payload"), int) else ""),
        ("Other servers", ", ".join(map(str, info.get("connect_urls") or ()))),
    ]
    return [row for row in rows if row[1]]


def _connection_rows(report: ServerReport) -> Rows:
    rows = [("URL", report.url), ("Address", report.address), ("Round trip", format_duration(report.rtt_s))]
    rows += [("Client ID", str(report.info.get("client_id", ""))), ("Client IP", str(report.info.get("client_ip", "")))]
    if report.tls is not None:
        rows += [
            ("TLS", f"{report.tls.version}, {report.tls.cipher}"),
            ("Certificate", f"{report.tls.server_name}, until {report.tls.expires}"),
        ]
    return rows


def _user_rows(user: dict[str, Any]) -> Rows:
    rows = [
        ("User", str(user.get("user") or "none")),
        ("Account", str(user.get("account_name") or user.get("account") or "")),
    ]
    if user.get("expires"):
        rows.append(("Expires in", format_duration(int(user["expires"]) / 1e9)))
    permissions = user.get("permissions")
    if not isinstance(permissions, dict):
        return [*rows, ("Permissions", "none set: every subject")]
    for verb in ("publish", "subscribe"):
        rules = permissions.get(verb) or {}
        for rule in ("allow", "deny"):
            subjects = rules.get(rule) if isinstance(rules, dict) else None
            if subjects:
                rows.append((f"{verb.capitalize()} {rule}", ", ".join(sorted(map(str, subjects)))))
    return rows


def _yes(value: object) -> str:
    return "yes" if value else "no"
