"""Who we say we are: one value per authentication scheme, and the files they come from."""

import os
import re
from typing import NamedTuple

from natscli.errors import UsageError

_SEED = re.compile(r"S[A-Z2-7]{57}")
_LARGEST_FILE = 1024 * 1024  # a credentials file is a few kilobytes


class UserPassword(NamedTuple):
    """A user name and its password."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"UserPassword({self.user!r})"


class Token(NamedTuple):
    """One shared secret."""

    token: str

    def __repr__(self) -> str:
        return "Token()"


class CredsFile(NamedTuple):
    """A file with a user JWT and the seed that belongs to it; read anew at every connect."""

    path: str


class SeedFile(NamedTuple):
    """A file with an NKey seed; read anew at every connect."""

    path: str


Credentials = UserPassword | Token | CredsFile | SeedFile


class UserKey(NamedTuple):
    """What a server's challenge is answered with: a seed, and the JWT it belongs to if there is one."""

    seed: str
    jwt: str | None

    def __repr__(self) -> str:
        return "UserKey()"


def expand(path: str) -> str:
    """Return ``path`` with ``~`` and ``$NAME`` replaced, as the Go tools do."""
    return os.path.expandvars(os.path.expanduser(path))


def read_creds(path: str) -> UserKey:
    """Read a ``.creds`` file: a JWT block and a seed block, in any decoration.

    Windows line ends, indentation and a missing last newline do no harm.
    """
    text = _read(path, "credentials file")
    jwt = _block(text, "NATS USER JWT")
    seed = _block(text, "USER NKEY SEED")
    if jwt is None:
        raise UsageError(f"credentials file '{path}' has no user JWT")
    if seed is None:
        raise UsageError(f"credentials file '{path}' has no NKey seed")
    return UserKey(seed, jwt)


def read_seed(path: str) -> UserKey:
    """Read a file with an NKey seed, alone or in a decorated block; comments (#) are passed over."""
    text = _read(path, "NKey file")
    seed = _block(text, "USER NKEY SEED")
    if seed is None:
        lines = (line.strip() for line in text.splitlines())
        seed = next((line for line in lines if line.startswith("SU")), None)
    if seed is None:
        raise UsageError(f"NKey file '{path}' has no user seed, which begins with SU")
    return UserKey(seed, None)


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


def _read(path: str, what: str) -> str:
    if "-----BEGIN" in path or _SEED.fullmatch(path.strip()):
        raise UsageError(f"{what}: a path is needed, and the secret itself was given")
    try:
        with open(path, "rb") as file:
            raw = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise UsageError(f"{what} '{path}' cannot be read: {(error.strerror or '').lower()}") from error
    except ValueError as error:  # a zero byte, or half of a surrogate pair
        raise UsageError(f"{what} '{path}' cannot be read: no file has such a name") from error
    if len(raw) > _LARGEST_FILE:
        raise UsageError(f"{what} '{path}' is too large to be one")
    return raw.decode("utf-8-sig", "replace")


def exposed(path: str) -> bool:
    """Whether others than the owner may read or change the file; never on Windows, which has no such bits."""
    if os.name == "nt":
        return False
    try:
        return bool(os.stat(path).st_mode & 0o077)
    except OSError:
        return False
