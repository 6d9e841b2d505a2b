"""sub: how messages are shown, byte for byte, and which options exclude each other."""

import base64
import hashlib
import itertools
import json
import os
import random
import re

import pytest

from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from tests.messaging.parties import telling

HEADERS = encode_headers([("A", "1"), ("b", "x y"), ("A", "2")])
BODIES = [
    random.Random(7).randbytes(20_000),
    b"",
    b"\x00",
    b"\r\n",
    b"\xff\xfe\x00\r\n\x1b[2J",
    b"PUB a 1\r\nx\r\n",
    bytes(range(256)),
    "\u2028\u202e\x85".encode(),
    b"last\n",
]


@pytest.fixture
def hear(cli, server, subject):
    """Run ``sub`` on the test's subject until it has as many messages as somebody sends meanwhile."""

    def run(*arguments: str, say):
        frames = [pub(subject.encode(), *([frame] if isinstance(frame, bytes) else frame)) for frame in say]
        with telling(server, *frames, to=subject):
            return cli("sub", subject, "--count", str(len(frames)), *arguments)

    return run


FULL = (b"body\n", b"in.1", HEADERS)


@pytest.mark.parametrize(
    ("options", "printed"),
    [
        ([], '[#1] Received on "S" with reply "in.1"\nA: 1\nb: x y\nA: 2\n\nbody\n\n'),
        (["--headers-only"], '[#1] Received on "S" with reply "in.1"\nA: 1\nb: x y\nA: 2\n\n'),
        (["--subjects-only"], '[#1] Received on "S" with reply "in.1"\n'),
        (["--raw"], "body\n\n"),
        (["-r"], "body\n\n"),
        (["-o", "raw"], "body\n\n"),
        (["--output", "none"], ""),
        (["--raw", "-0"], "body\n\0"),
        (["--raw", "--null"], "body\n\0"),
        (["--raw", "--separator", ""], "body\n"),
        (["--raw", "--separator", "--\n"], "body\n--\n"),
        (["--format", "{number} {subject} {reply} [{headers}] {size}: {data}"], "1 S in.1 [A=1 b=x y A=2] 5: body\n\n"),
        (["--format", "{{{size}}}", "--separator", ";"], "{5};"),
        (["--format", "x", "-0"], "x\0"),
        (["--format", ""], "\n"),
    ],
)
def test_a_message_is_shown_as_asked(options, printed, hear, subject):
    assert hear(*options, say=[FULL]).text == printed.replace("S", subject, 1)


def test_a_timestamp_stands_behind_the_number(hear, subject):
    heard = hear("-t", say=[b"x"])

    assert re.match(rf'\[#1\] @ [A-Z][a-z]{{2}} [ \d]\d \d\d:\d\d:\d\d\.\d{{6}} Received on "{subject}"\n', heard.text)
    assert re.match(r"\[#1\] @ [A-Z]", hear("--timestamp", say=[b"x"]).text)


@pytest.mark.parametrize("option", ["-d", "--delta-time"])
def test_a_delta_stands_behind_the_number(option, hear):
    assert re.match(r"\[#1\] @ [\d.]+(µs|ms|s) Received", hear(option, say=[b"x"]).text)


def test_the_time_of_a_layout_is_utc(hear):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\n", hear("--format", "{time}", say=[b"x"]).text)


def test_a_json_line_has_the_whole_message(hear, subject):
    first, second = map(json.loads, hear("-o", "json", say=[FULL, b"\xff"]).out.splitlines())

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", first.pop("time"))
    assert list(first.items()) == [
        ("subject", subject),
        ("reply", "in.1"),
        ("headers", {"A": ["1", "2"], "b": ["x y"]}),
        ("headers_b64", "TkFUUy8xLjANCkE6IDENCmI6IHggeQ0KQTogMg0KDQo="),  # A stands on both sides of b
        ("data", "body\n"),
    ]
    assert second.keys() == {"subject", "time", "data_b64"}
    assert second["data_b64"] == "/w=="


@pytest.mark.parametrize("text", ["{body}", "{", "{data", "{0}", "{data!r}"])
def test_an_unknown_field_is_refused(text, cli, subject):
    refused = cli("sub", subject, "--format", text)

    assert (refused.code, refused.out) == (2, b"")
    assert "is no field; there are {number}, {time}, {subject}, {reply}, {headers}, {data}, {size}" in refused.err


# -- byte for byte ---------------------------------------------------------------------------------


def test_what_pub_reads_from_standard_input_is_what_sub_writes(start, server, subject, tmp_path):
    sub = start("sub", subject, "--raw", "--separator", "", "--count", str(len(BODIES)))
    sub.says("Subscribing")
    for number, body in enumerate(BODIES):
        (tmp_path / str(number)).write_bytes(body)
        with open(tmp_path / str(number), "rb") as file:
            assert start("pub", subject, "-", "-q", stdin=file.fileno()).end() == 0

    assert sub.end() == 0
    assert hashlib.sha256(sub.out).digest() == hashlib.sha256(b"".join(BODIES)).digest()


