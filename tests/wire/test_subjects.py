"""A malformed subject is named before a server takes it in silence."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.wire.subjects import check_publish, check_queue, check_subscribe, covers, matches, overlap, to_wire

PLAIN = ["a", "foo", "foo.bar", "foo.bar.baz", "$SYS.REQ.SERVER.PING", "_INBOX.x.y", "a-b_c", "a*b", "a>b", ">a", "**"]
UNICODE = ["grüße.東京", "👍", "a\u200bb", "a\xa0b"]
WILD = ["*", ">", "foo.*", "foo.>", "*.bar", "*.*", "foo.*.baz.>"]
SPACED = ["a b", " a", "a ", "a\tb", "a\nb", "a\r\nPUB x 0", "a\x00b", "a\x7fb", "a\x0bb", " "]
EMPTY_TOKENS = [".", "..", ".a", "a.", "a..b", ".>", "*..b"]
NOT_UTF8 = ["a\udcffb", "\udc80", "a.\udcfe.>"]
HALF_PAIRS = ["\ud800", "a.\udfff", "\udc00", "\udd00", "x\udc7f"]


@pytest.mark.parametrize("subject", [*PLAIN, *UNICODE, "a\udcffb", "\udc80"])
def test_messages_can_go_to_a_plain_subject(subject: str) -> None:
    check_publish(subject)
    assert to_wire(subject).decode("utf-8", "surrogateescape") == subject


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("", "the subject is empty"),
        *[(subject, "has a wildcard, and") for subject in WILD],
        *[(subject, "has white space or control characters") for subject in SPACED],
        *[(subject, "has an empty token") for subject in EMPTY_TOKENS],
        *[(subject, "has half of a surrogate pair") for subject in HALF_PAIRS],
    ],
)
def test_messages_cannot_go_to_a_malformed_subject(subject: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_publish(subject)


@pytest.mark.parametrize("subject", [*WILD, *UNICODE, *[s for s in PLAIN if "*" not in s and ">" not in s]])
def test_subjects_and_patterns_can_be_subscribed_to(subject: str) -> None:
    check_subscribe(subject)


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("", "the subject is empty"),
        *[(subject, "has a wildcard inside a token") for subject in ["a*b", "a>b", ">a", "**", "foo.b*", "foo.>x"]],
        *[(subject, "goes on after '>'") for subject in [">.a", "foo.>.bar", ">.>", "*.>.*"]],
        *[(subject, "has white space or control characters") for subject in SPACED],
        *[(subject, "has an empty token") for subject in EMPTY_TOKENS],
        *[(subject, "is not UTF-8") for subject in [*NOT_UTF8, *HALF_PAIRS]],
    ],
)
def test_malformed_patterns_cannot_be_subscribed_to(subject: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_subscribe(subject)


@pytest.mark.parametrize("queue", ["q", "workers", "a.b", "grüße", "*", ">", "a..b"])
def test_a_word_names_a_queue_group(queue: str) -> None:
    check_queue(queue)


@pytest.mark.parametrize(
    ("queue", "reason"),
    [
        *[(queue, "is empty or has white space") for queue in ["", *SPACED]],
        *[(queue, "is not UTF-8") for queue in [*NOT_UTF8, *HALF_PAIRS]],
    ],
)
def test_other_text_names_no_queue_group(queue: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_queue(queue)


@given(st.text(max_size=12) | st.text(alphabet=".*>a \udcff\ud800\n", max_size=8))
def test_what_is_accepted_goes_on_the_wire_as_one_field(text: str) -> None:
    for check in (check_publish, check_subscribe, check_queue):
        try:
            check(text)
        except ValueError:
            continue
        raw = to_wire(text)
        assert raw
        assert len(raw.split()) == 1
        assert b" " not in raw
        assert b"\x00" not in raw


@pytest.mark.parametrize(
    ("pattern", "subject", "matched"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", "a.b", False),
        ("a.b", "a", False),
        ("*", "a", True),
        ("*", "a.b", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.*", "a.b.c", False),
        ("*.b.*", "a.b.c", True),
        ("*.b.*", "a.c.c", False),
        (">", "a", True),
        (">", "a.b.c", True),
        ("a.>", "a.b", True),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        ("a.>", "b.c", False),
        ("*.>", "a.b", True),
        ("*.>", "a", False),
        ("a*", "ab", False),
        ("A", "a", False),
    ],
)
def test_a_pattern_matches_what_it_stands_for(pattern: str, subject: str, matched: bool) -> None:
    assert matches(pattern, subject) is matched


@given(
    st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=4).map(".".join),
    st.booleans(),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(".".join),
)
def test_a_pattern_matches_as_a_regular_expression_would(pattern: str, open_ended: bool, subject: str) -> None:
    expression = pattern.replace(".", r"\.").replace("*", r"[^.]+") + (r"\..+" if open_ended else "")
    assert matches(pattern + ".>" * open_ended, subject) is (re.fullmatch(expression, subject) is not None)


PATTERNS = st.lists(st.sampled_from(["a", "b", "*"]), max_size=3).flatmap(
    lambda tokens: st.sampled_from([tokens, [*tokens, ">"]])
).filter(bool).map(".".join)  # fmt: skip
SOME = [".".join(tokens) for size in range(1, 6) for tokens in product("abc", repeat=size)]


@given(PATTERNS, PATTERNS)
def test_patterns_cover_and_overlap_as_their_subjects_do(one, other):
    ours = {subject for subject in SOME if matches(one, subject)}
    theirs = {subject for subject in SOME if matches(other, subject)}

    assert covers(one, other) == (theirs <= ours)
    assert overlap(one, other) == overlap(other, one) == bool(ours & theirs)
