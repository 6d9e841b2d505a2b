"""Recordings on disk: blocks that stand for themselves, nothing overwritten, nothing claimed that is not written."""

import errno
import gzip
import json
import os
import shutil
import stat
import subprocess
import sys
import threading

import pytest

from natscli.errors import NatsCliError, UsageError
from natscli.messaging import zstd
from natscli.messaging.lines import Batch, Fault, decoded, read_lines
from natscli.messaging.ndjson import encode_line, format_time
from natscli.messaging.packing import packing_of, require, split_ending
from natscli.messaging.recording import BLOCK_S, RecordingFiles, Rotation
from natscli.messaging.writing import Writer
from natscli.wire.message import Message
from tests.waiting import eventually

ENDINGS = [".ndjson", ".ndjson.gz", ".ndjson.zst"]
every_packing = pytest.mark.parametrize("ending", ENDINGS)
compressed = pytest.mark.parametrize("ending", ENDINGS[1:])


def lines(first, last):
    """Lines of messages numbered from ``first`` to ``last``."""
    times = ((number, format_time(number * 1000)) for number in range(first, last + 1))
    return b"".join(encode_line(Message(b"a.%d" % number, os.urandom(40)), time) for number, time in times)


def found(path):
    """The numbers of the messages of a file, and its faults."""
    numbers, faults = [], []
    for part in read_lines(str(path)):
        for line in [part] if isinstance(part, Fault) else decoded(part):
            if isinstance(line, Fault):
                faults.append(line)
            else:
                numbers.append(int(line[1].message.subject.split(b".")[1]))
    return numbers, faults


def recording(path, *blocks, **options):
    """Write numbered messages, as many in each block as said; return the size of the file after each."""
    files = RecordingFiles(str(path), ["a.>"], **options)
    files.begin()
    sizes, written = [], 0
    for count in blocks:
        files.write(lines(written + 1, written + count), count)
        written += count
        sizes.append(os.path.getsize(files.path))
    files.close()
    return sizes


# -- blocks ----------------------------------------------------------------------------------------


@every_packing
def test_a_recording_begins_with_its_heading(ending, tmp_path):
    recording(tmp_path / f"t{ending}", 3)

    first = next(read_lines(str(tmp_path / f"t{ending}"))).lines[0]

    assert json.loads(first)["natscli_recording"] == 1
    assert json.loads(first)["subjects"] == ["a.>"]


@every_packing
def test_all_blocks_written_can_be_read_while_the_file_is_open(ending, tmp_path):
    files = RecordingFiles(str(tmp_path / f"t{ending}"), ["a.>"])
    files.begin()
    for block in range(3):
        files.write(lines(block * 5 + 1, block * 5 + 5), 5)
        assert found(files.path) == (list(range(1, block * 5 + 6)), [])
    files.close()


@compressed
def test_cut_off_anywhere_it_loses_the_last_block_only(ending, tmp_path):
    sizes = recording(tmp_path / f"t{ending}", 3, 4, 5)
    whole = (tmp_path / f"t{ending}").read_bytes()
    cut = tmp_path / f"cut{ending}"
    for size in range(sizes[0], len(whole)):
        cut.write_bytes(whole[:size])
        numbers, faults = found(cut)
        sure = 3 if size < sizes[1] else 7
        assert numbers[:sure] == list(range(1, sure + 1))
        cut_off = [] if size in sizes else ["the file ends in the middle of a block"]
        assert [fault.what for fault in faults][-1:] == cut_off


def test_a_plain_file_cut_off_loses_its_last_line_only(tmp_path):
    recording(tmp_path / "t.ndjson", 3, 4)
    whole = (tmp_path / "t.ndjson").read_bytes()
    (tmp_path / "t.ndjson").write_bytes(whole[:-10])

    numbers, faults = found(tmp_path / "t.ndjson")

    assert numbers == [1, 2, 3, 4, 5, 6]
    assert [fault.number for fault in faults] == [8]


