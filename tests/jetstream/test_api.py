"""The API layer against a real server: requests, lists, errors, messages, pulls and acknowledgements."""

import asyncio
import json

import pytest

from natscli.errors import DeadlineError, ExitCode, NoRespondersError, PermissionDeniedError, UsageError
from natscli.jetstream.acks import Ack, ack_body, confirm_ack, delivery_of
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.jetstream.consumers import (
    consumer_info,
    consumer_names,
    create_consumer,
    list_consumers,
    pause_consumer,
    update_consumer,
)
from natscli.jetstream.document import Document
from natscli.jetstream.errors import (
    CONSUMER_NOT_FOUND,
    MESSAGE_NOT_FOUND,
    STREAM_EXISTS,
    STREAM_NOT_FOUND,
    ApiError,
    PullError,
)
from natscli.jetstream.pull import End, Pull, PullRequest
from natscli.jetstream.stored import Wanted, delete_message, get_batch, get_direct, get_message
from natscli.jetstream.streams import (
    Purge,
    create_stream,
    list_streams,
    purge_stream,
    stream_info,
    stream_names,
    stream_subjects,
    update_stream,
)
from natscli.wire.headers import parse_headers
from tests.connection.opening import connected, target_for
from tests.jetstream.asking import await_pending, make_consumer, make_stream, store, with_api
from tests.waiting import BEFORE_TIMEOUT_S


def test_a_stream_is_made_read_and_changed_without_losing_a_field(server, make):
    name = make(max_age=1_000_000_007, metadata={"team": "a"}, max_msgs_per_subject=9)

    async def edit(api: Api) -> StreamConfig:
        before = (await stream_info(api, name)).config
        await update_stream(api, StreamConfig(before.changed({"description": "orders"}).raw))
        after = (await stream_info(api, name)).config
        assert {**before.raw, "description": "orders"} == after.raw
        return after

    assert with_api(server.url, edit).whole("max_age") == 1_000_000_007


def test_lists_go_on_behind_their_first_page(make_server):
    url = make_server(jetstream=True).url

    async def fill(api: Api) -> None:
        for number in range(300):
            await create_stream(
                api, StreamConfig({"name": f"S{number:03}", "subjects": [f"s.{number}"], "storage": "memory"})
            )
        for number in range(270):
            config = {"name": f"C{number:03}", "durable_name": f"C{number:03}", "ack_policy": "explicit"}
            await create_consumer(api, "S007", ConsumerConfig(config))

    with_api(url, fill, 60)

    listed = with_api(url, list_streams)
    assert [info.name for info in listed.streams] == [f"S{number:03}" for number in range(300)]
    assert listed.missing == ()
    assert with_api(url, stream_names) == [f"S{number:03}" for number in range(300)]
    assert with_api(url, lambda api: stream_names(api, "s.12")) == ["S012"]
    assert len(with_api(url, lambda api: list_consumers(api, "S007")).consumers) == 270
    assert with_api(url, lambda api: consumer_names(api, "S007"))[269] == "C269"


def test_errors_carry_the_servers_words_and_number(server, make):
    name = make()

    async def asked(api: Api, work) -> ApiError:
        with pytest.raises(ApiError) as caught:
            await work
        return caught.value

    async def errors(api: Api):
        taken = StreamConfig({"name": name, "subjects": ["other"], "storage": "memory"})
        return [
            await asked(api, stream_info(api, "NO_SUCH")),
            await asked(api, consumer_info(api, name, "NO_SUCH")),
            await asked(api, create_stream(api, taken)),
            await asked(api, get_message(api, name, Wanted(77))),
        ]

    found = with_api(server.url, errors)

    assert [error.err_code for error in found] == [
        STREAM_NOT_FOUND, CONSUMER_NOT_FOUND, STREAM_EXISTS, MESSAGE_NOT_FOUND,
    ]  # fmt: skip
    assert str(found[0]) == "stream 'NO_SUCH': stream not found (10059)"
    assert found[0].exit_code == ExitCode.FAILED
    assert "stream ls" in found[0].hint


def test_a_server_without_jetstream_is_said_to_be_one(make_server):
    url = make_server().url

    with pytest.raises(NoRespondersError, match=r"JetStream is not available: nobody serves '\$JS.API'"):
        with_api(url, stream_names)


def test_an_account_without_jetstream_is_said_to_be_one(make_server):
    accounts = (
        "accounts { A { users: [{user: a, password: x}] }, B { jetstream: enabled, users: [{user: b, password: x}] } }"
    )
    url = make_server(jetstream=True, extra=accounts).url

    with pytest.raises((ApiError, NoRespondersError)) as caught:
        with_api(url, stream_names, user="a", password="x")
    assert with_api(url, stream_names, user="b", password="x") == []
    assert "jetstream" in str(caught.value).lower()


