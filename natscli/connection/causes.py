"""Why there is no connection, in a few words that are true."""

import errno
import socket
import ssl

from natscli.connection.server_errors import bare
from natscli.connection.tls import explain
from natscli.connection.transport import Stage, StreamTransport
from natscli.connection.upstream import errors
from natscli.context.urls import ServerUrl
from natscli.errors import ExitCode, NatsCliError
from natscli.text.sanitise import safe, safe_bytes

_SHOWN_BYTES = 40


class TlsMissingError(errors.Error):
    """TLS was asked for, and the server does not offer it."""

    def __str__(self) -> str:
        return "TLS was asked for and the server does not offer it; no credentials were sent"


class Cause:
    """Why one URL failed: a few words, the exit code they stand for, and perhaps a hint."""

    def __init__(self, words: str, exit_code: int = ExitCode.CONNECTION, hint: str | None = None) -> None:
        self.words = words
        self.exit_code = exit_code
        self.hint = hint


def reason_of(error: BaseException) -> str:
    """Return why an established connection was lost or could not be regained."""
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


def cause_of(error: BaseException, url: ServerUrl, stream: StreamTransport | None) -> Cause:
    """Return why the first connection to ``url`` failed."""
    if isinstance(error.__cause__, NatsCliError):
        return Cause(str(error.__cause__), error.__cause__.exit_code, error.__cause__.hint)
    if isinstance(error, ssl.SSLError):
        return _tls_cause(error, url)
    if isinstance(error, TlsMissingError):
        return Cause(str(error))
    stage = stream.stage if stream is not None else None
    if isinstance(error, TimeoutError):
        return _silence(stage)
    if isinstance(error, socket.gaierror):
        return Cause("the host name does not resolve")
    if isinstance(error, OSError) and stage in (None, Stage.RESOLVING, Stage.DIALLING):
        return _unreachable(error, url)
    if stage is Stage.WAITING_FOR_INFO and stream is not None:
        return _no_info(stream.last_line)
    if stage is Stage.TLS:
        return Cause("the server closed the connection during the TLS handshake")
    if isinstance(error, OSError) or "no PONG" in str(error):
        return _closed_after_connect(url)
    return _refusal(bare(str(error)).lower())


def _tls_cause(error: ssl.SSLError, url: ServerUrl) -> Cause:
    hint = "--tlsca names the CA to trust" if isinstance(error, ssl.SSLCertVerificationError) else None
    return Cause(explain(error, url.host), hint=hint)


def _silence(stage: Stage | None) -> Cause:
    words = {
        Stage.RESOLVING: "the host name did not resolve in time",
        Stage.DIALLING: "no answer to the connection attempt",
        Stage.WAITING_FOR_INFO: "connected, but the server stays silent",
        Stage.TLS: "the TLS handshake was not completed in time",
    }
    if stage is Stage.CONNECTING:
        return Cause("the server did not confirm the connection in time", ExitCode.TIMEOUT)
    hint = "a server that expects TLS first is reached with --tlsfirst" if stage is Stage.WAITING_FOR_INFO else None
    return Cause(words.get(stage, "no answer in time") if stage else "no answer in time", hint=hint)


def _unreachable(error: OSError, url: ServerUrl) -> Cause:
    if isinstance(error, ConnectionRefusedError) or "Errno 111" in str(error) or error.errno == errno.ECONNREFUSED:
        local = url.host in ("127.0.0.1", "localhost", "::1")
        return Cause("connection refused", hint="natscli server run starts a server here" if local else None)
    return Cause((error.strerror or str(error)).lower())


def _no_info(line: bytes) -> Cause:
    if line.startswith(b"-ERR"):
        return _refusal(bare(line[4:].decode("utf-8", "replace")).lower())
    if not line:
        return Cause("the server closed the connection without a word")
    if line.startswith(b"INFO"):
        return Cause("the server's INFO cannot be read")
    return Cause(f"not a NATS server: it said '{safe_bytes(line[:_SHOWN_BYTES].strip(), multiline=False)}'")


def _closed_after_connect(url: ServerUrl) -> Cause:
    words = "the server closed the connection after CONNECT"
    return Cause(words, hint="it may want a client certificate" if url.scheme == "tls" else None)


def _refusal(words: str) -> Cause:
    return Cause(f"refused: {safe(words)}", ExitCode.REFUSED)
