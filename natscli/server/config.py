"""What a local server is to be, and the configuration text that says so (docs.nats.io, "Configuration").

Every string is written quoted and escaped: unquoted, the server reads ``$x`` as a variable, ``5k``
as 5000 and ``yes`` as true.
"""

from dataclasses import dataclass, field

from natscli.errors import UsageError

_ANY_FREE_PORT = -1  # the server's own word for what we call 0
_LARGEST_PORT = 65535
_AUTH_TIMEOUT_S = 30  # the server's own two pass while a client is in a debugger, or the machine stands still
_PLAIN = frozenset(range(0x20, 0x7F)) - set(b'"\\')


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """What a local server is to be; None is the server's own default.

    The server takes a password or token that looks like a bcrypt hash (``$2a$10$…``) for the hash
    of the secret, and there is no way to write it otherwise.
    """

    host: str = "127.0.0.1"
    port: int = 0  # 0: any that is free
    monitor_port: int | None = None  # None: no monitoring; 0: any that is free
    jetstream: bool = False
    store: str | None = None  # folder of JetStream's data; None: a temporary one
    server_name: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    max_payload: int | None = None  # bytes
    extra: str = field(default="", repr=False)  # configuration text to append, as it is

    def __post_init__(self) -> None:
        """Refuse what the server would misread rather than refuse, such as no host for every host."""
        if not self.host:
            raise UsageError("the host is empty", "0.0.0.0 is every network of this machine")
        _check_port(self.port, "port")
        _check_port(self.monitor_port or 0, "monitor port")
        if bool(self.user) != bool(self.password):
            raise UsageError("a local server needs a user and a password, or neither")
        if self.token == "":
            raise UsageError("the token is empty")
        if self.user and self.token:
            raise UsageError("a local server takes a user and a password, or a token, not both")


def _check_port(port: int, what: str) -> None:
    if not 0 <= port <= _LARGEST_PORT:
        raise UsageError(f"{what} {port} is not a number from 0 to {_LARGEST_PORT}", "0 picks a free one")


def render(config: ServerConfig, *, ports_folder: str, store: str) -> str:
    """Return the configuration text, in ASCII but for ``config.extra``.

    The server writes the ports it got to ``ports_folder``; ``store`` is used with JetStream only.
    """
    patience = f"timeout: {_AUTH_TIMEOUT_S}"
    lines = [
        f"host: {quote(config.host)}",
        f"port: {config.port or _ANY_FREE_PORT}",
        f"ports_file_dir: {quote(ports_folder)}",
    ]
    if config.monitor_port is not None:
        lines.append(f"http_port: {config.monitor_port or _ANY_FREE_PORT}")
    if config.server_name is not None:
        lines.append(f"server_name: {quote(config.server_name)}")
    if config.max_payload is not None:
        lines.append(f"max_payload: {config.max_payload}")
    if config.jetstream:
        lines.append(f"jetstream {{ store_dir: {quote(store)} }}")
    if config.user and config.password:
        lines.append(f"authorization {{ user: {quote(config.user)}, password: {quote(config.password)}, {patience} }}")
    if config.token:
        lines.append(f"authorization {{ token: {quote(config.token)}, {patience} }}")
    return "\n".join([*lines, config.extra, ""])


def quote(text: str) -> str:
    r"""Return ``text`` as a quoted string; bytes that are not plain ASCII become ``\xNN`` (conf/lex.go)."""
    raw = text.encode("utf-8", "surrogateescape")
    return '"' + "".join(chr(byte) if byte in _PLAIN else f"\\x{byte:02x}" for byte in raw) + '"'
