"""A context made or changed: what is typed over what is saved, and the environment for what is missing."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from natscli.context.credentials import embed
from natscli.context.document import CREDENTIAL_KEYS, EMPTY, Document
from natscli.context.resolve import CREDENTIAL_FIELDS, Choice, choose, chosen_values, resolve
from natscli.context.settings import Settings, cannot_be_saved, from_document, from_environment, saved_form
from natscli.context.sources import local, scheme_of
from natscli.context.target import Target
from natscli.context.urls import DEFAULT_URL, parse_urls
from natscli.errors import UsageError


class Amended(NamedTuple):
    """A context's new document, and what a user might not expect of it."""

    document: Document
    from_environment: list[Choice]
    given_up: list[str]  # keys of credentials that others took the place of


def amend(name: str, document: Document, typed: Settings, environment: Mapping[str, str]) -> Amended:
    """Return ``document`` with what was typed; unknown keys and their places are kept.

    Credentials that are typed replace the saved ones whole.  The environment, as in the Go CLI, is saved too,
    but only where neither says anything: it is seldom meant to change what is saved.
    """
    _check_typed(typed)
    saved = from_document(name, document)
    around = from_environment(environment)
    around = _without(around, ["context", *cannot_be_saved(around)])
    replaced = _has_credentials(typed)
    if any(document.get(key) for key in CREDENTIAL_KEYS) and not replaced:
        around = _without(around, CREDENTIAL_FIELDS)
    chosen = choose([typed, saved, around, Settings("default", server=DEFAULT_URL)])
    values = chosen_values(chosen)
    if not replaced and not any(field in chosen for field in CREDENTIAL_FIELDS):
        values = values._replace(password=saved.password)  # it belongs to a user named elsewhere
    if typed.password and typed.password != values.password:
        raise UsageError("a password was given without its user", "give --user too")
    missing = {key: nothing for key, nothing in EMPTY.items() if key not in document}
    kept = saved_form(values)
    new: Document = {**document, **missing, **kept}
    if replaced:  # also those that cannot be typed
        new |= {key: "" for key in CREDENTIAL_KEYS if key not in kept}
    taken = [
        Choice(field, getattr(around, field), around.origin(field))
        for field, source in chosen.items()
        if source is around
    ]
    given_up = [key for key in CREDENTIAL_KEYS if document.get(key) and not new[key]]
    return Amended(new, taken, given_up)


def check(name: str, document: Document) -> None:
    """Raise for a context that nobody could connect with; its password may be given elsewhere."""
    settings = from_document(name, document)
    try:
        outline(settings)
    except UsageError as error:
        raise UsageError(f"context '{name}': {error}", error.hint) from None


def embedded(document: Document) -> Document:
    """Return a document with the content of the key files it names in their place, so that it can go elsewhere alone.

    References to what is no file here (``env://``, ``op://``) stay.  UsageError for a file that is no such thing.
    """
    files = {
        "creds": ("creds", ("", "file")),
        "nkey": ("nkey", ("", "file")),
        "user_jwt": ("jwt", ("file",)),  # else it is the thing itself
        "user_seed": ("seed", ("file",)),
    }
    return document | {
        key: embed(value if scheme_of(value) else local(value), what)
        for key, (what, schemes) in files.items()
        if isinstance(value := document.get(key), str) and value and scheme_of(value) in schemes
    }


def outline(saved: Settings) -> Target:
    """Return what a context comes to by itself, as though its password, where it has none, were given elsewhere."""
    elsewhere = saved._replace(password=saved.password or "?", server=saved.server or DEFAULT_URL)  # nsc is not asked
    return resolve([elsewhere])


def _check_typed(typed: Settings) -> None:
    lost = cannot_be_saved(typed)
    if lost:
        raise UsageError(f"a context has no place for --{lost[0].replace('_', '-')}")


def _has_credentials(typed: Settings) -> bool:
    """Whether credentials were typed, as options or in a URL."""
    in_urls = typed.server and any(url.user is not None for url in parse_urls(typed.server))
    return bool(in_urls or any(getattr(typed, field) for field in CREDENTIAL_FIELDS if field != "password"))


def _without(settings: Settings, fields: Iterable[str]) -> Settings:
    nothing: dict[str, Any] = dict.fromkeys(fields)
    return settings._replace(**nothing)
