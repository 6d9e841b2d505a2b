import time

import pytest

from natscli.bench.plan import Mode, Role, Share, Spec
from natscli.bench.samples import BUCKET_NS, Sample
from natscli.bench.search import Search
from natscli.bench.summary import summarise


def publisher(client, sent, acknowledged, first_s, last_s):
    sample = Sample(Share(Role.PUBLISHER, client, sent))
    sample.sent, sample.acknowledged, sample.payload_bytes = sent, acknowledged, acknowledged * 10
    sample.first_ns, sample.last_ns = round(first_s * 1e9), round(last_s * 1e9)
    return sample


def summarised(samples, mode=Mode.PUB, ended="count", busy=0.0, **spec):
    return summarise(Spec(mode=mode, subject="a", **spec), samples, started="now", ended=ended, busy=busy)


def test_a_rate_is_of_all_messages_from_the_first_start_to_the_last_end():
    result = summarised([publisher(0, 100, 100, 1.0, 2.0), publisher(1, 300, 300, 2.0, 3.0)])

    assert (result.msgs, result.bytes, result.seconds) == (400, 4000, 2.0)
    assert (result.msgs_per_sec, result.bytes_per_sec) == (200, 2000)
    assert [client.msgs_per_sec for client in result.clients] == [100, 300]


def test_what_is_not_confirmed_is_lost():
    result = summarised([publisher(0, 100, 90, 0.1, 1.0)])

    assert (result.sent, result.acknowledged, result.lost, result.msgs) == (100, 90, 10, 90)


def test_what_subscribers_account_for_is_not_lost_twice():
    subscriber = Sample(Share(Role.SUBSCRIBER, 0, 100))
    subscriber.received, subscriber.lost, subscriber.first_ns, subscriber.last_ns = 88, 12, 1, 2

    result = summarised([publisher(0, 100, 90, 0.1, 1.0), subscriber], Mode.PUBSUB)

    assert (result.sent, result.acknowledged, result.received, result.lost) == (100, 90, 88, 12)


def test_a_time_line_begins_with_the_run_and_has_its_gaps():
    sample = publisher(0, 10, 10, 1.0, 1.3)
    sample.origin_ns = 10**9
    for now, messages in ((10**9 + BUCKET_NS, 3), (10**9 + 3 * BUCKET_NS, 4)):
        sample.advance(now, messages)

    assert summarised([sample]).timeline == (0, 3, 0, 4)


def test_nothing_done_divides_nothing():
    result = summarised([Sample(Share(Role.PUBLISHER, 0, 5))])

    assert (result.msgs_per_sec, result.seconds, result.timeline) == (0, 0, ())


def test_a_subscriber_that_was_cut_off_is_missing_the_rest():
    sample = Sample(Share(Role.SUBSCRIBER, 0, 100))
    sample.received, sample.first_ns, sample.last_ns = 60, 1, 2

    assert summarised([sample], Mode.SUB, "disconnected").lost == 40
    assert summarised([sample], Mode.SUB, "interrupted").lost == 0


def test_it_is_said_when_the_client_was_the_limit():
    assert "the client was busy 97%" in summarised([publisher(0, 1, 1, 0.1, 1)], busy=0.97).warnings[0]
    assert summarised([publisher(0, 1, 1, 0.1, 1)], busy=0.5).warnings == ()


def test_it_is_said_when_a_rate_was_not_reached():
    assert "100 were reached" in summarised([publisher(0, 100, 100, 1, 2)], rate=200.0).warnings[0]


@pytest.mark.parametrize("limit", [1500.0, 37_000.0, 400.0])
def test_the_search_finds_the_highest_rate_that_holds(limit):
    search = Search(0.005)
    while (rate := search.next_rate()) is not None:
        sample = publisher(0, round(rate), round(rate), 0.1, 1.1)
        sample.timed = "all"
        sample.latency.add(1_000_000 if rate <= limit else 9_000_000)
        search.learn(rate, summarised([sample]))

    found = search.found()
    assert found.rate == pytest.approx(limit, rel=0.06, abs=1)
    assert found.rate <= limit
    assert len(found.steps) < 25


def test_a_search_counts_over_the_whole_time_that_it_gave():
    search = Search(0.005)
    search.learn(1000.0, summarised([publisher(0, 1, 1, 0.1, 0.11)], Mode.PUB, "duration", duration_s=2.0))

    assert search.found().steps[0].reached == 0.5


def test_one_bad_moment_is_no_verdict():
    search, tried = Search(0.005), []
    for latency in (1, 9, 1):
        rate = search.next_rate()
        tried.append(rate)
        sample = publisher(0, round(rate), round(rate), 0.1, 1.1)
        sample.timed = "all"
        sample.latency.add(latency * 1_000_000)
        search.learn(rate, summarised([sample]))

    assert tried == [1000, 2000, 2000]
    assert search.next_rate() == 4000


def test_a_message_ahead_of_the_release_is_at_the_start_of_the_time_line():
    sample = Sample(Share(Role.SUBSCRIBER, 0, 10))

    sample.advance(time.perf_counter_ns(), 1)

    assert sum(sample.timeline.values()) == 1
    assert max(sample.timeline) < 100
