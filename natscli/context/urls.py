"""Server URLs as people type them: comma lists, schemes, percent-encoded user information, IPv6."""

import re
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from natscli.errors import UsageError

DEFAULT_URL = "nats://127.0.0.1:4222"
_HEADER_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # RFC 9110, 5.6.2
_HANDSHAKE = ("host", "upgrade", "connection", "content-length", "transfer-encoding")
_PORTS = {"nats": 4222, "tls": 4222, "ws": 80, "wss": 443}
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*"
_NEXT_URL = r"(?i),(?=\s*(?:nats|tls|wss?)://)"
_BAD_PORT = r"(?s)((?:^|,)(?:\[[^\]]*\]|[^:\[,]*)):(?![0-9]*(?:[/?,]|$)).*"


class ServerUrl(NamedTuple):
    """One server's address.  ``user`` and ``password`` are decoded, and None when absent."""

    scheme: str  # nats, tls, ws or wss
    host: str
    port: int
    path: str = ""
    user: str | None = None
    password: str | None = None
    tls_name: str | None = None  # the name its certificate bears, where that is not the host

    def __repr__(self) -> str:
        return f"ServerUrl({self.display!r})"

    @property
    def address(self) -> str:
        """``host:port``, with the brackets IPv6 needs."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def display(self) -> str:
        """The URL without user information: safe to show and to hand on."""
        return f"{self.scheme}://{self.address}{self.path}"

    @property
    def is_websocket(self) -> bool:
        """Whether it is reached over HTTP."""
        return self.scheme in ("ws", "wss")


def parse_urls(text: str) -> tuple[ServerUrl, ...]:
    """Read a comma separated list of URLs; UsageError names the one that is wrong.

    A comma, ``/``, ``?``, ``#`` or ``%`` in a password has to be percent-encoded.
    """
    parts = [part.strip() for part in text.split(",")]
    urls = tuple(_parse(part, _shown(parts, place)) for place, part in enumerate(parts) if part)
    if not urls:
        raise UsageError("the server URL is empty", f"for example {DEFAULT_URL}")
    if len({url.is_websocket for url in urls}) > 1:
        raise UsageError("WebSocket and other server URLs cannot be mixed in one list")
    return urls


def parse_header(text: str) -> tuple[str, str]:
    """Read ``Name: value``, an HTTP header to send with a WebSocket's handshake; no error shows the value."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon or not re.fullmatch(_HEADER_NAME, name):
        raise UsageError("a WebSocket header has to be 'Name: value'", "for example --ws-header 'X-Tenant: blue'")
    if name.lower() in _HANDSHAKE or name.lower().startswith("sec-websocket-"):
        raise UsageError(f"the WebSocket header '{name}' belongs to the handshake itself")
    if not (value.isascii() and value.isprintable()):
        raise UsageError(f"the value of the WebSocket header '{name}' is not plain ASCII text")
    return name, value


def _parse(text: str, shown: str) -> ServerUrl:
    scheme, found, _ = text.partition("://")
    scheme = scheme.lower() if found else "nats"
    if scheme not in _PORTS:
        raise UsageError(f"server URL '{shown}' has an unknown scheme", "use nats, tls, ws or wss")
    if any(c.isspace() or not c.isprintable() for c in text):
        raise UsageError(f"server URL '{shown}' has white space or control characters")
    try:
        parts = urlsplit(text if found else f"nats://{text}")
        port = parts.port
    except ValueError as error:
        raise UsageError(f"server URL '{shown}' is not valid: {_reason(error)}") from None
    if not parts.hostname:
        raise UsageError(f"server URL '{shown}' has no host")
    if port == 0:
        raise UsageError(f"server URL '{shown}': no server has port 0")
    return ServerUrl(
        scheme,
        parts.hostname,
        port or _PORTS[scheme],
        _path(parts, scheme, shown),
        None if parts.username is None else unquote(parts.username),
        None if parts.password is None else unquote(parts.password),
    )


def _path(parts: SplitResult, scheme: str, shown: str) -> str:
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if "@" in path or parts.fragment:  # "nats://bob:12#3@host" would be the host bob
        raise UsageError(f"server URL '{shown}' is not valid: percent-encode / ? # and @ in user and password")
    if path in ("", "/"):
        return ""
    if scheme not in ("ws", "wss"):
        raise UsageError(f"server URL '{shown}': only WebSocket URLs have a path")
    return path


def _reason(error: ValueError) -> str:
    """Say what is wrong without quoting the URL, which may hold a password."""
    text = str(error).lower()
    return "the port is not a number from 1 to 65535" if "port" in text else "malformed"


def _shown(parts: list[str], place: int) -> str:
    """Return what an error may show: with an @ further on, this part may be the head of a password with a comma."""
    rest = ",".join(parts[place:])
    return redact(rest if "@" in rest else parts[place])


def redact(text: str) -> str:
    """Return a URL, or a comma list of them, with user information blanked, however malformed.

    Rather too much is blanked than too little: all up to the last @, and what stands in the place of a port
    and is no number.
    """
    return ",".join(_redact(part) for part in re.split(_NEXT_URL, text))


def _redact(text: str) -> str:
    scheme, found, rest = text.partition("://")
    known = scheme.strip().lower() in _PORTS
    if not known and ("@" in rest or not re.fullmatch(_SCHEME, scheme)):  # it may be the head of a password
        scheme, found, rest = "", "", text
    _, at, address = rest.rpartition("@")
    return scheme + found + ("***@" if at else "") + re.sub(_BAD_PORT, r"\1:***", address)
