"""NKeys and the JWTs of decentralized authentication (ADR-14): an operator, an account, its users."""

import base64
import binascii
import json
import secrets
import time
from typing import Any, NamedTuple

from nacl.signing import SigningKey

_SEED = 18 << 3
_KINDS = {"operator": 14 << 3, "account": 0, "user": 20 << 3}
PATIENT = "timeout: 15"  # of an authorization block: how long a server waits to hear who somebody is
UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
_ACCOUNT_LIMITS = UNLIMITED | {"imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}


class Key:
    """An Ed25519 key of one kind; ``seed`` and ``public`` as they are written."""

    def __init__(self, kind: str) -> None:
        secret = secrets.token_bytes(32)
        number = _KINDS[kind]
        self._signing = SigningKey(secret)
        self.seed = _written(bytes([_SEED | number >> 5, (number & 31) << 3]) + secret)
        self.public = _written(bytes([number]) + bytes(self._signing.verify_key))

    def sign(self, data: bytes) -> bytes:
        """The signature of ``data``."""
        return self._signing.sign(data).signature

    def claim(
        self,
        subject: str,
        nats: dict[str, Any],
        expires_in_s: float | None = None,
        begins: int | None = None,
        **more: Any,
    ) -> str:
        """A JWT about ``subject``, signed by this key; ``begins`` is in seconds since 1970."""
        claims = {"jti": secrets.token_hex(16), "iat": int(time.time()), "iss": self.public, "sub": subject}
        claims |= {"name": "test", "nats": nats | {"version": 2}, **more}
        if expires_in_s is not None:
            claims["exp"] = int(time.time() + expires_in_s)
        if begins is not None:
            claims["nbf"] = begins
        head = {"typ": "JWT", "alg": "ed25519-nkey"}
        signed = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        return f"{signed}.{_base64(self.sign(signed.encode()))}"


class Realm(NamedTuple):
    """An operator with one account."""

    operator: Key
    account: Key

    @property
    def server_configuration(self) -> str:
        """What a server of the operator is told, with the account preloaded."""
        return self.configured()

    def configured(self, **claims: Any) -> str:
        """The same, with further claims of the account: ``signing_keys``, ``revocations``, ``limits``."""
        operator = self.operator.claim(self.operator.public, {"type": "operator"})
        return f'operator: "{operator}"\nresolver: MEMORY\nauthorization {{ {PATIENT} }}\n{self.preloaded(**claims)}'

    def preloaded(self, **claims: Any) -> str:
        """The last line of the configuration, which a reload may change."""
        nats = {"type": "account", "default_permissions": {"pub": {}, "sub": {}}, **claims}
        nats["limits"] = _ACCOUNT_LIMITS | claims.get("limits", {})
        account = self.operator.claim(self.account.public, nats)
        return f'resolver_preload {{ {self.account.public}: "{account}" }}\n'

    def user(self, key: Key, expires_in_s: float | None = None, begins: int | None = None, **permissions: Any) -> str:
        """The JWT of a user of the account."""
        nats = {"type": "user", "pub": {}, "sub": {}, **UNLIMITED, **permissions}
        return self.account.claim(key.public, nats, expires_in_s, begins)

    def signed_user(self, signer: Key, key: Key, **permissions: Any) -> str:
        """The JWT of a user that a signing key issued; without permissions, as a scoped key wants it."""
        return signer.claim(key.public, {"type": "user", "issuer_account": self.account.public, **permissions})


def scope(key: Key, **template: Any) -> dict[str, Any]:
    """A signing key of an account that says what its users may do."""
    return {"kind": "user_scope", "key": key.public, "role": "tester", "template": {**UNLIMITED, **template}}


def new_realm() -> Realm:
    return Realm(Key("operator"), Key("account"))


def creds(jwt: str, seed: str) -> str:
    """The text of a credentials file."""
    return (
        f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


def _written(raw: bytes) -> str:
    raw += binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    return base64.b32encode(raw).decode().rstrip("=")


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
