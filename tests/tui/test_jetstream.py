"""The JetStream screen: every key, strangers' names, servers that refuse, go away and come back."""

import asyncio
import json
import os
import shlex
import signal

import pytest

from natscli.context.target import JetStreamPrefixes
from natscli.jetstream.consumers import consumer_info
from natscli.tui.consumer_columns import CONSUMER_COLUMNS
from natscli.tui.jetstream_keys import JETSTREAM_KEYS
from natscli.tui.keys import read_taste
from natscli.tui.ledger import View
from natscli.tui.screens.jetstream import JetStreamScreen
from natscli.tui.screens.servers import ServersScreen
from natscli.tui.screens.traffic import TrafficScreen
from natscli.tui.stream_columns import STREAM_COLUMNS
from natscli.wire import encode
from tests.invocation import invoke
from tests.jetstream.asking import ask, make_consumer, make_stream, store, with_api
from tests.jetstream.responder import answering
from tests.jetstream.test_survey import USERS, as_user
from tests.tui.stage import on_stage
from tests.tui.stores import STREAMS, Consumer, Stores, Stream, stocked
from tests.tui.test_hostile import BAD, FORBIDDEN
from tests.tui.test_live import connect_to, live, publisher
from tests.waiting import eventually_async


def filled(*arguments, **options):
    """Run a coroutine function with a stage that has JetStream on show."""

    def decorate(play):
        def test():
            async def run():
                async with stocked(*arguments, **options) as (stage, stores):
                    await play(stage, stores)

            asyncio.run(run())

        test.__name__ = play.__name__
        return test

    return decorate


def names(stage):
    """Return what the rows on show are called."""
    listing = stage.app.screen.listing
    return [listing.ledger.names(row)[-1] for row in listing.shown]


def selected(stage):
    listing = stage.app.screen.listing
    return listing.ledger.names(listing.row)[-1]


# -- going there and back ------------------------------------------------------------------------


@filled()
async def test_the_streams_are_there_the_busiest_first_and_the_account_above(stage, stores):
    assert names(stage)[:3] == ["SENSORS", "ORDERS", "ORDERS_EU"]
    text = await stage.sees("11 of 50 streams")
    assert "29.0 GiB of 32.0 GiB" in text
    assert selected(stage) == "SENSORS"


@filled()
async def test_back_to_the_traffic_and_to_the_servers_and_from_them(stage, stores):
    for key in ("J", "t", "escape"):
        await stage.press(key)
        assert isinstance(stage.app.screen, TrafficScreen)
        await stage.press("J")
        assert isinstance(stage.app.screen, JetStreamScreen)
    await stage.press("S")
    assert isinstance(stage.app.screen, ServersScreen)
    await stage.press("J")
    assert isinstance(stage.app.screen, JetStreamScreen)


@filled()
async def test_enter_shows_a_streams_consumers_and_escape_the_streams_with_the_cursor_where_it_was(stage, stores):
    await stage.press("j", "enter")
    assert stage.app.screen.ledger.view is View.CONSUMERS
    assert names(stage) == ["billing", "fraud-check", "audit", "shipping"]
    assert " ORDERS " in stage.rows[2]
    await stage.press("escape")
    assert (stage.app.screen.ledger.view, selected(stage)) == (View.STREAMS, "ORDERS")
    await stage.press("l")
    assert stage.app.screen.ledger.view is View.CONSUMERS
    await stage.press("h")
    assert selected(stage) == "ORDERS"


@filled()
async def test_a_shows_the_consumers_of_all_streams_and_the_streams_again(stage, stores):
    await stage.press("a")
    assert names(stage)[:4] == ["archive", "tail", "billing", "fraud-check"]
    await stage.sees("10 consumers")
    await stage.press("a")
    assert stage.app.screen.ledger.view is View.STREAMS


@filled()
async def test_a_stream_without_consumers_says_so_and_one_that_goes_away_too(stage, stores):
    await stage.press("j", "j", "enter")
    await stage.sees("there is no consumer")
    stage.app.screen.ledger.flows.keep_streams(["ORDERS"])
    await stage.press("r")
    await stage.sees("this stream is gone")


# -- moving --------------------------------------------------------------------------------------


