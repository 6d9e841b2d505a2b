"""What each source says: the command line, the environment, a project file, a saved context.

A source is a ``Settings`` whose fields are None where it says nothing.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from natscli.context.document import Document
from natscli.context.store import Store, is_path, load
from natscli.errors import UsageError
from natscli.text.durations import parse_duration

PROJECT_FILE = ".natscli.toml"
_PROJECT_KEYS = ("context", "timeout", "inbox_prefix", "output")


class Origin(NamedTuple):
    """Where a value was found: ``environment``, ``NATS_URL``; ``context``, ``dev``; ``default``."""

    kind: str  # command line, environment, project file, context, selection, nsc, default
    name: str = ""  # of the variable, file, context or user of nsc

    @property
    def shown(self) -> str:
        """The origin as one says it."""
        return f"{self.kind} {self.name}" if self.name else self.kind


class Settings(NamedTuple):
    """What one source says; paths and secrets as written there."""

    source: str
    server: str | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None
    creds: str | None = None
    nkey: str | None = None
    jwt: str | None = None
    seed: str | None = None
    nsc: str | None = None
    tlsca: str | None = None
    tlscert: str | None = None
    tlskey: str | None = None
    tlsfirst: bool | None = None
    timeout: float | None = None  # seconds
    connection_name: str | None = None
    inbox_prefix: str | None = None
    js_domain: str | None = None
    js_api_prefix: str | None = None
    js_event_prefix: str | None = None
    context: str | None = None
    output: str | None = None  # for commands that have --output
    proxy: str | None = None
    ws_headers: Sequence[str] | None = None  # each ``Name: value``
    tlsname: str | None = None
    tls_insecure: bool | None = None  # the command line alone may say so
    tlskey_password: str | None = None
    tlskey_password_file: str | None = None

    def __repr__(self) -> str:
        return f"Settings({self.source!r})"

    def origin(self, field: str) -> Origin:
        """Return where this source says a field."""
        if self.source == ENVIRONMENT:
            return Origin(ENVIRONMENT, _VARIABLES.get(field, ""))
        kind, _, name = self.source.partition(" '")  # no kind has a quote in it
        return Origin(kind, name.removesuffix("'"))


ENVIRONMENT = "environment"
_VARIABLES = {
    "server": "NATS_URL",
    "user": "NATS_USER",
    "password": "NATS_PASSWORD",
    "token": "NATS_TOKEN",
    "creds": "NATS_CREDS",
    "nkey": "NATS_NKEY",
    "jwt": "NATS_JWT",
    "seed": "NATS_SEED",
    "tlsca": "NATS_CA",
    "tlscert": "NATS_CERT",
    "tlskey": "NATS_KEY",
    "timeout": "NATS_TIMEOUT",
    "context": "NATS_CONTEXT",
    "proxy": "NATS_SOCKS_PROXY",
    "ws_headers": "NATS_WS_HEADER",  # one a line
    "tlskey_password": "NATS_KEY_PASSWORD",
    "tlskey_password_file": "NATS_KEY_PASSWORD_FILE",
}
_CONTEXT_KEYS = {
    "server": "url",
    "user": "user",
    "password": "password",
    "token": "token",
    "creds": "creds",
    "nkey": "nkey",
    "jwt": "user_jwt",
    "seed": "user_seed",
    "nsc": "nsc",
    "tlsca": "ca",
    "tlscert": "cert",
    "tlskey": "key",
    "inbox_prefix": "inbox_prefix",
    "proxy": "socks_proxy",
    "js_domain": "jetstream_domain",
    "js_api_prefix": "jetstream_api_prefix",
    "js_event_prefix": "jetstream_event_prefix",
}
# What a context may ask for that would change where or as whom we connect, and that we cannot do.
_UNSUPPORTED_KEYS = ("windows_cert_store",)


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the ``NATS_*`` variables; an empty one counts as absent."""
    values: dict[str, Any] = {
        field: environment[variable] for field, variable in _VARIABLES.items() if environment.get(variable)
    }
    if "timeout" in values:
        values["timeout"] = _timeout(values["timeout"], _VARIABLES["timeout"])
    if "ws_headers" in values:
        values["ws_headers"] = [line for line in values["ws_headers"].splitlines() if line.strip()]
    return Settings(ENVIRONMENT, **values)


def overriding_variables(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that are set and count more than any context."""
    return [variable for field, variable in _VARIABLES.items() if field in _CONTEXT_KEYS and environment.get(variable)]


def find_project_file(folder: str) -> str | None:
    """Return the ``.natscli.toml`` in ``folder`` or the nearest folder above it."""
    while True:
        path = os.path.join(folder, PROJECT_FILE)
        if os.path.isfile(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def from_project_file(path: str) -> Settings:
    """Read a project file: it may name a context and defaults, never servers or credentials."""
    import tomllib  # 5 ms, and only where there is such a file

    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"project file '{path}' cannot be read: {error}") from error
    unknown = sorted(set(document) - set(_PROJECT_KEYS))
    if unknown:
        raise UsageError(
            f"project file '{path}' has an unknown key '{unknown[0]}'", f"keys are {', '.join(_PROJECT_KEYS)}"
        )
    for key, value in document.items():
        if not isinstance(value, str):
            raise UsageError(f"project file '{path}': '{key}' is not a string")
    values: dict[str, Any] = {key: value for key, value in document.items() if value}
    if is_path(values.get("context", "")):  # it came with the folder, and would say where our credentials go
        raise UsageError(f"project file '{path}': 'context' has to be the name of a saved context, not a path")
    if "timeout" in values:
        values["timeout"] = _timeout(values["timeout"], f"project file '{path}': timeout")
    return Settings(f"project file '{path}'", **values)


def from_selection(store: Store) -> Settings:
    """Read which context is selected; nobody else's word counts less."""
    return Settings("selection", context=store.selected())


def load_context(name: str, environment: Mapping[str, str]) -> Document:
    """Read the document of a saved context by name, or of a context file by a path that ends in .json."""
    return load(name, name) if is_path(name) else Store.of(environment).load(name)


def from_context(name: str, environment: Mapping[str, str]) -> Settings:
    """Read a saved context by name, or a context file by a path that ends in .json; it has to be usable here."""
    document = load_context(name, environment)
    for key in _UNSUPPORTED_KEYS:
        if document.get(key):
            raise UsageError(f"context '{name}' uses '{key}', which natscli cannot do yet")
    return from_document(name, document)


def saved_form(settings: Settings) -> dict[str, str | bool]:
    """Return what of ``settings`` a context can keep, by its keys; nothing said is the empty string."""
    strings: dict[str, str | bool] = {key: getattr(settings, field) or "" for field, key in _CONTEXT_KEYS.items()}
    return strings | {"tls_first": settings.tlsfirst or False}


def cannot_be_saved(settings: Settings) -> list[str]:
    """Return the fields that ``settings`` says and that a context has no place for."""
    kept = {"source", "context", "tlsfirst", *_CONTEXT_KEYS}
    return [field for field in Settings._fields if field not in kept and getattr(settings, field) is not None]


def from_document(name: str, document: Document) -> Settings:
    """Return what a context's document says to those who can do all of it."""
    values: dict[str, Any] = {field: document.get(key) or None for field, key in _CONTEXT_KEYS.items()}
    if document.get("tls_first"):
        values["tlsfirst"] = True
    return Settings(f"context '{name}'", **values)


def _timeout(text: str, where: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None
