"""Where a secret comes from: a path, ``file://``, ``env://``, ``data:``, ``op://``, ``nsc://``, or the text itself.

A regular file is read anew each time, so that a renewed one is used.  What can be had only once, or
only by asking somebody (a pipe, a program), is kept for the life of the process.  No message here
quotes a secret; a reference is quoted only where it names one and is none.
"""

import os
import re
import stat
import threading

from natscli.context.waiting import LARGEST, Wait, gather
from natscli.errors import DeadlineError, UsageError
from natscli.text.sanitise import safe

_SCHEME = r"(?i)(file|env|op|nsc)://|(data):"
_GIVEN_ITSELF = r"-----BEGIN|^\s*S[A-Z][A-Z2-7]{56}\s*$|^\s*eyJ[\w-]+\.[\w-]*"


def scheme_of(text: str) -> str:
    """Return the scheme of a reference in lower case; nothing for a path or a secret itself."""
    found = re.match(_SCHEME, text)
    return (found[1] or found[2]).lower() if found else ""


def local(text: str) -> str:
    """Return a path with ``file://`` taken off, and ``~`` and ``$NAME`` replaced; other references as they are."""
    if scheme_of(text) not in ("", "file"):
        return text
    return os.path.expandvars(os.path.expanduser(text[7:] if scheme_of(text) else text))


def named(text: str, what: str) -> str:
    """Return what an error calls a secret: ``credentials file 'a.creds'``, ``password of 'env://P'``."""
    scheme = scheme_of(text)
    if scheme == "data":
        return f"{what} in a data: value"
    if scheme in ("env", "op", "nsc"):
        return f"{what} of '{safe(text)}'"
    path = _opened(text)
    return f"{what} file" if re.search(_GIVEN_ITSELF, path) else f"{what} file '{safe(path)}'"


def takes_time(text: str) -> bool:
    """Whether reading may have to wait for somebody: for a program, or for the writer of a pipe."""
    scheme = scheme_of(text)
    return scheme in ("op", "nsc") or (scheme in ("", "file") and _is_pipe(_opened(text)))


def path_of(text: str) -> str | None:
    """Return the path of a reference that names a file here; None for one that does not."""
    return _opened(text) if scheme_of(text) in ("", "file") else None


def _opened(text: str) -> str:
    """Return what is to be read: a path without scheme has been expanded where it was given."""
    return local(text) if scheme_of(text) == "file" else text


def read_source(text: str, what: str, wait: Wait | None = None) -> str:
    """Return the text behind a path or reference; UsageError says in words why there is none."""
    raw = _read(_opened(text), what, wait or Wait())
    if len(raw) > LARGEST:
        raise UsageError(f"{named(text, what)} is too large to be one")
    return raw.decode("utf-8-sig", "replace")


def read_secret(text: str, what: str, wait: Wait | None = None) -> str:
    """Return a secret that is given itself, or by a reference: then one line, without its line end."""
    if not scheme_of(text):
        return text
    if scheme_of(text) == "nsc":
        raise UsageError(f"{named(text, what)}: nsc has credentials files alone, which --creds takes")
    secret = read_source(text, what, wait).rstrip("\r\n")
    if not secret:
        raise UsageError(f"{named(text, what)} is empty")
    if not secret.isprintable():
        raise UsageError(f"{named(text, what)} is not one line of text")
    return secret


def _read(text: str, what: str, wait: Wait) -> bytes:
    scheme = scheme_of(text)
    if scheme == "env":
        value = os.environ.get(text[6:], "")
        if not value:
            raise UsageError(f"{named(text, what)}: the variable is not set", _literal(what))
        return value.encode("utf-8", "surrogateescape")
    if scheme == "data":
        return _inline(text, what)
    if not takes_time(text):
        return _read_file(text, what)
    with _asking:
        if scheme == "nsc":
            from natscli.context.programs import nsc_profile  # starting programs is for few

            return _read_file(nsc_profile(text, wait).creds, what)
        if text not in _kept:
            _kept[text] = _ask(text, what, wait)
        return _kept[text]


_kept: dict[str, bytes] = {}
_asking = threading.Lock()


def _ask(text: str, what: str, wait: Wait) -> bytes:
    if scheme_of(text) != "op":
        return _read_pipe(text, what, wait)
    from natscli.context.programs import read_from_1password  # starting programs is for few

    return read_from_1password(text, wait)


def ask_again(wait: Wait) -> None:
    """Ask the programs again that gave something, as that has expired or is refused; a pipe has nothing more to give.

    What they gave is kept where one fails.
    """
    for text in [text for text in _kept if scheme_of(text) == "op"]:
        with _asking:
            _kept[text] = _ask(text, "secret", wait)


def _literal(what: str) -> str | None:
    """Say how a secret is given that only looks like a reference; nothing for what cannot be one itself."""
    if what not in ("password", "token"):
        return None
    return f"a {what} that itself begins so is taken from a file (file://PATH), or as data:;base64,…"


def _inline(text: str, what: str) -> bytes:
    """Return the content of ``data:[type][;base64],…`` (RFC 2397)."""
    import base64
    import binascii
    from urllib.parse import unquote_to_bytes

    kind, comma, content = text.partition(",")
    if not comma:
        raise UsageError(f"{named(text, what)} has no comma before its content")
    raw = unquote_to_bytes(content)
    if not kind.lower().endswith(";base64"):
        return raw
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise UsageError(f"{named(text, what)} is not base64") from None


def _read_file(path: str, what: str) -> bytes:
    if re.search(_GIVEN_ITSELF, path):
        raise UsageError(f"{what} file: a path is needed, and the secret itself was given")
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{named(path, what)} cannot be read: {(error.strerror or '').lower()}") from error
    except ValueError as error:  # a zero byte, or half of a surrogate pair
        raise UsageError(f"{named(path, what)} cannot be read: no file has such a name") from error


def _is_pipe(path: str) -> bool:
    """Whether a path is one that is read once and may keep its reader waiting: not on Windows, which has none."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False  # which reading it explains
    return os.name == "posix" and stat.S_ISFIFO(mode)


def _read_pipe(path: str, what: str, wait: Wait) -> bytes:
    """Read a pipe to its end; one that nobody writes to is given up in time."""
    end = wait.until()
    try:
        pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise UsageError(f"{named(path, what)} cannot be read: {(error.strerror or '').lower()}") from error
    try:
        return gather([pipe], end, wait)[0]
    except TimeoutError:
        raise DeadlineError(f"{named(path, what)} is a pipe, and its writer did not end in time") from None
    finally:
        os.close(pipe)
