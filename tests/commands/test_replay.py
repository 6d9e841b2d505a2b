"""natscli replay: the same messages in the same gaps, and whatever is wrong with a file is named."""

import gzip
import hashlib
import math
import os
import re
import signal
import sys
from itertools import pairwise

import pytest

from natscli.messaging import zstd
from natscli.messaging.ndjson import encode_line, format_time
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message
from tests.messaging.parties import Listener, denying
from tests.messaging.recordings import line, mixed, plain_line, read
from tests.waiting import SLACK_S, eventually

LONG = bool(os.environ.get("NATSCLI_LONG"))
COUNT = 100_000 if LONG else 5_000
RATE = 5_000  # messages a second
MOST_MS = 2.0 if LONG else 20.0  # other tests share the machine with the short one
PART = COUNT // (10 if LONG else 2)  # of the beginning and of the end, between which there is to be no drift
PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstd.compress}
every_packing = pytest.mark.parametrize("ending", PACK)
REPLAYED = re.compile(r"Replayed ([\d,]+) messages? with [\d,]+ bytes? in \S+?(; late by p50 \S+, p99 \S+, max \S+)?\n")


def seconds_said(said):
    """Return how long a replay says it took."""
    return _seconds(re.search(r" in ([\d.]+)(µs|ms|s)[;\n]", said))


def latest_said(said):
    """Return how late, in seconds, a replay says the latest message was."""
    return _seconds(re.search(r", max ([\d.]+)(µs|ms|s)\n", said))


def _seconds(figure):
    return float(figure[1]) * {"µs": 1e-6, "ms": 1e-3, "s": 1}[figure[2]]


@pytest.fixture
def hear(server, subject):
    """Hear everything below the test's subject."""
    with Listener(server.url, f"{subject}.>") as listener:
        yield listener


@pytest.fixture
def recording(subject, tmp_path):
    """Write a file of lines, each below the test's subject unless it is bytes already; return its name."""

    def write(*parts, ending=""):
        path = tmp_path / f"t.ndjson{ending}"
        whole = [part if isinstance(part, bytes) else line(f"{subject}.{part}", str(part)) for part in parts]
        path.write_bytes(PACK[ending](b"".join(whole)))
        return str(path)

    return write


# -- there and back --------------------------------------------------------------------------------


def digest(found, prefix):
    """Sum up subjects, replies, headers and payloads, in order."""
    total = hashlib.sha256()
    for message in found:
        parts = (message.subject.removeprefix(prefix), message.payload, message.reply, message.headers)
        for part in parts:
            total.update(b"%d:%b" % (len(part), part))
    return total.hexdigest()


