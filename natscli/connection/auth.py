"""What CONNECT says about who we are, and the answer to the server's challenge."""

import asyncio
import base64
import threading
from typing import Any

from natscli.connection.deadline import Deadline
from natscli.context.credentials import (
    Credentials,
    CredsFile,
    SeedFile,
    Token,
    UserJwt,
    UserPassword,
    read_key,
    user_of,
)
from natscli.context.sources import named, read_secret, takes_time
from natscli.context.urls import ServerUrl
from natscli.context.waiting import Wait
from natscli.errors import UsageError


def connect_fields(
    credentials: Credentials | None, token: str | None, url: ServerUrl | None, nonce: str | None
) -> dict[str, Any]:
    """Return the authentication fields of CONNECT; files are read now, so a renewed JWT is used."""
    if credentials is None:
        return _from_url(url)
    return _fields(credentials, token, nonce, Wait())


def check(credentials: Credentials | None, token: str | None = None, wait: Wait | None = None) -> None:
    """Raise UsageError when what is behind ``credentials`` cannot be used, before any connection is made."""
    if credentials is not None:
        _fields(credentials, token, "", wait or Wait())


async def prepare(credentials: Credentials | None, token: str | None, deadline: Deadline) -> None:
    """Do as ``check`` does; what has to be waited for is waited for beside the event loop."""
    if not has_to_wait(credentials, token):
        check(credentials, token)
        return
    given_up = threading.Event()
    asking = asyncio.ensure_future(
        asyncio.to_thread(check, credentials, token, Wait(deadline.remaining(), given_up.is_set))
    )
    try:
        await asyncio.shield(asking)
    except asyncio.CancelledError:
        given_up.set()
        await asyncio.wait([asking])
        asking.exception()  # taken, so that asyncio does not report it
        raise


def has_to_wait(credentials: Credentials | None, token: str | None) -> bool:
    """Whether a program, and so perhaps a person, has to be asked, or a pipe read."""
    return any(takes_time(part) for part in (*_references(credentials), token) if part)


def _references(credentials: Credentials | None) -> tuple[str | None, ...]:
    """Return what may be references; a user's name never is, and neither is a password or token by its looks."""
    if isinstance(credentials, CredsFile | SeedFile):
        return (credentials.path,)
    return tuple(part if part and "://" in part else None for part in credentials or ())


def _fields(credentials: Credentials, token: str | None, nonce: str | None, wait: Wait) -> dict[str, Any]:
    if isinstance(credentials, UserPassword):
        return {"user": credentials.user, "pass": read_secret(credentials.password, "password", wait)}
    if isinstance(credentials, Token):
        return {"auth_token": read_secret(credentials.token, "token", wait)}
    fields = _signed(credentials, nonce, wait)
    if token:
        fields["auth_token"] = read_secret(token, "token", wait)
    return fields


def _from_url(url: ServerUrl | None) -> dict[str, Any]:
    if url is None or url.user is None:
        return {}
    if url.password is None:
        return {"auth_token": url.user}
    return {"user": url.user, "pass": url.password}


def _signed(credentials: CredsFile | SeedFile | UserJwt, nonce: str | None, wait: Wait) -> dict[str, Any]:
    """Answer the challenge; without one the server wants no key, and gets none."""
    key = read_key(credentials, wait)
    try:
        public = user_of(key)
    except ValueError as error:
        raise UsageError(f"{_called(credentials)}: {error}") from None
    if nonce is None:
        return {}
    if key.seed is None:
        return {"jwt": key.jwt}
    from nacl.signing import SigningKey  # 8 ms, and only for keys

    from natscli.context.nkeys import decode_user_seed

    signature = SigningKey(decode_user_seed(key.seed)).sign(nonce.encode()).signature
    answer = {"sig": base64.urlsafe_b64encode(signature).rstrip(b"=").decode()}
    return {"nkey": public, **answer} if key.jwt is None else {"jwt": key.jwt, **answer}


def _called(credentials: CredsFile | SeedFile | UserJwt) -> str:
    """Return what an error calls the place the key comes from."""
    if isinstance(credentials, UserJwt):
        return "--jwt and --seed"
    return named(credentials.path, "credentials" if isinstance(credentials, CredsFile) else "NKey")
