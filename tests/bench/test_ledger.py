from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.ledger import Ledger


def after(*arrivals):
    ledger = Ledger()
    for first, count in arrivals:
        ledger.take(first, count)
    return ledger


def counts(ledger, sent):
    return ledger.received, ledger.lost(sent), ledger.duplicated, ledger.out_of_order


def test_all_in_order():
    assert counts(after((0, 5), (5, 5)), 10) == (10, 0, 0, 0)


def test_a_gap_is_lost():
    assert counts(after((0, 5), (8, 2)), 10) == (7, 3, 0, 0)


def test_the_tail_is_lost_too():
    assert counts(after((0, 5)), 10) == (5, 5, 0, 0)


def test_what_comes_late_is_out_of_order_and_not_lost():
    assert counts(after((0, 5), (8, 2), (5, 3)), 10) == (10, 0, 0, 3)


def test_what_comes_twice_is_a_duplicate():
    assert counts(after((0, 5), (3, 4)), 7) == (7, 0, 2, 0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=30))
def test_it_agrees_with_a_set_of_all_numbers(arrivals):
    seen, highest, late, twice = set(), 0, 0, 0
    for first, count in arrivals:
        for number in range(first, first + count):
            if number in seen:
                twice += 1
            elif number < highest:
                late += 1
            seen.add(number)
            highest = max(highest, number + 1)

    assert counts(after(*arrivals), 100) == (len(seen), 100 - len(seen), twice, late)