def unhindered(shifts):
    """How late messages are of which the machine held up fewer than nine in ten."""
    return sorted(shifts)[len(shifts) // 10]


def record(start, subject, out):
    recorder = start("record", f"{subject}.>", "-O", str(out), "--count", str(COUNT))
    recorder.says("Recording")
    return recorder


@pytest.mark.timeout(300 if LONG else 60)
def test_recorded_replayed_and_recorded_again_it_is_the_same_in_the_same_gaps(
    start, subject, tmp_path, record_property
):
    source, first, second = (tmp_path / name for name in ("source.ndjson", "first.ndjson.zst", "second.ndjson.zst"))
    sent = list(mixed(COUNT, f"{subject}.a"))
    source.write_bytes(b"".join([encode_line(message, format_time(0)) for message in sent]))
    recorder = record(start, f"{subject}.a", first)
    publisher = start("pub", "--ndjson", f"@{source}", "--rate", str(RATE))
    assert (publisher.end(120), recorder.end(120)) == (0, 0)
    recorder = record(start, f"{subject}.b", second)
    replay = start("replay", str(first), "--map", f"{subject}.a.>", f"{subject}.b.>")
    assert (replay.end(120), recorder.end(120)) == (0, 0)

    was, now = read(first), read(second)
    wanted = digest(sent, f"{subject}.a".encode())
    assert digest([entry.message for entry in was], f"{subject}.a".encode()) == wanted
    assert digest([entry.message for entry in now], f"{subject}.b".encode()) == wanted
    gaps = [[(after.time_ns - before.time_ns) / 1e6 for before, after in pairwise(file)] for file in (was, now)]
    errors = sorted(abs(after - before) for before, after in zip(*gaps, strict=True))
    shifts = [(b.time_ns - a.time_ns) / 1e6 for a, b in zip(was, now, strict=True)]
    drift = unhindered(shifts[-PART:]) - unhindered(shifts[:PART])
    p50, p99 = errors[len(errors) // 2], errors[math.ceil(len(errors) * 0.99) - 1]
    figures = f"gaps off by p50 {p50:.3f}, p99 {p99:.3f}, max {errors[-1]:.3f} ms; drift {drift:.3f} ms"
    record_property("figure", f"{COUNT:,} messages in {sum(gaps[1]) / 1e3:.1f} s: {figures}; {replay.err.strip()}")
    assert p99 <= MOST_MS
    held_up_ms = 0.0 if LONG else latest_said(replay.err) * 1e3  # by others, for as long as is said
    stood_still_ms = 0.0 if LONG else sum(error for error in errors if error > MOST_MS)  # whoever is on the way
    assert abs(drift) <= MOST_MS + held_up_ms + stood_still_ms


def test_what_sub_prints_can_be_replayed(cli, start, hear, subject, tmp_path):
    sub = start("sub", f"{subject}.>", "-o", "json", "--count", "2")
    sub.says("Subscribing")
    hear.publish(f"{subject}.a", b"\xff\x00", b"in.1", b"NATS/1.0\r\nA:  1\r\n\r\n")
    hear.publish(f"{subject}.b", b"text")
    assert sub.end() == 0
    (tmp_path / "t.ndjson").write_bytes(sub.out)
    before = hear.received()

    assert cli("replay", str(tmp_path / "t.ndjson")).code == 0
    assert hear.received() == before


@every_packing
def test_every_packing_is_replayed_in_order(ending, cli, hear, recording):
    code, out, said = cli("replay", recording(*range(100), ending=ending), "--speed", "max")

    assert (code, out) == (0, b"")
    assert REPLAYED.fullmatch(said)[1] == "100"
    assert [int(payload) for payload in hear.payloads()] == list(range(100))


def test_several_files_follow_one_another(cli, hear, recording, tmp_path):
    os.rename(recording(1, 2), tmp_path / "first")

    assert cli("replay", str(tmp_path / "first"), recording(3)).code == 0
    assert hear.payloads() == [b"1", b"2", b"3"]


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="pipes have no names")
def test_a_pipe_is_replayed(cli, hear, subject):
    reader, writer = os.pipe()
    os.write(writer, line(f"{subject}.a", "1"))
    os.close(writer)

    assert cli("replay", f"/dev/fd/{reader}").code == 0
    os.close(reader)
    assert hear.payloads() == [b"1"]


# -- time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speed", "gap", "least"), [("1", 0.1, 0.4), ("100x", 10, 0.4), ("max", 1000, 0), ("0.5", 0.1, 0.8)]
)
def test_gaps_are_divided_by_the_speed(speed, gap, least, cli, hear, recording, subject):
    name = recording(*(line(f"{subject}.a", "x", number * gap) for number in range(5)))

    code, _, said = cli("replay", name, "--speed", speed)

    assert code == 0
    assert least <= seconds_said(said) <= least + SLACK_S


def test_how_late_it_was_is_said_unless_there_were_no_gaps(cli, recording):
    name = recording(1, 2, 3)

    assert REPLAYED.fullmatch(cli("replay", name).err)[2]
    assert REPLAYED.fullmatch(cli("replay", name, "--speed", "max").err)[2] is None
    assert cli("replay", name, "--quiet").err == ""


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "inf", "nan", ""])
def test_what_is_no_speed_is_a_usage_error(speed, cli, recording):
    code, _, said = cli("replay", recording(1), "--speed", speed)

    assert code == 2
    assert "is no speed: 1 is as recorded" in said


def test_a_clock_that_was_set_back_holds_nothing_up(cli, hear, recording, subject):
    times = [3600, 3600.01, 0, 0.01]

    code, *_ = cli("replay", recording(*(line(f"{subject}.a", str(at), at) for at in times)), "--timeout", "5s")

    assert code == 0
    assert len(hear.payloads()) == 4


