"""Every key of the app does what the help says."""

import asyncio
import inspect
import json
import re

import pytest

from natscli.messaging.lines import read_lines
from natscli.tap.plan import Plan
from natscli.traffic.alerts import parse_alert
from natscli.traffic.values import Order
from natscli.tui.closeup import TABS
from natscli.tui.keys import KEYS
from natscli.tui.recording import Recording
from tests.tui.stage import StageSource, on_stage
from tests.waiting import eventually


def staged(*arguments, **options):
    """Run a coroutine function with a stage."""

    def decorate(play):
        def test(**fixtures):
            async def run():
                async with on_stage(*arguments, **options) as stage:
                    await play(stage, **fixtures)

            asyncio.run(run())

        test.__name__ = play.__name__
        test.__signature__ = _without_stage(play)
        return test

    return decorate


def _without_stage(play):
    signature = inspect.signature(play)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


@staged()
async def test_it_opens_with_the_tree_its_first_row_selected_and_its_latest_value(stage):
    assert stage.app.desk.watch.as_tree
    assert stage.app.desk.watch.selected == "orders"
    text = await stage.sees("▾ orders")
    assert "0 DROPPED" not in text
    assert "DROPPED 0" in text
    assert "natscli top" in stage.rows[0]
    assert "● live" in stage.rows[0]


@staged()
async def test_t_shows_the_table_and_the_tree_again(stage):
    await stage.press("t")
    await stage.misses("▾ orders")
    await stage.press("t")
    await stage.sees("▾ orders")
    assert stage.app.desk.watch.as_tree


@staged()
async def test_a_branch_gives_way_to_its_first_subject_in_the_table(stage):
    assert stage.app.desk.watch.selected == "orders"
    await stage.press("t")
    assert stage.app.desk.watch.selected.startswith("orders.")


@staged()
async def test_arrows_and_vim_keys_move_the_cursor(stage):
    watch = stage.app.desk.watch
    await stage.press("j", "j")
    assert watch.selected == "orders.asia.created"
    await stage.press("up")
    assert watch.selected == "orders.asia"
    await stage.press("G")
    assert watch.selected == "services.pricing"
    await stage.press("g")
    assert watch.selected == "orders"
    await stage.press("pagedown", "k")
    assert watch.selected != "orders"


@staged()
async def test_l_and_h_open_and_close_a_branch_and_o_all(stage):
    watch = stage.app.desk.watch
    await stage.press("h")
    assert "orders" not in watch.expanded
    await stage.misses("▾ asia")
    await stage.press("l", "j", "h")
    assert "orders.asia" not in watch.expanded
    await stage.press("h")
    assert watch.selected == "orders"
    await stage.press("O")
    assert watch.expanded == set()
    await stage.press("o")
    await stage.sees("vibration")
    assert {"orders", "orders.eu", "sensors.lyon", "services"} <= watch.expanded


@staged()
async def test_enter_opens_a_branch_and_goes_to_the_details_of_a_subject(stage):
    await stage.press("enter")
    assert "orders" not in stage.app.desk.watch.expanded
    await stage.press("enter", "j", "j", "enter")
    await stage.until(lambda: stage.app.screen.detail.content.has_focus, "the details have no focus")
    await stage.press("tab")
    assert stage.app.screen.subjects.has_focus


@staged()
async def test_a_filter_hides_what_does_not_match_while_it_is_typed(stage):
    await stage.press("slash")
    await stage.type("pric")
    await stage.sees("pricing")
    await stage.misses("temperature")
    await stage.press("enter")
    await stage.sees("/pric")
    await stage.press("slash", "escape")
    await stage.sees("temperature")
    assert stage.app.desk.watch.filter is None


@staged()
async def test_a_filter_may_be_turned_round_and_may_be_a_subject_with_wildcards(stage):
    await stage.press("t", "slash")
    await stage.type("!sensors")
    await stage.press("enter")
    await stage.misses("sensors.lyon.vibration")
    await stage.sees("orders.eu.paid")
    await stage.press("slash", "ctrl+u")
    await stage.type("*.*.paid")
    await stage.press("enter")
    await stage.sees("orders.us.paid")
    assert stage.app.desk.watch.count == 3
    await stage.press("escape")
    assert stage.app.desk.watch.filter is None


