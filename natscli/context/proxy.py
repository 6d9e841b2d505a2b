"""The proxy that servers are reached through, as people type it: ``socks5://user:password@host:port``."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from natscli.errors import UsageError

_PORTS = {"socks5": 1080, "socks5h": 1080, "http": 80}
_NONE = ("none", "NONE", "-")  # as in the Go CLI: no proxy, whatever a context says
FROM_ENVIRONMENT = "env"
_EXAMPLE = "for example socks5://127.0.0.1:1080 or http://127.0.0.1:3128"


class Proxy(NamedTuple):
    """Where a proxy is and who we are to it.  A server's name is resolved by the proxy, never here."""

    scheme: str  # socks5 or http
    host: str
    port: int
    user: str | None = None
    password: str = ""
    passed_by: str = ""  # hosts reached without it, in the form of NO_PROXY

    def __repr__(self) -> str:
        return f"Proxy({self.display!r})"

    @property
    def display(self) -> str:
        """The URL without user information."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def serves(self, host: str) -> bool:
        """Whether ``host`` is to be reached through it."""
        names = [name.strip().lower().lstrip(".") for name in self.passed_by.split(",")]
        host = host.lower()
        return not any(name and (name in ("*", host) or host.endswith(f".{name}")) for name in names)


def parse_proxy(text: str, environment: Mapping[str, str]) -> Proxy | None:
    """Read a proxy's URL; None for ``none`` and ``-``.  ``env`` stands for ALL_PROXY, HTTPS_PROXY and NO_PROXY.

    Those variables are for browsers and the like, and count for nothing unless asked for.
    """
    if text in _NONE:
        return None
    if text != FROM_ENVIRONMENT:
        return _parse(text, "proxy")
    for name in ("ALL_PROXY", "HTTPS_PROXY"):
        if found := environment.get(name.lower()) or environment.get(name):
            passed_by = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
            return _parse(found, name)._replace(passed_by=passed_by)
    raise UsageError("--proxy env: neither ALL_PROXY nor HTTPS_PROXY is set")


def _parse(text: str, what: str) -> Proxy:
    """Read one URL; no error quotes it, as it may hold a password."""
    scheme, found, _ = text.partition("://")
    if scheme.lower() == "https" and found:
        raise UsageError(
            f"the {what} URL is https://, and natscli speaks to a proxy in clear only",
            "many listen for http:// too; what is sent through it can be under TLS all the same: tls:// or wss://",
        )
    if not found or scheme.lower() not in _PORTS:
        raise UsageError(f"the {what} URL has no scheme that is known: socks5, socks5h or http", _EXAMPLE)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise UsageError(f"the {what} URL is not valid", _EXAMPLE) from None
    extra = parts.path.strip("/") or parts.query or parts.fragment
    if not parts.hostname or port == 0 or extra or any(c.isspace() or not c.isprintable() for c in text):
        raise UsageError(f"the {what} URL is not valid: host and port, percent-encoded user and password", _EXAMPLE)
    user = None if parts.username is None else unquote(parts.username)
    password = unquote(parts.password or "")
    if scheme.lower() != "http" and user is not None and not (_fits(user) and _fits(password)):
        raise UsageError(f"the {what} URL: SOCKS5 takes a user and a password of 1 to 255 bytes each")
    if scheme.lower() == "http" and user is not None and ":" in user:
        raise UsageError(f"the {what} URL: HTTP takes no user with a colon")
    return Proxy(scheme.lower().removesuffix("h"), parts.hostname, port or _PORTS[scheme.lower()], user, password)


def _fits(text: str) -> bool:
    return 1 <= len(text.encode("utf-8", "surrogateescape")) <= 255