def test_a_pause_survives_the_server_s_pings(start, make_server, recording, subject):
    server = make_server(extra='ping_interval: "200ms"\nping_max: 20')  # it cuts off who is silent for four seconds
    name = recording(line(f"{subject}.a", "1"), line(f"{subject}.a", "2", 6.0))

    assert start("replay", name, url=server.url).end() == 0


# -- what is played --------------------------------------------------------------------------------


def test_subjects_are_filtered_and_mapped(cli, hear, recording, subject):
    name = recording("a.1", "b.1", "c", "a.2")

    code, _, said = cli(
        "replay",
        name,
        "--filter",
        f"{subject}.a.*",
        "--filter",
        f"{subject}.c",
        "--map",
        f"{subject}.*.*",
        f"{subject}.x.*.y.*",
    )

    assert code == 0
    assert REPLAYED.fullmatch(said)[1] == "3"
    assert [message.subject.decode().removeprefix(subject) for message in hear.received()] == [
        ".x.a.y.1",
        ".c",
        ".x.a.y.2",
    ]


def test_what_is_filtered_away_at_the_beginning_is_not_waited_for(cli, hear, recording, subject):
    name = recording(line(f"{subject}.a", "1", 0), line(f"{subject}.b", "2", 3600))

    assert cli("replay", name, "--filter", f"{subject}.b").code == 0
    assert hear.payloads() == [b"2"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--map", "a.>", "b"], "their wildcards do not correspond"),
        (["--map", "a..b", "b"], "has an empty token"),
        (["--filter", "a b"], "white space"),
        (["--map", "a"], "requires 2 arguments"),
    ],
)
def test_a_bad_pattern_is_a_usage_error(options, words, cli, recording):
    code, _, said = cli("replay", recording(1), *options)

    assert (code, words in said) == (2, True)


@pytest.mark.parametrize(
    ("options", "played"),
    [
        (["--where", "json.n > 1"], [2, 3]),
        (["--where", "json.n > 1", "--not"], [1]),
        (["--grep", '"n":[13]'], [1, 3]),
        (["--header", "Kind=odd"], [1, 3]),
        (["--header", "Kind=odd", "--where", "json.n != 3"], [1]),
        (["--where", 'subject.endswith(".x")'], [2]),
    ],
)
def test_what_is_wanted_is_played_in_order(options, played, cli, hear, recording, subject):
    def one(number):
        headers = encode_headers([("Kind", "odd")]) if number % 2 else b""
        name = f"{subject}.x" if number == 2 else f"{subject}.a"
        return encode_line(Message(name.encode(), b'{"n":%d}' % number, b"", headers), format_time(0))

    code, _, said = cli("replay", recording(*map(one, (1, 2, 3))), *options, "--map", f"{subject}.x", f"{subject}.y")

    assert code == 0
    assert REPLAYED.fullmatch(said)[1] == str(len(played))
    assert hear.payloads() == [b'{"n":%d}' % number for number in played]


def test_conditions_look_into_decoded_bodies_which_are_played_as_they_were_recorded(cli, hear, recording, subject):
    bodies = [gzip.compress(b"wanted", mtime=0), gzip.compress(b"other", mtime=0), b"wanted, and no gzip"]
    lines = [encode_line(Message(f"{subject}.a".encode(), body), format_time(0)) for body in bodies]

    assert cli("replay", recording(*lines), "--decode", "gzip", "--grep", "^wanted").code == 0
    assert hear.payloads() == [bodies[0], bodies[2]]


def test_what_is_left_out_leaves_its_gap(cli, recording, subject):
    name = recording(*(line(f"{subject}.a", str(number), number / 10) for number in range(8)))

    _, _, said = cli("replay", name, "--where", "data in ['2', '3', '6']")

    assert REPLAYED.fullmatch(said)[1] == "3"
    assert 0.4 <= seconds_said(said) < 0.4 + SLACK_S


def test_a_loop_over_what_is_wanted_keeps_the_gaps_of_the_whole_recording(start, hear, recording, subject):
    name = recording(*(line(f"{subject}.a", str(number), number / 20) for number in range(4)))
    replay = start("replay", name, "--loop", "--grep", "1")
    heard = []
    eventually(lambda: heard.extend(hear.payloads()) or len(heard) >= 4)
    replay.signal(signal.SIGINT)

    assert replay.end() == 0
    messages = int(REPLAYED.search(replay.err)[1])
    # 0.15 s, and a mean gap between the end and the beginning; what is said is rounded
    assert seconds_said(replay.err) >= 0.2 * (messages - 1) - 0.01


