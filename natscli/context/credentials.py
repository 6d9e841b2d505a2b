"""Who we say we are: one value per authentication scheme, and what stands in the files they come from.

Secrets are written here as they were given: a path, a reference (``natscli.context.sources``) or the
secret itself.  They are read when a connection is made, not before.
"""

import os
import re
import stat
from typing import NamedTuple

from natscli.context.sources import named, path_of, read_source, scheme_of
from natscli.context.waiting import Wait
from natscli.errors import UsageError
from natscli.text.sanitise import safe

_SEED = r"S[UAONCX][A-Z2-7]{10,}"  # of any kind, also cut short: what is wrong with it is said later
_TITLES = {"jwt": "NATS USER JWT", "seed": "USER NKEY SEED"}  # of the decorated blocks
_NO_SEED = "has no user seed, which begins with SU"


class UserPassword(NamedTuple):
    """A user name and its password, or a reference to it."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"UserPassword({self.user!r})"


class Token(NamedTuple):
    """One shared secret, or a reference to it."""

    token: str

    def __repr__(self) -> str:
        return "Token()"


class CredsFile(NamedTuple):
    """A path or reference of a user JWT and the seed that belongs to it; read anew at every connect."""

    path: str

    def __repr__(self) -> str:
        return f"CredsFile({named(self.path, 'credentials')})"


class SeedFile(NamedTuple):
    """A path or reference of an NKey seed; read anew at every connect."""

    path: str

    def __repr__(self) -> str:
        return f"SeedFile({named(self.path, 'NKey')})"


class UserJwt(NamedTuple):
    """A user JWT and the seed that belongs to it, or references; a bearer's JWT needs no seed."""

    jwt: str
    seed: str | None = None

    def __repr__(self) -> str:
        return "UserJwt()"


Credentials = UserPassword | Token | CredsFile | SeedFile | UserJwt


class UserKey(NamedTuple):
    """What a server's challenge is answered with: a seed, and the JWT it belongs to if there is one.

    The JWT of a bearer may come without a seed.
    """

    seed: str | None
    jwt: str | None

    def __repr__(self) -> str:
        return "UserKey()"


def read_key(credentials: CredsFile | SeedFile | UserJwt, wait: Wait | None = None) -> UserKey:
    """Read what answers a challenge; UsageError says what is missing."""
    if isinstance(credentials, CredsFile):
        return read_creds(credentials.path, wait)
    if isinstance(credentials, SeedFile):
        return read_seed(credentials.path, wait)
    jwt = _bare(credentials.jwt, "JWT", _TITLES["jwt"], wait)
    return UserKey(credentials.seed and _bare(credentials.seed, "seed", _TITLES["seed"], wait), jwt)


def _bare(given: str, what: str, title: str, wait: Wait | None) -> str:
    """Return what is given itself or by a reference, without its decoration."""
    if not scheme_of(given):
        return given.strip()
    text = read_source(given, what, wait)
    bare = _block(text, title) or text.strip()
    if not bare:
        raise UsageError(f"{named(given, what)} is empty")
    return bare


def read_creds(source: str, wait: Wait | None = None) -> UserKey:
    """Read credentials: a JWT block and a seed block, in any decoration.

    Windows line ends, indentation and a missing last newline do no harm.
    """
    text = read_source(source, "credentials", wait)
    jwt = _block(text, _TITLES["jwt"])
    seed = _block(text, _TITLES["seed"])
    if jwt is None:
        raise UsageError(f"{named(source, 'credentials')} has no user JWT")
    if seed is None and not _is_bearer(jwt):
        raise UsageError(f"{named(source, 'credentials')} has no NKey seed")
    return UserKey(seed, jwt)


def read_seed(source: str, wait: Wait | None = None) -> UserKey:
    """Read an NKey seed, alone or in a decorated block; comments (#) are passed over."""
    return UserKey(find_seed(read_source(source, "NKey", wait), named(source, "NKey")), None)


def find_seed(text: str, called: str) -> str:
    """Return the seed of any kind in a text; UsageError says that there is none, or a public key instead."""
    seed = _block(text, _TITLES["seed"])
    lines = [line.strip() for line in text.splitlines()]
    seed = seed or next((line for line in lines if re.match(_SEED, line)), None)
    if seed is None:
        from natscli.context.nkeys import decode_key

        first = next((line for line in lines if line and not line.startswith("#")), "")
        try:
            raise UsageError(f"{called} {_NO_SEED}: it has {decode_key(first).described}")
        except ValueError:
            raise UsageError(f"{called} {_NO_SEED}") from None
    return seed


def user_of(key: UserKey) -> str:
    """Return the public key of the user; ValueError when the parts cannot be used, or not together."""
    from natscli.context.nkeys import NKey, decode_user_seed, public_of

    public = None if key.seed is None else public_of(NKey("user", is_seed=True, raw=decode_user_seed(key.seed)))
    if key.jwt is None:
        return public or ""
    from natscli.context.jwt import inspect

    claims = inspect(key.jwt)
    if claims.kind != "user":
        raise ValueError(f"the JWT is not a user's, but of kind {safe(claims.kind)}")
    if public is None and not claims.bearer:
        raise ValueError("the JWT needs the seed of its user, as it is not a bearer's")
    if public is not None and public != claims.subject:
        raise ValueError(
            f"the seed does not belong to the JWT: that of {public}, and the JWT of {safe(claims.subject)}"
        )
    return claims.subject


def _is_bearer(jwt: str) -> bool:
    """Whether a JWT is all its owner needs to show."""
    from natscli.context.jwt import inspect

    try:
        return inspect(jwt).bearer
    except ValueError:
        return False


def _block(text: str, title: str) -> str | None:
    """Return the line between ``BEGIN title`` and ``END title``."""
    inside = False
    for line in text.splitlines():
        if f"END {title}" in line:
            return None
        if inside and line.strip():
            return None if line.lstrip().startswith("---") else line.strip()
        inside = inside or f"BEGIN {title}" in line
    return None


def embed(source: str, what: str) -> str:
    """Return a ``data:`` value with the content of a path or reference; ``what`` is creds, nkey, jwt or seed.

    A file that is no such thing raises UsageError.  Certificates and keys of TLS have no such form.
    """
    import base64

    if what == "creds":
        read_creds(source)
        text = read_source(source, "credentials")
    elif what == "nkey":
        text = read_seed(source).seed or ""
    else:
        text = _bare(source, what, _TITLES[what], None)
    return f"data:;base64,{base64.b64encode(text.encode()).decode()}"


def secret_files(credentials: Credentials | None, token: str | None) -> list[str]:
    """Return the paths of the files here that secrets are read from."""
    given: list[str | None] = []
    if isinstance(credentials, CredsFile | SeedFile):
        given = [path_of(credentials.path)]
        credentials = None
    secrets = [secret for secret in (*(credentials or ()), token) if secret and secret.lower().startswith("file:")]
    return [path for path in (*given, *map(path_of, secrets)) if path]


def exposed(path: str) -> bool:
    """Whether others than the owner may read or change the file; never on Windows, which has no such bits.

    A pipe is as good as its writer, and a link to one as well.
    """
    if os.name == "nt":
        return False
    try:
        found = os.stat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and bool(found.st_mode & 0o077)
