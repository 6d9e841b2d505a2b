"""Reading recordings whatever is in them, who gets which subject, and when messages are due."""

import gzip
import io
import math
import os
import random
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import UsageError
from natscli.messaging import lines as lines_module
from natscli.messaging import packing, zstd
from natscli.messaging.lines import BadLineError, Batch, Fault, check_readable, decoded, read_lines, split_lines
from natscli.messaging.mapping import Mapping, route
from natscli.messaging.packing import Blocks, Damage, Packing
from natscli.messaging.playback import check_lines
from natscli.messaging.schedule import Lateness, Schedule
from natscli.text.sizes import parse_bytes
from natscli.wire.subjects import matches

GOOD = b'{"subject":"a","data":"x"}\n'
MIB = 1024 * 1024


def whole(parts):
    """Lines with their numbers, and faults with theirs."""
    numbered = []
    for part in parts:
        if isinstance(part, Fault):
            numbered.append((part.number, part))
        else:
            numbered += list(enumerate(part.lines, part.first))
    return numbered


# -- lines -----------------------------------------------------------------------------------------


@given(st.lists(st.binary(max_size=6).map(lambda line: line.replace(b"\n", b""))), st.lists(st.integers(1, 9)))
def test_lines_are_the_same_however_they_come_in_pieces(wanted, sizes):
    text = b"".join(line + b"\n" for line in wanted)
    stream = io.BytesIO(text)
    pieces = [stream.read(size) for size in [*sizes, -1]]

    numbered = whole(split_lines("x", pieces))

    assert [found for found in numbered if found[1]] == [found for found in enumerate(wanted, 1) if found[1]]


def test_the_last_line_may_lack_its_end():
    assert whole(split_lines("x", [b"a\nb"])) == [(1, b"a"), (2, b"b")]


@pytest.mark.parametrize("size", [1, 3, 10])
def test_a_line_that_is_too_long_is_named_once_and_those_behind_it_are_read(size, monkeypatch):
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 10)
    text = b"first\n" + b"x" * 50 + b"\nthird\n0123456789\n01234567890\nlast"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]

    numbered = whole(split_lines("x", pieces))

    assert [(number, line) for number, line in numbered if isinstance(line, bytes)] == [
        (1, b"first"),
        (3, b"third"),
        (4, b"0123456789"),
        (6, b"last"),
    ]
    assert [str(line) for _, line in numbered if isinstance(line, Fault)] == [
        "x line 2: it is longer than 10 B",
        "x line 5: it is longer than 10 B",
    ]


def test_a_long_line_takes_no_more_memory_than_it_may_have(tmp_path):
    path = tmp_path / "long.ndjson.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(200):
            file.write(b"x" * MIB)
        file.write(b"\n" + GOOD)
    tracemalloc.start()

    numbered = whole(read_lines(str(path)))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [number for number, _ in numbered] == [1, 2]
    assert str(numbered[0][1]) == f"'{path}' line 1: it is longer than 96.0 MiB"
    assert peak < 110 * MIB


def test_messages_are_numbered_by_their_lines_and_blank_ones_are_passed_over():
    batch = Batch("x", 5, [b"", b"  \r", GOOD, b'{"natscli_recording":1}', b"bad", GOOD])

    found = list(decoded(batch))

    assert [entry if isinstance(entry, Fault) else entry[0] for entry in found] == [
        7,
        Fault("x", 9, "it is not JSON: expecting value at column 1"),
        10,
    ]


def test_a_newer_recording_ends_the_reading_and_names_its_line():
    with pytest.raises(BadLineError, match=r"^x line 2: the recording was made by a newer natscli") as raised:
        list(decoded(Batch("x", 1, [GOOD, b'{"natscli_recording":9}', GOOD])))

    assert raised.value.hint == "pip install --upgrade natscli"


def test_being_strict_names_the_first_bad_line(tmp_path):
    (tmp_path / "good").write_bytes(GOOD)
    (tmp_path / "bad").write_bytes(GOOD * 2 + b"{}\nworse\n")

    check_lines([str(tmp_path / "good")])
    with pytest.raises(BadLineError, match=r"bad' line 3: it has no subject$"):
        check_lines([str(tmp_path / "good"), str(tmp_path / "bad")])