def test_bad_lines_count_as_such_whatever_is_wanted(cli, hear, recording):
    code, _, said = cli("replay", recording(1, b"oops\n", 2), "--grep", "2")

    assert (code, hear.payloads()) == (1, [b"2"])
    assert said.endswith("natscli: 1 bad line passed over\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--where", "json."], "expression 'json.' cannot be read"),
        (["--grep", "("], "no regular expression"),
        (["--not"], "--not needs --where, --grep or --header"),
        (["--decode", "gzip"], "--decode needs --where or --grep, as bodies stay as they are"),
        (["--decode", "rot13", "--grep", "x"], "decoder 'rot13' is unknown"),
    ],
)
def test_what_is_no_condition_is_a_usage_error_before_connecting(options, words, cli, recording):
    code, _, said = cli("replay", recording(1), *options, "-s", "nats://127.0.0.1:1")

    assert (code, words in said) == (2, True)


def test_of_several_mappings_the_first_that_matches_counts(cli, hear, recording, subject):
    maps = [(f"{subject}.a", f"{subject}.first"), (f"{subject}.*", f"{subject}.rest.*"), (f"{subject}.b", "never")]

    code, *_ = cli("replay", recording("a", "b", "c.d"), *(word for pair in maps for word in ("--map", *pair)))

    assert code == 0
    assert [message.subject.decode().removeprefix(subject) for message in hear.received()] == [
        ".first",
        ".rest.b",
        ".c.d",
    ]


# -- until when ------------------------------------------------------------------------------------


def test_a_loop_plays_until_ctrl_c_which_is_its_end(start, hear, recording):
    replay = start("replay", recording(1, 2), "--loop", "--speed", "max")
    heard = []
    eventually(lambda: heard.extend(hear.payloads()) or len(heard) > 100)
    replay.signal(signal.SIGINT)

    assert replay.end() == 0
    assert REPLAYED.search(replay.err)
    assert heard[:4] == [b"1", b"2", b"1", b"2"]


def test_a_loop_keeps_a_gap_between_the_end_and_the_beginning(start, hear, recording, subject):
    name = recording(line(f"{subject}.a", "1", 0), line(f"{subject}.a", "2", 0.15))
    replay = start("replay", name, "--loop")
    heard = []
    eventually(lambda: heard.extend(hear.payloads()) or len(heard) >= 6)
    replay.signal(signal.SIGINT)

    assert replay.end() == 0
    assert seconds_said(replay.err) >= 0.74


def test_a_loop_over_an_empty_recording_ends(cli, recording):
    assert cli("replay", recording(), "--loop")[::2] == (0, "Replayed 0 messages with 0 bytes in 0µs\n")


@pytest.mark.parametrize("loop", [[], ["--loop"]])
@pytest.mark.parametrize("options", [["--filter", "elsewhere"], ["--where", "size > 100"], ["--grep", "never"]])
def test_where_nothing_is_wanted_it_says_so_and_fails(options, loop, cli, hear, recording):
    code, _, said = cli("replay", recording(1, 2, 3), *options, *loop)

    assert code == 1
    assert said == ("Replayed 0 messages with 0 bytes in 0µs\nnatscli: nothing to play: none of 3 messages is wanted\n")
    assert hear.payloads() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_before_its_end_it_says_what_was_sent(number, code, start, hear, recording, subject):
    replay = start("replay", recording(line(f"{subject}.a", "1"), line(f"{subject}.a", "2", 3600)))
    eventually(lambda: hear.payloads() == [b"1"])

    replay.signal(number)

    assert replay.end() == code
    assert REPLAYED.search(replay.err)[1] == "1"


def test_a_lost_server_is_noticed_in_a_pause(start, make_server, recording, subject):
    server = make_server()
    name = recording(line(f"{subject}.a", "1"), line(f"{subject}.a", "2", 3600))
    with Listener(server.url, f"{subject}.a") as listener:
        replay = start("replay", name, url=server.url)
        eventually(lambda: listener.payloads() == [b"1"] or replay.popen.poll() is not None)
    server.stop()

    assert replay.end() == 3
    assert "none of 1 message sent is confirmed" in replay.err


