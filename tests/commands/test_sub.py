"""sub: which messages are received, how many, and when that ends."""

import re
import signal
import time

import pytest

from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from tests.messaging.parties import Listener, audience, denying, push_consumer, telling
from tests.waiting import eventually


@pytest.fixture
def hear(cli, server, subject):
    """Run ``sub`` on the test's subject while somebody sends frames as soon as they would be heard."""

    def run(*arguments: str, say, subscriptions: int = 1, to: str = subject):
        frames = [frame if frame.startswith((b"PUB", b"HPUB")) else pub(subject.encode(), frame) for frame in say]
        with telling(server, *frames, to=to, subscriptions=subscriptions):
            return cli("sub", *arguments)

    return run


def test_people_see_each_message(hear, subject):
    second = pub(subject.encode(), b"", b"in.1", encode_headers([("A", "1")]))

    heard = hear(subject, "--count", "2", say=[b"hi", second])

    assert (heard.code, heard.err) == (0, f"Subscribing on {subject}\n")
    assert heard.text == (
        f'[#1] Received on "{subject}"\nhi\n\n[#2] Received on "{subject}" with reply "in.1"\nA: 1\n\nnil body\n\n'
    )


def test_a_count_is_over_all_subjects(hear, subject):
    frames = [pub(f"{subject}.{where}".encode(), b"%d" % number) for number in range(5) for where in "ab"]

    heard = hear(f"{subject}.a", f"{subject}.b", "--raw", "--count", "5", say=frames, to=f"{subject}.b")

    assert heard == (0, b"0\n0\n1\n1\n2\n", f"Subscribing on {subject}.a, {subject}.b\n")


def test_subjects_that_overlap_bring_a_message_twice(hear, subject):
    heard = hear(
        f"{subject}.*",
        f"{subject}.>",
        "--raw",
        "--count",
        "2",
        say=[pub(f"{subject}.a".encode(), b"x")],
        to=f"{subject}.a",
        subscriptions=2,
    )

    assert heard.out == b"x\nx\n"


def test_a_wildcard_shows_what_each_message_came_on(hear, subject):
    frames = [pub(f"{subject}.{token}".encode(), b"x") for token in ("a", "b.c")]

    heard = hear(f"{subject}.>", "--count", "2", "--format", "{subject}", say=frames, to=f"{subject}.a")

    assert heard.text == f"{subject}.a\n{subject}.b.c\n"


def test_a_count_reached_in_the_middle_of_a_write_is_kept(hear, subject):
    heard = hear(subject, "--count", "3", "--raw", say=[b"%d" % number for number in range(100)])

    assert heard.out == b"0\n1\n2\n"


def test_after_the_count_nobody_listens(cli, server, subject, hear):
    hear(subject, "--count", "1", say=[b"x"])

    eventually(lambda: audience(server, subject) == 0)


def test_waiting_ends_after_silence_and_not_before(hear, subject):
    started = time.monotonic()

    heard = hear(subject, "--raw", "--wait", "5s", say=[b"x"])

    assert heard == (0, b"x\n", f"Subscribing on {subject}\n")
    assert 5 <= time.monotonic() - started < 20


def test_waiting_for_nothing_is_a_time_out(cli, subject):
    heard = cli("sub", subject, "--wait", "100ms")

    assert heard == (5, b"", f"Subscribing on {subject}\nnatscli: no message within 100ms\n")


def test_waiting_ends_a_count_that_is_not_reached(hear, subject):
    heard = hear(subject, "--raw", "--wait", "5s", "--count", "100", say=[b"x"])

    assert (heard.code, heard.out) == (0, b"x\n")


def test_ignored_messages_neither_show_nor_count(hear, subject):
    frames = [pub(f"{subject}.{token}".encode(), token.encode()) for token in ("no", "a", "no.way", "b", "c")]

    heard = hear(
        f"{subject}.>",
        "--raw",
        "--count",
        "2",
        "-I",
        f"{subject}.no",
        "--ignore-subject",
        f"{subject}.no.>",
        say=frames,
        to=f"{subject}.no",
    )

    assert (heard.code, heard.out) == (0, b"a\nb\n")


@pytest.mark.parametrize(
    ("ignored", "kept"),
    [
        (["{}.a"], "bcd"),
        (["{}.*"], "cd"),
        (["{}.>"], ""),
        (["{}.c.*"], "abd"),
        (["*.*.b"], "acd"),
        (["{}.a,{}.b"], "cd"),
        (["{}.a {}.b", "{}.d.>"], "c"),
        ([" , "], "abcd"),
        (["other"], "abcd"),
    ],
)
def test_ignored_are_subjects_wildcards_and_lists(ignored, kept, hear, subject):
    frames = [pub(f"{subject}.{tail}".encode(), tail[0].encode()) for tail in ("a", "b", "c.x", "d.x.y")]
    options = [part for pattern in ignored for part in ("-I", pattern.replace("{}", subject))]
    last, count = f"end.{subject}", str(len(kept) + 1)
    frames.append(pub(last.encode(), b"."))

    heard = hear(f"{subject}.>", last, *options, "--raw", "--separator", "", "--count", count, say=frames, to=last)

    assert (heard.code, heard.out) == (0, f"{kept}.".encode())


def test_ignored_messages_are_silence(hear, subject):
    frame = pub(f"{subject}.a".encode(), b"x")

    heard = hear(f"{subject}.>", "-I", f"{subject}.*", "--wait", "5s", say=[frame] * 2, to=f"{subject}.a")

    assert (heard.code, heard.out) == (5, b"")