@compressed
def test_a_damaged_block_costs_no_other(ending, tmp_path):
    sizes = recording(tmp_path / f"t{ending}", 20, 20, 20)
    broken = bytearray((tmp_path / f"t{ending}").read_bytes())
    for place in range(sizes[0] + 200, sizes[1] - 200, 40):
        broken[place] ^= 0xFF
    (tmp_path / f"t{ending}").write_bytes(broken)

    numbers, faults = found(tmp_path / f"t{ending}")

    assert numbers == [*range(1, 21), *range(41, 61)]
    assert len(faults) == 1
    assert f"the block at byte {sizes[0]:,} is damaged" in faults[0].what
    assert faults[0].number == 22


@compressed
def test_one_flipped_bit_anywhere_is_noticed(ending, tmp_path):
    """And no message is changed, unless it is of a last block that now seems to lack its end."""
    path = tmp_path / f"t{ending}"
    recording(path, 3, 3)
    whole = path.read_bytes()
    good = {line.message for part in read_lines(str(path)) for _, line in decoded(part)}
    for place in range(0, len(whole), 7):
        broken = bytearray(whole)
        broken[place] ^= 0x10
        path.write_bytes(broken)
        parts = list(read_lines(str(path)))
        batches = [part for part in parts if isinstance(part, Batch)]
        got = {found[1].message for batch in batches for found in decoded(batch) if not isinstance(found, Fault)}
        faults = [part.what for part in parts if isinstance(part, Fault)]
        assert got == good or faults
        assert got <= good or faults == ["the file ends in the middle of a block"]


@pytest.mark.parametrize(("ending", "tool"), [(".ndjson.zst", "zstdcat"), (".ndjson.gz", "zcat"), (".ndjson", "cat")])
def test_standard_tools_read_it(ending, tool, tmp_path):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    recording(tmp_path / f"t{ending}", 3, 4)

    out = subprocess.run([tool, tmp_path / f"t{ending}"], capture_output=True, check=True).stdout

    assert [json.loads(line).get("subject") for line in out.splitlines()] == [None, *(f"a.{n}" for n in range(1, 8))]


@pytest.mark.parametrize("pack", [zstd.compress, gzip.compress], ids=["zstd", "gzip"])
def test_what_other_tools_packed_in_one_block_is_read_whatever_its_name(pack, tmp_path):
    (tmp_path / "named.anything").write_bytes(pack(lines(1, 500)))

    assert found(tmp_path / "named.anything") == (list(range(1, 501)), [])


# -- existing files --------------------------------------------------------------------------------


@every_packing
def test_an_existing_file_is_left_alone(ending, tmp_path):
    path = tmp_path / f"t{ending}"
    path.write_bytes(b"precious")

    with pytest.raises(UsageError, match="exists") as raised:
        RecordingFiles(str(path), ["a.>"])

    assert raised.value.hint == "--append continues it"
    assert path.read_bytes() == b"precious"


@every_packing
def test_appending_continues_the_file(ending, tmp_path):
    recording(tmp_path / f"t{ending}", 3)
    before = (tmp_path / f"t{ending}").read_bytes()
    recording(tmp_path / f"t{ending}", 2, append=True)

    assert (tmp_path / f"t{ending}").read_bytes().startswith(before)
    assert found(tmp_path / f"t{ending}") == ([1, 2, 3, 1, 2], [])


@every_packing
def test_appending_to_nothing_begins_the_file(ending, tmp_path):
    recording(tmp_path / f"t{ending}", 3, append=True)

    assert found(tmp_path / f"t{ending}") == ([1, 2, 3], [])


@compressed
def test_appending_to_a_file_that_was_cut_off_removes_what_nobody_could_read(ending, tmp_path):
    path = tmp_path / f"t{ending}"
    sizes = recording(path, 3, 4)
    os.truncate(path, sizes[1] - 5)

    files = RecordingFiles(str(path), ["a.>"], append=True)
    files.begin()
    files.write(lines(8, 9), 2)
    files.close()

    assert files.repaired == sizes[1] - 5 - sizes[0]
    assert found(path) == ([1, 2, 3, 8, 9], [])