def test_every_body_comes_back_out_of_its_json_line(hear):
    lines = hear("-o", "json", say=BODIES).out.splitlines()

    documents = [json.loads(line) for line in lines]
    assert [base64.b64decode(d["data_b64"]) if "data_b64" in d else d["data"].encode() for d in documents] == BODIES


@pytest.mark.parametrize("separator", [b"<end>", b"\xff\xfe"], ids=["text", "bytes"])
def test_every_body_stands_between_its_separators(separator, hear):
    shown = hear("--raw", "--separator", os.fsdecode(separator), say=BODIES).out

    assert shown == b"".join(body + separator for body in BODIES)


def test_every_body_is_in_its_layout(hear):
    assert hear("--format", "<{data}>", "--separator", "", say=BODIES).out == b"".join(
        b"<%b>" % body for body in BODIES
    )


def test_every_body_is_as_it_came_for_people_that_read_a_pipe(hear, subject):
    printed = hear(say=[BODIES[0], BODIES[4]]).out

    assert BODIES[0] + b'\n\n[#2] Received on "' in printed
    assert printed.endswith(b'"\n' + BODIES[4] + b"\n\n")


@pytest.mark.parametrize("options", [["--dump", "-"], ["-o", "json"]], ids=["dump", "json"])
def test_a_subject_that_is_no_text_survives(options, cli, server, subject):
    with telling(server, pub(f"{subject}.".encode() + b"\xff\x9b", b"x"), to=f"{subject}.a"):
        heard = cli("sub", f"{subject}.*", "--count", "1", *options)

    document = json.loads(heard.out.rstrip(b"\0"))
    foreign = document.get("subject") or document["Subject"]
    assert foreign.encode("utf-8", "surrogateescape") == f"{subject}.".encode() + b"\xff\x9b"


# -- what does not go together ---------------------------------------------------------------------

GIVEN = {
    "timestamp": ["--timestamp"],
    "delta-time": ["--delta-time"],
    "headers-only": ["--headers-only"],
    "subjects-only": ["--subjects-only"],
    "separator": ["--separator", ","],
    "null": ["--null"],
    "raw": ["--raw"],
    "json": ["--output", "json"],
    "none": ["--output", "none"],
    "format": ["--format", "{data}"],
    "dump": ["--dump", "-"],
    "match-replies": ["--match-replies"],
    "report-subjects": ["--report-subjects"],
    "report-subscriptions": ["--report-subscriptions"],
    "translate": ["--translate", "cat"],
    "ignore-subject": ["--ignore-subject", "x"],
    "ack": ["--ack"],
    "queue": ["--queue", "g"],
}
HUMAN_ONLY = ["timestamp", "delta-time", "headers-only", "subjects-only"]
SHAPES = ["raw", "json", "none", "format", "dump"]
REPORTS = ["report-subjects", "report-subscriptions"]
RIVALS = [
    *itertools.product(HUMAN_ONLY, [*SHAPES, *REPORTS]),
    ("timestamp", "delta-time"),
    ("headers-only", "subjects-only"),
    ("separator", "null"),
    *itertools.product(["separator", "null"], ["json", "none", "dump", *REPORTS]),
    *itertools.combinations(["raw", "json", "format", "dump"], 2),
    *itertools.product(["raw", "format", "dump"], ["none", *REPORTS]),
    *itertools.product(["match-replies"], ["format", "dump", "translate", "ignore-subject", "ack", *REPORTS]),
    *itertools.product(["translate", "ack"], REPORTS),
    tuple(REPORTS),
]


@pytest.mark.parametrize(("one", "other"), RIVALS, ids=map("+".join, RIVALS))
def test_options_of_which_one_would_be_passed_over_are_refused(one, other, cli, subject):
    refused = cli("sub", subject, *GIVEN[one], *GIVEN[other], "--wait", "20ms")

    assert (refused.code, refused.out) == (2, b"")
    assert "do not go together" in refused.err


ALLIES = [
    ("headers-only", "timestamp"),
    ("raw", "null"),
    ("format", "separator"),
    ("dump", "translate"),
    ("raw", "translate"),
    ("headers-only", "translate"),
    ("match-replies", "timestamp"),
    ("match-replies", "json"),
    ("match-replies", "raw"),
    ("match-replies", "queue"),
    ("report-subjects", "json"),
    ("report-subjects", "none"),
    ("report-subjects", "queue"),
    ("report-subjects", "ignore-subject"),
    ("ack", "dump"),
]


@pytest.mark.parametrize(("one", "other"), ALLIES, ids=map("+".join, ALLIES))
def test_all_others_may_stand_together(one, other, cli, subject):
    assert cli("sub", subject, *GIVEN[one], *GIVEN[other], "--wait", "20ms").code == 5


def test_a_separator_needs_something_to_separate(cli, subject):
    for option in GIVEN["separator"], GIVEN["null"]:
        refused = cli("sub", subject, *option, "--wait", "20ms")
        assert refused.code == 2
        assert "--raw" in refused.err
