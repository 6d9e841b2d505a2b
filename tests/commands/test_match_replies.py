"""sub --match-replies: requests shown with the replies to them."""

import json
import re
import signal

import pytest

from natscli.wire.encode import pub
from tests.messaging.parties import Listener, answering, ask, echo, telling

INBOX = "_INBOX.matching"


@pytest.fixture
def watch(cli, server, subject):
    """Run ``sub --match-replies`` while somebody sends frames as soon as they would be heard."""

    def run(*arguments: str, say, to=subject):
        with telling(server, *say, to=to):
            return cli("sub", to, "--match-replies", *arguments)

    return run


def _asked(subject: str, number: int, payload: bytes = b"?") -> bytes:
    return pub(subject.encode(), payload, f"{INBOX}.{subject}.{number}".encode())


def _answered(subject: str, number: int, payload: bytes = b"!") -> bytes:
    return pub(f"{INBOX}.{subject}.{number}".encode(), payload)


def test_a_request_is_shown_with_its_reply(watch, subject):
    shown = watch("--count", "1", say=[_asked(subject, 1), _answered(subject, 1)])

    assert shown.code == 0
    assert re.fullmatch(
        rf'\[#1\] Received on "{subject}" with reply "{INBOX}\.{subject}\.1"\n\?\n\n'
        rf'\[#1\] Matched reply on "{INBOX}\.{subject}\.1" with rtt [\d.]+(µs|ms|s)\n!\n\n',
        shown.text,
    )
    assert shown.err == f"Subscribing on {subject}\n"


def test_a_real_conversation_is_seen(start, server, subject):
    sub = start("sub", subject, "--match-replies", "--count", "3", "-o", "json")
    sub.says("Subscribing")
    with answering(server.url, subject, echo), Listener(server.url) as peer:
        for body in (b"a", b"b", b"c"):
            ask(peer, subject, body)

    assert sub.end() == 0
    documents = [json.loads(line) for line in sub.out.splitlines()]
    assert [(d["data"], d["answer"]["data"]) for d in documents] == [("a", "a"), ("b", "b"), ("c", "c")]
    assert all(0 < d["rtt_ns"] < 5_000_000_000 for d in documents)
    assert all(d["answer"]["subject"] == d["reply"] for d in documents)


def test_raw_is_the_bodies_of_requests_and_replies(watch, subject):
    say = [_asked(subject, 1), _asked(subject, 2, b"\x00\r\n"), _answered(subject, 2, b"\xff"), _answered(subject, 1)]

    assert watch("--raw", "--count", "2", say=say).out == b"\x00\r\n\n\xff\n?\n!\n"
    assert watch("--raw", "--separator", "|", "--count", "2", say=say).out == b"\x00\r\n|\xff|?|!|"


def test_a_message_that_asks_for_nothing_is_shown_at_once(watch, subject):
    shown = watch("--count", "1", say=[_asked(subject, 1), pub(subject.encode(), b"plain")])

    assert shown.text == f'[#2] Received on "{subject}"\nplain\n\n'


def test_a_request_without_a_reply_is_shown_after_the_time_out(start, server, subject):
    options = ("--match-replies", "--count", "1", "--timeout", "4s")
    shown, documents = (start("sub", subject, *options, *more) for more in ((), ("-o", "json")))
    with telling(server, _asked(subject, 1), to=subject, subscriptions=2):
        assert (shown.end(), documents.end()) == (0, 0)

    assert shown.out.endswith(b'.1"\n?\n\n[#1] No reply within 4s\n\n')
    document = json.loads(documents.out)
    assert (document["answer"], document["rtt_ns"]) == (None, None)


def test_what_still_waits_is_shown_in_the_end(start, server, subject):
    sub = start("sub", subject, "--match-replies", "--raw")
    sub.says("Subscribing")
    with Listener(server.url) as peer:
        peer.send(_asked(subject, 1) + pub(subject.encode(), b"plain"))
        peer.settle()
    sub.prints(b"plain\n")
    assert sub.out == b"plain\n"

    sub.signal(signal.SIGINT)

    assert sub.end() == 0
    assert sub.out == b"plain\n?\n"


def test_waiting_counts_from_the_last_request_and_shows_what_still_waits(watch, subject):
    shown = watch("--raw", "--wait", "4s", "--timeout", "30s", say=[_asked(subject, 1)])

    assert (shown.code, shown.out) == (0, b"?\n")


def test_waiting_for_nothing_is_a_time_out(cli, subject):
    assert cli("sub", subject, "--match-replies", "--wait", "50ms").code == 5


@pytest.mark.parametrize(("count", "shown"), [("1", b"1\n!\n"), ("2", b"1\n!\n2\n!\n"), ("3", b"1\n!\n2\n!\n3\n!\n")])
def test_the_count_is_of_complete_pairs(count, shown, watch, subject):
    numbers = (1, 2, 3)
    say = [*(_asked(subject, n, b"%d" % n) for n in numbers), *(_answered(subject, n) for n in numbers)]

    assert watch("--raw", "--count", count, say=say).out == shown


def test_two_requests_with_one_reply_subject_are_both_shown(watch, subject):
    say = [_asked(subject, 1, b"first"), _asked(subject, 1, b"second"), _answered(subject, 1)]

    assert watch("--raw", "--count", "2", say=say).out == b"first\nsecond\n!\n"


def test_replies_are_no_requests_although_everything_is_watched(cli, make_server, subject):
    server = make_server(monitor_port=0)
    say = [_asked(subject, 1), _answered(subject, 1), pub(b"end", b"end")]

    with telling(server, *say, to="end"):
        shown = cli("sub", ">", "--match-replies", "--raw", "--count", "2", "--server", server.url)

    assert shown.out == b"?\n!\nend\n"


def test_an_inbox_that_is_asked_for_by_name_is_watched(watch, subject):
    inbox = f"{INBOX}.{subject}"

    shown = watch("--raw", "--count", "1", say=[pub(inbox.encode(), b"x")], to=inbox)

    assert shown.out == b"x\n"


def test_another_inbox_prefix_is_watched(watch, subject):
    say = [pub(subject.encode(), b"?", f"_P.{subject}".encode()), pub(f"_P.{subject}".encode(), b"!")]

    assert watch("--raw", "--count", "1", "--inbox-prefix", "_P", say=say).out == b"?\n!\n"


def test_none_counts_and_shows_nothing(watch, subject):
    shown = watch("-o", "none", "--count", "1", say=[_asked(subject, 1), _answered(subject, 1)])

    assert (shown.code, shown.out) == (0, b"")
