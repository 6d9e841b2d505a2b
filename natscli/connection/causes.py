"""Why there is no connection, in a few words that are true."""

import errno
import socket
import ssl

from natscli.connection.handshake import HandshakeError, Stage
from natscli.connection.server_errors import bare, of_identity
from natscli.connection.tls import explain, refuses_ours
from natscli.connection.transport import ServerTransport
from natscli.connection.upstream import errors
from natscli.context.urls import ServerUrl
from natscli.errors import ExitCode, NatsCliError
from natscli.text.sanitise import safe_bytes

CLOSED_AFTER_CONNECT = "the server closed the connection after CONNECT"
_SILENT_HINT = "what expects TLS first is reached with --tlsfirst, what expects a WebSocket with ws:// or wss://"
_SHOWN_BYTES = 40
_REFUSED = "connection refused"
_CERTIFICATE_HINT = "--tlscert and --tlskey name the certificate to show"


class Cause:
    """Why one URL failed: a few words, the exit code they stand for, and perhaps a hint."""

    def __init__(self, words: str, exit_code: int = ExitCode.CONNECTION, hint: str | None = None) -> None:
        self.words = words
        self.exit_code = exit_code
        self.hint = hint

    @property
    def of_identity(self) -> bool:
        """Whether the server refused who we are."""
        return self.exit_code == ExitCode.REFUSED and of_identity(self.words)


def reason_of(error: BaseException) -> str:
    """Return why an established connection was lost."""
    if isinstance(error, errors.UnexpectedEOF):
        return "the server closed the connection"
    if isinstance(error, errors.StaleConnectionError):
        return "the server answers no pings"
    if isinstance(error, ssl.SSLError):
        return explain(error, "the server")
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, socket.gaierror):
        return "the host name does not resolve"
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()
    if isinstance(error, errors.ProtocolError):
        return f"what the server sent is not the NATS protocol{f' ({error.__cause__})' if error.__cause__ else ''}"
    return bare(str(error)).lower() or type(error).__name__


def cause_of(error: BaseException, url: ServerUrl, transport: ServerTransport | None) -> Cause:
    """Return why an attempt to connect to ``url`` failed."""
    if isinstance(error.__cause__, NatsCliError):
        return Cause(str(error.__cause__), error.__cause__.exit_code, error.__cause__.hint)
    if isinstance(error, ssl.SSLError):
        return _tls_cause(error, url)
    if isinstance(error, HandshakeError):
        return Cause(str(error), error.exit_code, error.hint)
    stage = transport.stage if transport is not None else None
    if isinstance(error, TimeoutError):
        return _silence(stage, transport)
    if isinstance(error, OSError) and stage in (None, Stage.RESOLVING, Stage.DIALLING, Stage.UPGRADING):
        words = unreachable(error)
        here = words == _REFUSED and url.host in ("127.0.0.1", "localhost", "::1")
        return Cause(words, hint="natscli server run starts a server here" if here else None)
    if stage is Stage.TLS:
        return Cause("the server closed the connection during the TLS handshake")
    if transport is not None and stage is Stage.WAITING_FOR_INFO:
        if isinstance(error, OSError) and transport.last_line.startswith(b"INFO"):
            return Cause("the server closed the connection after its INFO")
        return _not_what_was_expected(transport.last_line, "the server closed the connection without a word")
    if transport is not None and stage is Stage.CONNECTING:
        return _not_what_was_expected(transport.last_line, CLOSED_AFTER_CONNECT)
    return Cause(reason_of(error))


def closed_for_certificate(ours: str | None) -> Cause:
    """Return why a server that verifies certificates hung up after CONNECT; ``ours`` is the file we showed."""
    if ours is None:
        return Cause("the server wants a client certificate", ExitCode.REFUSED, _CERTIFICATE_HINT)
    return Cause(CLOSED_AFTER_CONNECT, hint=f"it may not trust '{ours}'")


def _tls_cause(error: ssl.SSLError, url: ServerUrl) -> Cause:
    words = explain(error, url.host)
    if refuses_ours(error):
        return Cause(words, ExitCode.REFUSED, _CERTIFICATE_HINT)
    theirs = isinstance(error, ssl.SSLCertVerificationError)
    return Cause(words, hint="--tlsca names the CA to trust" if theirs else None)


def _silence(stage: Stage | None, transport: ServerTransport | None) -> Cause:
    if transport is not None and transport.proxy is not None and stage in (Stage.DIALLING_PROXY, Stage.PROXY):
        asked = "did not answer" if stage is Stage.PROXY else "cannot be reached: no answer to the connection attempt"
        return Cause(f"the proxy {transport.proxy.display} {asked}")
    words = {
        Stage.RESOLVING: "the host name did not resolve in time",
        Stage.DIALLING: "no answer to the connection attempt",
        Stage.UPGRADING: "no answer to the WebSocket handshake",
        Stage.WAITING_FOR_INFO: "connected, but the server stays silent",
        Stage.TLS: "the TLS handshake was not completed in time",
    }
    if stage is Stage.CONNECTING:
        return Cause("the server did not confirm the connection in time", ExitCode.TIMEOUT)
    hint = _SILENT_HINT if stage is Stage.WAITING_FOR_INFO else None
    return Cause(words.get(stage, "no answer in time") if stage else "no answer in time", hint=hint)


def unreachable(error: OSError) -> str:
    """Return why nobody could be connected to."""
    if isinstance(error, socket.gaierror):
        return "the host name does not resolve"
    several = f"[Errno {errno.ECONNREFUSED}]" in str(error)  # asyncio's sum of what each address of a name said
    if several or error.errno == errno.ECONNREFUSED:
        return _REFUSED
    return (error.strerror or str(error)).lower()


def _not_what_was_expected(line: bytes, silent: str) -> Cause:
    """Return what the last line of a handshake comes to; ``silent`` is for none at all."""
    if line.startswith(b"-ERR"):
        words = bare(line[4:].decode("utf-8", "surrogateescape")).lower()
        return Cause(f"refused: {words or 'the server gives no reason'}", ExitCode.REFUSED)
    if not line:
        return Cause(silent)
    if line.startswith(b"INFO"):
        return Cause("the server's INFO cannot be read")
    return Cause(f"not a NATS server: it said '{safe_bytes(line[:_SHOWN_BYTES].strip(), multiline=False)}'")
