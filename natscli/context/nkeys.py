"""NKeys: Ed25519 keys in base32 with a kind and a checksum (ADR-14, github.com/nats-io/nkeys).

Only taking apart and putting together; signing is the connection's.
"""

import base64
import binascii

_SEED = 18 << 3  # 'S'
USER = 20 << 3  # 'U'
_KINDS = {
    USER: "user",
    0: "account",
    14 << 3: "operator",
    13 << 3: "server",
    2 << 3: "cluster",
    23 << 3: "curve",
}


def decode_user_seed(seed: str) -> bytes:
    """Return the 32 secret bytes of a user seed; ValueError says what else it is (never the seed)."""
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    except (ValueError, binascii.Error):
        raise ValueError("the seed is not base32") from None
    if len(raw) != 36:
        raise ValueError("the seed has the wrong length")
    if raw[0] & 0xF8 != _SEED:
        raise ValueError("the key is not a seed")
    if binascii.crc_hqx(raw[:-2], 0) != int.from_bytes(raw[-2:], "little"):
        raise ValueError("the seed's checksum is wrong: a character was changed")
    kind = (raw[0] & 7) << 5 | raw[1] >> 3
    if kind != USER:
        raise ValueError(f"the seed is of kind {_KINDS.get(kind, 'unknown')}, and a user's is needed")
    return raw[2:-2]


def encode_user_key(public: bytes) -> str:
    """Return the public user key (``U…``) of 32 public bytes."""
    raw = bytes([USER]) + public
    raw += binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    return base64.b32encode(raw).decode().rstrip("=")