@filled()
async def test_arrows_vim_keys_and_pages_move_the_cursor(stage, stores):
    await stage.press("j", "down")
    assert selected(stage) == "ORDERS_EU"
    await stage.press("k", "up")
    assert selected(stage) == "SENSORS"
    await stage.press("G")
    assert selected(stage) == names(stage)[-1]
    await stage.press("g", "pagedown")
    assert selected(stage) == names(stage)[-1]
    await stage.press("pageup")
    assert selected(stage) == "SENSORS"


@filled((100, 12))
async def test_what_is_selected_is_in_sight_however_low_the_terminal(stage, stores):
    await stage.press("G")
    await stage.sees("OBJ_images")
    await stage.press("g")
    await stage.sees("SENSORS")


@filled()
async def test_the_cursor_is_on_the_first_row_until_it_was_moved_and_then_stays_on_its_stream(stage, stores):
    await stage.press("r")
    assert selected(stage) == names(stage)[0] != "SENSORS"
    await stage.press("j")
    chosen = selected(stage)
    await stage.press("r")
    assert selected(stage) == chosen
    stage.app.screen.ledger.flows.keep_streams({"ORDERS", "EVENTS"} - {chosen})
    await stage.press("r")
    assert selected(stage) in names(stage)


@filled((150, 40))
async def test_a_click_selects_two_open_and_one_on_a_heading_sorts(stage, stores):
    await stage.pilot.click("#jetstream", offset=(5, 4))
    await stage.show()
    assert selected(stage) == names(stage)[1]
    await stage.pilot.click("#jetstream", offset=(stage.rows[4].index("size"), 2))
    await stage.show()
    sizes = [row.flow.look.bytes for row in stage.app.screen.listing.shown]
    assert sizes == sorted(sizes, reverse=True)
    await stage.pilot.click("#jetstream", offset=(stage.rows[4].index("size"), 2))
    await stage.show()
    assert [row.flow.look.bytes for row in stage.app.screen.listing.shown] == sorted(sizes)
    await stage.pilot.click("#jetstream", offset=(5, 4), times=2)
    await stage.show()
    assert stage.app.screen.ledger.view is View.CONSUMERS


# -- order and filters ---------------------------------------------------------------------------


@filled()
async def test_s_and_a_columns_key_sorts_by_it_and_r_turns_it_round(stage, stores):
    await stage.press("s")
    await stage.sees("Sort by")
    await stage.press("m")
    counts = [row.flow.look.messages for row in stage.app.screen.listing.shown]
    assert counts == sorted(counts, reverse=True)
    await stage.press("r")
    assert [row.flow.look.messages for row in stage.app.screen.listing.shown] == sorted(counts)
    table = stage.app.screen.listing.table
    await stage.press("greater_than_sign")
    assert table.sorted_by == "size"
    await stage.press("less_than_sign")
    assert table.sorted_by == "msgs"


@filled((230, 40))
async def test_every_column_can_be_sorted_by(stage, stores):
    for view in ("g", "a", "h", "enter"):
        await stage.press(view)
        listing = stage.app.screen.listing
        for column in listing.table.columns:
            for reverse in (False, True):
                listing.table.sorted_by, listing.table.reverse = column.title, reverse
                order = [column.order(row) for row in listing.table.shown()]
                assert order == sorted(order, reverse=reverse)
        keys = [column.key for column in listing.table.columns if column.key]
        assert len(keys) == len(set(keys))


@filled()
async def test_a_filter_is_of_its_table_and_escape_takes_it_away_first(stage, stores):
    await stage.press("slash")
    await stage.type("orders")
    await stage.misses("SENSORS")
    await stage.press("enter")
    assert names(stage) == ["ORDERS", "ORDERS_EU"]
    await stage.sees("/orders")
    await stage.press("enter")
    assert len(names(stage)) == 4
    await stage.press("escape", "slash", "escape")
    assert len(names(stage)) == len(STREAMS)
    await stage.press("slash")
    await stage.type("!orders|sensors")
    await stage.press("enter")
    assert "ORDERS" not in names(stage)
    await stage.press("escape")
    assert isinstance(stage.app.screen, JetStreamScreen)
    assert len(names(stage)) == len(STREAMS)
    await stage.press("slash")
    await stage.type("nobody has that")
    await stage.sees("nothing matches nobody has that")


@filled()
async def test_f_keeps_rows_in_their_places(stage, stores):
    await stage.press("f")
    await stage.sees("FROZEN")
    before = names(stage)
    stores.streams = tuple(each._replace(rate=9000) if each.name == "EMPTY" else each for each in STREAMS)
    stores.fill(stage.app.screen, 5)
    await stage.show()
    assert names(stage) == before
    await stage.press("f")
    assert names(stage)[0] == "EMPTY"


