"""What CONNECT said of who we are: kept to say what was wrong with it, and to see whether there is something newer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from natscli.context.credentials import Credentials, CredsFile, SeedFile, Token, UserJwt, UserPassword
from natscli.context.sources import named, scheme_of


class Presented(NamedTuple):
    """The fields of one CONNECT, None for what it did not have; holds secrets, and shows none."""

    given: bool = False  # whether there were credentials at all
    source: str = ""  # where they are from, in words; empty for what was given itself
    nonce: str | None = None  # the server's challenge
    jwt: str | None = None
    nkey: str | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        return f"Presented({self.source!r})"

    def differs(self, other: Presented) -> bool:
        """Whether ``other`` says something else, apart from the answer to a challenge."""
        return self._replace(nonce=None) != other._replace(nonce=None)


def presented(credentials: Credentials | None, fields: Mapping[str, Any], nonce: object) -> Presented:
    """Return what the authentication fields of a CONNECT, made from ``credentials``, present."""
    return Presented(
        given=credentials is not None or bool(fields),
        source=_source(credentials),
        nonce=nonce if isinstance(nonce, str) else None,
        jwt=fields.get("jwt"),
        nkey=fields.get("nkey"),
        user=fields.get("user"),
        password=fields.get("pass"),
        token=fields.get("auth_token"),
    )


def _source(credentials: Credentials | None) -> str:
    if isinstance(credentials, CredsFile):
        return named(credentials.path, "credentials")
    if isinstance(credentials, SeedFile):
        return named(credentials.path, "NKey")
    if isinstance(credentials, UserJwt):
        return _referred(credentials.jwt, "JWT")
    if isinstance(credentials, UserPassword):
        return _referred(credentials.password, "password")
    return _referred(credentials.token, "token") if isinstance(credentials, Token) else ""


def _referred(text: str, what: str) -> str:
    """Return what a reference is called; nothing for a secret itself."""
    return named(text, what) if scheme_of(text) else ""
