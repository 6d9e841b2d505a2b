"""``natscli account info``."""

from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.describing import connection_document, connection_rows, permission_rows, server_rows
from natscli.commands.session import connected
from natscli.connection.deadline import Deadline
from natscli.context.jwt import Claims, Permissions, Rules
from natscli.context.target import Target
from natscli.context.validity import format_moment
from natscli.render.reports import Rows, print_json, print_sections
from natscli.system.account_info import AccountReport, describe_account
from natscli.system.documents import mapping, whole
from natscli.system.user_info import permissions_of
from natscli.text.durations import format_roughly
from natscli.text.sizes import format_bytes, plural


@shared_options
def account_info(
    shared: SharedOptions,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
) -> None:
    """Show who you are to the server: user, account, permissions, limits, JetStream usage.

    Every user may ask.  What cannot be known says why, and the rest is shown.
    """
    target = shared.target
    report = run(lambda _stop: _ask(shared, target))
    if json:
        print_json(_document(report))
    else:
        print_sections(_sections(report))


async def _ask(shared: SharedOptions, target: Target) -> AccountReport:
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline) as connection:
        return await describe_account(connection, deadline)


# -- as JSON -----------------------------------------------------------------------------------------


def _document(report: AccountReport) -> dict[str, Any]:
    """Return the report with the source of each part as its key (docs/json.md)."""
    return {
        "connection": connection_document(report.link),
        "info": report.link.info,
        "account": _account(report) or None,
        "user": report.user,
        "user_error": report.user_error,
        "jwt": _jwt_document(report.claims) if report.claims else None,
        "jetstream": report.jetstream,
        "jetstream_error": report.jetstream_error,
    }


def _jwt_document(claims: Claims) -> dict[str, Any]:
    return {
        "user": claims.subject,
        "name": claims.name,
        "account": claims.account,
        "issuer": claims.issuer,
        "issued": _moment(claims.issued),
        "not_before": _moment(claims.not_before),
        "expires": _moment(claims.expires),
        "bearer": claims.bearer,
        "tags": claims.tags,
        "permissions": _permissions_document(claims.permissions),
        "limits": dict(claims.limits),
    }


def _permissions_document(permissions: Permissions) -> dict[str, Any]:
    def rules(of: Rules) -> dict[str, Any]:
        return {"allow": of.allow, "deny": of.deny}

    return {"publish": rules(permissions.publish), "subscribe": rules(permissions.subscribe)}


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else format_moment(seconds)


# -- for people --------------------------------------------------------------------------------------


def _sections(report: AccountReport) -> list[tuple[str, Rows]]:
    return [
        ("Account", _user_rows(report)),
        *_jetstream_sections(report),
        ("Connection", connection_rows(report.link)),
        ("Server", server_rows(report.link.info)),
    ]


def _account(report: AccountReport) -> str:
    """Return the account's ID, from whoever names it."""
    said = mapping(report.user).get("account") or report.account or (report.claims.account if report.claims else "")
    return str(said)


def _user_rows(report: AccountReport) -> Rows:
    user, claims = mapping(report.user), report.claims
    given = claims.subject if claims else report.given_user
    rows = [
        ("User", str(user.get("user") or ("none" if report.user is not None else given))),
        ("User name", claims.name if claims else ""),
        ("Account", _account(report)),
        ("Account name", str(user.get("account_name") or "")),
        ("Expires", _expiry(report)),
    ]
    if rows[2][1] == rows[3][1]:
        del rows[3]
    rows += _permissions(report)
    if claims:
        rows += [row for row in _limit_rows(dict(claims.limits)) if row[1]]
    return [row for row in rows if row[1]]


def _expiry(report: AccountReport) -> str:
    """Return when access ends, by the JWT, or by the server, which tells the time left."""
    left_s = whole(mapping(report.user).get("expires")) / 1e9
    ends_s = report.asked_s + left_s if left_s > 0 else None
    if report.claims is not None and report.claims.expires is not None:
        ends_s = report.claims.expires
    if ends_s is None:
        return "never" if report.user is not None else ""
    return f"{format_moment(ends_s)}, in {format_roughly(ends_s - report.asked_s)}"


def _permissions(report: AccountReport) -> Rows:
    if report.user is not None:
        return permission_rows(permissions_of(report.user))
    if report.claims is not None and report.claims.permissions != Permissions():
        return [*permission_rows(report.claims.permissions), ("Known from", f"the JWT; {report.user_error}")]
    return [("Permissions", f"unknown: {report.user_error}")]


def _limit_rows(limits: dict[str, int]) -> Rows:
    return [
        ("Subscriptions", _limit(limits, "subs", plain=True)),
        ("Payload", _limit(limits, "payload")),
        ("Data", _limit(limits, "data")),
    ]


def _limit(limits: dict[str, int], name: str, *, plain: bool = False) -> str:
    """Return a limit that is set; nothing for one that is not."""
    value = whole(limits.get(name))
    if value <= 0:
        return ""
    return f"at most {value:,}" if plain else f"at most {format_bytes(value)}"


def _jetstream_sections(report: AccountReport) -> list[tuple[str, Rows]]:
    if report.jetstream is None:
        return [("JetStream", [("Unknown", report.jetstream_error or "no answer")])]
    document = report.jetstream
    api = mapping(document.get("api"))
    calls = f"level {whole(api.get('level'))}, {plural(whole(api.get('total')), 'request')}"
    rows = [*_usage_rows(document), ("API", f"{calls}, {plural(whole(api.get('errors')), 'error')}")]
    if document.get("domain"):
        rows.append(("Domain", str(document["domain"])))
    tiers = mapping(document.get("tiers"))
    each = [(f"JetStream tier {name}", _usage_rows(mapping(tier))) for name, tier in sorted(tiers.items())]
    return [(f"JetStream (from {report.jetstream_subject})", rows), *each]


def _usage_rows(usage: dict[str, Any]) -> list[tuple[str, str]]:
    limits = mapping(usage.get("limits"))
    rows = [
        ("Memory", _used(usage, limits, "memory", "max_memory")),
        ("Storage", _used(usage, limits, "storage", "max_storage")),
        ("Streams", _used(usage, limits, "streams", "max_streams", plain=True)),
        ("Consumers", _used(usage, limits, "consumers", "max_consumers", plain=True)),
        ("Reserved memory", _some(usage, "reserved_memory")),
        ("Reserved storage", _some(usage, "reserved_storage")),
        ("Stream in memory", _limit(limits, "memory_max_stream_bytes")),
        ("Stream in storage", _limit(limits, "storage_max_stream_bytes")),
        ("Acks pending", _limit(limits, "max_ack_pending", plain=True)),
        ("Size of streams", "has to be given" if limits.get("max_bytes_required") is True else ""),
    ]
    return [row for row in rows if row[1]]


def _some(usage: dict[str, Any], name: str) -> str:
    return format_bytes(whole(usage.get(name))) if whole(usage.get(name)) else ""


def _used(usage: dict[str, Any], limits: dict[str, Any], name: str, limit: str, *, plain: bool = False) -> str:
    used, most = whole(usage.get(name)), whole(limits.get(limit))
    shown = [f"{value:,}" if plain else format_bytes(value) for value in (used, most)]
    return f"{shown[0]} of {shown[1]}" if limit in limits and most >= 0 else f"{shown[0]}, no limit"