# -- copying -------------------------------------------------------------------------------------


@filled(origin=("--context", "my prod"))
async def test_enter_and_c_copy_the_command_and_y_the_name(stage, stores):
    await stage.press("c")
    assert stage.app.clipboard == "natscli --context 'my prod' stream info SENSORS"
    await stage.press("y")
    assert stage.app.clipboard == "SENSORS"
    await stage.press("a", "c")
    assert stage.app.clipboard == "natscli --context 'my prod' consumer info SENSORS archive"
    await stage.press("j", "enter")
    assert stage.app.clipboard == "natscli --context 'my prod' consumer info LOGS tail"
    await stage.press("y")
    assert stage.app.clipboard == "tail"


def test_copied_commands_are_quoted_and_work(make_server, monkeypatch):
    server = make_server(jetstream=True)
    odd = ["it's", "-dash", "$(x)`y`", 'q"uote;&|', "é", "--help", "[red]{{x}}"]
    for number, name in enumerate(odd):
        make_stream(server.url, name, subjects=[f"s{number}"])
        make_consumer(server.url, name, name)
    copied = []

    async def run():
        async with live(server.url, origin=("--server", server.url)) as stage:
            await stage.press("J")
            for expected in ("J", "a"):
                await stage.until(lambda: sorted(names(stage)) == sorted(odd), f"not all are seen after {expected}", 30)
                for _ in odd:
                    await stage.press("c", "j")
                    copied.append(stage.app.clipboard)
                await stage.press("a")

    asyncio.run(run())
    assert len(set(copied)) == 2 * len(odd)
    for command in copied:
        words = shlex.split(command)
        assert words[:3] == ["natscli", "--server", server.url]
        result = invoke(monkeypatch, (*words[1:5], "--json", *words[5:]))
        assert (result.code, json.loads(result.out)["created"][:2]) == (0, "20")


# -- help, keys of one's own, sizes --------------------------------------------------------------


@filled()
async def test_the_help_names_every_key_column_and_mark(stage, stores):
    await stage.press("question_mark")
    text = " ".join(stage.app.screen.query_one("#page").text.split())
    abouts = [key.about for key in JETSTREAM_KEYS] + [column.about for column in (*STREAM_COLUMNS, *CONSUMER_COLUMNS)]
    assert [about for about in abouts if " ".join(about.split()) not in text] == []
    await stage.press("escape")
    await stage.sees("SENSORS")


@filled()
async def test_the_command_palette_has_every_key(stage, stores):
    commands = {command.title: command for command in stage.app.get_system_commands(stage.app.screen)}
    expected = {key.about for key in JETSTREAM_KEYS if key.id not in ("quit", "leave", "details")}
    assert {title.removeprefix("JetStream: ") for title in commands} - {"Theme", "Quit"} == expected
    commands["JetStream: the consumers of all streams, or the streams again"].callback()
    await stage.until(lambda: stage.app.screen.ledger.view is View.EVERYWHERE, "nothing was done")


@filled(keymap={"everywhere": "ctrl+g", "filter": "x"})
async def test_keys_can_be_the_users_own(stage, stores):
    await stage.press("a")
    assert stage.app.screen.ledger.view is View.STREAMS
    await stage.press("ctrl+g")
    assert stage.app.screen.ledger.view is View.EVERYWHERE


def test_every_key_has_a_name_in_the_file(tmp_path):
    path = tmp_path / "top.toml"
    path.write_text("[keys]\n" + "".join(f'{key.id} = "ctrl+t"\n' for key in JETSTREAM_KEYS))
    assert len(read_taste(str(path)).keymap) == len(JETSTREAM_KEYS)


@filled()
async def test_no_size_breaks_it(stage, stores):
    for keys in ("", "a", "a enter", "slash", "escape s"):
        await stage.press(*keys.split())
        for size in ((20, 5), (1, 1), (300, 3), (80, 24)):
            await stage.pilot.resize_terminal(*size)
            stores.fill(stage.app.screen_stack[0], 1)
            await stage.show()
            assert max(len(row) for row in stage.rows) <= max(size[0], 1)
    assert stage.app._exception is None


