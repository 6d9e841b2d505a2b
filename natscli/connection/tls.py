"""TLS contexts from files, and what a failed handshake means."""

import ssl
from collections.abc import Callable

from natscli.context.target import TlsFiles
from natscli.context.tls_keys import is_encrypted
from natscli.errors import UsageError
from natscli.text.sanitise import safe


def build_context(files: TlsFiles) -> ssl.SSLContext:
    """Return a verifying client context, TLS 1.2 or later; UsageError names a file that cannot be used."""
    for path, what in ((files.ca, "TLS CA"), (files.cert, "TLS certificate"), (files.key, "TLS key")):
        if path is not None:
            _check_readable(path, what)
    context = unchecking_context() if files.insecure else _checking_context(files)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.cert and files.key:
        try:
            context.load_cert_chain(files.cert, files.key, password=_password(files))
        except (ssl.SSLError, OSError, ValueError) as error:
            words, hint = _key_trouble(error, files)
            raise UsageError(
                f"TLS certificate '{files.cert}' and key '{files.key}' cannot be used: {words}", hint
            ) from error
    return context


def _checking_context(files: TlsFiles) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=files.ca)
    except (ssl.SSLError, OSError) as error:
        raise UsageError(f"TLS CA '{files.ca}' has no certificate that can be used") from error


def unchecking_context() -> ssl.SSLContext:
    """Return a client context that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def explain(error: ssl.SSLError, host: str) -> str:
    """Say in one line why a handshake with ``host`` failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is refused: {error.verify_message.lower().rstrip('.')}"
    reason = (error.reason or str(error)).lower().replace("_", " ")
    if "unexpected eof" in reason:
        return "the server closed the connection during the TLS handshake"
    if "wrong version number" in reason:
        return "the server does not speak TLS there"
    if "certificate required" in reason:
        return "the server wants a client certificate"
    if refuses_ours(error):
        return f"the server refuses our certificate: {reason.partition(' alert ')[2]}"
    return f"TLS with {host} failed: {reason}"


def refuses_ours(error: ssl.SSLError) -> bool:
    """Whether the server ended a handshake because of our certificate, or because there was none."""
    reason = error.reason or ""
    return "_ALERT_" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)


def _password(files: TlsFiles) -> Callable[[], str]:
    """Return what tells OpenSSL the key's password, when it asks for one."""

    def tell() -> str:
        if files.key_password is None:
            raise ValueError("the key is encrypted")
        return files.key_password

    return tell


def _key_trouble(error: Exception, files: TlsFiles) -> tuple[str, str | None]:
    """Return why a certificate and its key cannot be used, and a hint."""
    if isinstance(error, ssl.SSLError):
        if files.key_password is not None and is_encrypted(files.key or ""):
            return "the password does not open the key", None
        return (error.reason or "not in PEM form").lower().replace("_", " "), None
    if files.key_password is None and is_encrypted(files.key or ""):
        return str(error).lower(), "--tlskey-password-file or NATS_KEY_PASSWORD opens it"
    return str(error).lower(), None


def _check_readable(path: str, what: str) -> None:
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        raise UsageError(f"{what} '{path}' cannot be read: {(error.strerror or '').lower()}") from error
    except ValueError as error:  # a zero byte, or half of a surrogate pair
        raise UsageError(f"{what} '{safe(path)}' cannot be read: no file has such a name") from error
