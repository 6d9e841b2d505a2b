"""What credentials are, found out without a server: which keys and claims, and whether they hold now."""

import re
from typing import NamedTuple

from natscli.context.credentials import Credentials, CredsFile, SeedFile, UserJwt, UserPassword, read_key
from natscli.context.jwt import Claims, inspect
from natscli.context.nkeys import NKey, decode_key, public_of
from natscli.context.sources import named, read_source
from natscli.context.validity import Validity, validity_of
from natscli.context.waiting import Wait
from natscli.errors import UsageError

_TOKEN = re.compile(r"eyJ[\w-]*(\.[\w-]*)*")
_KEY = re.compile(r"S?[UAONCX][A-Z2-7]{20,}")
_ONLY_THE_SERVER = Validity(usable=True, words="only a server can tell")


class Inspection(NamedTuple):
    """What was found in a source of credentials; ``public`` is the key of its seed, or its public key."""

    source: str
    form: str  # credentials, JWT, seed, public key, password, token
    kind: str  # user, account, …
    validity: Validity
    public: str | None = None
    claims: Claims | None = None
    user: str | None = None  # of a password


def inspect_source(source: str, wait: Wait, now_s: float) -> Inspection:
    """Inspect what a path or reference has: credentials, a JWT, a seed or a public key, of any kind."""
    called = named(source, "credentials")
    lines = [line.strip() for line in read_source(source, "credentials", wait).splitlines()]
    token = next((line for line in lines if _TOKEN.fullmatch(line)), None)
    key = _key_among(lines)
    if token is None and key is None:
        raise UsageError(f"{called} has no JWT, no NKey seed and no public key")
    return _inspect(called, token, key, now_s)


def read_nkey(source: str, wait: Wait) -> NKey:
    """Return the first seed, else the first public key, that a path or reference has."""
    lines = [line.strip() for line in read_source(source, "NKey", wait).splitlines()]
    key = _key_among(lines)
    if key is None:
        raise UsageError(f"{named(source, 'NKey')} has no seed and no public key")
    try:
        return decode_key(key)
    except ValueError as error:
        raise UsageError(f"{named(source, 'NKey')}: {error}") from None


def _key_among(lines: list[str]) -> str | None:
    keys = [line for line in lines if _KEY.fullmatch(line)]
    return next((line for line in keys if line.startswith("S")), keys[0] if keys else None)


def inspect_credentials(credentials: Credentials, wait: Wait, now_s: float) -> Inspection:
    """Inspect what a connection would be made with; what no server would take from a user is not usable."""
    if isinstance(credentials, UserPassword):
        return Inspection("the settings", "password", "user", _ONLY_THE_SERVER, user=credentials.user)
    if not isinstance(credentials, CredsFile | SeedFile | UserJwt):
        return Inspection("the settings", "token", "user", _ONLY_THE_SERVER)
    key = read_key(credentials, wait)
    called = "the JWT" if isinstance(credentials, UserJwt) else named(credentials.path, "credentials")
    found = _inspect(called, key.jwt, key.seed, now_s)
    if found.kind != "user":
        return found._replace(
            validity=Validity(usable=False, words=f"it is of kind {found.kind}, and a user's is needed")
        )
    if found.form == "JWT" and found.claims is not None and not found.claims.bearer:
        return found._replace(validity=Validity(usable=False, words="the seed of its user is missing"))
    return found


def _inspect(called: str, token: str | None, written_key: str | None, now_s: float) -> Inspection:
    try:
        key = None if written_key is None else decode_key(written_key)
        claims = None if token is None else inspect(token)
    except ValueError as error:
        raise UsageError(f"{called}: {error}") from None
    public = None if key is None else public_of(key)
    if claims is not None:
        form = "credentials" if key is not None and key.is_seed else "JWT"
        return Inspection(called, form, claims.kind, _judged(claims, key, public, now_s), public, claims)
    assert key is not None
    form = "seed" if key.is_seed else "public key"
    return Inspection(called, form, key.kind, Validity(usable=True, words="a key has no end"), public)


def _judged(claims: Claims, key: NKey | None, public: str | None, now_s: float) -> Validity:
    """Say whether claims hold now, and are those of the key beside them."""
    if key is not None and key.is_seed and public != claims.subject:
        return Validity(usable=False, words=f"the seed does not belong to the JWT: it is that of {public}")
    return validity_of(claims, now_s)
