"""What of settings may be shown.  What is not known to be harmless is masked."""

import re
from collections.abc import Mapping

from natscli.context.document import EMPTY
from natscli.context.urls import redact

MASK = "********"  # as long as nobody's password in particular
_URLS = ("url", "server", "socks_proxy", "proxy")
_PATHS = ("creds", "nkey", "cert", "key", "ca", "tlsca", "tlscert", "tlskey", "tlskey_password_file")
_PLAIN = (
    "description",
    "user",
    "context",
    "connection_name",
    "inbox_prefix",
    "js_domain",
    "js_api_prefix",
    "js_event_prefix",
    "output",
    "nsc",
    "tlsname",
    "jetstream_domain",
    "jetstream_api_prefix",
    "jetstream_event_prefix",
    "color_scheme",
    "windows_cert_store",
    "windows_cert_match_by",
    "windows_cert_match",
)
_SECRET_PATH = re.compile(r"\s*(data:|-----BEGIN|S[A-Z2-7]{57})", re.IGNORECASE)  # the thing itself in a path's place


def masked(name: str, value: str) -> str:
    """Return the value of a setting, or of a context's key, without what is secret; empty if it is."""
    if not value or name in _PLAIN:
        return value
    if name in _URLS:
        return redact(value)
    if name in _PATHS and not _SECRET_PATH.match(value):
        return value
    return MASK


def masked_document(document: Mapping[str, object]) -> dict[str, object]:
    """Return every key of the Go CLI with its value, secrets masked; keys it does not know are left out."""
    known = {key: document.get(key) or nothing for key, nothing in EMPTY.items()}
    return {key: masked(key, value) if isinstance(value, str) else value for key, value in known.items()}


def holds_secret(document: Mapping[str, object]) -> bool:
    """Whether a context has something in it that is not shown."""
    return any(isinstance(document.get(key), str) and document[key] != masked(key, str(document[key])) for key in EMPTY)
