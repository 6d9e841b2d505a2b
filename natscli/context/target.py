"""The answer to "where, as whom, and how": one value that a connection is made from."""

from typing import NamedTuple

from natscli.context.credentials import Credentials
from natscli.context.proxy import Proxy
from natscli.context.urls import ServerUrl

DEFAULT_TIMEOUT_S = 5.0
DEFAULT_INBOX_PREFIX = "_INBOX"


class TlsFiles(NamedTuple):
    """The files TLS was asked for with (paths; None for none), whether it comes before INFO, and what is checked."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    first: bool = False
    name: str | None = None  # that the server's certificate has to bear; None: the host's
    insecure: bool = False  # take any certificate
    key_password: str | None = None

    def __repr__(self) -> str:
        return f"TlsFiles({self.ca!r}, {self.cert!r}, {self.key!r})"

    @property
    def given(self) -> bool:
        """Whether TLS was asked for by any of them."""
        return any(self[:-1])


class JetStreamPrefixes(NamedTuple):
    """What the subjects of JetStream begin with: its API, and what it tells of itself."""

    api: str = "$JS.API"
    events: str = "$JS.EVENT"


class Target(NamedTuple):
    """Everything a connection needs, decided."""

    urls: tuple[ServerUrl, ...]
    credentials: Credentials | None = None
    token: str | None = None  # sent beside an NKey or a JWT, for auth callouts
    tls: TlsFiles = TlsFiles()
    timeout_s: float = DEFAULT_TIMEOUT_S
    name: str = ""
    inbox_prefix: str = DEFAULT_INBOX_PREFIX
    jetstream: JetStreamPrefixes = JetStreamPrefixes()
    caution: str | None = None  # what the user should know of how this was put together
    proxy: Proxy | None = None
    ws_headers: tuple[tuple[str, str], ...] = ()  # of the WebSocket handshake; may be secret

    def __repr__(self) -> str:
        return f"Target({self.urls!r}, {self.credentials!r}, {self.tls!r})"

    def proxy_for(self, host: str) -> Proxy | None:
        """Return the proxy that ``host`` is reached through, if any."""
        return self.proxy if self.proxy is not None and self.proxy.serves(host) else None

    def tls_name_of(self, url: ServerUrl) -> str:
        """Return the name that the certificate of the server at ``url`` has to bear."""
        return self.tls.name or url.tls_name or url.host

    @property
    def wants_tls(self) -> bool:
        """Whether credentials may leave only through TLS: anything that asks for TLS asks for all servers."""
        return self.tls.given or any(url.scheme in ("tls", "wss") for url in self.urls)
