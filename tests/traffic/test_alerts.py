"""Alerts: what can be written, what it means, and when it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.traffic.alerts import Alarm, Alert, Metric, parse_alert
from natscli.traffic.registry import Registry
from natscli.wire.message import Message, Run


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("rate(orders.>) > 1000", (Metric.RATE, "orders.>", ">", 1000)),
        ("rate(a)>=2.5k/s", (Metric.RATE, "a", ">=", 2500)),
        ("  silent( heartbeat.* ) > 30s ", (Metric.SILENT, "heartbeat.*", ">", 30)),
        ("p99(svc.>) > 50ms", (Metric.P99, "svc.>", ">", 0.05)),
        ("p50(svc.>) <= 1m30s", (Metric.P50, "svc.>", "<=", 90)),
        ("unanswered(x.>) > 0", (Metric.UNANSWERED, "x.>", ">", 0)),
        ("bytes(>) > 10MiB/s", (Metric.BYTES, ">", ">", 10 * 1024 * 1024)),
        ("largest(a.b) > 1k", (Metric.LARGEST, "a.b", ">", 1000)),
        ("count(a.b) < 1M", (Metric.COUNT, "a.b", "<", 1e6)),
    ],
)
def test_what_can_be_written(text, alert):
    assert parse_alert(text) == Alert(text.strip(), *alert)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not an alert"),
        ("rate > 5", "is not an alert"),
        ("rate(a) = 5", "is not an alert"),
        ("rate(a) > 5 or rate(b) > 5", "is not an alert"),
        ("speed(a) > 5", "which is none of rate"),
        ("rate(a) > fast", "is no number"),
        ("rate(a) > ٣", "is no number"),
        ("rate(a..b) > 5", "empty token"),
        ("rate(a.>.b) > 5", "can only be last"),
        ("silent(a) > 30", "is not a duration"),
        ("silent(a) < 30s", "would fire while messages come"),
        ("bytes(a) > much", "is not a size"),
    ],
)
def test_what_cannot(text, words):
    with pytest.raises(ValueError, match=words):
        parse_alert(text)


@given(st.text(alphabet="rate(silentp9)> <=.*0123456789msk/", max_size=30))
def test_anything_is_an_alert_or_a_value_error(text):
    try:
        alert = parse_alert(text)
    except ValueError:
        return
    assert parse_alert(alert.text) == alert


def alarm(*texts, start_s=0.0):
    registry = Registry(start_s)
    return registry, Alarm([parse_alert(text) for text in texts], registry)


def firing(found):
    return [(f.alert.metric.value, f.subject, f.value) for f in found]


def feed(registry, *messages, now_s):
    registry.take(Run.of(1, [Message(*message) for message in messages]), now_s)
    registry.tick(now_s)


def test_sums_are_over_all_that_match():
    registry, board = alarm("count(a.>) > 3", "rate(a.*) > 3", "bytes(a.>) > 3k", "count(b) > 0")
    feed(registry, *[(b"a.%d" % n, b"x" * 1000) for n in range(4)], now_s=1.0)

    assert firing(board.check()) == [("count", "a.>", 4), ("rate", "a.*", 4), ("bytes", "a.>", 4000)]

    feed(registry, now_s=9.0)
    assert firing(board.check()) == [("count", "a.>", 4)]


def test_silence_is_that_of_the_quietest_and_of_what_never_came():
    registry, board = alarm("silent(h.*) > 5s", "silent(never.>) > 5s", start_s=100.0)
    feed(registry, (b"h.1", b""), (b"h.2", b""), now_s=102.0)
    assert firing(board.check()) == []

    feed(registry, (b"h.2", b""), now_s=108.0)
    assert firing(board.check()) == [("silent", "h.1", 6), ("silent", "never.>", 8)]

    feed(registry, (b"h.1", b""), (b"never.come", b""), now_s=109.0)
    assert firing(board.check()) == []


def test_percentiles_are_of_all_replies_together():
    registry, board = alarm("p99(svc.>) > 50ms", "p50(svc.>) > 50ms", "unanswered(svc.b) > 0", "p99(none) > 0s")
    registry.take(Run.of(1, [Message(b"svc.a", b"", b"_INBOX.%d" % n) for n in range(60)]), 1.0)
    registry.take(Run.of(1, [Message(b"svc.b", b"", b"_INBOX.%d" % (60 + n)) for n in range(40)]), 1.0)
    registry.take_replies(Run.of(2, [Message(b"_INBOX.%d" % n, b"") for n in range(60)]), 1.001)
    registry.take_replies(Run.of(2, [Message(b"_INBOX.%d" % n, b"") for n in range(60, 99)]), 1.1)
    registry.tick(1.2)

    (found,) = board.check()
    assert found.alert.text == "p99(svc.>) > 50ms"
    assert found.value == pytest.approx(0.1, rel=0.05)

    registry.tick(30.0)
    assert firing(board.check())[1] == ("unanswered", "svc.b", 1)


def test_a_wildcard_in_the_first_place_does_not_reach_into_what_is_nats_own():
    registry, board = alarm("count(>) > 0", "count($SYS.>) > 0", "count(_INBOX.>) > 0")
    feed(registry, (b"$SYS.x", b""), (b"_INBOX.1", b""), now_s=1.0)

    assert firing(board.check()) == [("count", "$SYS.>", 1), ("count", "_INBOX.>", 1)]


def test_little_is_not_called_little_before_a_second_has_passed():
    registry, board = alarm("rate(a) < 10")
    feed(registry, (b"a", b""), now_s=0.5)
    assert board.check() == ()

    feed(registry, (b"a", b""), now_s=1.5)
    assert len(board.check()) == 1
