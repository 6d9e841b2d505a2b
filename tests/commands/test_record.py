"""natscli record: every message exactly, one file that survives, and no claim that is not true."""

import gzip
import os
import re
import resource
import signal
import stat
import sys
import time

import pytest

from natscli.messaging import zstd
from natscli.messaging.lines import Batch, Fault, decoded, read_lines
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message
from tests.messaging.parties import Listener, denying, telling
from tests.messaging.recordings import messages, mixed, read
from tests.waiting import eventually

ENDINGS = [".ndjson", ".ndjson.gz", ".ndjson.zst"]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, or sets another process's limits")


def frames(wanted):
    return [pub(*message) for message in wanted]


@pytest.fixture
def peer(server):
    with Listener(server.url) as client:
        yield client


def numbers(path):
    """Return the numbers in the payloads of a file, whatever its end is like: it may be being written."""
    batches = [part for part in read_lines(str(path)) if isinstance(part, Batch)]
    entries = [entry for batch in batches for entry in decoded(batch) if not isinstance(entry, Fault)]
    return [int(line.message.payload.split()[0]) for _, line in entries]


def high_mark_mib(process):
    """Return the most memory a process has had."""
    with open(f"/proc/{process.popen.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) / 1024


# -- what is recorded ------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_message_is_recorded_exactly(ending, cli, server, subject, tmp_path):
    sent = list(mixed(400, subject))
    out = tmp_path / f"t{ending}"

    with telling(server, *frames(sent), to=f"{subject}.1"):
        code, printed, said = cli("record", f"{subject}.>", "-O", str(out), "--count", "400")

    assert (code, printed) == (0, b"")
    assert said == f"Recording {subject}.> to {out}\nRecorded 400 messages in '{out}'\n"
    assert messages(out) == sent


def test_standard_output_is_not_recorded_to_as_a_file_of_a_strange_name(cli, subject):
    code, out, err = cli("record", subject, "-O", "-")

    assert (code, out, os.path.exists("-")) == (2, b"", False)
    assert err == ("natscli: --out names a file\nhint: natscli sub -o json writes the same lines to standard output\n")


def test_the_time_is_that_at_which_a_message_was_read(cli, server, subject, tmp_path):
    before = time.time_ns()
    with telling(server, *frames([Message(subject.encode(), b"1"), Message(subject.encode(), b"2")]), to=subject):
        cli("record", subject, "-O", "t.ndjson", "--count", "2")

    first, second = (line.time_ns for line in read("t.ndjson"))

    assert before - 1000 <= first <= second <= time.time_ns()
    assert any(line.time_ns % 1_000_000 for line in read("t.ndjson"))


def test_several_subjects_share_a_file_and_some_are_left_out(cli, server, subject):
    sent = [Message(f"{subject}.{name}".encode(), b"x") for name in ("a", "b", "noise", "c")]

    with telling(server, *frames(sent), to=f"{subject}.c"):
        names = [f"{subject}.{name}" for name in ("a", "noise", "c")]
        code, *_ = cli("record", *names, "-I", f"{subject}.noise", "-O", "t.ndjson", "--count", "2")

    assert code == 0
    assert [message.subject[-1:] for message in messages("t.ndjson")] == [b"a", b"c"]


def test_a_queue_group_shares_the_messages(start, server, subject, peer, tmp_path):
    outs = [tmp_path / "a.ndjson", tmp_path / "b.ndjson"]
    recorders = [start("record", subject, "-O", str(out), "--queue", "q") for out in outs]
    for recorder in recorders:
        recorder.says("Recording")
    for number in range(200):
        peer.send(pub(subject.encode(), b"%d" % number))
    eventually(lambda: len(numbers(outs[0]) + numbers(outs[1])) == 200)

    assert sorted(numbers(outs[0]) + numbers(outs[1])) == list(range(200))


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--where", "json.n > 1"], [2, 3]),
        (["--not", "--grep", "2"], [1, 3]),
        (["--header", "Kind=odd"], [1, 3]),
    ],
)
def test_what_is_not_wanted_is_not_recorded_and_does_not_count(options, kept, cli, server, subject):
    headers = [encode_headers([("Kind", "odd")]) if number % 2 else b"" for number in range(4)]
    sent = [Message(subject.encode(), b'{"n":%d}' % number, b"", headers[number]) for number in (1, 2, 3)]

    with telling(server, *frames(sent), to=subject):
        code, _, said = cli("record", subject, "-O", "t.ndjson", *options, "--count", str(len(kept)))

    assert code == 0
    assert f"Recorded {len(kept)} messages in" in said
    assert messages("t.ndjson") == [sent[number - 1] for number in kept]


