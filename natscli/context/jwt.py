"""NATS JWTs taken apart: who an operator, account or user is said to be, and what it may do.

The form is that of github.com/nats-io/jwt, versions 1 and 2.  Nothing is asked of a server, and
no message here quotes a token: ``inspect`` raises ValueError in words.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from natscli.context.nkeys import decode_key, signature_holds

_LARGEST = 1024 * 1024  # bytes, the limit of nats-io/jwt
_LATEST = 253_402_300_799  # the end of the year 9999, which is also the end of datetime
UNLIMITED = -1
_ISSUERS = {"user": ("account",), "account": ("account", "operator"), "operator": ("operator",)}


class Rules(NamedTuple):
    """Subjects that may and may not be used; nothing allowed by name means that all are."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


class Responses(NamedTuple):
    """How often, and how long after a request, its reply subject may be published to."""

    most: int
    seconds: float


class Permissions(NamedTuple):
    """What a user may publish and subscribe to; ``responses`` is None where none are allowed beside."""

    publish: Rules = Rules()
    subscribe: Rules = Rules()
    responses: Responses | None = None


class Hours(NamedTuple):
    """A part of the day, ``HH:MM:SS`` each."""

    start: str
    end: str


class SigningKey(NamedTuple):
    """Another key that issues in the name of an account; ``scoped`` says what its users may do."""

    key: str
    role: str = ""
    scoped: bool = False


class Claims(NamedTuple):
    """What a JWT says; nothing is true of it unless ``signature_valid`` and its issuer are trusted.

    Times are seconds since 1970; None where nothing is said.
    """

    kind: str  # user, account, operator, or another that nats-io/jwt knows
    subject: str
    issuer: str
    signature_valid: bool
    name: str = ""
    issuer_account: str | None = None  # whose signing key issued it
    id: str = ""
    version: int = 2
    issued: int | None = None
    not_before: int | None = None
    expires: int | None = None
    tags: tuple[str, ...] = ()
    permissions: Permissions = Permissions()
    limits: tuple[tuple[str, int], ...] = ()  # as they are called in the JWT; -1 is none
    bearer: bool = False
    scoped: bool = False  # the signing key that issued it says what it may do
    connection_types: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    time_zone: str = ""
    signing_keys: tuple[SigningKey, ...] = ()
    revocations: tuple[tuple[str, int], ...] = ()  # user, and the time up to which it is revoked

    @property
    def account(self) -> str:
        """The account a user belongs to, else the subject itself."""
        return (self.issuer_account or self.issuer) if self.kind == "user" else self.subject


def inspect(token: str) -> Claims:
    """Take a JWT apart and check its signature; ValueError says why it is none."""
    token = token.strip()
    parts = token.split(".")
    if len(token) > _LARGEST:
        raise ValueError("the JWT is too large to be one")
    if len(parts) != 3:
        raise ValueError("the JWT has not the three parts of one")
    header, claims = (_document(part) for part in parts[:2])
    if str(header.get("typ")).lower() != "jwt" or header.get("alg") not in ("ed25519", "ed25519-nkey"):
        raise ValueError("the JWT is not one of NATS: it is not signed by an NKey")
    body = _object(claims, "nats")
    kind = str(claims.get("type") or body.get("type") or "unknown")
    version = 1 if claims.get("type") else _whole(body, "version") or 1
    signed = parts[1] if version <= 1 else f"{parts[0]}.{parts[1]}"
    issuer = _text(claims, "iss")
    valid = _is_issuer(issuer, kind) and signature_holds(issuer, signed.encode(), _bytes(parts[2]))
    return Claims(
        kind=kind,
        subject=_text(claims, "sub"),
        issuer=issuer,
        signature_valid=valid,
        name=_text(claims, "name"),
        issuer_account=_text(body, "issuer_account") or _text(claims, "issuer_account") or None,
        id=_text(claims, "jti"),
        version=version,
        issued=_time(claims, "iat"),
        not_before=_time(claims, "nbf"),
        expires=_time(claims, "exp"),
        tags=_texts(body, "tags") or _texts(claims, "tags"),
        **(_of_user(body) if kind == "user" else _of_issuer(body)),
    )