@staged()
async def test_a_filter_that_is_no_expression_is_taken_as_text_and_that_is_said(stage):
    await stage.press("slash")
    await stage.type("(pric")
    await stage.press("enter")
    await stage.sees("taken as plain text")
    await stage.sees("nothing matches (pric")


@staged()
async def test_search_goes_from_match_to_match_and_opens_what_is_closed(stage):
    watch = stage.app.desk.watch
    await stage.press("O", "F")
    await stage.type("vibration")
    await stage.press("enter")
    assert watch.selected == "sensors.austin.vibration"
    await stage.press("n")
    assert watch.selected == "sensors.berlin.vibration"
    await stage.press("N", "N")
    assert watch.selected == "sensors.lyon.vibration"
    await stage.press("escape")
    assert watch.search is None


@staged()
async def test_n_without_a_search_asks_for_one(stage):
    await stage.press("n")
    assert stage.app.screen.prompt.purpose == "find"


@staged((160, 40))
async def test_s_and_a_columns_key_sorts_by_it_and_r_turns_it_round(stage):
    watch = stage.app.desk.watch
    await stage.press("s")
    await stage.sees("Sort by")
    await stage.press("m")
    assert (watch.view.order, watch.view.reverse, watch.as_tree) == (Order.MESSAGES, False, False)
    counts = [entry.row.messages for entry in watch.entries(0, 100)]
    assert counts == sorted(counts, reverse=True)
    await stage.press("r")
    counts = [entry.row.messages for entry in watch.entries(0, 100)]
    assert counts == sorted(counts)
    await stage.press("greater_than_sign")
    assert watch.view.order is not Order.MESSAGES
    await stage.press("less_than_sign")
    assert watch.view.order is Order.MESSAGES


@staged((160, 40))
async def test_a_click_on_a_heading_sorts_and_one_on_a_row_selects(stage):
    watch = stage.app.desk.watch
    column = stage.rows[2].index("total")
    await stage.pilot.click("#subjects", offset=(column, 0))
    await stage.show()
    assert watch.view.order is Order.MESSAGES
    await stage.pilot.click("#subjects", offset=(5, 3))
    await stage.show()
    assert watch.selected == watch.entries(2, 1)[0].path


@staged()
async def test_a_click_on_a_triangle_opens_and_closes_and_one_on_a_tab_shows_it(stage):
    await stage.pilot.click("#subjects", offset=(2, 1))
    await stage.show()
    assert "orders" not in stage.app.desk.watch.expanded
    await stage.pilot.click("#tabs", offset=(12, 0))
    await stage.show()
    assert stage.app.desk.closeup.tab == TABS.index("feed")


@staged()
async def test_f_keeps_rows_in_their_places_whatever_comes(stage):
    await stage.press("t", "f")
    await stage.sees("FROZEN")
    before = [entry.path for entry in stage.app.desk.watch.entries(0, 100)]
    for _ in range(3000):
        stage.source.send((before[-1], b"x"), ("a.new.one", b"y"))
    stage.source.pass_time(1)
    await stage.show()
    after = [entry.path for entry in stage.app.desk.watch.entries(0, 100)]
    assert after == [*before, "a.new.one"]
    await stage.press("f")
    assert stage.app.desk.watch.entries(0, 100)[0].path != before[0]


@staged()
async def test_the_cursor_stays_on_its_subject_when_the_order_changes(stage):
    await stage.press("t", "G")
    watch = stage.app.desk.watch
    last = watch.selected
    for _ in range(3000):
        stage.source.send((last, b"x"))
    stage.source.pass_time(1)
    await stage.show()
    assert watch.selected == last
    assert watch.place(last) == 0


