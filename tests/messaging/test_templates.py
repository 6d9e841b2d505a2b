"""Templates: every function, what is left alone, and what is refused when the template is made."""

import re
import time
from datetime import datetime

import pytest

from natscli.messaging.templates import Occasion, Template, occasion
from tests.waiting import SLACK_S

MOMENT_NS = 1_700_000_000_123_456_789
MOMENT = Occasion(7, MOMENT_NS, "what was asked")


def _filled(text: str, **options) -> str:
    return Template(text, **options).fill(MOMENT)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("no place", "no place"),
        ("{{Count}}", "7"),
        ("{{Cnt}}", "7"),
        ("{{.Count}}", "7"),
        ("{{ Count }}", "7"),
        ("{{  .Cnt\t}}", "7"),
        ("a{{Count}}b{{Count}}c", "a7b7c"),
        ("{{Count}}{{Count}}", "77"),
        ("{{Unix}}", "1700000000"),
        ("{{UnixNano}}", "1700000000123456789"),
        ("{{.Unix}}", "1700000000"),
        ("{{Random 0 0}}", ""),
        ('{"a":{"b":1}}', '{"a":{"b":1}}'),
        ("{Count}", "{Count}"),
        ("}}", "}}"),
        ("{{Count}}}", "7}"),
        ("line\n{{Count}}\r\n", "line\n7\r\n"),
        ("\udcff{{Count}}", "\udcff7"),
    ],
)
def test_a_template_is_filled_in(text, filled):
    assert _filled(text) == filled


def test_a_moment_is_told_in_local_time():
    local = datetime.fromtimestamp(1_700_000_000).astimezone()

    assert _filled("{{TimeStamp}}") == local.isoformat()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", _filled("{{TimeStamp}}"))


@pytest.mark.parametrize(
    ("hour", "kitchen"), [(0, "12:04AM"), (1, "1:04AM"), (11, "11:04AM"), (12, "12:04PM"), (15, "3:04PM")]
)
def test_kitchen_time_has_twelve_hours(hour, kitchen):
    moment = datetime(2026, 5, 17, hour, 4).astimezone()

    assert Template("{{Time}}").fill(Occasion(1, int(moment.timestamp()) * 1_000_000_000)) == kitchen


def test_an_id_is_new_at_every_place():
    first, second = _filled("{{ID}} {{.ID}}").split()

    assert first != second
    assert re.fullmatch("[0-9A-Za-z]{22}", first)


@pytest.mark.parametrize("bounds", ["3 5", "5 3"])
def test_a_random_text_has_any_length_within_its_bounds(bounds):
    texts = [_filled(f"{{{{ Random {bounds} }}}}") for _ in range(200)]

    assert {len(text) for text in texts} == {3, 4, 5}
    assert all(re.fullmatch("[0-9A-Za-z]+", text) for text in texts)


def test_the_request_is_filled_in_once_and_not_looked_into():
    template = Template("<{{Request}}|{{ .Request }}>", request=True)

    assert template.fill(Occasion(1, 0, "{{Count}}")) == "<{{Count}}|{{Count}}>"


@pytest.mark.parametrize(
    "text",
    [
        "{{}}",
        "{{ }}",
        "{{count}}",
        "{{Nothing}}",
        "{{Request}}",
        "{{Count 1}}",
        "{{Random}}",
        "{{Random 1}}",
        "{{Random 1 2 3}}",
        "{{Random -1 2}}",
        "{{Random a b}}",
        "{{..Count}}",
        "{{env HOME}}",
        "{{{Count}}}",
        "{{ {{Count}} }}",
        "{{__class__}}",
    ],
)
def test_what_is_no_function_is_refused_with_a_list_of_those_there_are(text):
    with pytest.raises(ValueError, match=r"is no function; there are Count, .*Random MIN MAX"):
        Template(text)


@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_a_number_python_cannot_read_is_refused_in_our_words(number):
    with pytest.raises(ValueError, match=r"no function|at most") as refusal:
        Template(f"{{{{Random 1 {number}}}}}")

    assert "literal" not in str(refusal.value)
    assert "conversion" not in str(refusal.value)


@pytest.mark.parametrize("text", ["{{", "{{Count", "{{Count}} and {{", "{{Count}"])
def test_a_place_that_is_not_closed_is_refused(text):
    with pytest.raises(ValueError, match="without '}}'"):
        Template(text)


def test_a_random_text_has_a_bound():
    with pytest.raises(ValueError, match="at most 67108864"):
        Template("{{Random 1 67108865}}")


def test_the_request_is_listed_where_it_exists():
    with pytest.raises(ValueError, match=r"Request$"):
        Template("{{Nothing}}", request=True)


@pytest.mark.parametrize(("text", "constant"), [("", True), ("plain", True), ("{{Count}}", False), ("a{{ID}}", False)])
def test_a_template_knows_whether_it_is_constant(text, constant):
    assert Template(text).constant is constant


def test_a_literal_keeps_its_braces():
    template = Template.literal("{{Count}} {{")

    assert template.constant
    assert template.fill(MOMENT) == "{{Count}} {{"


@pytest.mark.parametrize(
    "text", ["{{" + " " * 100_000, "{{" * 100_000, "{{ " * 50_000 + "}"], ids=["space", "open", "both"]
)
def test_a_hostile_text_is_refused_in_time_proportional_to_its_length(text):
    started = time.monotonic()

    with pytest.raises(ValueError):
        Template(text)

    assert time.monotonic() - started < 1 + SLACK_S


def test_many_places_take_time_proportional_to_their_number():
    started = time.monotonic()

    assert len(_filled("{{Count}}" * 200_000)) == 200_000

    assert time.monotonic() - started < 2 + SLACK_S


def test_an_occasion_is_now():
    before = time.time_ns()

    assert before <= occasion(1).moment_ns <= time.time_ns()