@pytest.mark.parametrize("again", [False, True])
def test_what_cannot_be_opened_is_a_usage_error(again, tmp_path):
    for path in ("missing", "."):
        with pytest.raises(UsageError, match=r"cannot be read: (no such file or directory|is a directory)"):
            check_readable(str(tmp_path / path), again=again)
        with pytest.raises(UsageError, match="cannot be read"):
            list(read_lines(str(tmp_path / path)))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_a_pipe_is_read_once_only(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    check_readable(str(tmp_path / "pipe"), again=False)
    with pytest.raises(UsageError, match="is not a file that can be read twice"):
        check_readable(str(tmp_path / "pipe"), again=True)


# -- blocks ----------------------------------------------------------------------------------------


def unpacked(data, expected=Packing.PLAIN):
    """What comes out of a file: joined, and what is wrong with it."""
    parts = list(Blocks(io.BytesIO(data), expected))
    return b"".join(part for part in parts if isinstance(part, bytes)), [p for p in parts if isinstance(p, Damage)]


def packed(kind, data):
    return zstd.compress(data) if kind == "zstd" else gzip.compress(data, mtime=0)


both = pytest.mark.parametrize("kind", ["gzip", "zstd"])


@both
@given(pieces=st.lists(st.binary(max_size=300), max_size=5))
def test_blocks_end_to_end_hold_what_was_put_in(kind, pieces):
    assert unpacked(b"".join(packed(kind, piece) for piece in pieces)) == (b"".join(pieces), [])


@both
def test_a_block_of_many_megabytes_comes_out_in_pieces(kind):
    data = random.Random(1).randbytes(MIB) * 20
    pieces = list(Blocks(io.BytesIO(packed(kind, data)), Packing.PLAIN))

    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 256 * 1024


def bomb(kind, filling, mebibytes):
    """A block that holds very much of one thing."""
    piece = filling * (MIB // len(filling))
    if kind == "zstd":
        frame = io.BytesIO()
        with zstd.open_writer(frame) as stream:
            for _ in range(mebibytes):
                stream.write(piece)
        return frame.getvalue()
    stream = zlib.compressobj(9, wbits=31)
    return b"".join([*(stream.compress(piece) for _ in range(mebibytes)), stream.flush()])


@pytest.mark.parametrize(
    ("kind", "filling"), [("zstd", b"\0"), ("zstd", b"\n"), ("zstd", GOOD), ("gzip", b"\0"), ("gzip", b"\n")]
)
def test_a_bomb_is_not_unpacked_to_its_end(kind, filling, monkeypatch):
    monkeypatch.setattr(packing, "_UNSUSPICIOUS", 16 * MIB)
    size, damage = 0, []
    for part in Blocks(io.BytesIO(bomb(kind, filling, 64) + packed(kind, GOOD)), Packing.PLAIN):
        if isinstance(part, Damage):
            damage.append(part)
        else:
            size += len(part)

    assert size <= 17 * MIB
    assert [found.what for found in damage] == [
        "the block at byte 0 grows to more than 16.0 MiB, over 500 times its size"
    ]


def test_half_a_gigabyte_in_a_few_kilobytes_is_a_bomb():
    data = bomb("zstd", b"\0", 512)

    assert len(data) < 100_000
    assert list(Blocks(io.BytesIO(data), Packing.PLAIN))[-1].final


def test_thousands_of_empty_blocks_are_given_up():
    empty = zstd.compress(b"")

    assert unpacked(empty * 900 + zstd.compress(GOOD)) == (GOOD, [])
    text, damage = unpacked(empty * 100_000)

    assert text == b""
    assert damage[0].what == "more than 1,000 blocks in a row are empty"


def test_a_window_of_gigabytes_is_refused():
    hostile = b"\x28\xb5\x2f\xfd" + bytes([0x00, 0xA8]) + b"\x01\x00\x00"  # a window of 2 GiB

    text, damage = unpacked(hostile + zstd.compress(GOOD))

    assert text == GOOD
    assert "requires too much memory" in damage[0].what


def test_frames_to_be_skipped_are_skipped():
    skippable = struct.pack("<II", 0x184D2A50, 5) + b"pzstd"

    assert unpacked(skippable + zstd.compress(GOOD) + skippable + zstd.compress(GOOD)) == (GOOD * 2, [])


@both
def test_junk_between_blocks_is_named_once_and_costs_nothing_else(kind):
    good = packed(kind, GOOD)

    text, damage = unpacked(good + b"junk " * 1000 + good)

    assert text == GOOD * 2
    assert [found.what.split(" is")[0] for found in damage] == [f"the block at byte {len(good):,}"]


def test_a_file_that_is_not_what_its_name_says_is_damaged():
    assert len(unpacked(GOOD, Packing.ZSTD)[1]) == 1
    assert len(unpacked(GOOD, Packing.GZIP)[1]) == 1


@given(st.binary(max_size=200), st.sampled_from([b"", zstd.MAGIC, b"\x1f\x8b\x08"]))
def test_any_bytes_come_to_an_end(data, beginning):
    unpacked(beginning + data)


def test_an_empty_file_has_no_lines(tmp_path):
    for name in ("t.ndjson", "t.gz", "t.zst"):
        (tmp_path / name).write_bytes(b"")
        assert list(read_lines(str(tmp_path / name))) == []


# -- subjects --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "subject", "renamed"),
    [
        ("orders.>", "test.orders.>", "orders.new.eu", "test.orders.new.eu"),
        (">", "copy.>", "a", "copy.a"),
        ("a.>", ">", "a.b.c", "b.c"),
        ("a", "b", "a", "b"),
        ("*.b.*", "x.*.y.*", "1.b.2", "x.1.y.2"),
        ("*.*.>", "*.x.*.>", "1.2.3.4", "1.x.2.3.4"),
        ("*", "*.z", "a", "a.z"),
        ("a.*", "b.*", "a.\udcff", "b.\udcff"),
    ],
)
def test_a_subject_is_renamed_by_its_wildcards(source, target, subject, renamed):
    assert Mapping(source, target).rename(subject) == renamed


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("a.>", "b", "'a.>' cannot be mapped to 'b': their wildcards do not correspond"),
        ("a", "b.>", "their wildcards do not correspond"),
        ("a.*", "b", "their wildcards do not correspond"),
        ("a.*", "b.*.*", "their wildcards do not correspond"),
        ("a.*", "b.>", "their wildcards do not correspond"),
        ("a b", "c", "white space"),
        ("a", "", "the subject is empty"),
        ("a.>.b", "c", "goes on after '>'"),
        ("a.x*", "c", "wildcard inside a token"),
    ],
)
def test_wildcards_that_do_not_correspond_are_a_usage_error(source, target, words):
    with pytest.raises(UsageError) as raised:
        Mapping(source, target)

    assert words in str(raised.value)