@staged()
async def test_space_holds_the_display_while_the_counting_goes_on(stage):
    await stage.press("space")
    await stage.sees("PAUSED")
    subjects = stage.rows[3:20]
    messages = stage.app.desk.watch.totals().messages
    stage.source.play(5)
    await stage.show()
    assert stage.rows[3:20] == subjects
    assert stage.app.desk.watch.totals().messages > messages
    await stage.press("space")
    await stage.until(lambda: stage.rows[3:20] != subjects, "the display is still held")


@staged()
async def test_u_stops_the_traffic_and_begins_it_again(stage):
    await stage.press("u")
    await stage.sees("unsubscribed")
    await stage.press("u")
    await stage.sees("● live")
    assert stage.source.toggled == 2


@staged()
async def test_b_counts_from_here(stage):
    await stage.press("t", "b")
    stage.source.send(*[("orders.eu.paid", b"{}")] * 7)
    stage.source.pass_time(0.3)
    await stage.show()
    await stage.sees("+7")
    await stage.press("b")
    await stage.misses("+7")


@staged()
async def test_i_shows_inboxes(stage):
    await stage.press("i")
    await stage.sees("_INBOX")
    await stage.press("i")
    await stage.misses("_INBOX")


@staged()
async def test_star_shows_identifiers_each_by_itself(stage):
    stage.source.send(*((f"user.{number}.login", b"") for number in range(5000, 5040)))
    stage.source.pass_time(0.3)
    await stage.press("t", "slash")
    await stage.type("login")
    await stage.press("enter")
    await stage.sees("user.*.login")
    await stage.press("asterisk")
    await stage.sees("user.5003.login")
    await stage.press("asterisk")
    await stage.misses("user.5003.login")


@staged((120, 60))
async def test_ampersand_shows_identifiers_below_one_branch(stage):
    for first in ("user", "cart"):
        stage.source.send(*[(f"{first}.{number}.login", b"") for number in range(5000, 5006)])
    stage.source.pass_time(0.3)
    await stage.press("o")
    stage.app.desk.watch.selected = "user.*.login"
    await stage.press("ampersand", "o")
    text = await stage.sees("5003")
    assert text.count("5003") == 1
    assert "* (6)" in text
    stage.app.desk.watch.selected = "user"
    await stage.press("ampersand")
    await stage.misses("5003")


@staged((160, 40))
async def test_digits_show_the_tabs(stage):
    await stage.press("G")
    for key, seen in zip("12345", ("payload", "08:00:", "messages a second", "p99", "▶ 08:00:"), strict=True):
        stage.source.play(1)
        await stage.press(key)
        await stage.sees(seen)


@staged(fleeting=True)
async def test_v_changes_the_format_of_the_value_and_the_curve(stage):
    await stage.press("j", "j")
    stage.source.send(("orders.asia.created", b'{"price": 12.5}'))
    await stage.show()
    await stage.sees('"price": 12.5')
    await stage.press("v", "v", "v", "v", "v")
    await stage.sees("7b 22 70 72 69 63 65")
    await stage.press("3", "v", "v")
    await stage.sees("messages a second, all subjects")
    await stage.press("v", "v")
    await stage.sees("json.price")


@staged()
async def test_d_marks_what_differs_from_the_message_before(stage):
    stage.source.send(("a.b", b'{"same": 1, "x": 1}'), ("a.b", b'{"same": 1, "x": 2}'))
    stage.source.pass_time(0.3)
    await stage.press("g", "o", "g", "j")
    assert stage.app.desk.watch.selected == "a.b"
    text = await stage.sees('+   "x": 2')
    assert '-   "x": 1' in text
    await stage.press("d")
    await stage.misses('-   "x": 1')


@staged()
async def test_brackets_go_to_older_messages_and_back(stage):
    stage.source.send(*(("a.b", f"number {number}".encode()) for number in range(5)))
    stage.source.pass_time(0.3)
    await stage.press("g", "o", "g", "j")
    await stage.sees("number 4")
    await stage.press("left_square_bracket", "left_square_bracket", "d")
    await stage.sees("number 2")
    stage.source.send(("a.b", b"number 5"))
    await stage.show()
    await stage.sees("number 2")
    await stage.press("right_square_bracket")
    await stage.sees("number 3")
    await stage.press("escape")
    await stage.sees("number 5")