def test_conditions_look_into_decoded_bodies_which_are_recorded_as_they_came(cli, server, subject):
    bodies = [gzip.compress(text, mtime=0) for text in (b'{"n":1}', b'{"n":2}')]
    sent = [Message(subject.encode(), body) for body in (*bodies, b'{"n":2}')]

    with telling(server, *frames(sent), to=subject):
        choice = ["--decode", "gzip", "--where", "json.n == 2", "--grep", '"n"']
        code, *_ = cli("record", subject, "-O", "t.ndjson", *choice, "--count", "2")

    assert code == 0
    assert messages("t.ndjson") == sent[1:]


# -- how it ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "options", "code"),
    [(signal.SIGINT, [], 0), (signal.SIGINT, ["--count", "10"], 130), (signal.SIGTERM, [], 143)],
)
def test_a_signal_writes_what_has_come_and_ends_it(number, options, code, start, subject, peer, tmp_path):
    out = tmp_path / "t.ndjson.zst"
    recorder = start("record", subject, "-O", str(out), "--trace", *options)
    recorder.says("Recording")
    peer.publish(subject, b"1")
    peer.publish(subject, b"2")
    eventually(lambda: recorder.err.count(f"MSG {subject}") == 2)

    recorder.signal(number)

    assert recorder.end() == code
    assert "Recorded 2 messages in" in recorder.err
    assert numbers(out) == [1, 2]


def test_a_recording_of_nothing_can_be_read(cli, subject):
    code, _, said = cli("record", subject, "-O", "t.ndjson.zst", "--wait", "50ms")

    assert code == 5
    assert said.endswith("Recorded 0 messages in 't.ndjson.zst'\nnatscli: no message within 50ms\n")
    assert read("t.ndjson.zst") == []


def test_idle_after_messages_is_a_good_end(cli, server, subject):
    with telling(server, pub(subject.encode(), b"1"), to=subject):
        code, *_ = cli("record", subject, "-O", "t.ndjson", "--wait", "4s")

    assert code == 0
    assert numbers("t.ndjson") == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="nothing can be killed so hard there")
def test_killed_hard_it_loses_the_last_block_at_most(start, server, subject, peer, tmp_path):
    out = tmp_path / "t.ndjson.zst"
    recorder = start("record", subject, "-O", str(out))
    recorder.says("Recording")
    sent = 0
    filling = os.urandom(2000).hex().encode()

    def more():
        nonlocal sent
        for _ in range(20 if sent < 4_000 else 0):  # the server would cut off a reader that is 64 MiB behind
            peer.send(pub(subject.encode(), b"%d %b" % (sent, filling)))
            sent += 1
        return out.stat().st_size > 20_000 and len(numbers(out))

    in_the_file = eventually(more)
    recorder.signal(signal.SIGKILL)
    recorder.end()

    assert numbers(out) == list(range(len(numbers(out))))
    assert len(numbers(out)) >= in_the_file


def test_after_a_hard_kill_the_file_is_continued(start, cli, server, subject, peer, tmp_path):
    out = tmp_path / "t.ndjson.zst"
    recorder = start("record", subject, "-O", str(out))
    recorder.says("Recording")
    peer.publish(subject, b"1")
    eventually(lambda: numbers(out) == [1])
    recorder.signal(signal.SIGKILL)
    recorder.end()
    with open(out, "ab") as file:
        file.write(zstd.compress(b"torn" * 100)[:-4])

    with telling(server, pub(subject.encode(), b"2"), to=subject):
        code, _, said = cli("record", subject, "-O", str(out), "--append", "--count", "1")

    assert code == 0
    assert re.search(r"warning: '.*t.ndjson.zst' ended in the middle of a block: \d+ bytes removed\n", said)
    assert [int(message.payload) for message in messages(out)] == [1, 2]


# -- files -----------------------------------------------------------------------------------------