def test_a_refused_subject_of_the_api_is_a_permission(make_server):
    extra = 'authorization { users: [{user: a, password: x, permissions: {publish: {deny: "$JS.API.STREAM.NAMES"}}}] }'
    url = make_server(jetstream=True, extra=extra).url

    with pytest.raises(PermissionDeniedError, match=r"STREAM\.NAMES"):
        with_api(url, stream_names, user="a", password="x")


def test_the_limit_of_an_account_is_said(make_server):
    extra = "accounts { A { jetstream: {max_streams: 1}, users: [{user: a, password: x}] } }"
    url = make_server(jetstream=True, extra=extra).url

    def make_one(number):
        config = StreamConfig({"name": f"S{number}", "subjects": [f"s.{number}"], "storage": "memory"})
        return lambda api: create_stream(api, config)

    with_api(url, make_one(1), user="a", password="x")

    with pytest.raises(ApiError, match="maximum number of streams reached") as caught:
        with_api(url, make_one(2), user="a", password="x")
    assert "account info" in caught.value.hint


def test_a_domain_is_where_the_api_is_asked(make_server, tmp_path):
    url = make_server(extra=f'jetstream {{ domain: hub, store_dir: "{tmp_path}" }}').url
    make_stream(url, "HERE")

    assert with_api(url, stream_names, js_domain="hub") == ["HERE"]
    assert with_api(url, stream_names, js_api_prefix="$JS.hub.API.") == ["HERE"]
    with pytest.raises(NoRespondersError, match=r"\$JS.elsewhere.API"):
        with_api(url, stream_names, js_domain="elsewhere")


@pytest.mark.parametrize("name", ["", "a.b", "a b", "*", ">", "a/b", "a\\b", "a\x00", "a\x1b[2J"])
def test_a_name_that_would_be_another_subject_is_refused(name):
    with pytest.raises(UsageError, match="name"):
        check_name(name, "stream")


def test_messages_are_read_by_sequence_and_subject_with_their_headers(server, make):
    name = make(allow_direct=True)
    store(server.url, f"{name}.a", b"one", headers=b"NATS/1.0\r\nNats-Subject: forged\r\nB:  2\r\n\r\n")
    store(server.url, f"{name}.b", b"\x00\xff")
    store(server.url, f"{name}.a", b"three")

    async def read(api: Api):
        for get in (get_message, get_direct):
            first = await get(api, name, Wanted(1))
            assert (first.subject, first.sequence, first.payload) == (f"{name}.a".encode(), 1, b"one")
            assert parse_headers(first.headers).pairs == [("Nats-Subject", "forged"), ("B", "2")]
            assert (await get(api, name, Wanted(last_for=f"{name}.b"))).payload == b"\x00\xff"
            assert (await get(api, name, Wanted(2, next_for=f"{name}.a"))).sequence == 3
            assert first.time.endswith("Z")
            with pytest.raises(ApiError) as caught:
                await get(api, name, Wanted(9))
            assert caught.value.err_code == MESSAGE_NOT_FOUND
        batch = [message async for message in get_batch(api, name, {"batch": 10, "seq": 1})]
        assert [(message.sequence, message.payload) for message in batch] == [
            (1, b"one"),
            (2, b"\x00\xff"),
            (3, b"three"),
        ]
        assert [m async for m in get_batch(api, name, {"batch": 10, "seq": 9})] == []

    with_api(server.url, read)


def test_without_direct_gets_the_leader_is_asked(server, make):
    name = make()
    store(server.url, f"{name}.a", b"one")
    assert with_api(server.url, lambda api: get_direct(api, name, Wanted(1))).payload == b"one"


def test_messages_are_counted_purged_and_removed(server, make):
    name = make()
    store(server.url, f"{name}.a", *[b"x"] * 5)
    store(server.url, f"{name}.b", *[b"x"] * 5)

    async def work(api: Api):
        assert await stream_subjects(api, name) == {f"{name}.a": 5, f"{name}.b": 5}
        assert await purge_stream(api, name, Purge(f"{name}.a", below=3)) == 2
        assert await purge_stream(api, name, Purge(keep=6)) == 2
        await delete_message(api, name, 7)
        assert (await stream_info(api, name, deleted=True)).state.numbers("deleted") == (7,)
        assert await purge_stream(api, name) == 5

    with_api(server.url, work)


def pulled(url, stream, consumer, request):
    async def pull(api: Api):
        pulling = Pull(api, stream, consumer, request)
        return [message async for message in pulling.messages()], pulling.end

    return with_api(url, pull)


def test_a_pull_ends_with_its_count_or_without_messages_or_in_time(server, make, monkeypatch):
    monkeypatch.setattr("natscli.jetstream.pull._GRACE_S", 10.0)
    name = make()
    make_consumer(server.url, name, "C")
    store(server.url, f"{name}.a", b"1", b"2", b"3")
    await_pending(server.url, name, "C", 3)

    messages, end = pulled(server.url, name, "C", PullRequest(batch=2, expires_s=5))
    assert ([m.payload for m in messages], end) == ([b"1", b"2"], End.COUNT)
    messages, end = pulled(server.url, name, "C", PullRequest(batch=2, no_wait=True))
    assert ([m.payload for m in messages], end) == ([b"3"], End.EMPTY)
    messages, end = pulled(server.url, name, "C", PullRequest(batch=2, no_wait=True))
    assert (messages, end) == ([], End.EMPTY)
    messages, end = pulled(server.url, name, "C", PullRequest(batch=2, expires_s=4.1, heartbeat_s=2.0))
    assert (messages, end) == ([], End.TIME)


