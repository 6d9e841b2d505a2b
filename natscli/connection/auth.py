"""What CONNECT says about who we are, and the answer to the server's challenge."""

import base64
from typing import Any

from natscli.context.credentials import (
    Credentials,
    CredsFile,
    SeedFile,
    Token,
    UserKey,
    UserPassword,
    read_creds,
    read_seed,
)
from natscli.context.nkeys import decode_user_seed, encode_user_key
from natscli.context.urls import ServerUrl
from natscli.errors import UsageError


def connect_fields(
    credentials: Credentials | None, token: str | None, url: ServerUrl | None, nonce: str | None
) -> dict[str, Any]:
    """Return the authentication fields of CONNECT; files are read now, so a renewed JWT is used."""
    if credentials is None:
        return _from_url(url)
    if isinstance(credentials, UserPassword):
        return {"user": credentials.user, "pass": credentials.password}
    if isinstance(credentials, Token):
        return {"auth_token": credentials.token}
    fields = _signed(credentials, nonce)
    if token:
        fields["auth_token"] = token
    return fields


def check(credentials: Credentials | None) -> None:
    """Raise UsageError when the files behind ``credentials`` cannot be used, before any connection is made."""
    if isinstance(credentials, CredsFile | SeedFile):
        _signed(credentials, "")


def _from_url(url: ServerUrl | None) -> dict[str, Any]:
    if url is None or url.user is None:
        return {}
    if url.password is None:
        return {"auth_token": url.user}
    return {"user": url.user, "pass": url.password}


def _signed(credentials: CredsFile | SeedFile, nonce: str | None) -> dict[str, Any]:
    """Answer the challenge; without one the server wants no key, and gets none."""
    key = _read(credentials)
    try:
        secret = decode_user_seed(key.seed)
    except ValueError as error:
        raise UsageError(f"'{credentials.path}': {error}") from None
    if nonce is None:
        return {}
    from nacl.signing import SigningKey  # 8 ms, and only for keys

    signing = SigningKey(secret)
    signature = base64.urlsafe_b64encode(signing.sign(nonce.encode()).signature).rstrip(b"=").decode()
    if key.jwt is not None:
        return {"jwt": key.jwt, "sig": signature}
    return {"nkey": encode_user_key(bytes(signing.verify_key)), "sig": signature}


def _read(credentials: CredsFile | SeedFile) -> UserKey:
    return read_creds(credentials.path) if isinstance(credentials, CredsFile) else read_seed(credentials.path)