tokens = st.lists(st.sampled_from(["a", "b", "cc"]), min_size=1, max_size=4)


@given(tokens, st.data())
def test_what_is_renamed_there_and_back_is_the_same(subject, data):
    pattern = [data.draw(st.sampled_from([token, "*"])) for token in subject]
    if data.draw(st.booleans()):
        pattern = [*pattern[: data.draw(st.integers(0, len(pattern) - 1))], ">"]
    target = ["moved", *[token for token in pattern if token in "*>"]]
    name = ".".join(subject)

    assert matches(".".join(pattern), name)
    renamed = Mapping(".".join(pattern), ".".join(target)).rename(name)

    assert matches(".".join(target), renamed)
    assert Mapping(".".join(target), ".".join(pattern)).rename(renamed) == name


def test_only_what_is_wanted_is_played_and_what_is_not_mapped_keeps_its_name():
    way = route([Mapping("a.>", "x.>")], ["a.b", "c.*"])

    assert [way(subject) for subject in (b"a.b", b"a.c", b"c.1", b"c.1.2", b"a.b")] == [
        b"x.b",
        None,
        b"c.1",
        None,
        b"x.b",
    ]


def test_of_several_mappings_the_first_that_matches_counts():
    way = route([Mapping("a.b", "x"), Mapping("a.*", "y.*"), Mapping("*.*", "z.*.*"), Mapping("x", "never")], [])

    assert [way(subject) for subject in (b"a.b", b"a.c", b"d.e", b"x", b"q")] == [
        b"x",
        b"y.c",
        b"z.d.e",
        b"never",
        b"q",
    ]