@staged((140, 40))
async def test_w_looks_only_at_messages_for_which_an_expression_holds(stage):
    stage.source.send(*(("a.b", b'{"n": %d}' % number) for number in range(5)))
    stage.source.pass_time(0.3)
    await stage.press("g", "o", "g", "j", "w")
    await stage.type("json.n == 2")
    await stage.press("enter")
    await stage.sees('"n": 2')
    stage.source.send(*(("a.b", b'{"n": %d, "later": 1}' % number) for number in range(5)))
    await stage.press("5")
    await stage.until(lambda: len(stage.app.desk.closeup.messages()) == 2, "not two")
    await stage.press("w", "ctrl+u")
    await stage.type("json.n ==")
    await stage.press("enter")
    await stage.until(lambda: stage.app.desk.where == "json.n == 2", "a broken expression was taken")
    await stage.press("w", "ctrl+u", "enter")
    assert len(stage.app.desk.closeup.messages()) >= 5


@staged()
async def test_z_gives_the_table_the_whole_width(stage):
    await stage.press("z")
    await stage.until(
        lambda: not stage.app.screen.detail.display or stage.app.screen.subjects.size.width == 120, "half"
    )
    await stage.sees("share")
    await stage.press("z")
    await stage.until(lambda: stage.app.screen.subjects.size.width < 100, "whole")


@staged()
async def test_y_and_c_copy_what_is_selected(stage):
    await stage.press("G", "y")
    assert stage.app.clipboard == "services.pricing"
    await stage.press("c")
    assert stage.app.clipboard == "natscli sub services.pricing"
    await stage.press("g", "c")
    assert stage.app.clipboard == "natscli sub 'orders.>'"


@staged(origin=("--context", "my prod"))
async def test_in_the_details_y_and_c_copy_the_message(stage):
    stage.source.send(("a.b", b"it's"))
    stage.source.pass_time(0.3)
    await stage.press("g", "o", "g", "j", "tab")
    await stage.until(lambda: stage.app.screen.detail.content.has_focus, "no focus")
    await stage.press("y")
    assert stage.app.clipboard == "it's"
    await stage.press("c")
    assert stage.app.clipboard == """natscli --context 'my prod' pub a.b 'it'"'"'s'"""


@staged()
async def test_e_writes_json_csv_markdown_and_a_picture_and_overwrites_nothing(stage, tmp_path):
    stage.source.send((b"pipe|`tick`.[x](y)", b""))
    stage.source.pass_time(0.3)
    for name in ("out.json", "out.csv", "out.md", "out.svg"):
        stage.app.screen.answered("export", str(tmp_path / name))
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["totals"]["messages"] == stage.app.desk.watch.totals().messages
    assert all(row["first_seen"].startswith("2027-01-15T08:00:") for row in document["rows"])  # the stage's own time
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1 + document["rows_in_all"]
    table = [line for line in (tmp_path / "out.md").read_text().splitlines() if line.startswith("|")]
    assert len(table) == 2 + document["rows_in_all"]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {len(re.findall(r"\|", table[0]))}
    assert any(line.startswith(r"| `` pipe\|`tick`.[x](y) `` | ") for line in table)
    assert "<svg" in (tmp_path / "out.svg").read_text()
    await stage.press("e")
    assert stage.app.screen.prompt.purpose == "export"
    await stage.press("ctrl+u")
    stage.app.screen.prompt.query_one("#answer").value = str(tmp_path / "out.json")
    await stage.press("enter")
    await stage.sees("exists")


@staged()
async def test_p_needs_a_server_and_not_read_only(stage):
    await stage.press("p")
    await stage.sees("no server to publish to")


@staged(read_only=True)
async def test_read_only_publishes_nothing(stage):
    await stage.press("p")
    await stage.sees("--read-only: nothing is published")


@staged(order=Order.LATENCY, plan=Plan(internal=True))
async def test_the_order_and_the_internal_subjects_may_be_asked_for_at_the_start(stage):
    watch = stage.app.desk.watch
    assert (watch.as_tree, watch.view.order, watch.view.internal) == (False, Order.LATENCY, True)
    assert watch.entries(0, 1)[0].path == "services.pricing"