def test_a_pull_that_the_consumer_refuses_is_an_error_with_what_came_before(server, make):
    name = make()
    make_consumer(server.url, name, "C", max_batch=2)

    with pytest.raises(PullError, match="maxrequestbatch") as caught:
        pulled(server.url, name, "C", PullRequest(batch=3, expires_s=5))
    assert caught.value.status == 409


def test_a_pull_from_nobody_is_said(server, make):
    with pytest.raises(NoRespondersError):
        pulled(server.url, make(), "NONE", PullRequest())


def test_an_acknowledgement_tells_where_its_message_stands_and_is_confirmed(server, make):
    name = make()
    make_consumer(server.url, name, "C")
    store(server.url, f"{name}.a", b"1", b"2")
    await_pending(server.url, name, "C", 2)

    async def work(api: Api):
        async for message in Pull(api, name, "C", PullRequest()).messages():
            delivery = delivery_of(message.reply)
            assert delivery[:5] == (name, "C", 1, 1, 1)
            assert delivery.pending == 1
            await confirm_ack(api, message.reply)
        assert (await consumer_info(api, name, "C")).part("ack_floor").whole("stream_seq") == 1
        async for message in Pull(api, name, "C", PullRequest()).messages():
            await confirm_ack(api, message.reply, ack_body(Ack.AGAIN, delay_s=0.01))
        again = [message async for message in Pull(api, name, "C", PullRequest(expires_s=5)).messages()]
        assert delivery_of(again[0].reply).deliveries == 2

    with_api(server.url, work)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"$JS.ACK.S.C.1.2.3.4.5", ("S", "C", 1, 2, 3, 4, 5, "")),
        (b"$JS.ACK.hub.abc.S.C.1.2.3.4.5", ("S", "C", 1, 2, 3, 4, 5, "hub")),
        (b"$JS.ACK._.abc.S.C.1.2.3.4.5.rnd", ("S", "C", 1, 2, 3, 4, 5, "")),
        (b"$JS.ACK.S.C.1.2.x.4.5", None),
        (b"$JS.ACK.S", None),
        (b"_INBOX.a", None),
        (b"", None),
    ],
)
def test_a_reply_subject_is_read_in_each_of_its_forms(reply, expected):
    assert delivery_of(reply) == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ack_body(Ack.AGAIN, delay_s=1.5), b'-NAK {"delay": 1500000000}'),
        (ack_body(Ack.NEVER, reason="bad"), b"+TERM bad"),
        (ack_body(Ack.WORKING), b"+WPI"),
    ],
)
def test_acknowledgements_are_written_as_adr_13_has_them(body, words):
    assert body == words


def test_a_consumer_is_paused_and_goes_on(server, make):
    name = make()
    make_consumer(server.url, name, "C")

    async def work(api: Api):
        assert (await pause_consumer(api, name, "C", "2050-01-01T00:00:00Z")).flag("paused")
        assert not (await pause_consumer(api, name, "C", "")).flag("paused")
        before = (await consumer_info(api, name, "C")).config
        after = await update_consumer(api, name, ConsumerConfig(before.changed({"max_ack_pending": 5}).raw))
        assert after.config.raw == {**before.raw, "max_ack_pending": 5}

    with_api(server.url, work)


def test_silence_is_a_time_out_within_its_time(server):
    async def work() -> float:
        async with connected(target_for(server.url, js_api_prefix="nobody.answers", timeout=0.5)) as connection:
            await connection.subscribe_bulk("nobody.answers.>", lambda _run: None)
            started = asyncio.get_running_loop().time()
            with pytest.raises(DeadlineError, match="JetStream did not answer"):
                await stream_names(Api(connection))
            return asyncio.get_running_loop().time() - started

    assert asyncio.run(work()) < BEFORE_TIMEOUT_S


@pytest.mark.parametrize("text", ["", "[]", "1", "nan", '{"a":NaN}', "{" * 100_000])
def test_text_that_is_no_object_is_no_document(text):
    with pytest.raises(ValueError):
        Document.parse(text)


def test_a_document_keeps_order_and_unknown_fields_and_whole_numbers():
    text = '{"b":1,"max_age":9223372036854775807,"new":{"x":[1.5,null]},"a":"\\ud800"}'
    document = Document.parse(text)
    assert json.dumps(document.changed({"b": 2, "c": None}).raw, separators=(",", ":")) == text.replace(
        '"b":1', '"b":2'
    )
    assert document.text("b") == ""
    assert document.whole("new") == 0
