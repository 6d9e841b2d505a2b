"""A report survives its JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.documents import read_report, write_report
from natscli.bench.plan import Mode, Role, Share, Spec
from natscli.bench.report import Disconnect, Environment, FoundRate, Report, ServerCounters, Step
from natscli.bench.samples import Sample
from natscli.bench.summary import summarise
from natscli.errors import NatsCliError

ENVIRONMENT = Environment(
    natscli="1.0", python="3.11.0", system="Linux x86_64", cores=2, load=None, server="nats://a", server_version="2.15",
    embedded=True, rtt_s=0.0001,
)  # fmt: skip


def sample(values, role=Role.SUBSCRIBER):
    taken = Sample(Share(role, 0, 10))
    taken.received, taken.timed, taken.first_ns, taken.last_ns = len(values), "something", 5, 900_000_005
    taken.timeline = {0: 4, 3: 1}
    taken.latency.add_all(values)
    return taken


def report(values=(1, 5000, 10**9), label="", mode=Mode.PUBSUB):
    result = summarise(
        Spec(mode=mode, subject="a", rate=1.5),
        [sample(list(values))],
        started="2026-11-23T12:00:00Z",
        ended="count",
        disconnects=[Disconnect(Role.SUBSCRIBER, 0, 0.5, "gone"), Disconnect(Role.SUBSCRIBER, 0, 0.7, "again", 0.1)],
        busy=0.95,
        server=ServerCounters(1, 2, 3, 4),
    )
    found = FoundRate(slo_s=0.005, rate=10.0, steps=(Step(rate=10.0, reached=9.9, p99_ns=4, kept=True),))
    return Report(environment=ENVIRONMENT, results=(result,), label=label, found=found)


@given(st.lists(st.integers(0, 10**12)), st.text(), st.sampled_from(Mode))
def test_a_report_is_read_as_it_was_written(values, label, mode):
    written = report(values, label, mode)

    assert read_report(json.dumps(write_report(written))) == written


def test_percentiles_stand_beside_the_buckets():
    (result,) = write_report(report())["results"]

    assert result["latency"]["count"] == 3
    assert 5000 <= result["latency"]["p50_ns"] <= 5005
    assert result["latency"]["max_ns"] == 10**9


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"natscli_bench": 2}', '{"natscli_bench": 1}', "[" * 100_000])
def test_what_is_no_report_is_said(text):
    with pytest.raises(NatsCliError, match="report"):
        read_report(text)


def test_a_field_of_the_wrong_kind_is_said():
    document = write_report(report())
    document["results"][0]["msgs"] = "many"

    with pytest.raises(NatsCliError, match="'many' is no int"):
        read_report(json.dumps(document))


@pytest.mark.parametrize("figure", ["NaN", "-Infinity", "1" + "0" * 400, '"x"', "[[[]]]"])
def test_a_figure_that_is_no_number_is_said(figure):
    document = write_report(report())
    document["results"][0]["msgs_per_sec"] = "figure"
    text = json.dumps(document).replace('"figure"', figure)

    with pytest.raises(NatsCliError, match="report"):
        read_report(text)


def test_a_field_that_is_missing_is_named():
    document = write_report(report())
    del document["environment"]["cores"]

    with pytest.raises(NatsCliError, match="the report cannot be read: cores is missing"):
        read_report(json.dumps(document))


def test_a_report_from_before_there_were_agents_is_read():
    document = write_report(report())
    del document["results"][0]["agents"]

    assert read_report(json.dumps(document)) == report()
