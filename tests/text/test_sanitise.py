"""What a stranger wrote reaches a terminal only as something to look at."""

import os
import random
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.text.sanitise import decode, decode_subjects, safe, safe_bytes

# By the Unicode database, so that the module's own ranges are not their own judge.
_DIRECTING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
_EVERY = [chr(code) for code in range(sys.maxunicode + 1)]
_DANGEROUS = frozenset(
    c
    for c in _EVERY
    if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
    or unicodedata.bidirectional(c) in _DIRECTING
    or c in "\u200e\u200f\u061c"  # marks of direction, strong ones
) - {"\t"}


def leaks(text: str, *, multiline: bool = False) -> list[str]:
    return sorted(_DANGEROUS.intersection(text) - ({"\n"} if multiline else set()))


def hostile_pool(source: random.Random) -> bytes:
    """Random bytes, with the encodings of dangerous characters strewn in."""
    dangerous = sorted(_DANGEROUS)
    pieces = []
    for _ in range(40_000):
        pieces.append(source.randbytes(source.randrange(8)))
        pieces.append(source.choice(dangerous).encode("utf-8", "surrogatepass"))
    return b"".join(pieces)


def test_no_dangerous_character_of_all_unicode_gets_through() -> None:
    text = "".join(_EVERY)
    assert leaks(safe(text)) == []
    assert leaks(safe(text, multiline=True), multiline=True) == []


def test_all_other_printable_characters_stay_as_they_are() -> None:
    printable = "".join(c for c in _EVERY if c not in _DANGEROUS and (c.isprintable() or c == "\t"))
    assert len(printable) > 130_000
    clean = "".join(c for c in printable if not 0xE0000 <= ord(c) <= 0xE0FFF)  # variation selectors of ideographs
    assert safe(clean) == clean


def test_no_random_bytes_leak_and_all_output_is_utf8(record_property: Callable[[str, object], None]) -> None:
    seed = int(os.environ.get("NATSCLI_SEED") or random.SystemRandom().randrange(2**32))
    print("seed", seed)
    source = random.Random(seed)
    pool = hostile_pool(source)
    outputs = []
    for _ in range(200_000):
        start = int(source.random() * len(pool))
        outputs.append(safe_bytes(pool[start : start + (start & 31)], multiline=False))
    together = "".join(outputs)
    record_property(
        "figure", f"sanitiser: {len(outputs):,} random byte strings, {len(leaks(together))} leaks (seed {seed})"
    )
    assert leaks(together) == []
    assert together.encode("utf-8").decode("utf-8") == together


@given(st.binary(), st.booleans())
def test_foreign_bytes_are_safe_whatever_they_are(raw: bytes, multiline: bool) -> None:
    shown = safe_bytes(raw, multiline=multiline)
    assert leaks(shown, multiline=multiline) == []
    shown.encode("utf-8")
    assert safe(shown, multiline=multiline) == shown


@given(st.binary())
def test_decoding_loses_no_byte(raw: bytes) -> None:
    assert decode(raw).encode("utf-8", "surrogateescape") == raw


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("tab\tstays", "tab\tstays"),
        ("Grüße, 東京, שלום, 👍, e\u0301, ✔\ufe0f", "Grüße, 東京, שלום, 👍, e\u0301, ✔\ufe0f"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]52;c;YQ==\x07", "\\x1b]52;c;YQ==\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("a\r\nb", "a\\x0d\\x0ab"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("user\u202egpj.exe", "user\\u202egpj.exe"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\u206a\u180e\xad", "\\u206a\\u180e\\xad"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("\\x1b", "\\x1b"),
        ("", ""),
    ],
)
def test_control_is_made_visible_and_text_is_left_alone(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_line_feeds_stay_only_in_multiline_text() -> None:
    assert safe("a\nb") == "a\\x0ab"
    assert safe("a\nb", multiline=True) == "a\nb"
    assert safe("a\r\n\x1bb", multiline=True) == "a\\x0d\n\\x1bb"
    assert safe_bytes(b"a\nb") == "a\nb"


def test_bytes_that_are_not_utf8_are_shown_by_their_value() -> None:
    assert safe_bytes(b"ok \xff\xc3") == "ok \\xff\\xc3"
    assert safe_bytes("ß".encode()) == "ß"


@given(st.lists(st.binary()))
def test_many_subjects_are_read_as_each_by_itself(raw: list[bytes]) -> None:
    assert decode_subjects(raw) == [decode(each) for each in raw]
