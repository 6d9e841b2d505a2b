from hypothesis import given
from hypothesis import strategies as st

from natscli.bench.schedule import Schedule


def taken(schedule, now, most=10**6):
    due = []
    while part := schedule.take(now, most - len(due)):
        due += part
    return due


def test_everything_is_due_in_its_time():
    schedule = Schedule(1000, rate=1e6)

    assert taken(schedule, 999) == []
    assert taken(schedule, 4000) == [1000, 2000, 3000, 4000]
    assert schedule.wait_s(4500) == 5e-7
    assert schedule.wait_s(9000) == 0


def test_what_could_not_be_taken_in_time_keeps_the_time_it_was_due():
    schedule = Schedule(0, rate=1000)

    late = taken(schedule, 10**9)

    assert late == [n * 10**6 for n in range(1001)]


def test_no_more_is_taken_than_wanted():
    assert len(taken(Schedule(0, rate=1e6), 10**9, most=700)) == 700


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_jitter_keeps_the_order_and_the_rate(jitter, rate):
    due = taken(Schedule(0, rate, jitter), round(1000.5 * 1e9 / rate))
    gap = 1e9 / rate

    assert due == sorted(due)
    assert len(due) in (1001, 1002)
    assert all(abs(time - n * gap) <= jitter / 2 * gap + 1 for n, time in enumerate(due))