def test_appending_to_a_plain_file_that_was_cut_off_spoils_no_new_line(tmp_path):
    path = tmp_path / "t.ndjson"
    recording(path, 3)
    os.truncate(path, path.stat().st_size - 5)
    recording(path, 2, append=True)

    numbers, faults = found(path)

    assert numbers == [1, 2, 1, 2]
    assert [fault.number for fault in faults] == [4]


def test_a_damaged_file_is_not_continued(tmp_path):
    path = tmp_path / "t.ndjson.zst"
    sizes = recording(path, 3, 4)
    broken = bytearray(path.read_bytes())
    broken[sizes[0] - 3] ^= 0xFF
    path.write_bytes(broken)

    with pytest.raises(UsageError, match=r"cannot be continued: the block at byte [\d,]+ is damaged"):
        RecordingFiles(str(path), ["a.>"], append=True)
    assert path.read_bytes() == broken


def test_a_file_of_another_packing_is_not_continued(tmp_path):
    recording(tmp_path / "t.ndjson.gz", 3)
    shutil.copy(tmp_path / "t.ndjson.gz", tmp_path / "t.ndjson")

    with pytest.raises(UsageError, match="it is gzip, against its name"):
        RecordingFiles(str(tmp_path / "t.ndjson"), ["a.>"], append=True)


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_nobody_else_may_read_a_recording(tmp_path):
    recording(tmp_path / "t.ndjson", 1)

    assert stat.S_IMODE((tmp_path / "t.ndjson").stat().st_mode) == 0o600


def test_a_file_that_was_never_begun_goes(tmp_path):
    RecordingFiles(str(tmp_path / "t.ndjson"), ["a.>"]).close()

    assert os.listdir(tmp_path) == ["home"]


@pytest.mark.parametrize("path", ["missing/t.ndjson", "."])
def test_a_place_that_cannot_be_written_is_a_usage_error(path, tmp_path):
    with pytest.raises(UsageError, match=f"cannot write to '.*{path}'|exists"):
        RecordingFiles(str(tmp_path / path), ["a.>"])


# -- rotation --------------------------------------------------------------------------------------


def numbered(folder, ending):
    return sorted(name for name in os.listdir(folder) if name.endswith(ending))


@every_packing
def test_no_file_exceeds_the_size_at_which_it_rotates(ending, tmp_path):
    recording(tmp_path / f"t{ending}", *[10] * 20, rotation=Rotation(size=6000))

    names = numbered(tmp_path, ending)
    assert names == [f"t-{number:06d}{ending}" for number in range(1, len(names) + 1)]
    assert len(names) > 2
    assert all((tmp_path / name).stat().st_size <= 6000 for name in names)
    assert [number for name in names for number in found(tmp_path / name)[0]] == list(range(1, 201))


def test_every_rotated_file_can_be_read_by_itself(tmp_path):
    recording(tmp_path / "t.ndjson", *[10] * 5, rotation=Rotation(size=3000))

    for name in numbered(tmp_path, ".ndjson"):
        assert b'{"natscli_recording":1,' in (tmp_path / name).read_bytes().splitlines()[0]


def test_a_block_larger_than_the_size_has_a_file_of_its_own(tmp_path):
    recording(tmp_path / "t.ndjson", 50, 1, 50, rotation=Rotation(size=1000))

    assert [len(found(tmp_path / name)[0]) for name in numbered(tmp_path, ".ndjson")] == [50, 1, 50]


def test_files_rotate_by_the_clock(tmp_path):
    now = [100.0]
    files = RecordingFiles(str(tmp_path / "t.ndjson"), ["a"], Rotation(every_s=60), clock=lambda: now[0])
    files.begin()
    for number, now[0] in enumerate([100.0, 159.9, 160.0, 161.0, 400.0], 1):
        files.write(lines(number, number), 1)
    files.close()

    assert [found(tmp_path / name)[0] for name in numbered(tmp_path, ".ndjson")] == [[1, 2], [3, 4], [5]]


