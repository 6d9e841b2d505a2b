"""HdrHistogram's text says what the histogram says."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.hgrm import distribution, write_distribution
from natscli.bench.histogram import Recorder

LINE = re.compile(r" *(\d+\.\d+) ([01]\.\d{12}) +(\d+)(?: +(\d+\.\d\d))?")
FOOT = re.compile(r"#\[(\w+) += +([\d.]+), (\w[\w ]*?) += +([\d.]+)\]")


def histogram_of(values):
    recorder = Recorder()
    recorder.add_all(values)
    return recorder.histogram()


def read_back(text):
    """Return the lines (value in ns, part, count, 1/(1-part)) and the figures at the foot, as a plotter reads them."""
    head, blank, *lines = text.splitlines()
    assert head.split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    assert blank == ""
    found = [FOOT.fullmatch(line).groups() for line in lines[-3:]]
    foot = {name: float(value) for four in found for name, value in (four[:2], four[2:])}
    rows = [LINE.fullmatch(line).groups() for line in lines[:-3]]
    return [(round(float(v) * 1e6), float(p), int(n), r and float(r)) for v, p, n, r in rows], foot


@given(st.lists(st.integers(1, 10**11), min_size=1, max_size=300))
def test_what_is_read_back_is_the_histogram(values):
    histogram = histogram_of(values)

    rows, foot = read_back(write_distribution(histogram))

    for value, part, seen, rest in rows:
        assert value == pytest.approx(histogram.percentile(max(part, 1e-12) * 100), rel=0.002)
        assert seen == sum(1 for v in values if v <= value * 1.001)
        assert rest is None if part == 1 else rest == pytest.approx(1 / (1 - part), abs=0.01)
    assert rows == sorted(rows, key=lambda row: row[1])
    assert (rows[-1][0], rows[-1][1], rows[-1][2]) == (max(values), 1.0, len(values))
    assert foot["Total count"] == len(values)
    assert foot["Max"] == pytest.approx(max(values) / 1e6, abs=1e-6)
    assert foot["Mean"] == pytest.approx(sum(values) / len(values) / 1e6, abs=1e-6)


def test_the_deviation_is_that_of_the_values():
    assert read_back(write_distribution(histogram_of([10**6] * 50 + [3 * 10**6] * 50)))[1]["StdDeviation"] == (
        pytest.approx(1.0, rel=0.01)
    )


def test_there_are_five_lines_for_each_halving():
    parts = [row.part for row in distribution(histogram_of(range(1, 100_001)))]

    assert parts[:11] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75])


def test_nothing_is_an_empty_distribution():
    rows, foot = read_back(write_distribution(histogram_of([])))

    assert (rows, foot["Total count"]) == ([], 0)


def test_a_run_leaves_its_latencies(cli):
    result = cli("bench", "pubsub", "a", "--embedded", "--msgs", "500", "--hgrm", "l.hgrm", "--json")

    rows, foot = read_back(Path("l.hgrm").read_text())
    assert (result.code, foot["Total count"], rows[-1][2]) == (0, 500, 500)


def test_several_runs_leave_a_file_each(cli):
    cli("bench", "pub", "a", "--embedded", "--msgs", "50", "--repeat", "3", "--hgrm", "l.hgrm")
    assert sorted(path.name for path in Path().glob("*.hgrm")) == ["l.1.hgrm", "l.2.hgrm", "l.3.hgrm"]


def test_what_times_nothing_leaves_none(cli):
    result = cli("bench", "sub", "a", "--hgrm", "l.hgrm", "-s", "127.0.0.1:1")

    assert (result.code, result.out) == (2, b"")
    assert "bench sub times nothing" in result.err
