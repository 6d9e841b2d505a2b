"""How far a handshake got, and what it is called when the peer does not take part as it should."""

from enum import Enum

from natscli.connection.upstream import errors
from natscli.errors import ExitCode


class HandshakeError(errors.Error):
    """The peer does not take part as it should; the words say how, and need nothing added."""

    def __init__(self, words: str, exit_code: int = ExitCode.CONNECTION, hint: str | None = None) -> None:
        super().__init__(words)
        self.exit_code = exit_code
        self.hint = hint


class Stage(Enum):
    """How far a handshake got."""

    RESOLVING = "resolving"
    DIALLING = "dialling"
    DIALLING_PROXY = "dialling the proxy"
    PROXY = "asking the proxy"
    UPGRADING = "WebSocket handshake"
    WAITING_FOR_INFO = "waiting for INFO"
    TLS = "TLS"
    CONNECTING = "CONNECT sent"
    OPEN = "open"