@staged()
async def test_there_may_be_no_other_context(stage):
    await stage.press("C")
    await stage.sees("no saved context")


@staged(contexts=("one", "two"), connect_as=lambda name: None)
async def test_contexts_are_to_be_chosen_from(stage):
    await stage.press("C")
    await stage.sees("two")
    await stage.press("escape")
    await stage.misses("two")


@staged()
async def test_the_help_names_every_key(stage):
    await stage.press("question_mark")
    text = stage.app.screen.query_one("#page").text
    assert [key.about for key in KEYS if key.about not in text] == []
    await stage.press("down", "escape")
    await stage.sees("● live")


@staged()
async def test_the_command_palette_has_every_key(stage):
    titles = [command.title for command in stage.app.get_system_commands(stage.app.screen)]
    assert [
        key.about for key in KEYS if key.id not in ("quit", "leave") and not any(key.about in t for t in titles)
    ] == []
    assert "Theme" in titles
    await stage.press("ctrl+p")
    await stage.until(lambda: len(stage.app.screen_stack) == 2, "no palette")


@staged()
async def test_big_s_says_why_a_recording_has_no_servers_and_goes_back(stage):
    await stage.press("S")
    await stage.sees("a recording has no servers")
    await stage.press("S")
    await stage.sees("▾ orders")


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
def test_q_and_ctrl_c_quit(key):
    async def run():
        async with on_stage(seconds=1) as stage:
            await stage.press(key)
            await stage.until(lambda: stage.app._exit, "it does not end")
            return stage.app.return_code

    assert asyncio.run(run()) == 0


@staged(keymap={"filter": "ctrl+g", "quit": "x"})
async def test_keys_can_be_the_users_own(stage):
    await stage.press("slash")
    assert stage.app.screen.prompt.purpose == ""
    await stage.press("ctrl+g")
    assert stage.app.screen.prompt.purpose == "filter"


def test_an_alert_is_shown_and_rings_once():
    async def run():
        plan = Plan(alerts=(parse_alert("count(orders.eu.paid) > 100000"), parse_alert("rate(heart.>) > 2")))
        async with on_stage(plan=plan) as stage:
            bells = []
            stage.app.bell = lambda: bells.append(1)
            stage.source.send(*[("heart.beat", b"")] * 20)
            stage.source.pass_time(0.5)
            await stage.show()
            await stage.sees("alert rate(heart.>) > 2")
            await stage.show()
            assert bells == [1]
            stage.source.pass_time(30)
            await stage.show()
            await stage.misses("alert rate")
            assert next(iter(stage.app.desk.fired.values())).startswith("alert rate(heart.>) > 2")

    asyncio.run(run())


def test_what_the_source_tells_is_shown():
    async def run():
        source = StageSource()
        async with on_stage(source=source) as stage:
            source.news.append("12:00:00 disconnected from nats://x: gone")
            await stage.show()
            await stage.sees("disconnected from nats://x: gone")
            source.news.append("12:00:05 reconnected")
            await stage.show()
            await stage.sees("12:00:05 reconnected (L: all 2)")
            await stage.press("L")
            await stage.sees("disconnected from nats://x: gone")
            await stage.press("L")
            await stage.misses("disconnected from nats://x: gone")

    asyncio.run(run())


def test_a_recording_is_made_of_what_comes(tmp_path):
    path = tmp_path / "out.ndjson"
    recording = Recording(str(path), [">"], lambda subject: subject.startswith("orders"))
    source = StageSource()
    source.registry.also.append(recording)
    source.play(2)
    recording.end()
    eventually(lambda: path.read_bytes().count(b"\n") > recording.messages)  # behind the end, if the disk is slow
    lines = [line for batch in read_lines(str(path)) for line in batch.lines if line]
    assert len(lines) == recording.messages + 1  # and the heading
    assert recording.messages > 100
    assert all(b'"subject":"orders.' in line for line in lines[1:])
