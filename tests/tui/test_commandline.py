"""Commands that are copied do the same, quoted so that a shell hands them on byte for byte."""

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.tui.commandline import send_command, sub_command
from natscli.wire.headers import encode_headers
from natscli.wire.message import Message


@pytest.mark.parametrize(
    ("path", "branch", "command"),
    [
        ("orders.eu.paid", False, "natscli sub orders.eu.paid"),
        ("orders", True, "natscli sub 'orders.>'"),
        ("orders.*.paid", False, "natscli sub 'orders.*.paid'"),
        ("a;rm -rf $HOME", False, "natscli sub 'a;rm -rf $HOME'"),
        ("it's", False, """natscli sub 'it'"'"'s'"""),
    ],
)
def test_what_prints_a_row(path, branch, command):
    assert sub_command(path, (), branch=branch) == command


def test_where_to_connect_comes_first():
    assert sub_command("a", ("--context", "my prod"), branch=False) == "natscli --context 'my prod' sub a"


def test_headers_templates_requests_and_bytes():
    headers = encode_headers([("Trace-Id", "a b")])
    assert send_command(Message(b"a", b"hi", b"", headers), ()) == "natscli pub a -H 'Trace-Id:a b' hi"
    assert send_command(Message(b"a", b"{{Count}}"), ()) == "natscli pub a --no-templates '{{Count}}'"
    assert send_command(Message(b"a", b"hi", b"_INBOX.1"), ()) == "natscli req a hi"
    assert send_command(Message(b"a", b"\x00\xff"), ()) == "echo AP8= | base64 -d | natscli pub a -"
    assert send_command(Message(b"a", b"@file"), ()).startswith("echo QGZpbGU= | base64 -d | ")


@given(st.binary(max_size=40), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=10))
def test_no_shell_changes_a_word_and_no_terminal_is_acted_on(payload, subject):
    command = send_command(Message(subject.encode(), payload), ())
    assert all(character >= " " or character == "\n" for character in command)
    words = shlex.split(command)
    assert subject in words


@pytest.mark.parametrize("payload", [b'it\'s $HOME `x` \\ "q"', b"", b"-n", b"two\nlines", b"\x00\x01\xfe"])
def test_a_shell_gives_back_the_payload(payload, tmp_path):
    shown = tmp_path / "natscli"
    shown.write_text('#!/bin/sh\nfor last; do :; done\nif [ "$last" = - ]; then cat; else printf %s "$last"; fi\n')
    shown.chmod(0o755)
    command = send_command(Message(b"a", payload), ()).replace("natscli", str(shown))
    assert subprocess.run(["sh", "-c", command], capture_output=True, check=True).stdout == payload
