"""``natscli bench compare``: what has changed, what is noise, and what ends a build."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from natscli.bench.documents import write_report
from natscli.bench.plan import Mode, Spec
from natscli.bench.report import AgentResult
from tests.bench.reports import report_of, result_of
from tests.test_schemas import check

PUB = Spec(mode=Mode.PUB, subject="a", size=16)


def save(name, *results, **more):
    Path(name).write_text(json.dumps(write_report(report_of(*results, **more))))
    return name


def run(rate, spec=PUB, **more):
    return result_of(spec=spec, msgs_per_sec=float(rate), **more)


@pytest.fixture
def compare(cli):
    """Compare rates: of the old report's runs, of the new one's."""

    def compared(old, new, *options):
        return cli("bench", "compare", save("A.json", *map(run, old)), save("B.json", *map(run, new)), *options)

    return compared


def figure(result, name="throughput"):
    document = json.loads(result.out)
    check("bench-compare", document)
    return next(f for f in document["runs"][0]["figures"] if f["figure"] == name)


def test_people_see_old_new_and_change(compare):
    result = compare([100_000], [90_000])

    assert (result.code, result.err) == (0, "")
    assert "pub a · 1 client · 16 B" in result.text
    assert ["throughput", "100,000", "msgs/s", "90,000", "msgs/s", "-10.0%", "worse"] in [
        line.split() for line in result.text.splitlines()
    ]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("throughput<-5%", 1),
        ("throughput<-15%", 0),
        ("throughput<95k", 1),
        ("lost>0", 0),
        ("p99>5s", 0),
        ("max>1ms", 1),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_condition_that_holds_is_exit_1(compare, condition, code, form):
    result = compare([100_000], [90_000], "--fail-if", condition, *form)

    assert result.code == code
    assert (condition in result.err) == bool(code)
    assert result.out


def test_every_condition_that_holds_is_named(compare):
    result = compare([100], [90], "--fail-if", "throughput<-5%", "--fail-if", "lost>0", "--fail-if", "throughput<99")

    assert result.code == 1
    assert "throughput<-5%: throughput was 100 msgs/s and now 90 msgs/s (-10.0%): pub a" in result.err
    assert "throughput<99" in result.err
    assert "lost" not in result.err


@pytest.mark.parametrize(
    ("old", "new", "beyond"),
    [
        ([100], [50], None),
        ([100, 101], [50, 51], None),
        ([100, 110, 90], [95, 105, 99], False),
        ([100, 110, 90], [80, 89, 85], True),
        ([100, 110, 90], [80, 91, 85], False),
        ([100, 110, 90], [120, 111, 130, 125], True),
    ],
)
def test_repetitions_tell_a_change_from_noise(compare, old, new, beyond):
    found = figure(compare(old, new, "--json"))

    assert found["beyond_noise"] is beyond
    assert (found["old_values"], found["new_values"]) == (old, new)
    assert found["old"] == sorted(old)[len(old) // 2] or len(old) == 2


def test_noise_is_said_to_people(compare):
    assert "worse, beyond the noise" in compare([100, 110, 90], [80, 89, 85]).text
    assert "within the noise" in compare([100, 110, 90], [80, 91, 85]).text


def test_runs_are_matched_by_what_was_asked_for(cli):
    other = replace(PUB, subject="b", msgs=5, duration_s=9.0)
    old = save("A.json", run(1, replace(PUB, size=1024)), run(100), run(7, replace(PUB, clients=5)))
    new = save("B.json", run(50, other), run(2, replace(PUB, size=1024)), run(7, replace(PUB, clients=6)))

    document = json.loads(cli("bench", "compare", old, new, "--json").out)

    rates = [next(f for f in pair["figures"] if f["figure"] == "throughput") for pair in document["runs"]]
    assert [(f["old"], f["new"]) for f in rates] == [(100, 50), (1, 2)]
    assert [spec["clients"] for spec in document["only_old"]] == [5]
    assert [spec["clients"] for spec in document["only_new"]] == [6]
    check("bench-compare", document)


def test_from_none_to_some_is_no_percentage(cli):
    old, new = save("A.json", run(1)), save("B.json", run(1, lost=3))

    assert figure(cli("bench", "compare", old, new, "--json"), "lost")["change_percent"] is None
    assert "from none" in cli("bench", "compare", old, new).text
    assert cli("bench", "compare", old, new, "--fail-if", "lost>+10%").code == 1


def test_what_makes_it_unfair_is_noted(cli):
    gone = AgentResult(name="east-1", version="0.1.0", excluded="nothing was heard of it")
    here = AgentResult(name="east-2", version="0.1.0")
    old = save("A.json", run(1, agents=(here, here)), server_version="2.11")
    new = save("B.json", run(1, ended="interrupted", agents=(here, gone)))

    text = cli("bench", "compare", old, new).text

    assert "note: not the same server version: 2.11 and now 2.15" in text
    assert "note: a run of the new report was interrupted" in text
    assert "without agent east-1: nothing was heard of it" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("A.json", "none.json"), "'none.json' cannot be read: no such file"),
        (("A.json", "."), "'.' cannot be read"),
        (("A.json", "rubbish"), "'rubbish': this is no report"),
        (("A.json", "other.json"), "no run in common"),
        (("A.json", "A.json", "--fail-if", "p98>1"), "'p98' is no figure"),
        (("sub.json", "sub.json", "--fail-if", "p99>+10%"), "no run of both reports has such a figure"),
        (("A.json",), "Missing argument"),
    ],
)
def test_what_cannot_be_compared_is_exit_2(cli, arguments, words):
    save("A.json", run(1))
    save("other.json", run(1, replace(PUB, size=99)))
    save("sub.json", run(1, Spec(mode=Mode.SUB, subject="a"), latency=None))
    Path("rubbish").write_bytes(b"\xff{")

    result = cli("bench", "compare", *arguments)

    assert (result.code, result.out) == (2, b"")
    assert words.lower() in result.err.lower()


def test_reports_of_real_runs_compare(cli):
    for name in ("A.json", "B.json"):
        result = cli("bench", "pubsub", "a", "--embedded", "--msgs", "2000", "--repeat", "3", "--json")
        Path(name).write_bytes(result.out)

    compared = cli("bench", "compare", "A.json", "B.json", "--json", "--fail-if", "lost>0", "--fail-if", "p99>10s")

    assert compared.code == 0, compared.err
    assert len(figure(compared)["old_values"]) == 3
    assert figure(compared)["beyond_noise"] in (True, False)


def test_hostile_names_do_not_reach_the_terminal(cli):
    evil = run(1, replace(PUB, subject="a\x1b]0;x\x07"))
    result = cli("bench", "compare", save("A.json", evil), save("B.json", evil), "--fail-if", "throughput<2")

    assert result.code == 1
    assert "\x1b" not in result.text + result.err