def test_an_existing_file_is_not_touched_without_append(cli, subject, tmp_path):
    (tmp_path / "t.ndjson").write_bytes(b"precious")

    refused = cli("record", subject, "-O", str(tmp_path / "t.ndjson"))

    assert refused == (2, b"", f"natscli: '{tmp_path}/t.ndjson' exists\nhint: --append continues it\n")
    assert (tmp_path / "t.ndjson").read_bytes() == b"precious"


def test_append_continues_the_file(cli, server, subject):
    for number in (b"1", b"2"):
        with telling(server, pub(subject.encode(), number), to=subject):
            assert cli("record", subject, "-O", "t.ndjson.gz", "--append", "--count", "1").code == 0

    assert numbers("t.ndjson.gz") == [1, 2]


def test_a_file_that_is_being_recorded_to_is_not_continued_until_that_has_ended(start, cli, subject, peer, tmp_path):
    out = tmp_path / "t.ndjson.zst"
    recorder = start("record", subject, "-O", str(out))
    recorder.says("Recording")

    refused = cli("record", subject, "-O", str(out), "--append", "-s", "nats://127.0.0.1:1")

    hint = "end that one first, or name another file"
    assert refused == (2, b"", f"natscli: '{out}' is being written by another natscli\nhint: {hint}\n")
    recorder.signal(signal.SIGKILL)  # a lock ends with its owner
    recorder.end()
    assert cli("record", subject, "-O", str(out), "--append", "--wait", "50ms").code == 5


@on_linux
def test_the_end_of_a_recording_is_on_the_disk(cli, server, subject, monkeypatch):
    synchronised, fsync = [], os.fsync

    def remember(file):
        synchronised.append((os.readlink(f"/proc/self/fd/{file}"), os.fstat(file).st_size))
        fsync(file)

    monkeypatch.setattr(os, "fsync", remember)
    with telling(server, pub(subject.encode(), b"1"), to=subject):
        assert cli("record", subject, "-O", "t.ndjson", "--count", "1").code == 0

    assert synchronised == [(os.path.realpath("t.ndjson"), os.path.getsize("t.ndjson"))]


