"""Looking: sorted rows, the tree, detail, marks, folding by hand, a baseline."""

import pytest

from natscli.traffic.folding import is_identifier
from natscli.traffic.look import Look
from natscli.traffic.registry import Registry
from natscli.traffic.values import Limits, Mark, Order, View
from natscli.wire.message import Message, Run
from tests.traffic.test_registry_properties import stretch


def watching(*messages, now_s=1.0, **limits):
    registry = Registry(0.0, Limits(**limits))
    feed(registry, *messages, now_s=now_s)
    return registry, Look(registry)


def feed(registry, *messages, now_s):
    registry.take(Run.of(1, [Message(*message) for message in messages]), now_s)
    registry.tick(now_s)


def subjects(table):
    return [row.subject for row in table.rows]


@pytest.mark.parametrize("token", ["0", "81234", "deadbeef01", "0123abcd", "7b1e4c3a-0f7d-4b1e-9c3a-0f7d4b1e9c3a",
                                   "NDJ7XG3B5K2L9M8N1P0Q4R", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])  # fmt: skip
def test_identifiers(token):
    assert is_identifier(token)


@pytest.mark.parametrize("token", ["", "a", "v1", "created", "facade", "defaced", "deadbeef", "-1", "1.5", "x" * 22])
def test_names(token):
    assert not is_identifier(token)


def test_each_order_puts_the_most_first_and_reversed_the_least():
    _registry, look = watching((b"a", b"xxxxxx"), (b"b", b"x"), (b"b", b"x"), (b"c", b"xxx"), (b"c", b"x"), (b"c", b""))
    expected = {
        Order.MESSAGES: "cba", Order.RATE: "cba", Order.RATE_10S: "cba", Order.RATE_60S: "cba", Order.BYTES: "acb",
        Order.BYTES_RATE: "acb", Order.LARGEST: "acb", Order.SUBJECT: "abc",
    }  # fmt: skip
    for order, names in expected.items():
        assert "".join(subjects(look.table(View(order=order), 0, 9))) == names
        assert "".join(subjects(look.table(View(order=order, reverse=True), 0, 9))) == names[::-1]


def test_rows_without_a_rate_stand_behind_the_others():
    registry, look = watching((b"old", b""), (b"older", b""))
    feed(registry, (b"now", b""), now_s=30.0)

    assert subjects(look.table(View(), 0, 9)) == ["now", "old", "older"]
    assert subjects(look.table(View(), 1, 1)) == ["old"]
    assert subjects(look.table(View(reverse=True), 0, 9)) == ["old", "older", "now"]