def test_a_queue_group_shares_the_messages(start, server, subject):
    members = [start("sub", subject, "--queue", "g", "--raw") for _ in range(2)]
    for member in members:
        member.says(f'Subscribing on {subject} in group "g"')

    with Listener(server.url) as peer:
        peer.send(b"".join(pub(subject.encode(), b"%d" % number) for number in range(200)))
        peer.settle()
    eventually(lambda: sum(member.out.count(b"\n") for member in members) == 200)
    for member in members:
        member.signal(signal.SIGINT)
    shares = [member.out.split() for member in members if member.end() == 0]

    assert len(shares) == 2
    assert all(shares)
    assert sorted(map(int, shares[0] + shares[1])) == list(range(200))


def test_a_member_with_a_count_leaves_the_rest_to_the_others(start, server, subject):
    with Listener(server.url, subject, queue="g") as other:
        member = start("sub", subject, "--queue", "g", "--count", "1", "--raw")
        member.says("Subscribing")
        other.send(b"".join(pub(subject.encode(), b"%d" % number) for number in range(50)))
        assert member.end() == 0
        heard = other.payloads()

    assert sorted(map(int, [*heard, member.out])) == list(range(50))


def test_an_inbox_is_made_and_named(start, server):
    sub = start("sub", "--inbox", "--raw", "--count", "1")
    sub.says("Subscribing on _INBOX.")
    inbox = sub.err.split()[-1]

    with Listener(server.url) as peer:
        peer.publish(inbox, b"for you")

    assert sub.end() == 0
    assert sub.out == b"for you\n"
    assert re.fullmatch(r"Subscribing on _INBOX\.\w{22,}\n", sub.err)


def test_an_inbox_can_have_another_prefix_and_other_subjects_beside_it(cli, subject):
    heard = cli("sub", subject, "-i", "--wait", "50ms", "--inbox-prefix", "_PRIVATE.me")

    assert re.match(rf"Subscribing on {subject}, _PRIVATE\.me\.\w+\n", heard.err)


def test_quiet_says_nothing(hear, subject):
    assert hear(subject, "--quiet", "--raw", "--count", "1", say=[b"x"]) == (0, b"x\n", "")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "no subject"),
        (["a..b"], "empty token"),
        (["a b"], "white space"),
        ([""], "empty"),
        (["a.>.b"], "goes on after '>'"),
        (["a*"], "wildcard inside a token"),
        (["good", "bad."], "empty token"),
        (["a\udcff"], "not UTF-8"),
        (["a", "-I", "b..c"], "empty token"),
        (["a", "--queue", "a b"], "white space"),
        (["a", "--count", "-1"], "count"),
        (["a", "--wait", "5"], "not a duration"),
        (["a", "--output", "xml"], "xml"),
        (["a", "--report-subjects", "--report-top", "0"], "report-top"),
        (["a", "--translate", "'"], "cannot be split"),
        (["a", "--translate", ""], "empty"),
        (["a", "--ping-interval", "0"], "ping-interval"),
        (["a", "--graph"], "no such option"),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(arguments, reason, cli):
    refused = cli("sub", *arguments)

    assert (refused.code, refused.out) == (2, b"")
    assert reason in refused.err
    assert "Subscribing" not in refused.err


def test_a_refused_subject_is_an_error(cli, make_server, subject):
    strict = make_server(extra=denying("subscribe", subject))

    refused = cli("sub", "good", subject, "--server", strict.url)

    assert (refused.code, refused.out) == (4, b"")
    assert subject in refused.err
    assert "Subscribing" not in refused.err


# -- acknowledgement -------------------------------------------------------------------------------


@pytest.mark.parametrize("acknowledging", [True, False])
def test_messages_of_a_push_consumer_are_acknowledged_if_asked(acknowledging, cli, server, subject):
    inbox = f"deliver.{subject}"
    options = ["--ack"] if acknowledging else []
    with push_consumer(server, subject, 3) as (create, state):
        with telling(server, create, to=inbox):
            heard = cli("sub", inbox, *options, "--count", "3", "--raw")

        words = " with acknowledgement" if acknowledging else ""
        assert heard == (0, b"0\n1\n2\n", f"Subscribing on {inbox}{words}\n")
        eventually(lambda: state()["num_ack_pending"] == (0 if acknowledging else 3))


def test_what_is_not_printed_is_not_acknowledged(cli, server, subject):
    inbox = f"deliver.{subject}"
    with push_consumer(server, subject, 3) as (create, state), Listener(server.url, inbox) as other:
        with telling(server, create, to=inbox, subscriptions=2):
            heard = cli("sub", inbox, "--ack", "--count", "2", "--raw")

        assert heard.out == b"0\n1\n"
        assert [other.next().payload for _ in range(3)] == [b"0", b"1", b"2"]
        eventually(lambda: state()["ack_floor"]["consumer_seq"] == 2)
        assert state()["num_ack_pending"] == 1


def test_only_messages_of_jetstream_are_acknowledged(hear, server, subject):
    with Listener(server.url, f"in.{subject}") as listener:
        heard = hear(subject, "--ack", "--count", "1", say=[pub(subject.encode(), b"x", f"in.{subject}".encode())])

        assert heard.code == 0
        assert listener.received() == []