def test_files_rotate_in_numbers(cli, server, subject):
    sent = [Message(subject.encode(), b"%d %b" % (number, os.urandom(20_000).hex().encode())) for number in range(200)]

    with telling(server, *frames(sent), to=subject):
        code, _, said = cli("record", subject, "-O", "t.ndjson", "--rotate-size", "3MB", "--count", "200")

    names = sorted(name for name in os.listdir() if name.endswith(".ndjson"))
    assert code == 0
    assert names == [f"t-{number:06d}.ndjson" for number in range(1, len(names) + 1)]
    assert f"Recorded 200 messages in {len(names)} files, the last '{names[-1]}'" in said
    assert all(os.path.getsize(name) <= 3_000_000 for name in names)
    assert [message for name in names for message in messages(name)] == sent


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--append", "--rotate-size", "1MB"], "--append and --rotate do not go together"),
        (["--rotate-size", "big"], "'big' is not a size such as 4096, 100MB or 64MiB"),
        (["--rotate-size", "0"], "it must be more than nothing"),
        (["--rotate-every", "0"], "it must be longer than nothing"),
        (["--rotate-every", "1"], "'1' is not a duration"),
        (["--queue", "a b"], "queue group 'a b' is empty or has white space"),
        (["-I", "a..b"], "has an empty token"),
        (["--where", "json."], "expression 'json.' cannot be read"),
        (["--grep", "("], "no regular expression"),
        (["--not"], "--not needs --where, --grep or --header"),
        (["--decode", "gzip"], "--decode needs --where or --grep, as bodies stay as they are"),
        (["--decode", "rot13", "--grep", "x"], "decoder 'rot13' is unknown"),
        (["--decode", "proto:missing#a.B", "--grep", "x"], "descriptor set 'missing' cannot be read"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error_and_leaves_no_file(options, words, cli, subject):
    code, _, said = cli("record", subject, "-O", "t.ndjson", *options)

    assert code == 2
    assert words in said
    assert not os.path.exists("t.ndjson")


def test_a_file_must_be_named(cli, subject):
    code, _, said = cli("record", subject)

    assert (code, "missing option '--out'" in said) == (2, True)


def test_a_folder_that_is_not_there_is_a_usage_error(cli, subject):
    refused = cli("record", subject, "-O", "missing/t.ndjson")

    assert (refused.code, refused.err) == (
        2,
        "natscli: cannot write to 'missing/t.ndjson': no such file or directory\n",
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is writable")
def test_a_folder_that_may_not_be_written_is_a_usage_error(cli, subject, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)

    refused = cli("record", subject, "-O", str(tmp_path / "closed" / "t.ndjson"))

    assert (refused.code, "permission denied" in refused.err) == (2, True)


def test_no_connection_leaves_no_file(cli, subject):
    assert cli("record", subject, "-O", "t.ndjson", "-s", "nats://127.0.0.1:1").code == 3
    assert not os.path.exists("t.ndjson")


def test_a_subject_that_is_refused_is_exit_code_4(cli, make_server, subject):
    strict = make_server(extra=denying("subscribe", subject))

    code, _, said = cli("record", subject, "-O", "t.ndjson", "-s", strict.url)

    assert (code, subject in said) == (4, True)


def test_without_the_library_zstd_is_refused_before_connecting(cli, subject, monkeypatch):
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "compression", None)

    code, _, said = cli("record", subject, "-O", "t.ndjson.zst", "-s", "nats://127.0.0.1:1")

    assert code == 2
    assert "pip install 'natscli[zstd]'" in said


@pytest.mark.skipif(os.name == "nt", reason="no permission bits")
def test_a_recording_is_private(cli, subject):
    cli("record", subject, "-O", "t.ndjson", "--wait", "10ms")

    assert stat.S_IMODE(os.stat("t.ndjson").st_mode) == 0o600


# -- a disk that is full, or slow ------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="has no /dev/full")
def test_a_disk_that_is_full_is_said_at_once(cli, subject):
    refused = cli("record", subject, "-O", "/dev/full")

    assert refused.code == 1
    assert refused.err == "natscli: cannot write to '/dev/full': no space left on device; 0 messages recorded\n"


@on_linux
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_disk_that_fills_up_ends_it_and_leaves_a_readable_file(ending, start, subject, peer, tmp_path):
    out = tmp_path / f"t{ending}"
    recorder = start("record", subject, "-O", str(out))
    recorder.says("Recording")
    peer.publish(subject, b"0")
    eventually(lambda: numbers(out) == [0])
    resource.prlimit(recorder.popen.pid, resource.RLIMIT_FSIZE, (50_000, 50_000))

    for number in range(1, 4):
        peer.publish(subject, b"%d %b" % (number, os.urandom(20_000).hex().encode()))

    assert recorder.end() == 1
    assert f"natscli: cannot write to '{out}': file too large; " in recorder.err
    kept = [int(message.payload.split()[0]) for message in messages(out)]
    assert kept == list(range(len(kept)))
    assert f"{len(kept)} message{'s' if len(kept) != 1 else ''} recorded" in recorder.err


@on_linux
@pytest.mark.parametrize("fails", [False, True])
def test_what_a_stuck_disk_cannot_take_is_bounded_dropped_and_counted(
    fails, start, server, subject, peer, tmp_path, record_property
):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    recorder = start("record", subject, "-O", str(tmp_path / "pipe"), "--trace")
    recorder.says("Recording")
    frame = pub(subject.encode(), b"x" * 500_000)
    for received in range(20, 301, 20):  # the server would cut off a reader that is 64 MiB behind
        peer.send(frame * 20)
        eventually(lambda wanted=received: recorder.err.count(f"MSG {subject}") == wanted, 30)
    peak = high_mark_mib(recorder)
    if fails:
        os.close(reader)
    else:
        recorder.signal(signal.SIGINT)

    assert recorder.end() == 7
    record_property("figure", f"150 MB for a stuck disk: {peak:.0f} MiB of memory")
    assert peak < 200
    dropped = r"natscli: \d+ messages{} dropped: the file is written too slowly{}\n"
    if fails:
        why = f"; cannot write to '{tmp_path}/pipe': broken pipe; 0 messages recorded"
        assert re.search(dropped.format("", re.escape(why)), recorder.err)
    else:
        os.close(reader)
        assert re.search(dropped.format(" of 300", ""), recorder.err)
