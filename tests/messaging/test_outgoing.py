"""Drafts and the letters made of them."""

import asyncio
from types import SimpleNamespace

import pytest

from natscli.errors import NatsCliError, PermissionDeniedError, UsageError
from natscli.messaging.outgoing import Draft, Letter, as_body, as_template
from natscli.messaging.publish import Pace, Publishing
from natscli.messaging.templates import Template, occasion
from tests.connection.opening import connected, target_for
from tests.connection.peers import Peer, fake_server


def _draft(subject="a", body=b"x", **options) -> Draft:
    return Draft(Template(subject), body if isinstance(body, bytes) else Template(body), **options)


@pytest.mark.parametrize(
    ("draft", "constant"),
    [
        (_draft(), True),
        (_draft(body="x"), True),
        (_draft(body="{{ID}}"), False),
        (_draft("a.{{Count}}"), False),
        (_draft(headers=[("A", Template("1"))]), True),
        (_draft(headers=[("A", Template("{{Count}}"))]), False),
        (_draft(body=b"{{ID}}"), True),
    ],
)
def test_a_draft_is_constant_when_nothing_is_to_be_filled_in(draft, constant):
    assert draft.constant is constant


def test_copies_are_numbered_from_one():
    draft = _draft("a.{{Count}}", "n{{Cnt}}", headers=[("N", Template("{{.Count}}"))])

    assert list(draft.copies(2)) == [
        Letter(b"a.1", b"n1", b"", b"NATS/1.0\r\nN: 1\r\n\r\n"),
        Letter(b"a.2", b"n2", b"", b"NATS/1.0\r\nN: 2\r\n\r\n"),
    ]


def test_copies_of_a_constant_draft_are_one_letter():
    first, *others = _draft().copies(3)

    assert [letter is first for letter in others] == [True, True]


def test_each_body_is_numbered_anew():
    letters = _draft("a.{{Count}}").with_bodies([b"x", b"y"], 2, templates=False)

    assert [(letter.subject, letter.payload) for letter in letters] == [
        (b"a.1", b"x"),
        (b"a.2", b"x"),
        (b"a.1", b"y"),
        (b"a.2", b"y"),
    ]


@pytest.mark.parametrize(("templates", "payload"), [(True, b"1\xff"), (False, b"{{Count}}\xff")])
def test_bodies_that_are_data_are_filled_in_only_if_asked(templates, payload):
    (letter,) = _draft().with_bodies([b"{{Count}}\xff"], 1, templates=templates)

    assert letter.payload == payload


def test_bodies_become_letters_and_frames_alike():
    copies = _draft().with_bodies([b"x", b"", b"y\r\n"], 2, templates=False)

    letters = [Letter(b"a", body) for body in (b"x", b"x", b"", b"", b"y\r\n", b"y\r\n")]
    assert list(copies) == letters
    assert copies.frames(SimpleNamespace(max_payload=3)) == b"".join(letter.frame for letter in letters)
    with pytest.raises(NatsCliError, match="3 bytes exceeds the server's limit of 2"):
        copies.frames(SimpleNamespace(max_payload=2))


@pytest.mark.parametrize(
    ("subject", "header", "reason"),
    [
        ("a.{{Random 0 0}}", "x", "empty token"),
        ("{{Request}}", "x", "white space"),
        ("a", "{{Request}}", "line break"),
    ],
)
def test_what_is_filled_in_must_make_a_message(subject, header, reason):
    draft = Draft(Template(subject, request=True), b"", headers=[("A", Template(header, request=True))])

    with pytest.raises(UsageError, match=reason):
        draft.letter(occasion(1, "what\r\nwas asked"))


def test_a_letter_is_a_frame_of_the_protocol():
    assert Letter(b"a", b"hi").frame == b"PUB a 2\r\nhi\r\n"
    assert Letter(b"a", b"hi", b"in.1").frame == b"PUB a in.1 2\r\nhi\r\n"
    assert Letter(b"a", b"hi", b"", b"NATS/1.0\r\nA: 1\r\n\r\n").frame == (
        b"HPUB a 18 20\r\nNATS/1.0\r\nA: 1\r\n\r\nhi\r\n"
    )


def test_data_stays_data_unless_it_is_a_template():
    assert as_body(b"{{Nothing}}", templates=False) == b"{{Nothing}}"
    with pytest.raises(UsageError, match="is no function") as refusal:
        as_body(b"{{Nothing}}", templates=True)
    assert refusal.value.hint == "--no-templates sends braces as they are"
    assert as_template("{{Nothing}}", templates=False).constant


@pytest.mark.parametrize(
    ("pace", "due"),
    [
        (Pace(), [0, 0, 0]),
        (Pace(rate=4.0), [0, 0.25, 0.5]),
        (Pace(sleep_s=0.1), [0, 0.1, 0.2]),
    ],
)
def test_a_pace_says_when_each_message_is_due(pace, due):
    assert [pace.due_s(sent) for sent in range(3)] == pytest.approx(due)


def test_a_refusal_is_told_though_nothing_else_comes_in_time():
    """A server that refuses a flood has no time for a PONG."""

    async def refuse(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear(b"PUB")
        peer.say(b"-ERR 'Permissions Violation for Publish to \"a.B\"'\r\n")
        await peer.hear_all()

    async def attempt() -> None:
        async with fake_server(refuse) as fake, connected(target_for(fake.url)) as connection:
            await Publishing(connection, 5.0).send_copies(Letter(b"a.B", b"x"), 2)

    with pytest.raises(PermissionDeniedError, match=r"does not permit to publish to 'a\.B'"):
        asyncio.run(attempt())