def test_a_subject_that_is_refused_is_exit_code_4(cli, make_server, recording, subject):
    strict = make_server(extra=denying("publish", f"{subject}.2"))

    code, _, said = cli("replay", recording(1, 2, 3), "-s", strict.url)

    assert (code, f"{subject}.2" in said) == (4, True)


# -- bad files -------------------------------------------------------------------------------------

BAD = {
    "no JSON": (b"oops\n", "it is not JSON: expecting value at column 1"),
    "no object": (b"[1]\n", "it is not a JSON object"),
    "wrong base64": (plain_line(subject="a", data_b64="eA="), "data_b64 is not base64"),
    "invalid subject": (plain_line(subject="a b", data=""), "subject 'a b' has white space or control characters"),
    "injected command": (plain_line(subject="a\r\nPUB b 0\r\n", data=""), "has white space or control characters"),
    "wildcard": (plain_line(subject="a.>", data=""), "subject 'a.>' has a wildcard"),
    "no payload": (plain_line(subject="a"), "it has neither data nor data_b64"),
    "10 MB": (
        plain_line(subject="a", data="x" * 10_000_000),
        "the message of 10,000,000 bytes exceeds the server's limit",
    ),
    "10 MB of nothing": (b"x" * 10_000_000 + b"\n", "it is not JSON"),
    "bad header": (plain_line(subject="a", data="", headers={"A": ["x\r\nB: y"]}), "has a line break"),
    "bad time": (plain_line(subject="a", data="", time="noon"), "time 'noon' is not an RFC 3339 time"),
    "not UTF-8": (b'{"subject":"\xff"}\n', "it is not UTF-8"),
    "nested": (b"[" * 100_000 + b"\n", "it is nested too deeply"),
}