@filled((20, 5))
async def test_in_twenty_columns_and_five_lines_there_are_rows(stage, stores):
    assert [row.strip() for row in stage.rows[2:5]] == ["stream", "SENSORS", "ORDERS"]
    await stage.press("j", "j")
    await stage.sees("ORDERS_EU")


@pytest.mark.parametrize("size", [(200, 30), (60, 12)])
def test_strangers_names_and_descriptions_are_shown_as_they_may_be(size):
    bad = [text.decode("utf-8", "surrogateescape") for text in BAD]
    streams = tuple(
        Stream(text[:200], (text,), 5, 100, 1000, replicas=(text, text), config={"description": text, "storage": text},
               consumers=(Consumer(text[:200], 10, config={"filter_subject": text, "ack_policy": text}),))
        for text in bad
    )  # fmt: skip

    async def run():
        async with stocked(size, streams) as (stage, _stores):
            screen = stage.app.screen
            screen.ledger.survey.missing = tuple(bad)
            for keys in ("", "G", "enter", "y", "c", "escape", "a", "G", "c", "y", "question_mark", "escape"):
                await stage.press(*keys.split())
                assert FORBIDDEN & set("".join(stage.rows)) == set()
            screen.ledger.fail(bad[0], bad[1])
            await stage.press("h")
            assert FORBIDDEN & set("".join(stage.rows)) == set()
            assert "[bold red]markup[/]" in "".join(name for name in names(stage))

    asyncio.run(run())


# -- real servers --------------------------------------------------------------------------------


async def shows(stage, text):
    return await stage.sees(text, 30)


def lag(ledger, stream, consumer):
    """Return how far behind a consumer is; None while it is not known."""
    flow = ledger.flows.consumers.get(stream, {}).get(consumer)
    return flow and flow.look.lag


def test_what_is_stored_and_read_is_seen_and_space_holds_it(make_server):
    url = make_server(jetstream=True).url
    make_stream(url, "ORDERS")
    make_consumer(url, "ORDERS", "work")

    async def run():
        async with live(url) as stage, publisher(url) as shop:
            await stage.press("J")
            await shows(stage, "ORDERS")
            ledger = stage.app.screen.ledger
            shop.send(encode.pub(b"ORDERS.new", b"x" * 100) * 500)
            await shop.confirm(10)
            await stage.until(lambda: max(ledger.flows.streams["ORDERS"].curve, default=0) > 0, "no rate", 30)
            await stage.press("enter")
            await stage.until(lambda: lag(ledger, "ORDERS", "work") == 500, "no lag", 30)
            await stage.press("space")
            await shows(stage, "PAUSED")
            await stage.until(lambda: not stage.app.screen._looking, "the last look has no end", 30)
            looked = ledger.looked_s
            shop.send(encode.pub(b"ORDERS.new", b"x"))
            await shop.confirm(10)
            await stage.until(lambda: "old" in stage.rows[3], "the age of the figures is not told", 30)
            assert ledger.looked_s == looked
            await stage.press("space")
            await stage.until(lambda: ledger.flows.streams["ORDERS"].look.messages == 501, "it is still held", 30)

    asyncio.run(run())


def test_whatever_is_pressed_nothing_but_looking_is_asked(make_server):
    url = make_server().url
    stream = {"config": {"name": "S"}, "state": {"consumer_count": 1}}
    answers = {
        "INFO": {"streams": 1},
        "STREAM.LIST": {"total": 1, "limit": 256, "streams": [stream]},
        "CONSUMER.LIST.S": {"total": 1, "limit": 256, "consumers": [{"stream_name": "S", "name": "C"}]},
    }

    async def run():
        async with live(url) as stage:
            await stage.press("J")
            await stage.until(lambda: names(stage) == ["S"], "the stream is not seen", 30)
            for key in (*"jkgGaahlrfsyc", "escape", "enter", "enter", "space", "space", "r", "a", "y", "c"):
                await stage.press(key)
            asked = len(responder.asked)
            await eventually_async(lambda: len(responder.asked) > asked + 3, 30)

    with answering(url, answers) as responder:
        asyncio.run(run())
        assert {operation for operation, _ in responder.asked} == {"INFO", "STREAM.LIST", "CONSUMER.LIST.S"}
        assert {tuple(body or ()) for _, body in responder.asked} <= {(), ("offset",)}


