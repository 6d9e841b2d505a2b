"""Rates, lag and where it goes, from looks alone: no server, and a clock that is given."""

from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.jetstream.flows import KEPT, Flows, Trend, trend_of
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.looks import Placed, consumer_look, stream_look

CREATED = "2026-11-01T00:00:00Z"


def stream(name="S", created=CREATED, ts="", **state):
    return stream_look(StreamInfo({"config": {"name": name}, "created": created, "ts": ts, "state": state}))


def consumer(name="C", lag=0, delivered=0, reached=None, unacked=0, **fields):
    delivered_to = {"consumer_seq": delivered, "stream_seq": delivered if reached is None else reached}
    document = {
        "stream_name": "S", "name": name, "created": CREATED, "delivered": delivered_to, "num_pending": lag,
        "num_ack_pending": unacked, **fields,
    }  # fmt: skip
    return consumer_look(ConsumerInfo(document))


def after(*looks, seconds=2.0):
    """Return the flow after looks that are so many seconds apart."""
    flows = Flows()
    for number, look in enumerate(looks):
        if hasattr(look, "messages"):
            flows.take_streams([look], number * seconds)
        else:
            flows.take_consumers("S", [look], number * seconds)
    return flows.streams["S"] if flows.streams else flows.consumers["S"]["C"]


def test_one_look_has_no_rates():
    flow = after(stream(messages=5, last_seq=5, bytes=500))
    assert (flow.in_per_s, flow.gone_per_s, flow.in_bytes_per_s, list(flow.curve)) == (None, None, None, [])
    assert after(consumer(lag=3)).acked_per_s is None


def test_what_came_is_the_rise_of_the_last_sequence_and_its_bytes_are_exact_where_nothing_went():
    flow = after(stream(messages=5, last_seq=5, bytes=500), stream(messages=11, last_seq=11, bytes=1400))
    assert (flow.in_per_s, flow.gone_per_s, flow.in_bytes_per_s, flow.estimated) == (3, 0, 450, False)


def test_what_went_is_told_apart_and_had_the_mean_size():
    flow = after(stream(messages=10, last_seq=10, bytes=1000), stream(messages=10, last_seq=20, bytes=1000))
    assert (flow.in_per_s, flow.gone_per_s, flow.in_bytes_per_s, flow.estimated) == (5, 5, 500, True)


def test_a_purge_is_no_traffic():
    flow = after(stream(messages=1000, last_seq=1000, bytes=9000), stream(messages=0, last_seq=1000, bytes=0))
    assert (flow.in_per_s, flow.gone_per_s, flow.in_bytes_per_s) == (0, 500, 0)


@pytest.mark.parametrize("again", [{"created": "2026-11-02T00:00:00Z", "last_seq": 7}, {"last_seq": 2}])
def test_a_stream_that_was_made_anew_begins_anew(again):
    assert after(stream(last_seq=5), stream(**again)).in_per_s is None


def test_the_servers_clock_counts_as_long_as_it_is_one_and_the_same():
    looks = [stream(last_seq=0, ts="2026-11-29T00:00:00Z"), stream(last_seq=30, ts="2026-11-29T00:00:01.5Z")]
    assert after(*looks).in_per_s == 20
    elsewhere = [looks[0], stream(last_seq=30, ts="2026-11-28T23:00:00Z")]  # another leader, whose clock is wrong
    assert after(*elsewhere).in_per_s == 15


def test_the_age_of_the_last_message_is_by_the_servers_clock():
    look = stream(ts="2026-11-29T00:01:00Z", last_ts="2026-11-29T00:00:18Z", messages=1)
    assert look.idle_s == 42
    assert stream(ts="2026-11-29T00:01:00Z", last_ts="0001-01-01T00:00:00Z").idle_s is None


def test_of_limits_the_nearer_one_counts():
    config = {"name": "S", "max_msgs": 100, "max_bytes": 1000}
    state = {"messages": 20, "bytes": 900}
    assert stream_look(StreamInfo({"config": config, "state": state})).full == 0.9
    assert stream(messages=20).full is None


def test_acknowledged_is_what_was_delivered_for_the_first_time_and_is_waited_for_no_more():
    assert after(consumer(delivered=10, unacked=4), consumer(delivered=30, unacked=6)).acked_per_s == 9
    dead = after(consumer(delivered=10, reached=10, unacked=10), consumer(delivered=90, reached=10, unacked=10))
    assert (dead.delivered_per_s, dead.acked_per_s) == (40, 0)  # delivered again and again, acknowledged never


def test_whoever_is_furthest_behind_speaks_for_the_stream():
    flows = Flows()
    flows.take_streams([stream()], 0)
    assert flows.furthest("S") is None
    flows.take_consumers("S", [consumer("a", lag=5), consumer("b", lag=50)], 1)
    flows.keep_consumers("S", ["a", "b"], 1)
    assert flows.furthest("S").look.name == "b"
    flows.keep_consumers("S", ["a"], 2)
    assert flows.furthest("S").look.name == "a"
    flows.keep_streams([])
    assert (flows.furthest("S"), flows.streams, flows.consumers, flows.asked_s) == (None, {}, {}, {})