@pytest.mark.parametrize(("bad", "words"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_and_the_good_ones_are_played(bad, words, cli, hear, recording):
    name = recording(1, bad, 2, ending=".zst")

    code, _, said = cli("replay", name)

    assert code == 1
    assert f"warning: '{name}' line 2: " in said
    assert words in said
    assert said.endswith("natscli: 1 bad line passed over\n")
    assert hear.payloads() == [b"1", b"2"]


@pytest.mark.parametrize(("bad", "words"), [BAD["no JSON"], BAD["invalid subject"]])
def test_with_strict_nothing_is_played(bad, words, cli, hear, recording):
    name = recording(1, bad, 2)

    code, _, said = cli("replay", name, "--strict", "-s", "nats://127.0.0.1:1")

    assert code == 1
    assert said == f"natscli: '{name}' line 2: {words}\nhint: without --strict, what is good is played\n"
    assert hear.payloads() == []


def test_with_strict_a_message_over_the_server_s_limit_ends_it(cli, hear, recording):
    code, _, said = cli("replay", recording(1, BAD["10 MB"][0], 2), "--strict")

    assert (code, "line 2: the message of 10,000,000 bytes exceeds" in said) == (1, True)
    assert hear.payloads() == [b"1"]


def test_with_strict_a_good_file_is_played(cli, hear, recording):
    assert cli("replay", recording(1, 2), "--strict").code == 0
    assert hear.payloads() == [b"1", b"2"]


def test_of_many_bad_lines_the_first_ten_are_named_and_all_are_counted(cli, recording):
    code, _, said = cli("replay", recording(*[b"x\n"] * 25))

    assert code == 1
    assert said.count("warning: ") == 10
    assert said.endswith("natscli: 25 bad lines passed over\n")


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_file_that_was_cut_off_is_named_and_its_whole_blocks_are_played(ending, cli, hear, recording):
    name = recording(1, 2, ending=ending)
    with open(name, "ab") as file:
        file.write(PACK[ending](os.urandom(3000))[:1000])

    code, _, said = cli("replay", name)

    assert code == 1
    assert re.search(r"warning: '.*' line \d+: the file ends in the middle of a block\n", said)
    assert hear.payloads() == [b"1", b"2"]


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_damaged_block_is_named_and_the_others_are_played(ending, cli, hear, recording):
    name = recording(1, 2, ending=ending)
    with open(name, "rb") as file:
        good = file.read()
    broken = bytearray(good)
    broken[-6] ^= 0xFF
    with open(name, "wb") as file:
        file.write(good + broken + good)

    code, _, said = cli("replay", name)

    assert code == 1
    assert f"warning: '{name}' line 3: the block at byte {len(good)} is damaged" in said
    assert hear.payloads() == [b"1", b"2", b"1", b"2"]


def test_a_bomb_is_named_and_costs_no_memory(cli, hear, recording):
    name = recording(1, ending=".zst")
    with open(name, "ab") as file, zstd.open_writer(file) as stream:
        for _ in range(300):
            stream.write(bytes(1024 * 1024))

    code, _, said = cli("replay", name)

    assert code == 1
    assert f"'{name}' line 2: it is longer than 96.0 MiB" in said
    assert "grows to more than 256.0 MiB, over 500 times its size" in said
    assert hear.payloads() == [b"1"]


@pytest.mark.parametrize("strict", [[], ["--strict"]])
def test_a_newer_recording_is_refused_and_says_how_to_read_it(strict, cli, hear, recording):
    name = recording(b'{"natscli_recording":2}\n', 1)

    code, _, said = cli("replay", name, *strict)

    assert code == 1
    assert f"natscli: '{name}' line 1: the recording was made by a newer natscli: it is of version 2" in said
    assert said.endswith("hint: pip install --upgrade natscli\n")
    assert hear.payloads() == []


def test_what_stands_before_a_newer_part_is_played(cli, hear, recording):
    code, *_ = cli("replay", recording(1, 2, b'{"natscli_recording":2}\n', 3))

    assert code == 1
    assert hear.payloads() == [b"1", b"2"]


def test_a_foreign_terminal_sequence_in_a_line_is_made_visible(cli, recording):
    code, _, said = cli("replay", recording(plain_line(subject="a \x1b]0;title\x07", data="")))

    assert (code, "\x1b" in said, r"\x1b]0;title\x07" in said) == (1, False, True)


def test_a_missing_file_is_a_usage_error_before_connecting(cli):
    refused = cli("replay", "missing.ndjson", "-s", "nats://127.0.0.1:1")

    assert refused == (2, b"", "natscli: file 'missing.ndjson' cannot be read: no such file or directory\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_a_usage_error(cli, recording):
    name = recording(1)
    os.chmod(name, 0)

    assert (cli("replay", name).code, "permission denied" in cli("replay", name).err) == (2, True)


@pytest.mark.parametrize("rename", [False, True])
def test_without_the_library_zstd_is_refused_before_connecting(rename, cli, recording, monkeypatch):
    name = recording(1, ending=".zst")
    if rename:
        os.rename(name, name + ".renamed")
        name += ".renamed"
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "compression", None)

    code, _, said = cli("replay", name, "-s", "nats://127.0.0.1:1")

    assert (code, "pip install 'natscli[zstd]', or unpack the file with zstd -d first" in said) == (2, True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(start, hear, recording, subject, record_property):
    """At the recorded speed the file is read as it is needed, not before."""
    times = (line(f"{subject}.a", "x" * 1000, number / 1000) for number in range(60_000))
    replay = start("replay", recording(*times))
    heard = []
    eventually(lambda: heard.extend(hear.payloads()) or len(heard) > 50, 30)
    with open(f"/proc/{replay.popen.pid}/status", encoding="ascii") as status:
        mebibytes = int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) / 1024
    replay.signal(signal.SIGINT)
    replay.end()
    record_property("figure", f"replaying 65 MB: {mebibytes:.0f} MiB of memory")

    assert mebibytes < 60


def test_at_full_speed_it_is_fast(cli, hear, recording, record_property):
    name = recording(*range(20_000), ending=".zst")

    _, _, said = cli("replay", name, "--speed", "max")

    record_property("figure", said.strip())
    assert len(hear.received()) == 20_000


def test_standard_input_is_played(start, recording):
    with open(recording(*range(3)), "rb") as content:
        replay = start("replay", "-", "--speed", "max", stdin=content)

        assert (replay.end(), replay.out) == (0, b"")
    assert replay.err.startswith("Replayed 3 messages ")
