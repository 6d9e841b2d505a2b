"""Why a certificate was not accepted, theirs or ours, in facts: who it is, who issued it, for whom, until when."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlparse

from natscli.connection.certificates import Certificate, read_certificate, read_pem
from natscli.connection.tls import unchecking_context
from natscli.connection.transport import StreamTransport
from natscli.connection.upstream import errors
from natscli.context.target import Target
from natscli.context.urls import ServerUrl

_LONGEST_NAME, _MOST_NAMES = 80, 6
_LONGEST_CHAIN = 10
_CA_HINT = "--tlsca names the CA to trust"
# X509_V_ERR_… of OpenSSL (x509_vfy.h)
_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED, _SELF_SIGNED_ABOVE, _NO_ISSUER, _NO_ISSUER_OF_LEAF = 18, 19, 20, 21
_OTHER_HOST, _OTHER_ADDRESS = 62, 64


async def presented(target: Target, url: ServerUrl, seconds: float) -> list[Certificate]:
    """Return the chain that the server at ``url`` shows, its own first; empty when it cannot be had.

    A handshake of its own, which checks nothing and says nothing of us: Python keeps nothing of a certificate
    that it has refused.
    """
    uri = urlparse(url.display)
    transport = StreamTransport(proxy=target.proxy_for(url.host))
    try:
        async with asyncio.timeout(seconds):
            await transport.connect(uri, 0, seconds)
            if not url.is_websocket and not target.tls.first:
                await transport.readline()  # its INFO
            await transport.connect_tls(target.tls_name_of(url), unchecking_context(), 0, seconds)
        return chain_of(transport.tls)
    except (OSError, errors.Error, UnicodeError):  # it only explains a failure that has its own words
        return []
    finally:
        transport.abort()


def chain_of(session: ssl.SSLObject | None) -> list[Certificate]:
    """Return the certificates that the other end of a session showed, its own first."""
    if session is None:
        return []
    leaf = session.getpeercert(binary_form=True)
    chain = _whole_chain(session) or ([leaf] if leaf else [])
    found = []
    for der in chain[:_LONGEST_CHAIN]:
        with suppress(ValueError):
            found.append(read_certificate(der))
    return found


def _whole_chain(session: Any) -> list[bytes]:
    """Return the chain in DER; nothing where Python has no way to tell (it is public from 3.13 on)."""
    if hasattr(session, "get_unverified_chain"):
        return list(session.get_unverified_chain())
    chain: Any = getattr(getattr(session, "_sslobj", None), "get_unverified_chain", tuple)()
    return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in chain or ()]


def their_fault(
    error: ssl.SSLCertVerificationError, chain: Sequence[Certificate], asked: str
) -> tuple[str, str | None]:
    """Return why the server's certificate is refused, where ``asked`` is the name wanted, and a hint."""
    code = error.verify_code
    if not chain:
        hint = _CA_HINT if code in (_SELF_SIGNED, _SELF_SIGNED_ABOVE, _NO_ISSUER, _NO_ISSUER_OF_LEAF) else None
        return f"the server's certificate is refused: {error.verify_message.lower().rstrip('.')}", hint
    why, hint = _why(code, error.verify_message, chain, asked)
    return f"the server's certificate is refused: {_who(chain[0])}{why}", hint


def _why(code: int, words: str, chain: Sequence[Certificate], asked: str) -> tuple[str, str | None]:
    """Return what follows the name of the certificate, and a hint."""
    leaf, top = chain[0], chain[-1]
    if code in (_OTHER_HOST, _OTHER_ADDRESS):
        names = _names(leaf)
        hint = f"--tlsname {leaf.names[0]} asks for the name it bears" if leaf.names else None
        return f", is for {names}, and '{asked}' was asked for", hint
    if code in (_EXPIRED, _NOT_YET):
        return _out_of_time(chain, words), None
    if code == _SELF_SIGNED or leaf.self_signed:
        return ", signed by itself, is not trusted", _CA_HINT
    if code in (_SELF_SIGNED_ABOVE, _NO_ISSUER, _NO_ISSUER_OF_LEAF):
        unknown = f": '{_cut(top.short_issuer)}' is not trusted" if len(chain) > 1 else ", which is not trusted"
        return unknown, _CA_HINT
    return f": {words.lower().rstrip('.')}", None


def _out_of_time(chain: Sequence[Certificate], words: str) -> str:
    now = datetime.now(UTC)
    if state := chain[0].wrong_time(now):
        return f", {state}"
    above = next((each for each in chain if each.wrong_time(now)), None)
    if above is None:
        return f": {words.lower().rstrip('.')}"
    return f": '{_cut(above.short_subject)}' above it {above.wrong_time(now)}"


def cautions(target: Target) -> list[str]:
    """Return what is to be said before connecting: checks that are off, and a certificate of ours out of its time."""
    found = []
    if target.tls.insecure:
        found.append("--tls-insecure: no certificate is checked; whoever answers gets what is sent, credentials too")
    if (state := our_fault(target.tls.cert)) is not None:
        found.append(state)
    return found


def our_fault(path: str | None) -> str | None:
    """Return how our own certificate is out of its time; None when it is not, or cannot be read."""
    if path is None:
        return None
    try:
        certificate = read_pem(path)
    except (OSError, ValueError):  # reported, with its name, when it is loaded
        return None
    state = certificate.wrong_time(datetime.now(UTC))
    return None if state is None else f"our certificate '{path}', {_who(certificate)}, {state}"


def describe(chain: Sequence[Certificate]) -> list[str]:
    """Return a line for each certificate of a chain, the server's own first."""
    return [
        f"certificate {place}: {_cut(each.subject)}; issued by {_cut(each.issuer)}; for {_names(each)}; "
        f"{each.not_before:%Y-%m-%d} to {each.not_after:%Y-%m-%d}; {each.key}; SHA-256 {each.fingerprint}"
        for place, each in enumerate(chain, 1)
    ]


def _who(certificate: Certificate) -> str:
    return f"'{_cut(certificate.short_subject)}', issued by '{_cut(certificate.short_issuer)}'"


def _names(certificate: Certificate) -> str:
    names = [_cut(name) for name in certificate.names[:_MOST_NAMES]]
    more = len(certificate.names) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "") or "no name"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"