def test_a_curve_keeps_a_minute_of_looks():
    assert len(after(*(stream(last_seq=n) for n in range(3 * KEPT))).curve) == KEPT
    flow = after(*(consumer(lag=n) for n in range(3 * KEPT)))
    assert len(flow.curve) == len(flow.times) == KEPT


@pytest.mark.parametrize(
    ("lags", "trend"),
    [
        ([5, 5, 5], Trend.UNKNOWN),  # three points lie on a line too easily
        ([5, 5, 5, 5], Trend.STEADY),
        ([0] * 10, Trend.STEADY),
        ([100, 90, 80, 70, 60], Trend.SHRINKING),
        ([100, 111, 119, 131, 140], Trend.GROWING),
        ([10, 12, 9, 11, 10, 12, 9, 10, 11], Trend.STEADY),
        ([5280, 5310, 5270, 5290, 5275, 5262, 5281, 5270], Trend.STEADY),  # it wanders
        ([1e9 - 1000 * n for n in range(11)], Trend.SHRINKING),  # slowly, for its size, but surely
        ([0] * 20 + [500, 1000, 1500, 2000, 2500], Trend.GROWING),
    ],
)
def test_where_a_lag_goes(lags, trend):
    assert trend_of(array("d", range(len(lags))), array("d", lags))[0] is trend


@given(
    start=st.integers(min_value=10_000, max_value=10**9),
    slope=st.integers(min_value=1, max_value=500),
    every_s=st.floats(min_value=0.5, max_value=8),
)
def test_a_line_is_found_and_reckoned_to_its_end(start, slope, every_s):
    lags = [round(start - slope * every_s * n) for n in range(8)]
    looks = [consumer(lag=lag, delivered=n) for n, lag in enumerate(lags)]
    flow = after(*looks, seconds=every_s)
    assert flow.trend is (Trend.SHRINKING if lags[-1] < lags[-4] else Trend.STEADY)
    if flow.trend is Trend.SHRINKING and slope * every_s > 50:
        assert flow.drained_s == pytest.approx(lags[-1] / slope, rel=0.1)


@given(st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=30), st.integers(1, 20))
def test_whatever_the_lag_does_there_is_an_answer(lags, every_s):
    times = array("d", [every_s * n for n in range(len(lags))])
    trend, slope = trend_of(times, array("d", lags))
    assert {Trend.GROWING: slope > 0, Trend.SHRINKING: slope < 0}.get(trend, slope == 0)


def test_growing_never_ends():
    flow = after(*(consumer(lag=100 * n) for n in range(8)))
    assert (flow.trend, flow.drained_s, flow.slope) == (Trend.GROWING, None, pytest.approx(50))


def test_who_keeps_it_is_counted_with_the_leader():
    def placed(cluster, replicas=3):
        document = {"config": {"name": "S", "num_replicas": replicas}, "cluster": cluster}
        return stream_look(StreamInfo(document)).placed

    here, away = {"name": "b", "current": True}, {"name": "c", "current": True, "offline": True}
    assert placed({}) == Placed(1, 1, "", clustered=False)
    assert placed({"leader": "a", "replicas": [here, here]}) == Placed(3, 3, "a", clustered=True)
    assert placed({"leader": "a", "replicas": [here, away]}).short
    assert placed({"name": "C", "replicas": [here, away]}).leaderless
    assert not placed({}).leaderless


def test_what_holds_a_consumer_up():
    assert consumer(unacked=1000, config={"max_ack_pending": 1000}).stalled
    assert not consumer(unacked=1000, config={"max_ack_pending": -1}).stalled
    assert consumer(lag=5).unasked
    assert not consumer(lag=5, num_waiting=1).unasked
    assert not consumer(lag=0).unasked
    assert consumer(lag=5, config={"deliver_subject": "x"}).unasked
    assert not consumer(lag=5, config={"deliver_subject": "x"}, push_bound=True).unasked


FIELDS = ("config", "state", "name", "cluster", "replicas", "subjects", "mirror", "sources", "ts")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_server_says_is_looked_at(document):
    raw = document if isinstance(document, dict) else {"config": document, "state": document, "cluster": document}
    flows = Flows()
    for now_s in (0.0, 0.0, 1.0):
        flows.take_streams([replace(stream_look(StreamInfo(raw)), name="S")], now_s)
        flows.take_consumers("S", [consumer_look(ConsumerInfo(raw))], now_s)
    assert flows.streams["S"].in_per_s == 0


def test_thousands_of_subjects_are_named_no_further_than_can_be_shown():
    config = {"name": "S", "subjects": [f"a.{number}" for number in range(10_000)]}
    assert len(stream_look(StreamInfo({"config": config})).subjects) == 200
    sourced = {"name": "S", "sources": [{"name": "A"}, {"name": "B"}]}
    assert stream_look(StreamInfo({"config": sourced})).subjects == "from A, B"
