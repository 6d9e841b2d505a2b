"""The answer to "where, as whom, and how": one value that a connection is made from."""

from typing import NamedTuple

from natscli.context.credentials import Credentials
from natscli.context.urls import ServerUrl

DEFAULT_TIMEOUT_S = 5.0
DEFAULT_INBOX_PREFIX = "_INBOX"


class TlsFiles(NamedTuple):
    """The files TLS was asked for with (paths; None for none) and whether it comes before INFO."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    first: bool = False

    @property
    def given(self) -> bool:
        """Whether TLS was asked for by any of them."""
        return any(self)


class Target(NamedTuple):
    """Everything a connection needs, decided."""

    urls: tuple[ServerUrl, ...]
    credentials: Credentials | None = None
    token: str | None = None  # sent beside an NKey or a JWT, for auth callouts
    tls: TlsFiles = TlsFiles()
    timeout_s: float = DEFAULT_TIMEOUT_S
    name: str = ""
    inbox_prefix: str = DEFAULT_INBOX_PREFIX

    def __repr__(self) -> str:
        return f"Target({self.urls!r}, {self.credentials!r}, {self.tls!r})"

    @property
    def wants_tls(self) -> bool:
        """Whether credentials may leave only through TLS: anything that asks for TLS asks for all servers."""
        return self.tls.given or any(url.scheme in ("tls", "wss") for url in self.urls)
