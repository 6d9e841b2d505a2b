"""NKeys: Ed25519 keys in base32 with a kind and a checksum (ADR-14, github.com/nats-io/nkeys).

Taking apart, putting together, and checking signatures; a challenge is answered by the connection.
No message here ever quotes a seed.
"""

import base64
import binascii
from typing import NamedTuple

_SEED = 18 << 3  # 'S'
_KINDS = {
    "user": 20 << 3,
    "account": 0,
    "operator": 14 << 3,
    "server": 13 << 3,
    "cluster": 2 << 3,
    "curve": 23 << 3,
}
_NAMES = {number: kind for kind, number in _KINDS.items()}
KINDS = tuple(_KINDS)


class NKey(NamedTuple):
    """A key taken apart: its kind, whether it is a seed, and its 32 bytes."""

    kind: str
    is_seed: bool
    raw: bytes

    def __repr__(self) -> str:
        return f"NKey({self.described})"

    @property
    def described(self) -> str:
        """What it is, in words: ``an account seed``, ``a user's public key``."""
        article = "an" if self.kind[0] in "ao" else "a"
        return f"{article} {self.kind} seed" if self.is_seed else f"{article} {self.kind}'s public key"


def decode_key(text: str) -> NKey:
    """Take a seed or a public key apart; ValueError says what is wrong with it (never the key)."""
    what = "seed" if text.startswith("S") else "key"
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (ValueError, binascii.Error):
        raise ValueError(f"the {what} is not base32") from None
    if len(raw) not in (35, 36) or len(raw) != 36 - (raw[0] & 0xF8 != _SEED):
        raise ValueError(f"the {what} has the wrong length")
    if binascii.crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
        raise ValueError(f"the {what}'s checksum is wrong: a character was changed")
    is_seed = raw[0] & 0xF8 == _SEED
    number = (raw[0] & 7) << 5 | raw[1] >> 3 if is_seed else raw[0]
    if number not in _NAMES:
        raise ValueError(f"the {what} is of no known kind")
    return NKey(_NAMES[number], is_seed, raw[2:-2] if is_seed else raw[1:-2])


def decode_user_seed(seed: str) -> bytes:
    """Return the 32 secret bytes of a user seed; ValueError says what else it is (never the seed)."""
    key = decode_key(seed)
    if not key.is_seed or key.kind != "user":
        raise ValueError(f"this is {key.described}; a user seed is needed, which begins with SU")
    return key.raw


def encode_public(kind: str, public: bytes) -> str:
    """Return the public key (``U…``, ``A…``) of 32 public bytes."""
    return _written(bytes([_KINDS[kind]]) + public)


def encode_seed(kind: str, secret: bytes) -> str:
    """Return the seed (``SU…``, ``SA…``) of 32 secret bytes."""
    number = _KINDS[kind]
    return _written(bytes([_SEED | number >> 5, (number & 31) << 3]) + secret)


def public_of(key: NKey) -> str:
    """Return the public key that belongs to a key, as it is written."""
    if not key.is_seed:
        return encode_public(key.kind, key.raw)
    if key.kind == "curve":
        from nacl.public import PrivateKey  # 8 ms, and only for keys

        return encode_public(key.kind, bytes(PrivateKey(key.raw).public_key))
    from nacl.signing import SigningKey  # likewise

    return encode_public(key.kind, bytes(SigningKey(key.raw).verify_key))


def signature_holds(public: str, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is that of ``data`` by the owner of a public key; no for what is none."""
    from nacl.exceptions import BadSignatureError  # 8 ms, and only for keys
    from nacl.signing import VerifyKey

    try:
        VerifyKey(decode_key(public).raw).verify(data, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def _written(raw: bytes) -> str:
    raw += binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    return base64.b32encode(raw).decode().rstrip("=")
