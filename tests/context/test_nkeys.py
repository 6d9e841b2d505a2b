"""NKey seeds are taken apart only when every character is right."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from natscli.context.nkeys import decode_key, decode_user_seed, encode_public, encode_seed, public_of, signature_holds

# The kinds of key are letters of the base32 alphabet: A is 0.
KINDS = {"user": 20, "account": 0, "operator": 14, "server": 13, "cluster": 2, "curve": 23, "unknown": 1}
SEED = 18
SECRET = bytes(range(32))
secrets = st.binary(min_size=32, max_size=32)


def encode(raw: bytes) -> str:
    """The encoding of ADR-14, written anew: CRC-16/XMODEM little endian, base32 without padding."""
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return base64.b32encode(raw + crc.to_bytes(2, "little")).decode().rstrip("=")


def seed_of(kind: int, secret: bytes) -> str:
    """The letters S and kind are the ten high bits of the first two bytes."""
    return encode((SEED << 11 | kind << 6).to_bytes(2, "big") + secret)


def written_public(kind: int, secret: bytes) -> str:
    return encode(bytes([kind << 3]) + bytes(SigningKey(secret).verify_key))


def test_the_key_pair_of_the_nats_documentation_belongs_together() -> None:
    seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
    public = bytes(SigningKey(decode_user_seed(seed)).verify_key)
    assert encode_public("user", public) == "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


@given(secrets)
def test_a_generated_user_seed_gives_its_secret_and_public_key(secret: bytes) -> None:
    seed = seed_of(KINDS["user"], secret)
    assert seed.startswith("SU")
    assert len(seed) == 58
    assert decode_user_seed(seed) == secret
    assert encode_public("user", bytes(SigningKey(secret).verify_key)) == written_public(KINDS["user"], secret)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "user"])
def test_a_seed_of_another_kind_is_refused_by_name(kind: str) -> None:
    words = "of no known kind" if kind == "unknown" else f"this is an? {kind} seed; a user seed is needed"
    with pytest.raises(ValueError, match=words):
        decode_user_seed(seed_of(KINDS[kind], SECRET))


@given(secrets, st.integers(2, 56), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_any_changed_character_is_noticed(secret: bytes, place: int, letter: str) -> None:
    seed = seed_of(KINDS["user"], secret)
    changed = seed[:place] + letter + seed[place + 1 :]
    if changed == seed:
        assert decode_user_seed(changed) == secret
    else:
        with pytest.raises(ValueError, match=r"checksum is wrong"):
            decode_user_seed(changed)


GOOD = seed_of(KINDS["user"], SECRET)


@pytest.mark.parametrize(
    ("seed", "reason"),
    [
        ("", "wrong length"),
        (GOOD.lower(), "not base32"),
        (GOOD[:-1], "not base32|wrong length|checksum"),
        (GOOD + "A", "not base32|wrong length"),
        (GOOD[:10] + GOOD[11:] + "A", "checksum|kind"),
        (GOOD + GOOD, "wrong length|not base32"),
        (" " + GOOD, "not base32"),
        (GOOD + "\n", "not base32"),
        (GOOD.replace("A", "1"), "not base32"),
        ("é" + GOOD[1:], "not base32"),
        ("SU", "wrong length"),
        (written_public(KINDS["user"], SECRET), "this is a user's public key; a user seed is needed"),
        (encode(bytes([15 << 3, 0]) + SECRET), "wrong length"),
    ],
    ids=str,
)
def test_what_is_no_user_seed_is_refused(seed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decode_user_seed(seed)


@given(st.text(alphabet="SUAB234567=18 é\n", max_size=70) | st.just(GOOD[:40]) | st.just(GOOD.lower()))
def test_a_refusal_never_quotes_the_seed(seed: str) -> None:
    with pytest.raises(ValueError) as caught:
        decode_user_seed(seed)
    assert len(seed) < 8 or seed not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "unknown"])
def test_every_kind_is_written_as_the_standard_says_and_taken_apart_again(kind: str) -> None:
    seed = encode_seed(kind, SECRET)
    assert seed == seed_of(KINDS[kind], SECRET)
    key = decode_key(seed)
    assert (key.kind, key.is_seed, key.raw) == (kind, True, SECRET)
    assert repr(key) == f"NKey({'an' if kind[0] in 'ao' else 'a'} {kind} seed)"
    public = decode_key(public_of(key))
    assert (public.kind, public.is_seed) == (kind, False)
    assert public_of(public) == public_of(key)


def test_the_public_key_of_a_curve_seed_is_what_the_go_tools_say() -> None:
    key = decode_key("SXAPKI2ZGJTWNHQ7XEOVY4GTQIPACHQYNZK6DVWVAE4KLSED532OARUJ5U")
    assert public_of(key) == "XA5GAMKY3YMMW4WI7PKGCJ56W5GWTBPOZFIO2LWZ5FRHQH7S6Y2HUNCM"


def test_a_signature_holds_for_its_data_and_owner_alone() -> None:
    mine, other = (encode_public("user", bytes(SigningKey(secret).verify_key)) for secret in (SECRET, bytes(32)))
    signature = SigningKey(SECRET).sign(b"data").signature
    assert signature_holds(mine, b"data", signature)
    assert not signature_holds(mine, b"date", signature)
    assert not signature_holds(other, b"data", signature)
    assert not signature_holds(mine, b"data", signature[:-1])
    assert not signature_holds("UNONE", b"data", signature)
