"""Servers, connections and users described to people, and the connection as JSON.

What a server says may be of any form: what is not of the known one is shown as it is, or left out.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from natscli.context.jwt import Permissions, Rules
from natscli.render.reports import Rows
from natscli.system.documents import whole
from natscli.system.link import Link
from natscli.system.user_info import permissions_of
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes, plural


def connection_document(link: Link) -> dict[str, Any]:
    """Return what was measured, as ``connection`` of docs/json.md."""
    return {
        "url": link.url,
        "address": link.address or None,
        "proxy": link.proxy,
        "rtt_ns": round(link.rtt_s * 1e9),
        "tls": asdict(link.tls) if link.tls else None,
    }


def server_rows(info: dict[str, Any]) -> Rows:
    """Return what INFO says of the server."""
    urls = info.get("connect_urls")
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
        ("Maximum payload", format_bytes(most) if (most := whole(info.get("max_payload"))) else ""),
        ("Other servers", ", ".join(map(str, urls)) if isinstance(urls, list) else ""),
    ]
    return [row for row in rows if row[1]]


def connection_rows(link: Link) -> Rows:
    """Return what was measured of the connection."""
    rows = [("URL", link.url), ("Proxy", link.proxy) if link.proxy else ("Address", link.address)]
    rows += [("Round trip", format_duration(link.rtt_s))]
    rows += [("Client ID", str(link.info.get("client_id", ""))), ("Client IP", str(link.info.get("client_ip", "")))]
    if link.tls is not None:
        rows += [
            ("TLS", f"{link.tls.version}, {link.tls.cipher}"),
            ("Certificate", f"{link.tls.server_name}, until {link.tls.expires}"),
        ]
    return rows


def user_rows(user: dict[str, Any]) -> Rows:
    """Return what the server says of a user."""
    rows = [
        ("User", str(user.get("user") or "none")),
        ("Account", str(user.get("account_name") or user.get("account") or "")),
    ]
    expires_ns = whole(user.get("expires"))
    if expires_ns > 0:
        rows.append(("Expires in", format_duration(expires_ns / 1e9)))
    return [*rows, *permission_rows(permissions_of(user))]


def permission_rows(permissions: Permissions) -> Rows:
    """Return which subjects may be used, and which not."""
    if permissions == Permissions():
        return [("Permissions", "none set: every subject")]
    rows = []
    for verb, rules in (("Publish", permissions.publish), ("Subscribe", permissions.subscribe)):
        named = zip(("allow", "deny"), rules, strict=True)
        rows += [(f"{verb} {rule}", ", ".join(sorted(subjects))) for rule, subjects in named if subjects]
        rows += [(verb, "every subject")] if rules == Rules() else []
    responses = permissions.responses
    if responses is not None:
        most = plural(responses.most, "reply") if responses.most > 0 else "any number"
        within = f" within {format_duration(responses.seconds)}" if responses.seconds > 0 else ""
        rows.append(("Replies", f"{most} to each request{within}"))
    return rows


def _yes(value: object) -> str:
    return "yes" if value else "no"
