import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.histogram import Histogram, Recorder, bucket_of, highest_in, merged

nanoseconds = st.integers(min_value=0, max_value=10**13)


def recorded(values):
    recorder = Recorder()
    recorder.add_all(values)
    return recorder.histogram()


@given(nanoseconds)
def test_a_bucket_is_no_wider_than_a_thousandth_of_what_it_holds(value):
    assert value <= highest_in(bucket_of(value)) <= value * 1.001


@given(nanoseconds)
def test_buckets_follow_each_other_without_a_gap(value):
    bucket = bucket_of(value)

    assert bucket_of(highest_in(bucket)) == bucket
    assert bucket_of(highest_in(bucket) + 1) == bucket + 1


@given(st.lists(nanoseconds, min_size=1), st.sampled_from([50.0, 90.0, 99.0, 99.9, 100.0]))
def test_a_percentile_is_the_value_at_its_place_to_a_thousandth(values, percent):
    place = math.ceil(percent / 100 * len(values) - 1e-9) - 1
    exact = sorted(values)[max(place, 0)]

    assert exact <= recorded(values).percentile(percent) <= exact * 1.001


@given(st.lists(nanoseconds, min_size=1))
def test_count_mean_and_ends_are_exact(values):
    histogram = recorded(values)

    assert (histogram.count, histogram.minimum, histogram.maximum) == (len(values), min(values), max(values))
    assert histogram.mean == pytest.approx(statistics.fmean(values))
    assert histogram.percentile(100) == max(values)


@given(st.lists(nanoseconds), st.lists(nanoseconds))
def test_merged_is_as_if_recorded_together(some, others):
    assert merged([recorded(some), recorded(others)]) == recorded(some + others)


def test_many_at_once_are_as_many_one_by_one():
    one_by_one, at_once = Recorder(), Recorder()
    for _ in range(5):
        one_by_one.add(1_500_000)
    at_once.add(1_500_000, 5)

    assert one_by_one.histogram() == at_once.histogram()


def test_nothing_recorded_reads_nothing():
    assert Recorder().histogram() == merged([]) == Histogram()
    assert (Histogram().percentile(99), Histogram().mean) == (0, 0)