def test_a_consumer_is_as_it_was_after_it_was_looked_at(make_server):
    url = make_server(jetstream=True).url
    make_stream(url, "S")
    make_consumer(url, "S", "C")
    store(url, "S.a", b"x")

    def told():
        document = dict(with_api(url, lambda api: consumer_info(api, "S", "C")).raw)
        return {key: value for key, value in document.items() if key != "ts"}

    async def run():
        async with live(url) as stage:
            await stage.press("J")
            await shows(stage, "memory 20 B")
            await stage.press("a")
            await stage.until(lambda: names(stage) == ["C"], "the consumer is not seen", 30)

    before = told()
    asyncio.run(run())
    assert told() == before
    assert ask(url, "INFO")["streams"] == 1


def test_a_server_without_jetstream(make_server):
    url = make_server().url

    async def run():
        async with live(url) as stage:
            connection = stage.source.connection
            connection.target = connection.target._replace(timeout_s=0.5)
            await stage.press("J")
            await shows(stage, "JetStream is not available")
            await shows(stage, "--js-domain")
            await stage.press("a", "enter", "c", "y", "j", "G", "s", "escape", "f", "r")
            assert stage.app._exception is None

    asyncio.run(run())


def test_what_may_not_be_seen_is_said_and_the_rest_is_shown(make_server):
    url = make_server(jetstream=True, extra=USERS).url
    make_stream(as_user(url, "all"), "ORDERS")
    make_consumer(as_user(url, "all"), "ORDERS", "work")

    async def run():
        async with live(as_user(url, "narrow")) as stage:
            await stage.press("J")
            await shows(stage, "ORDERS")
            await shows(stage, "consumers cannot be seen")
        async with live(as_user(url, "blind")) as stage:
            await stage.press("J")
            await shows(stage, "$JS.API.STREAM.LIST")

    asyncio.run(run())


def test_a_server_that_is_killed_and_comes_back_while_it_is_on_show(make_server, tmp_path, port):
    settings = {"jetstream": True, "store": str(tmp_path / "js"), "port": port}
    server = make_server(**settings)
    make_stream(server.url, "ORDERS", storage="file")

    async def run():
        async with live(server.url) as stage:
            await stage.press("J")
            await shows(stage, "ORDERS")
            os.kill(server.pid, signal.SIGKILL)
            server.stop()
            await stage.until(lambda: "disconnected" in stage.rows[3], "the loss is not told", 30)
            await shows(stage, "these figures are")
            await shows(stage, "ORDERS")
            await asyncio.to_thread(make_server, **settings)
            await stage.until(lambda: not stage.rows[3].strip(), "it does not look again", 30)
            assert names(stage) == ["ORDERS"]

    asyncio.run(run())


def test_another_context_is_looked_at_from_the_beginning(make_server, tmp_path):
    here = make_server(jetstream=True).url
    there = make_server(extra=f'jetstream {{ store_dir: "{tmp_path}", domain: hub }}').url
    make_stream(here, "HERE")
    make_stream(there, "THERE")
    hub = {"jetstream": JetStreamPrefixes("$JS.hub.API")}

    async def run():
        async with live(here, connect_as=lambda name: (connect_to(there, **hub), "_INBOX")) as stage:
            await stage.press("J")
            await shows(stage, "HERE")
            stage.app.go_to("there")
            await stage.until(lambda: names(stage) == ["THERE"], "the other is not seen", 30)
            await stage.pilot.resize_terminal(200, 40)
            await shows(stage, "domain hub")

    asyncio.run(run())


def test_a_recording_has_no_jetstream():
    async def run():
        async with on_stage() as stage:
            await stage.press("J")
            await stage.sees("a recording has no JetStream")
            await stage.press("J")
            await stage.sees("▾ orders")

    asyncio.run(run())


def test_of_thousands_of_streams_only_those_in_sight_are_painted():
    streams = tuple(Stream(f"S{number:04}", (f"s{number}",), 1, 10, 10) for number in range(2500))

    async def run():
        async with on_stage((120, 40), seconds=0) as stage:
            await stage.press("J")
            await stage.until(lambda: stage.app.screen.ledger.problem, "it has not looked")
            Stores(streams).fill(stage.app.screen, 1)
            listing = stage.app.screen.listing
            painted = []
            line = listing.line
            listing.line = lambda y, width: painted.append(y) or line(y, width)
            await stage.show()
            assert len(listing.shown) == 2500
            assert 0 < len(set(painted)) <= 40
            await stage.press("G")
            assert selected(stage) == "S2499"

    asyncio.run(run())