def test_numbers_go_on_where_they_ended_and_nothing_is_overwritten(tmp_path):
    for name in ("t-000007.ndjson", "t-000002.ndjson", "t-9.ndjson", "u-000009.ndjson"):
        (tmp_path / name).write_bytes(b"precious")

    recording(tmp_path / "t.ndjson", 10, 10, rotation=Rotation(size=100))

    assert numbered(tmp_path, "8.ndjson") + numbered(tmp_path, "000009.ndjson") == [
        "t-000008.ndjson",
        "t-000009.ndjson",
        "u-000009.ndjson",
    ]
    assert (tmp_path / "t-000007.ndjson").read_bytes() == b"precious"


def test_a_number_that_another_program_takes_meanwhile_is_left_to_it(tmp_path, monkeypatch):
    (tmp_path / "t-000001.ndjson").write_bytes(b"precious")
    monkeypatch.setattr(os, "listdir", lambda _folder: [])

    recording(tmp_path / "t.ndjson", 1, rotation=Rotation(size=1000))

    assert (tmp_path / "t-000001.ndjson").read_bytes() == b"precious"
    assert found(tmp_path / "t-000002.ndjson") == ([1], [])


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a/t.ndjson.zst", ("a/t", ".ndjson.zst")),
        ("t.zst", ("t", ".zst")),
        ("t.2026.json.gz", ("t.2026", ".json.gz")),
        ("t.jsonl", ("t", ".jsonl")),
        ("traffic", ("traffic", "")),
        (".hidden", (".hidden", "")),
    ],
)
def test_numbers_stand_before_the_ending(path, parts):
    assert split_ending(path) == parts


# -- a disk that is full, or slow ------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 1, 100])
@every_packing
def test_a_full_disk_leaves_whole_blocks(ending, room, tmp_path, monkeypatch):
    path = tmp_path / f"t{ending}"
    files = RecordingFiles(str(path), ["a.>"])
    files.begin()
    files.write(lines(1, 5), 5)
    write = os.write
    left = [room]

    def full(file, data):
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = write(file, bytes(data[: left[0]]))
        left[0] -= taken
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(NatsCliError) as raised:
            files.write(lines(6, 9), 4)
    files.close()

    assert str(raised.value) == f"cannot write to '{path}': no space left on device; 5 messages recorded"
    assert found(path) == ([1, 2, 3, 4, 5], [])


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="has no /dev/full")
def test_a_device_that_is_full_says_so_at_once():
    files = RecordingFiles("/dev/full", ["a.>"])

    with pytest.raises(NatsCliError, match="cannot write to '/dev/full': no space left on device"):
        files.begin()
    files.close()

    assert os.path.exists("/dev/full")


class Outcome:
    """What a recorder tells."""

    def __init__(self):
        self.failures = []
        self.finished = threading.Event()


def recorder(files, limit=1_000_000, patience_s=BLOCK_S):
    outcome = Outcome()
    writer = Writer(files, outcome.failures.append, outcome.finished.set, limit=limit, patience_s=patience_s)
    return writer, outcome


def test_what_was_recorded_is_in_the_file_within_seconds(tmp_path):
    files = RecordingFiles(str(tmp_path / "t.ndjson.zst"), ["a.>"])
    files.begin()
    running, outcome = recorder(files)

    running.write(lines(1, 3), 3)

    eventually(lambda: found(files.path) == ([1, 2, 3], []))
    running.finish()
    assert outcome.finished.wait(30)


def test_small_pieces_share_a_block(tmp_path):
    files = RecordingFiles(str(tmp_path / "t.ndjson.zst"), ["a.>"])
    files.begin()
    running, outcome = recorder(files, patience_s=60)
    for number in range(1, 1001):
        running.write(lines(number, number), 1)
    running.finish()
    assert outcome.finished.wait(30)

    assert found(files.path) == (list(range(1, 1001)), [])
    assert (tmp_path / "t.ndjson.zst").read_bytes().count(zstd.MAGIC) <= 4
    assert (running.dropped, files.messages) == (0, 1000)


