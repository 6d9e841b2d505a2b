"""``natscli auth check``."""

import time
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.context.credentials import exposed
from natscli.context.inspection import Inspection, inspect_credentials, inspect_source
from natscli.context.jwt import UNLIMITED, Claims, Rules
from natscli.context.resolve import resolve
from natscli.context.sources import local, path_of
from natscli.context.target import DEFAULT_TIMEOUT_S
from natscli.context.validity import format_moment
from natscli.context.waiting import Wait
from natscli.errors import RefusedError, UsageError
from natscli.render.notices import Notices
from natscli.render.reports import Rows, print_json, print_sections
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes

_LIMITS = {"subs": "subscriptions", "data": "data", "payload": "payload", "conn": "connections", "leaf": "leaf nodes"}
_IN_BYTES = ("data", "payload", "mem_storage", "disk_storage", "mem_max_stream_bytes", "disk_max_stream_bytes")


@shared_options
def check(
    shared: SharedOptions,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="Credentials, JWT, seed or public key; else what would be connected with."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
) -> None:
    """Show what credentials are, and whether they hold now.

    No server is asked.  Exit 0: they can be used now. 4: a server would refuse them. 2: they cannot be read.
    """
    found = _inspect_effective(shared) if file is None else _inspect_file(shared, local(file))
    if json:
        print_json(_document(found))
    else:
        print_sections(_sections(found))
    if not found.validity.usable:
        raise RefusedError(f"{found.source} would be refused: {found.validity.words}")


def _inspect_file(shared: SharedOptions, source: str) -> Inspection:
    path = path_of(source)
    found = inspect_source(source, Wait(shared.timeout or DEFAULT_TIMEOUT_S), time.time())
    if path is not None and found.form in ("credentials", "seed") and exposed(path):
        Notices(quiet=shared.quiet).warn_of_exposed(path)
    return found


def _inspect_effective(shared: SharedOptions) -> Inspection:
    target = resolve(shared.sources)  # nobody is asked for a password that is not going to be used
    if target.credentials is None:
        in_url = any(url.user is not None for url in target.urls)
        raise UsageError(
            "the URL has user information, which only a server can judge"
            if in_url
            else "there are no credentials to check",
            "natscli auth check FILE",
        )
    return inspect_credentials(target.credentials, Wait(target.timeout_s), time.time())


def _sections(found: Inspection) -> list[tuple[str, Rows]]:
    rows = [("Form", f"{found.form} of kind {found.kind}"), ("Holds", found.validity.words)]
    if found.user is not None:
        rows.append(("User", found.user))
    if found.public is not None:
        rows.append(("Public key", found.public))
    sections: list[tuple[str, Rows]] = [(f"What {found.source} has", rows)]
    if found.claims is not None:
        sections.append(("Claims", _claim_rows(found.claims)))
        sections.append(("Permissions", _permission_rows(found.claims)))
    return sections


def _claim_rows(claims: Claims) -> Rows:
    rows = [
        ("Name", claims.name),
        ("Subject", claims.subject),
        ("Account", claims.account if claims.kind == "user" else ""),
        ("Issuer", f"{claims.issuer}{' (a signing key)' if claims.issuer_account else ''}"),
        ("Signature", "good" if claims.signature_valid else "wrong"),
        ("Issued", _moment(claims.issued)),
        ("Not before", _moment(claims.not_before)),
        ("Expires", _moment(claims.expires) or "never"),
        ("Bearer", "yes: the JWT alone is enough" if claims.bearer else ""),
        ("Connections", ", ".join(claims.connection_types)),
        ("Networks", ", ".join(claims.networks)),
        ("Hours", ", ".join(f"{hours.start} to {hours.end}" for hours in claims.hours)),
        ("Time zone", claims.time_zone),
        ("Tags", ", ".join(claims.tags)),
        (
            "Signing keys",
            ", ".join(key.key + (f" ({key.role or 'scoped'})" if key.scoped else "") for key in claims.signing_keys),
        ),
        ("Revoked", ", ".join(f"{user} until {_moment(at)}" for user, at in claims.revocations)),
    ]
    return [row for row in rows if row[1]]


def _permission_rows(claims: Claims) -> Rows:
    if claims.scoped:
        return [("Scoped", "by the signing key that issued it; the account's JWT says what is allowed")]
    permissions = claims.permissions
    rows = [("Publish", _rules(permissions.publish)), ("Subscribe", _rules(permissions.subscribe))]
    if permissions.responses is not None:
        most, seconds = permissions.responses
        rows.append(("Responses", f"{most or 1} within {format_duration(seconds) if seconds else 'any time'}"))
    limits = [f"{_LIMITS.get(name, name)} {_limit(name, value)}" for name, value in claims.limits if value != UNLIMITED]
    return [*rows, ("Limits", ", ".join(limits) or "none")]


def _rules(rules: Rules) -> str:
    allowed = ", ".join(rules.allow) or "every subject"
    return f"{allowed}, but not {', '.join(rules.deny)}" if rules.deny else allowed


def _limit(name: str, value: int) -> str:
    return format_bytes(value) if name in _IN_BYTES else str(value)


def _moment(seconds: int | None) -> str:
    return "" if seconds is None else format_moment(seconds)


def _document(found: Inspection) -> dict[str, Any]:
    """Return the inspection as docs/json.md describes it."""
    return {
        "source": found.source,
        "form": found.form,
        "kind": found.kind,
        "usable": found.validity.usable,
        "verdict": found.validity.words,
        "user": found.user,
        "public_key": found.public,
        "claims": None if found.claims is None else _claims_document(found.claims),
    }


def _claims_document(claims: Claims) -> dict[str, Any]:
    document: dict[str, Any] = claims._asdict()
    document |= {name: _moment(document[name]) or None for name in ("issued", "not_before", "expires")}
    responses = claims.permissions.responses
    document["account"] = claims.account
    document["permissions"] = {
        "publish": claims.permissions.publish._asdict(),
        "subscribe": claims.permissions.subscribe._asdict(),
        "responses": responses and {"max": responses.most, "ttl_ns": round(responses.seconds * 1e9)},
    }
    document["limits"] = dict(claims.limits)
    document["hours"] = [hours._asdict() for hours in claims.hours]
    document["signing_keys"] = [key._asdict() for key in claims.signing_keys]
    document["revocations"] = [{"user": user, "until": _moment(at)} for user, at in claims.revocations]
    return document