def test_without_wishes_everything_is_played():
    assert route([], [])(b"\xff") == b"\xff"


def test_ever_new_subjects_take_no_more_memory():
    way = route([Mapping("a.*", "b.*")], [])
    for number in range(150_000):
        assert way(b"a.%d" % number) == b"b.%d" % number
    known = next(cell.cell_contents for cell in way.__closure__ if isinstance(cell.cell_contents, dict))
    assert len(known) <= 100_000


def test_a_bad_pattern_is_a_usage_error():
    with pytest.raises(UsageError, match="has an empty token"):
        route([], ["a..b"])


# -- time ------------------------------------------------------------------------------------------


def due(times, speed=1.0):
    schedule = Schedule(speed)
    return [schedule.due_s(time) for time in times]


def test_messages_are_due_in_their_recorded_gaps_from_the_first():
    assert due([5_000_000_000, 5_250_000_000, 5_250_000_000, 7_000_000_000]) == [0, 0.25, 0.25, 2]


@pytest.mark.parametrize(("speed", "wanted"), [(10, [0, 0.1]), (0.5, [0, 2]), (math.inf, [0, 0])])
def test_speed_divides_the_gaps(speed, wanted):
    assert due([0, 1_000_000_000], speed) == wanted


def test_a_clock_that_was_set_back_is_no_gap_and_the_rest_keeps_its_own():
    assert due([10_000_000_000, 11_000_000_000, 4_000_000_000, 4_500_000_000]) == [0, 1, 1, 1.5]


def test_a_message_without_a_time_comes_with_the_one_before():
    assert due([None, 1_000_000_000, None, 2_000_000_000]) == [0, 0, 0, 1]


def test_a_million_messages_do_not_drift():
    schedule = Schedule(1.0)
    for number in range(1_000_000):
        last = schedule.due_s(1_795_435_200_000_000_000 + number * 333_333)

    assert last == 999_999 * 333_333 / 1e9


def test_a_repetition_begins_one_mean_gap_behind_the_last_message():
    schedule = Schedule(1.0)
    first = [schedule.due_s(time) for time in (0, 1_000_000_000, 4_000_000_000)]
    schedule.repeat()
    second = [schedule.due_s(time) for time in (0, 1_000_000_000, 4_000_000_000)]
    schedule.repeat()

    assert first == [0, 1, 4]
    assert second == [6, 7, 10]
    assert schedule.due_s(0) == 12


def test_lateness_is_known_to_two_percent_and_its_worst_exactly():
    late = Lateness()
    for number in range(1, 10_001):
        late.add(number / 1e6)

    assert late.percentile_s(0.5) == pytest.approx(0.005, rel=0.022)
    assert late.percentile_s(0.99) == pytest.approx(0.0099, rel=0.022)
    assert late.percentile_s(1) == late.worst_s == 0.01
    assert late.count == 10_000


def test_no_lateness_is_none():
    late = Lateness()
    assert (late.percentile_s(0.99), late.worst_s) == (0, 0)
    late.add(0)
    assert late.percentile_s(0.99) == 0


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1", 1),
        ("4096b", 4096),
        ("100MB", 100_000_000),
        ("64MiB", 64 * MIB),
        ("1g", 10**9),
        ("2 ", 2),
        ("3Ti", 3 * 2**40),
    ],
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "MB", "1.5GB", "-1", "1XB", "1 000", "9" * 16, "٣"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ValueError, match="is not a size such as"):
        parse_bytes(text)
