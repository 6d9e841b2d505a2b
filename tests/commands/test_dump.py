"""sub --dump: a document for each message, in files or behind one another."""

import base64
import hashlib
import json
import os
import random
import stat
import subprocess
import sys

import pytest

from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from tests.messaging.parties import telling

BODIES = [random.Random(3).randbytes(50_000), b"", b"\x00\r\n\xff", b"text\n"]


@pytest.fixture
def hear(cli, server, subject):
    def run(*arguments: str, say):
        frames = [pub(subject.encode(), *([frame] if isinstance(frame, bytes) else frame)) for frame in say]
        with telling(server, *frames, to=subject):
            return cli("sub", subject, "--count", str(len(frames)), *arguments)

    return run


def _data(document: bytes) -> bytes:
    return base64.b64decode(json.loads(document)["Data"])


def test_each_message_is_a_file(hear, subject, tmp_path):
    folder = tmp_path / "new" / "folder"

    heard = hear("--dump", str(folder), say=[(b"hi", b"in.1", encode_headers([("A", "1"), ("A", "2")])), *BODIES])

    assert heard == (0, b"", f"Subscribing on {subject}\n")
    assert sorted(os.listdir(folder)) == [f"{number}.json" for number in range(1, 6)]
    assert json.loads((folder / "1.json").read_bytes()) == {
        "Subject": subject,
        "Reply": "in.1",
        "Header": {"A": ["1", "2"]},
        "Data": "aGk=",
        "Sub": None,
    }
    assert [_data((folder / f"{number}.json").read_bytes()) for number in range(2, 6)] == BODIES


def test_folder_and_files_are_their_owner_s_alone(hear, tmp_path):
    hear("--dump", str(tmp_path / "new"), say=[b"x"])

    assert stat.S_IMODE(os.stat(tmp_path / "new").st_mode) == 0o700
    assert stat.S_IMODE(os.stat(tmp_path / "new" / "1.json").st_mode) == 0o600


def test_nothing_is_overwritten(hear, tmp_path):
    folder = tmp_path / "new"
    hear("--dump", str(folder), say=[b"first"])

    heard = hear("--dump", str(folder), say=[b"second"])

    assert heard.code == 1
    assert heard.err.splitlines()[1:] == [
        f"natscli: file '{folder}/1.json' exists already",
        "hint: dump into a folder that has no messages yet",
    ]
    assert _data((folder / "1.json").read_bytes()) == b"first"


def test_a_folder_that_cannot_be_made_is_refused_before_subscribing(cli, subject, tmp_path):
    (tmp_path / "file").write_text("")

    refused = cli("sub", subject, "--dump", str(tmp_path / "file" / "below"))

    assert refused == (2, b"", f"natscli: folder '{tmp_path}/file/below' cannot be made: not a directory\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of Unix")
def test_a_file_that_does_not_fit_is_not_left_behind_in_part(server, subject, tmp_path):
    command = [sys.executable, "-m", "natscli", "sub", subject, "--dump", str(tmp_path / "new"), "--server", server.url]
    with telling(server, pub(subject.encode(), b"fits"), pub(subject.encode(), BODIES[0]), to=subject):
        ended = subprocess.run(
            ["bash", "-c", 'ulimit -f 8; exec "$@"', "bash", *command], capture_output=True, timeout=20
        )

    assert ended.returncode == 1
    assert b"2.json' cannot be written: file too large" in ended.stderr
    assert os.listdir(tmp_path / "new") == ["1.json"]


def test_a_dash_is_standard_output_and_each_document_ends_in_nul(hear):
    heard = hear("--dump", "-", say=BODIES)

    *documents, rest = heard.out.split(b"\0")
    assert rest == b""
    assert [hashlib.sha256(_data(document)).digest() for document in documents] == [
        hashlib.sha256(body).digest() for body in BODIES
    ]


def test_xargs_takes_the_documents_apart(start, server, subject):
    sub = start("sub", subject, "--dump=-", "--count", "2")
    sub.says("Subscribing")
    with telling(server, pub(subject.encode(), b"a b\n'"), pub(subject.encode(), b"c"), to=subject):
        assert sub.end() == 0

    taken = subprocess.run(["xargs", "-0", "-n1", "printf", "<%s>"], input=sub.out, capture_output=True, check=True)
    assert [_data(document.encode()) for document in taken.stdout.decode()[1:-1].split("><")] == [b"a b\n'", b"c"]


def test_a_dump_holds_what_a_program_made_of_it(hear, tmp_path):
    heard = hear("--dump", str(tmp_path / "new"), "--translate", "wc -c", say=[b"x" * 19])

    assert heard.code == 0
    assert os.listdir(tmp_path / "new") == ["1.json"]
    assert _data((tmp_path / "new" / "1.json").read_bytes()).split() == [b"19"]


def test_messages_of_a_later_run_are_numbered_on(start, server, subject, tmp_path):
    sub = start("sub", subject, "--dump", str(tmp_path / "new"), "--count", "3")
    sub.says("Subscribing")
    for body in (b"a", b"b", b"c"):
        with telling(server, pub(subject.encode(), body), to=subject):
            pass

    assert sub.end() == 0
    assert [_data((tmp_path / "new" / f"{number}.json").read_bytes()) for number in (1, 2, 3)] == [b"a", b"b", b"c"]
