"""The registry against a naive model: random runs, ticks, clocks that step, folding, eviction."""

from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from natscli.text.sanitise import decode
from natscli.traffic.look import Look
from natscli.traffic.registry import Registry
from natscli.traffic.values import Limits, View
from natscli.wire.message import Message, Run
from natscli.wire.stretch import Frames

TOKENS = st.sampled_from([b"a", b"b", b"\xff", b"1", b"2", b"77", b"0123456789abcdef", b"*", b">", b"$SYS"])
SUBJECTS = st.lists(TOKENS, min_size=1, max_size=4).map(b".".join)
MESSAGES = st.builds(
    Message, SUBJECTS, st.binary(max_size=40), st.sampled_from([b"", b"", b"_INBOX.1", b"_INBOX.2", b"$JS.ACK.1"])
)
STEPS = st.one_of(
    st.lists(MESSAGES | st.builds(Message, st.just(b"_INBOX.1"), st.binary(max_size=9)), max_size=30),
    st.tuples(SUBJECTS, st.integers(0, 200), st.integers(1, 100)),  # a stretch: subject, size, count
    st.floats(-3, 90),  # a tick so much later
    st.booleans(),  # folding on or off
    st.tuples(SUBJECTS.map(decode), st.sampled_from([True, False, None])),  # for one node
)
EVERYTHING = View(internal=True)


def stretch(subject, size, count):
    line = b"MSG %b 1 %d\r\n" % (subject, size)
    data = (line + b"x" * size + b"\r\n") * count
    return Run.of_frames(1, subject, b"", Frames(data, 0, count, len(line), 0, size))


def play(registry, steps):
    """Do what the steps say; return counts and bytes by subject, inboxes as one, and the seconds of each tick."""
    now, counts, sizes, ticks, fresh = 50.0, Counter(), Counter(), [], 0
    for step in steps:
        match step:
            case [*messages] if not messages or isinstance(messages[0], Message):
                registry.take(Run.of(1, messages), now)
            case (bytes(subject), int(size), int(count)):
                messages = [Message(subject, b"x" * size)] * count
                registry.take(stretch(subject, size, count), now)
            case (str(path), on):
                registry.fold_node(path, on=on)
                continue
            case bool():
                registry.fold(on=step)
                continue
            case _:
                now += step
                registry.tick(now)
                ticks.append((int(registry.now_s - registry.start_s), fresh))
                fresh = 0
                continue
        for message in messages:
            key = b"_INBOX.>" if message.subject.startswith(b"_INBOX.") else message.subject
            counts[key] += 1
            sizes[key] += len(message.payload)
        fresh += len(messages)
    registry.tick(now)
    ticks.append((int(registry.now_s - registry.start_s), fresh))
    return counts, sizes, ticks


def check_sums(registry):
    """Every branch is the sum of what is below it, in all and in each second."""
    now = registry.now_s - registry.start_s
    waiting = [registry.tree.root]
    while waiting:
        node = waiting.pop()
        assert node.forward is None
        parts = [child.flow for child in node.children.values()]
        if node.own is not None:
            parts.append(node.own)
        assert node.flow.count == sum(part.count for part in parts)
        assert node.flow.size == sum(part.size for part in parts)
        assert node.flow.spark(now) == tuple(map(sum, zip(*(part.spark(now) for part in parts), strict=True))) or (
            not parts
        )
        for child in node.children.values():
            assert child.parent is node
        waiting += node.children.values()


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=25))
def test_figures_are_those_of_a_naive_count(steps):
    registry = Registry(50.0)

    counts, sizes, ticks = play(registry, steps)

    assert {m.subject: (m.count, m.size) for m in registry.members.values() if m.count} == {
        key: (counts[key], sizes[key]) for key in counts
    }
    totals = registry.totals()
    assert (totals.messages, totals.payload_bytes) == (sum(counts.values()), sum(sizes.values()))
    newest = ticks[-1][0]
    seconds = Counter()
    for second, count in ticks:
        seconds[second] += count
    assert totals.spark == tuple(seconds[second] for second in range(newest - 59, newest + 1))
    check_sums(registry)
    assert sum(row.messages for row in Look(registry).table(EVERYTHING, 0, 10**6).rows) == totals.messages


@settings(max_examples=200)
@given(st.lists(STEPS, max_size=25), st.integers(1, 6))
@example([[Message(b"a.a", b""), Message(b"a.b", b"")]], 1)  # the place for what is let go folds the rest
def test_nothing_is_lost_from_the_sums_when_subjects_are_let_go(steps, most):
    registry = Registry(50.0, Limits(subjects=most, kept_bytes=2000, pending=1, children=2))

    counts, sizes, _ = play(registry, steps)

    totals = registry.totals()
    assert (totals.messages, totals.payload_bytes) == (sum(counts.values()), sum(sizes.values()))
    assert sum(member.count for member in registry.members.values()) == totals.messages
    check_sums(registry)
    assert totals.kept_bytes <= 2000
    assert totals.pending_requests <= 1


@settings(max_examples=100)
@given(st.lists(st.lists(MESSAGES, max_size=20), max_size=6), st.randoms())
def test_how_it_is_folded_does_not_depend_on_the_order(batches, random):
    def rows(batches):
        registry = Registry(0.0)
        for messages in batches:
            registry.take(Run.of(1, messages), 1.0)
            registry.tick(1.0)
        look = Look(registry).table(EVERYTHING, 0, 10**6)
        return {(row.subject, row.messages, row.smallest, row.largest) for row in look.rows if row.messages}

    mixed = [message for batch in batches for message in batch]
    random.shuffle(mixed)

    assert rows(batches) == rows([mixed])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 50)), max_size=40), st.sampled_from([1, 10, 60]))
def test_rates_are_those_of_a_sliding_window(steps, window):
    registry, now, seconds = Registry(0.0), 0.0, Counter()
    for later, count in steps:
        now += later
        registry.take(stretch(b"a", 3, count), now)
        registry.tick(now)
        seconds[int(now)] += count

    newest, part = int(now), now - int(now)
    expected = sum(seconds[newest - back] for back in range(window)) + seconds[newest - window] * (1 - part)
    flow = registry.all

    assert flow.rate(window, now) == pytest.approx(expected / min(window, max(now, 1e-3)))
    assert flow.size_rate(window, now) == pytest.approx(3 * flow.rate(window, now))