def _of_user(body: Mapping[str, Any]) -> dict[str, Any]:
    limits = _numbers(body, ("subs", "data", "payload"))
    permissions = _permissions(body)
    rest = {
        "bearer": bool(_field(body, "bearer_token", bool)),
        "connection_types": _texts(body, "allowed_connection_types"),
        "networks": _texts(body, "src"),
        "hours": tuple(_hours(entry) for entry in _list(body, "times")),
        "time_zone": _text(body, "times_location"),
    }
    scoped = not limits and permissions == Permissions() and not any(rest.values())
    return {"limits": limits, "permissions": permissions, "scoped": scoped, **rest}


def _of_issuer(body: Mapping[str, Any]) -> dict[str, Any]:
    limits = _object(body, "limits")
    revoked = _object(body, "revocations")
    return {
        "limits": _numbers(limits, tuple(limits)),
        "permissions": _permissions(_object(body, "default_permissions")),
        "signing_keys": tuple(_signing_key(entry) for entry in _list(body, "signing_keys")),
        "revocations": tuple((key, at) for key, at in revoked.items() if isinstance(at, int)),
    }


def _permissions(body: Mapping[str, Any]) -> Permissions:
    rules = [_object(body, verb) for verb in ("pub", "sub")]
    publish, subscribe = (Rules(_texts(rule, "allow"), _texts(rule, "deny")) for rule in rules)
    responses = _object(body, "resp")
    if not responses:
        return Permissions(publish, subscribe)
    most, nanoseconds = _whole(responses, "max"), _whole(responses, "ttl")
    return Permissions(publish, subscribe, Responses(most, nanoseconds / 1e9))


def _hours(entry: object) -> Hours:
    if not isinstance(entry, dict):
        raise ValueError("the JWT cannot be read: 'times' is not a list of ranges")  # noqa: TRY004 - of the input
    return Hours(_text(entry, "start"), _text(entry, "end"))


def _signing_key(entry: object) -> SigningKey:
    if isinstance(entry, str):
        return SigningKey(entry)
    if isinstance(entry, dict):
        return SigningKey(_text(entry, "key"), _text(entry, "role"), scoped=True)
    raise ValueError("the JWT cannot be read: 'signing_keys' is not a list of keys")


def _is_issuer(issuer: str, kind: str) -> bool:
    """Whether ``issuer`` is a public key of a kind that may issue such claims."""
    try:
        key = decode_key(issuer)
    except ValueError:
        return False
    return not key.is_seed and key.kind in _ISSUERS.get(kind, _ISSUERS["account"])


def _document(part: str) -> dict[str, Any]:
    raw = _bytes(part)
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("the JWT cannot be read: a part of it was cut or changed") from None
    if not isinstance(document, dict):
        raise ValueError("the JWT cannot be read: a part is not a JSON object")  # noqa: TRY004 - of the input
    return document


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("the JWT cannot be read: a part of it is not base64") from None


def _field(document: Mapping[str, Any], name: str, kind: type) -> Any:
    """Return a field that is of exactly a type, or that type's own nothing where it is absent."""
    value = document.get(name)
    if value is None:
        return kind()
    if type(value) is not kind:
        raise ValueError(f"the JWT cannot be read: '{name}' is not what it should be")
    return value


def _text(document: Mapping[str, Any], name: str) -> str:
    text: str = _field(document, name, str)
    return text


def _whole(document: Mapping[str, Any], name: str) -> int:
    number: int = _field(document, name, int)
    return number


def _object(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    inner: dict[str, Any] = _field(document, name, dict)
    return inner


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    entries: list[Any] = _field(document, name, list)
    return entries


def _time(claims: Mapping[str, Any], name: str) -> int | None:
    """Return a time in seconds; none for 0, as the Go libraries read it."""
    at = _whole(claims, name)
    if not 0 <= at <= _LATEST:
        raise ValueError(f"the JWT cannot be read: '{name}' is not a time")
    return at or None


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts; version 1 writes networks as one text with commas."""
    value = document.get(name)
    if isinstance(value, str):
        value = [text.strip() for text in value.split(",") if text.strip()]
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"the JWT cannot be read: '{name}' is not a list of texts")
    return tuple(value)


def _numbers(document: Mapping[str, Any], names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the whole numbers (and flags, as 0 and 1) that are there under these names."""
    return tuple((name, int(value)) for name in names if isinstance(value := document.get(name), int))