@pytest.mark.parametrize("order", [Order.RATE, Order.RATE_10S, Order.RATE_60S, Order.BYTES_RATE])
def test_the_first_of_many_are_those_of_a_full_sort(order):
    registry, look = watching(*[(b"k.w%c%c%c" % tuple(97 + n // 26**i % 26 for i in range(3)), b"x" * (n % 9))
                                for n in range(5000) for _ in range(n % 4 or 1)], children=9999)  # fmt: skip
    feed(registry, *[(b"k.w%caa" % (97 + n % 26), b"xx") for n in range(60)], now_s=7.5)

    def figures(count):
        rows = look.table(View(order=order), 0, count).rows
        return [(row.messages_per_s, row.messages_per_s_10s, row.messages_per_s_60s, row.bytes_per_s) for row in rows]

    assert figures(40) == figures(5000)[:40]


def test_what_matches_is_asked_once_for_each_subject():
    asked = []
    view = View(order=Order.SUBJECT, match=lambda subject: asked.append(subject) or subject.startswith("a"))
    registry, look = watching((b"a.x", b""), (b"b.x", b""))
    look.table(view, 0, 9)
    feed(registry, (b"a.y", b""), (b"a.x", b""), now_s=2.0)

    table = look.table(view, 0, 9)

    assert (subjects(table), table.count) == (["a.x", "a.y"], 2)
    assert sorted(asked) == ["a.x", "a.y", "b.x"]


def test_a_frozen_order_is_the_consumers():
    _registry, look = watching((b"a", b""), (b"b", b""))

    assert [row.subject for row in look.rows(["b", "gone", "a"])] == ["b", "a"]


def lines(tree):
    return [("  " * row.depth + row.token, row.children, row.row.messages, row.folded) for row in tree.rows]


def test_the_tree_shows_what_is_open():
    _registry, look = watching(
        (b"orders.1.paid", b""), (b"orders.2.paid", b""), (b"orders.2.sent", b""), (b"orders", b""), (b"$SYS.x", b"")
    )

    assert lines(look.tree(View(), frozenset(), 0, 9)) == [("orders", 1, 4, False)]
    opened = look.tree(View(), {"orders", "orders.*"}, 0, 9)
    assert lines(opened) == [
        ("orders", 1, 4, False), ("  *", 2, 3, True), ("    paid", 0, 2, False), ("    sent", 0, 1, False),
    ]  # fmt: skip
    assert lines(look.tree(View(), {"orders", "orders.*"}, 2, 1)) == [("    paid", 0, 2, False)]
    assert lines(look.tree(View(internal=True), frozenset(), 0, 9))[0] == ("$SYS", 1, 1, False)
    only_sent = View(match=lambda subject: "sent" in subject)
    assert [line[0] for line in lines(look.tree(only_sent, {"orders", "orders.*"}, 0, 9))] == [
        "orders",
        "  *",
        "    sent",
    ]


def test_folding_is_set_for_all_and_for_single_nodes():
    registry, look = watching((b"orders.1.paid", b""), (b"orders.2.paid", b""), (b"svc.a", b""), (b"svc.b", b""))
    by_name = View(order=Order.SUBJECT)
    assert subjects(look.table(by_name, 0, 9)) == ["orders.*.paid", "svc.a", "svc.b"]

    registry.fold_node("svc", on=True)
    registry.fold_node("orders", on=False)
    assert subjects(look.table(by_name, 0, 9)) == ["orders.1.paid", "orders.2.paid", "svc.*"]
    feed(registry, (b"svc.c", b""), (b"orders.3.paid", b""), now_s=2.0)
    assert look.table(by_name, 0, 9).count == 4

    registry.fold(on=False)
    assert look.table(by_name, 0, 9).count == 6
    registry.fold(on=True)
    assert subjects(look.table(by_name, 0, 9)) == ["orders.*.paid", "svc.a", "svc.b", "svc.c"]
    assert {row.messages for row in look.table(by_name, 0, 1).rows} == {3}


def test_too_many_children_are_folded_whatever_they_are_called():
    _registry, look = watching(*[(b"tenants.t%c.x" % (97 + n), b"") for n in range(6)], children=5)

    assert subjects(look.table(View(), 0, 9)) == ["tenants.*.x"]


def test_detail_of_a_subject_a_family_and_a_branch():
    headers = b"NATS/1.0\r\nTrace: 1\r\nKind: a\r\n\r\n"
    _registry, look = watching((b"o.1.paid", b"xyz", b"", headers), (b"o.2.paid", b""), (b"o.new", b"x" * 9))

    family = look.detail("o.*.paid")
    assert family.size_histogram == (1, 0, 1)
    assert family.header_names == ("Trace", "Kind")
    assert [kept.message.subject for kept in family.messages] == [b"o.1.paid", b"o.2.paid"]
    assert family.messages[0].message.headers == headers
    assert (family.row.smallest, family.row.largest, family.row.subjects) == (0, 3, 2)
    branch = look.detail("o")
    assert (sum(branch.size_histogram), branch.row.messages, branch.row.smallest) == (3, 3, None)
    assert look.detail("nothing") is None


def test_the_last_messages_are_kept_within_their_budget():
    registry, look = watching(*[(b"a", b"%d" % n) for n in range(50)])
    assert [kept.message.payload for kept in look.detail("a").messages] == [b"%d" % n for n in range(30, 50)]

    registry, look = watching((b"quiet", b"q" * 1000), *[(b"loud", b"x" * 1000)] * 9, kept_bytes=10_000)
    assert registry.totals().kept_bytes <= 10_000
    assert registry.totals().evicted_messages == 3
    assert len(look.detail("quiet").messages) == 1
    registry, look = watching((b"huge", b"x" * 20_000), kept_bytes=10_000)
    assert look.detail("huge").messages == ()


def test_the_last_of_a_stretch_are_kept_without_cutting_it_up():
    registry, look = watching()
    registry.take(stretch(b"a", 7, 100_000), 1.0)
    registry.tick(1.0)

    assert [kept.message for kept in look.detail("a").messages] == [Message(b"a", b"x" * 7)] * 20
    assert registry.totals().unseen_bodies == 0


def test_a_flood_is_counted_and_the_last_of_each_subject_kept():
    registry, look = watching(*[(b"a.k%c" % (97 + n % 5), b"%d" % n) for n in range(1000)], looked_at=100)

    assert registry.totals().messages == 1000
    assert registry.totals().unseen_bodies == 995
    assert [kept.message.payload for kept in look.detail("a.ka").messages] == [b"995"]


def test_marks():
    registry, look = watching((b"steady", b""))
    feed(registry, *[(b"steady", b"")] * 5, now_s=20.0)
    feed(registry, (b"new", b""), (b"steady", b""), now_s=21.0)
    assert {row.subject: row.mark for row in look.table(View(), 0, 9).rows} == {"steady": Mark.NONE, "new": Mark.NEW}

    feed(registry, *[(b"new", b"")] * 500, now_s=40.0)
    assert {row.subject: row.mark for row in look.table(View(), 0, 9).rows} == {"steady": Mark.QUIET, "new": Mark.BURST}


def test_a_baseline_is_counted_from():
    registry, look = watching((b"a", b""), (b"a", b""))
    assert look.table(View(), 0, 1).rows[0].since_baseline is None

    registry.set_baseline()
    feed(registry, (b"a", b""), (b"b", b""), now_s=2.0)
    assert {row.subject: row.since_baseline for row in look.table(View(), 0, 9).rows} == {"a": 1, "b": 1}
    assert registry.totals().since_baseline == 2
    registry.clear_baseline()
    assert registry.totals().since_baseline is None


def test_what_was_let_go_is_marked_and_still_counted():
    names = [b"k.%c%c" % (97 + n % 26, 97 + n // 26) for n in range(300)]
    registry, look = watching(*[(name, b"x") for name in names], subjects=100, children=1000)
    for now_s in range(2, 40):
        feed(registry, (b"k.zz", b""), now_s=now_s)

    evicted = [row for row in look.table(View(), 0, 999).rows if row.mark is Mark.EVICTED]
    assert [row.subject for row in evicted] == ["k.>"]
    assert registry.totals().evicted_subjects == evicted[0].messages
    assert registry.totals().subjects <= 101
    assert sum(row.messages for row in look.table(View(), 0, 999).rows) == 300 + 38


def test_requests_are_given_up_one_way_or_another():
    registry, look = watching(pending=2, patience_s=5.0)
    registry.take(Run.of(1, [Message(b"svc", b"", b"_INBOX.%d" % n) for n in range(4)]), 1.0)
    registry.take(Run.of(1, [Message(b"_INBOX.0", b""), Message(b"_INBOX.3", b"")]), 1.5)
    registry.take(Run.of(1, [Message(b"svc", b"", b"$JS.ACK.x"), Message(b"svc", b"", b"elsewhere")]), 1.5)
    registry.tick(6.0)

    totals = registry.totals()
    assert (totals.requests, totals.replies, totals.unanswered, totals.evicted_requests) == (4, 1, 1, 2)
    assert look.detail("svc").latency_histogram[0][0] == pytest.approx(0.5, rel=0.1)
    assert look.detail("svc").row.p99_s == pytest.approx(0.5, rel=0.05)


def test_replies_that_were_read_with_their_requests_are_counted_apart():
    registry, look = watching((b"svc", b"", b"_INBOX.1"), (b"_INBOX.1", b""), (b"svc", b"", b"_INBOX.2"), now_s=1.0)
    registry.take_replies(Run.of(1, [Message(b"_INBOX.2", b"")]), 1.01)

    assert (registry.totals().replies, registry.totals().read_together) == (2, 1)
    assert look.detail("svc").row.p99_s == pytest.approx(0.01, rel=0.05)


def test_without_sight_of_replies_nothing_is_unanswered():
    registry, _look = watching()
    registry.pairing = False
    feed(registry, (b"svc", b"", b"_INBOX.1"), now_s=1.0)
    feed(registry, now_s=99.0)

    assert registry.totals().unanswered == registry.totals().requests == 0


def test_a_prefix_of_ones_own_is_an_inbox_too():
    registry = Registry(0.0, inbox_prefix="my.box")
    feed(registry, (b"svc", b"", b"my.box.1"), (b"my.box.1", b""), (b"my.box.2", b""), now_s=1.0)

    assert registry.totals().replies == 1
    assert subjects(Look(registry).table(View(), 0, 9)) == ["svc"]
    assert Look(registry).table(View(internal=True), 0, 9).count == 2
