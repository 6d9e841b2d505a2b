from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.places import Places
from natscli.bench.writing import Flights


def replies(sequences, deliveries=1, domain="", place=1):
    head = f"$JS.ACK.{domain}" if not domain else f"$JS.ACK.{domain}.hash."
    return [f"{head}S.C.{deliveries}.{each}.{at}.1.0".encode() for at, each in enumerate(sequences, place)]


@given(st.lists(st.lists(st.integers(1, 300), min_size=1, max_size=40), max_size=8), st.sampled_from(["", "hub"]))
def test_each_sequence_counts_once(runs, domain):
    """A consumer delivers a stream in order; what comes again, or behind others, says that it is not the first time."""
    places, highest = Places(), 0

    new = 0
    for run in runs:
        delivered = []
        for sequence in run:
            delivered += replies([sequence], 1 if sequence > highest else 2, domain, place=len(delivered) + 1)
            highest = max(highest, sequence)
        new += places.take_replies(delivered)

    seen = {sequence for run in runs for sequence in run}
    assert new == places.count == len(seen)
    assert places.missing == (max(seen) - min(seen) + 1 - len(seen) if seen else 0)


@given(st.integers(1, 1000), st.integers(1, 600))
def test_a_stretch_is_taken_as_a_whole(first, count):
    places = Places()
    run = replies(range(first, first + count))

    assert places.take_replies(run) == count
    assert places.take_replies(run) == 0
    assert places.count == count


def test_what_only_looks_like_a_stretch_is_looked_at_one_by_one():
    places = Places()

    assert places.take_replies([*replies([5]), *replies([7, 7], 2), *replies([1, 1, 1, 8])[3:]]) == 3
    assert places.missing == 1


def test_the_sequences_of_an_old_stream_take_no_more_room():
    places = Places()

    assert places.take(10**15, 5) == 5
    assert places.take(10**15 - 7, 5) == 5
    assert (places.count, places.missing) == (10, 2)


def test_what_others_saw_is_covered():
    some, more = Places(), Places()
    some.take(1, 5)
    more.take(1, 9)

    assert some.cover(more) == 4
    assert some.count == 9


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 50)), max_size=20), st.integers(0, 600))
def test_the_oldest_land_first_and_nothing_is_forgotten(blocks, messages):
    flights = Flights()
    for at, count in blocks:
        flights.add([at], count, count * 10)
    total = sum(count for _, count in blocks)

    landed = flights.land(messages)
    rest = flights.drop(10**9)

    assert sum(count for _, count, _ in landed) == min(messages, total)
    assert sum(size for _, _, size in landed) == min(messages, total) * 10
    assert [at for at, count, _ in landed for _ in range(count)] + rest == [at for at, n in blocks for _ in range(n)]