def test_what_a_slow_disk_cannot_take_is_bounded_dropped_and_counted(tmp_path):
    free = threading.Event()

    class Slow(RecordingFiles):
        def write(self, text, messages):
            free.wait(30)
            super().write(text, messages)

    files = Slow(str(tmp_path / "t.ndjson"), ["a.>"])
    files.begin()
    running, outcome = recorder(files, limit=10_000)
    some, kept, dropped = lines(1, 10), 0, 0
    for _ in range(100):
        if running.full:
            running.drop(10)
            dropped += 10
        else:
            running.write(some, 10)
            kept += 10
    free.set()
    running.finish()
    assert outcome.finished.wait(30)

    assert dropped > 800
    assert running.dropped == dropped
    assert len(found(files.path)[0]) == kept


def test_a_failure_is_told_once_and_nothing_is_written_behind_it(tmp_path):
    attempts = []

    class Broken(RecordingFiles):
        def write(self, _text, messages):
            attempts.append(messages)
            raise NatsCliError("full")

    files = Broken(str(tmp_path / "t.ndjson"), ["a.>"])
    running, outcome = recorder(files)
    running.drop(5)
    for _ in range(3):
        running.write(b"x" * 1024 * 1024, 10)
    running.finish()
    assert outcome.finished.wait(30)

    assert list(map(str, outcome.failures)) == ["full"]
    assert attempts == [10]
    assert running.dropped == 5  # for want of speed; what the failure cost, it says itself


def test_what_the_disk_refuses_at_the_end_is_a_failure(tmp_path, monkeypatch):
    def refuse(_file):
        raise OSError(errno.EIO, "Input/output error")

    files = RecordingFiles(str(tmp_path / "t.ndjson"), ["a.>"])
    files.begin()
    running, outcome = recorder(files)
    running.write(lines(1, 3), 3)
    monkeypatch.setattr(os, "fsync", refuse)
    running.finish()
    assert outcome.finished.wait(30)

    assert list(map(str, outcome.failures)) == [f"cannot write to '{files.path}': input/output error"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_a_pipe_is_not_synchronised_with_any_disk(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    files = RecordingFiles(str(tmp_path / "pipe"), ["a.>"])
    files.begin()
    files.close()

    assert b"natscli_recording" in os.read(reader, 4096)
    os.close(reader)


# -- two that write --------------------------------------------------------------------------------


@every_packing
def test_a_file_that_is_being_written_is_not_continued(ending, tmp_path):
    path = str(tmp_path / f"t{ending}")
    files = RecordingFiles(path, ["a.>"])
    files.begin()
    files.write(lines(1, 3), 3)
    before = os.path.getsize(path)

    with pytest.raises(UsageError) as raised:
        RecordingFiles(path, ["a.>"], append=True)

    assert str(raised.value) == f"'{path}' is being written by another natscli"
    assert os.path.getsize(path) == before
    files.close()
    recording(path, 1, append=True)
    assert found(path) == ([1, 2, 3, 1], [])


def test_where_there_are_no_locks_it_is_written_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", None)

    recording(tmp_path / "t.ndjson", 3)
    recording(tmp_path / "t.ndjson", 2, append=True)

    assert found(tmp_path / "t.ndjson") == ([1, 2, 3, 1, 2], [])


# -- the library -----------------------------------------------------------------------------------


def test_without_the_library_zstd_names_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "compression", None)

    with pytest.raises(UsageError) as raised:
        RecordingFiles(str(tmp_path / "t.ndjson.zst"), ["a.>"])

    assert raised.value.hint.startswith("pip install 'natscli[zstd]'")
    assert not (tmp_path / "t.ndjson.zst").exists()
    require(packing_of("t.ndjson.gz"), "unused")
