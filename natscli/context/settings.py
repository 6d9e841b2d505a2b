"""What each source says: the command line, the environment, a project file, a saved context.

A source is a ``Settings`` whose fields are None where it says nothing.
Contexts are files of the Go CLI (``nats context``): ``$XDG_CONFIG_HOME/nats/context/NAME.json``, the
selected name in ``context.txt`` beside that folder.
"""

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from natscli.errors import UsageError
from natscli.text.durations import parse_duration

PROJECT_FILE = ".natscli.toml"
_PROJECT_KEYS = ("context", "timeout", "inbox_prefix")


class Settings(NamedTuple):
    """What one source says; paths and secrets as written there."""

    source: str
    server: str | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None
    creds: str | None = None
    nkey: str | None = None
    tlsca: str | None = None
    tlscert: str | None = None
    tlskey: str | None = None
    tlsfirst: bool | None = None
    timeout: float | None = None  # seconds
    connection_name: str | None = None
    inbox_prefix: str | None = None
    context: str | None = None

    def __repr__(self) -> str:
        return f"Settings({self.source!r})"


_VARIABLES = {
    "server": "NATS_URL",
    "user": "NATS_USER",
    "password": "NATS_PASSWORD",
    "token": "NATS_TOKEN",
    "creds": "NATS_CREDS",
    "nkey": "NATS_NKEY",
    "tlsca": "NATS_CA",
    "tlscert": "NATS_CERT",
    "tlskey": "NATS_KEY",
    "context": "NATS_CONTEXT",
}
_CONTEXT_KEYS = {
    "server": "url",
    "user": "user",
    "password": "password",
    "token": "token",
    "creds": "creds",
    "nkey": "nkey",
    "tlsca": "ca",
    "tlscert": "cert",
    "tlskey": "key",
    "inbox_prefix": "inbox_prefix",
}
# What a context may ask for that would change where or as whom we connect, and that we cannot do.
_UNSUPPORTED_KEYS = ("nsc", "user_jwt", "user_seed", "socks_proxy", "windows_cert_store")


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the ``NATS_*`` variables; an empty one counts as absent."""
    values: dict[str, Any] = {
        field: environment[variable] for field, variable in _VARIABLES.items() if environment.get(variable)
    }
    if environment.get("NATS_TIMEOUT"):
        values["timeout"] = _timeout(environment["NATS_TIMEOUT"], "NATS_TIMEOUT")
    return Settings("environment", **values)


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
    if _is_path(values.get("context", "")):  # it came with the folder, and would say where our credentials go
        raise UsageError(f"project file '{path}': 'context' has to be the name of a saved context, not a path")
    if "timeout" in values:
        values["timeout"] = _timeout(values["timeout"], f"project file '{path}': timeout")
    return Settings(f"project file '{path}'", **values)


def config_folder(environment: Mapping[str, str]) -> str:
    """Return the folder the Go CLI keeps its contexts in."""
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "nats")


def selected_context(environment: Mapping[str, str]) -> str | None:
    """Return the name of the selected context, if one is selected."""
    try:
        with open(os.path.join(config_folder(environment), "context.txt"), encoding="utf-8") as file:
            return file.read().strip() or None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the selected context cannot be read: {error}", "natscli --no-context goes without"
        ) from error


def from_context(name: str, environment: Mapping[str, str]) -> Settings:
    """Read a saved context by name, or a context file by a path that ends in .json."""
    if _is_path(name):
        path = name
    else:
        if not name or ".." in name or "/" in name or "\\" in name:
            raise UsageError(f"'{name}' cannot be the name of a context")
        path = os.path.join(config_folder(environment), "context", f"{name}.json")
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        raise UsageError(f"there is no context '{name}'", f"it would be the file {path}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"context '{name}' is broken: {error}", f"it is the file {path}") from error
    return _context_settings(name, document)


def _is_path(name: str) -> bool:
    """Whether a context is given as a file and not as a name."""
    return name.endswith(".json") and ("/" in name or os.sep in name or os.path.isfile(name))


def _context_settings(name: str, document: object) -> Settings:
    if not isinstance(document, dict):
        raise UsageError(f"context '{name}' is broken: not a JSON object")
    for key in _UNSUPPORTED_KEYS:
        if document.get(key):
            raise UsageError(f"context '{name}' uses '{key}', which natscli cannot do yet")
    values: dict[str, Any] = {}
    for field, key in _CONTEXT_KEYS.items():
        value = document.get(key) or None
        if value is not None and not isinstance(value, str):
            raise UsageError(f"context '{name}' is broken: '{key}' is not a string")
        if value is not None and _names_resolver(value) and field != "server":
            raise UsageError(f"context '{name}': '{key}' is a reference that natscli cannot resolve yet")
        values[field] = value
    if document.get("tls_first"):
        values["tlsfirst"] = True
    return Settings(f"context '{name}'", **values)


def _names_resolver(value: str) -> bool:
    """Whether a value is a reference (``op://…``, ``env://…``, ``data:…``) and not the thing itself."""
    return value.lower().startswith(("op://", "env://", "nsc://", "file://", "data:"))


def _timeout(text: str, where: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None
