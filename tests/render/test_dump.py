"""Messages as documents, in files and behind one another."""

import base64
import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.errors import NatsCliError, UsageError
from natscli.render.dump import DumpFolder, dump_document, dump_printer
from natscli.wire.message import Message, Run

HEADERS = b"NATS/1.0\r\nA: 1\r\nb: 2\r\nA: 3\r\n\r\n"


def _mode(path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_a_document_has_the_go_cli_s_shape():
    assert json.loads(dump_document(Message(b"a", b"hi", b"in.1", HEADERS))) == {
        "Header": {"A": ["1", "3"], "b": ["2"]},
        "Subject": "a",
        "Reply": "in.1",
        "Data": "aGk=",
        "Sub": None,
    }


def test_what_a_message_lacks_is_null_or_empty():
    assert json.loads(dump_document(Message(b"a", b""))) == {
        "Header": None,
        "Subject": "a",
        "Reply": "",
        "Data": "",
        "Sub": None,
    }


@given(st.lists(st.binary(), min_size=1, max_size=4))
def test_documents_end_in_nul_and_hold_every_byte(payloads):
    printed = dump_printer(Run.of(1, [Message(b"\xff", payload) for payload in payloads]), 1, 0)

    *documents, rest = printed.split(b"\0")
    assert rest == b""
    assert [base64.b64decode(json.loads(document)["Data"]) for document in documents] == payloads


def test_folder_and_files_are_their_owner_s_alone(tmp_path):
    previous = os.umask(0)
    try:
        DumpFolder(str(tmp_path / "new")).write(Message(b"a", b"hi"), 3)
    finally:
        os.umask(previous)

    assert os.listdir(tmp_path / "new") == ["3.json"]
    assert _mode(tmp_path / "new") == 0o700
    assert _mode(tmp_path / "new" / "3.json") == 0o600
    assert (tmp_path / "new" / "3.json").read_bytes() == dump_document(Message(b"a", b"hi"))


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "1.json").write_bytes(b"before")

    with pytest.raises(NatsCliError, match=r"1\.json' exists already") as failure:
        DumpFolder(str(tmp_path)).write(Message(b"a", b"hi"), 1)

    assert failure.value.exit_code == 1
    assert (tmp_path / "1.json").read_bytes() == b"before"


def test_a_link_that_waits_where_the_file_will_be_is_not_followed(tmp_path):
    (tmp_path / "1.json").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NatsCliError, match="exists already"):
        DumpFolder(str(tmp_path)).write(Message(b"a", b"hi"), 1)

    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("name", "reason"), [("file", "file exists"), ("file/below", "not a directory"), ("", "no such")]
)
def test_a_folder_that_cannot_be_made_is_a_usage_error(name, reason, isolated):
    (isolated / "file").write_text("")

    with pytest.raises(UsageError, match=reason):
        DumpFolder(name)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    folder = DumpFolder(str(tmp_path / "new"))

    def full(_message):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("natscli.render.dump.dump_document", full)
    with pytest.raises(NatsCliError, match="cannot be written: no space left on device"):
        folder.write(Message(b"a", b"hi"), 1)

    assert os.listdir(tmp_path / "new") == []
