"""``natscli context info`` and ``natscli context validate``."""

import os
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from natscli.cli.bundles import changed
from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.context_checks import check_context, try_to_connect
from natscli.context.credentials import exposed
from natscli.context.document import EMPTY, Document
from natscli.context.masking import holds_secret, masked, masked_document
from natscli.context.resolve import Choice, context_here, explain, resolve
from natscli.context.settings import load_context, overriding_variables
from natscli.context.sources import local, path_of
from natscli.context.store import Store, is_path
from natscli.errors import NatsCliError, UsageError
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.reports import print_json, print_sections
from natscli.render.table import text_table
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe
from natscli.text.sizes import plural

SAVED = Annotated[str, typer.Argument(help="The context.", metavar="NAME")]
_CONNECT = Annotated[bool, typer.Option("--connect", help="Connect with it, too.")]
_LABELS = {
    "description": "Description",
    "url": "Server URLs",
    "socks_proxy": "SOCKS5 Proxy",
    "user": "Username",
    "password": "Password",
    "token": "Token",
    "creds": "Credentials",
    "nkey": "NKey",
    "user_jwt": "User JWT",
    "user_seed": "User Seed",
    "cert": "Certificate",
    "key": "Key",
    "ca": "CA",
    "tls_first": "TLS First",
    "windows_cert_store": "Certificate Store",
    "windows_cert_match": "Certificate Store Match",
    "windows_cert_match_by": "Certificate Store Match By",
    "windows_ca_certs_match": "Certificate Store CA Match",
    "nsc": "NSC Lookup",
    "jetstream_api_prefix": "JS API Prefix",
    "jetstream_event_prefix": "JS Event Prefix",
    "jetstream_domain": "JS Domain",
    "inbox_prefix": "Inbox Prefix",
    "color_scheme": "Color Scheme",
}
_FILES = ("creds", "nkey", "cert", "key", "ca")


@shared_options
def info(
    shared: SharedOptions,
    saved: Annotated[
        str | None, typer.Argument(help="The context; without one, that which is used here.", metavar="NAME")
    ] = None,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
    connect: _CONNECT = False,
    effective: Annotated[
        bool, typer.Option("--effective", help="What counts here of every source, and where it was found.")
    ] = False,
) -> None:
    """Show a context, secrets masked."""
    if effective and connect:
        raise UsageError("--effective and --connect do not go together")
    if saved is not None and shared.no_context:
        raise UsageError("--no-context and the name of a context do not go together")
    if effective:
        _show_effective(shared if saved is None else changed(shared, context=saved), json=json)
        return
    name = saved or context_here(shared.typed, use_context=not shared.no_context)
    if name is None:
        raise UsageError("no context is selected and none is named", "natscli context ls lists them")
    store, notices = Store.of(os.environ), Notices(quiet=shared.quiet)
    print_context(store, name, json=json)
    overriding = overriding_variables(os.environ)
    if overriding and not connect:
        notices.say(f"set in the environment, and nearer than any context: {', '.join(overriding)}")
    if connect:
        error = try_to_connect([name], shared)[0]
        if error is not None:
            raise error
        notices.say("connected with it")


@shared_options
def validate(
    shared: SharedOptions,
    saved: Annotated[str | None, typer.Argument(help="The context; without one, all.", metavar="NAME")] = None,
    connect: _CONNECT = False,
) -> None:
    """Check one context or all: values, files, and with --connect the servers.

    Every context is one line on standard output; the exit code is 1 if one fails.
    """
    store = Store.of(os.environ)
    names = store.names() if saved is None else [saved]
    if saved is not None:
        load_context(saved, os.environ)
    failures = {name: error for name in names if (error := _failure(name, shared)) is not None}
    if connect:
        sound = [name for name in names if name not in failures]
        tried = zip(sound, try_to_connect(sound, shared), strict=True)
        failures |= {name: error for name, error in tried if error is not None}
    for name in names:
        print_text(f"{safe(name)}: {safe(str(failures.get(name, 'ok')))}")
    if failures:
        raise NatsCliError(f"{len(failures)} of {plural(len(names), 'context')} failed")


def print_context(store: Store, name: str, *, json: bool = False) -> None:
    """Print a context by name or file."""
    document = load_context(name, os.environ)
    if json:
        print_json(context_document(store, name, document))
    else:
        print_sections([(f'Context "{name}"', _rows(store, name, document))])


def context_document(store: Store, name: str, document: Document) -> dict[str, Any]:
    """Return a context as JSON: the Go CLI's keys, secrets masked, and more (docs/json.md)."""
    return {
        "name": name,
        **masked_document(document),
        "selected": is_selected(store, name),
        "path": name if is_path(name) else store.path(name),
        "other_keys": [key for key in document if key not in EMPTY],
    }


def is_selected(store: Store, name: str) -> bool:
    """Whether a context is the selected one; not where that cannot be told."""
    try:
        return store.selected() == name
    except UsageError:
        return False


def _failure(name: str, shared: SharedOptions) -> NatsCliError | None:
    try:
        check_context(name)
    except NatsCliError as error:
        return error
    path = name if is_path(name) else Store.of(os.environ).path(name)
    if holds_secret(load_context(name, os.environ)) and exposed(path):
        Notices(quiet=shared.quiet).warn_of_exposed(path)
    return None


def _rows(store: Store, name: str, document: Document) -> list[tuple[str, str]]:
    rows = [(label, _shown(key, document[key])) for key, label in _LABELS.items() if document.get(key)]
    others = [key for key in document if key not in EMPTY]
    if others:
        rows.append(("Other keys", ", ".join(others)))
    rows.append(("Selected", "yes" if is_selected(store, name) else "no"))
    return [*rows, ("Path", name if is_path(name) else store.path(name))]


def _shown(key: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if not isinstance(value, str):
        return "yes" if value else "no"
    text = masked(key, value)
    path = path_of(local(value)) if key in _FILES and text == value else None
    if path is not None:
        return f"{text} ({'OK' if os.access(path, os.R_OK) else 'cannot be read'})"
    return text


def _show_effective(shared: SharedOptions, *, json: bool) -> None:
    """Show what connecting would be made from, and fail where it would."""
    sources = shared.sources
    choices = explain(sources)
    failure = told = None
    try:
        told = resolve(sources, ask=False).caution
    except UsageError as error:
        failure = error
    if json:
        settings = {choice.field: _choice_document(choice) for choice in choices}
        print_json({"settings": settings, "caution": told, "error": failure and str(failure)})
    else:
        rows = [(_field_label(choice.field), _choice_text(choice), choice.origin.shown) for choice in choices]
        print_text(text_table(("setting", "value", "from"), rows))
    if told is not None:
        Notices(quiet=shared.quiet).say(told)
    if failure is not None:
        raise failure


def _field_label(field: str) -> str:
    return field.replace("_", "-")


def _choice_document(choice: Choice) -> dict[str, Any]:
    value: object = choice.value
    if isinstance(choice.value, str):
        value = masked(choice.field, choice.value)
    elif isinstance(choice.value, Sequence):
        value = [masked(choice.field, each) for each in choice.value]
    return {"value": value, "source": choice.origin.kind, "name": choice.origin.name or None}


def _choice_text(choice: Choice) -> str:
    if choice.value is None:
        return "-"
    if isinstance(choice.value, bool):
        return "yes" if choice.value else "no"
    if isinstance(choice.value, str):
        return masked(choice.field, choice.value)
    if isinstance(choice.value, Sequence):
        return ", ".join(masked(choice.field, each) for each in choice.value)
    return format_duration(choice.value)
