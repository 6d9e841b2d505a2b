"""Editing a context: a private copy, checked before it counts; and the questions that are asked on a terminal."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cli.terminal import Terminal
from tests.context.test_document import UNKNOWN
from tests.context.trees import tree
from tests.invocation import invoke

pytestmark = pytest.mark.skipif(os.name == "nt", reason="editors here are sh scripts")


@pytest.fixture
def run(monkeypatch):
    """Run the command line in this process, in an environment that says nothing."""
    return lambda *arguments: invoke(monkeypatch, arguments)


@pytest.fixture
def folder(isolated):
    made = isolated / ".config" / "nats" / "context"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """Let $EDITOR be a program that is handed the file: ``editor("document['url'] = 'nats://k'")``."""

    def write(program, variable="EDITOR"):
        script = tmp_path / "editor.py"
        script.write_text(
            "import json, os, stat, sys\n"
            "path = sys.argv[-1]\n"
            "text = open(path).read()\n"
            "document = json.loads(text) if text.lstrip().startswith('{\"') or '\\n' in text else {}\n"
            f"{program}\n"
            "if isinstance(document, dict): open(path, 'w').write(json.dumps(document))\n"
        )
        monkeypatch.setenv(variable, f"'{sys.executable}' '{script}' --wait")
        return script

    return write


def test_what_the_editor_leaves_is_saved_and_shown(run, folder, editor):
    (folder / "dev.json").write_text('{"url": "nats://h", "token": "hush", "future": {"a": [1, null]}}')
    editor("document['url'] = 'nats://k'")
    edited = run("context", "edit", "dev")
    assert (edited.code, edited.err) == (0, "Saved context 'dev'\n")
    assert "Server URLs: nats://k" in edited.text
    assert json.loads((folder / "dev.json").read_text()) == {
        "url": "nats://k",
        "token": "hush",
        "future": {"a": [1, None]},
    }
    assert stat.S_IMODE((folder / "dev.json").stat().st_mode) == 0o600


def test_visual_comes_before_editor(run, folder, editor, monkeypatch):
    (folder / "dev.json").write_text('{"url": "nats://h"}')
    editor("document['url'] = 'nats://k'", variable="VISUAL")
    monkeypatch.setenv("EDITOR", "false")
    assert run("context", "vi", "dev").code == 0


def test_the_copy_is_for_its_owner_alone_and_does_not_stay(run, folder, editor, tmp_path):
    (folder / "dev.json").write_text('{"url": "nats://h"}')
    (folder / "dev.json").chmod(0o644)
    note = tmp_path / "note"
    editor(
        "modes = [oct(stat.S_IMODE(os.stat(p).st_mode)) for p in (path, os.path.dirname(path))]\n"
        "open(path + '~', 'w').write(text)\n"  # the backup that many editors leave
        f"open({str(note)!r}, 'w').write(json.dumps([path, *modes]))"
    )
    assert run("context", "edit", "dev").code == 0
    path, *modes = json.loads(note.read_text())
    assert modes == ["0o600", "0o700"]
    assert not Path(path).parent.exists()


@pytest.mark.parametrize(
    ("program", "code", "message"),
    [
        ("open(path, 'w').write('{'); document = None", 2, "context 'dev' would be broken: expecting"),
        ("open(path, 'w').write('hush'); document = None", 2, "context 'dev' would be broken: expecting"),
        ("open(path, 'w').write('[]'); document = None", 2, "context 'dev' would be broken: not a JSON object"),
        ("document['tls_first'] = 'false'", 2, "context 'dev' would be broken: 'tls_first' is not true or false"),
        ("document['url'] = 'http://h'", 2, "context 'dev': server URL 'http://h' has an unknown scheme"),
        ("document['creds'] = 'c'; document['nkey'] = 'n'", 2, "gives both a creds and a nkey"),
        ("document['url'] = 'nats://k'; open(path, 'w').close(); sys.exit(3)", 1, "ended with exit code 3"),
        ("os.unlink(path); document = None", 1, "the edited copy cannot be read"),
        ("document = None", 0, "Context 'dev' is unchanged"),
    ],
)
def test_what_would_not_do_changes_nothing(program, code, message, run, folder, editor):
    (folder / "dev.json").write_text('{"url": "nats://h", "password": "hush"}')
    editor(program)
    before = tree(folder)
    edited = run("context", "edit", "dev")
    assert edited.code == code
    assert message in edited.err
    assert "hush" not in edited.err + edited.text
    assert tree(folder) == before


def test_a_broken_context_can_be_mended(run, folder, editor):
    (folder / "dev.json").write_text("{")
    editor("assert text == '{'; document = {'url': 'nats://k'}")
    assert run("context", "edit", "dev").code == 0
    assert json.loads((folder / "dev.json").read_text()) == {"url": "nats://k"}


def test_what_somebody_else_saved_meanwhile_is_not_lost(run, folder, editor):
    theirs = folder / "dev.json"
    theirs.write_text('{"url": "nats://h"}')
    editor(f"open({str(theirs)!r}, 'w').write('{{}}'); document['url'] = 'nats://k'")
    edited = run("context", "edit", "dev")
    assert (edited.code, "was changed by somebody else meanwhile" in edited.err) == (1, True)
    assert theirs.read_text() == "{}"


@pytest.mark.parametrize("variable", ["no-such-editor", "'unclosed", "/"])
def test_an_editor_that_cannot_be_run_is_named(variable, run, folder, monkeypatch):
    (folder / "dev.json").write_text("{}")
    monkeypatch.setenv("EDITOR", variable)
    monkeypatch.delenv("VISUAL", raising=False)
    edited = run("context", "edit", "dev")
    assert edited.code == 2
    assert "EDITOR is no command" in edited.err or "cannot be run" in edited.err


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(UNKNOWN)
def test_no_key_is_lost_by_editing_or_copying(run, folder, monkeypatch, document):
    for file in folder.iterdir():
        file.unlink()
    monkeypatch.setenv("EDITOR", "sed -i s,nats://first,nats://second,")
    (folder / "dev.json").write_text(json.dumps({**document, "url": "nats://first"}))
    assert run("context", "edit", "dev").code == 0
    edited = json.loads((folder / "dev.json").read_text())
    assert {key: edited[key] for key in document} == document
    assert list(edited) == [*document, "url"]
    assert run("context", "copy", "dev", "new").code == 0
    copied = json.loads((folder / "new.json").read_text())
    assert {key: copied[key] for key in edited} == edited


# On a terminal


def test_what_would_not_do_may_be_edited_again(folder, editor, server):
    (folder / "dev.json").write_text('{"url": "nats://h"}')
    editor("document = {'url': 'http://k'} if text != '{\"url\": \"http://k\"}' else {'url': 'nats://good'}")
    with Terminal("context", "edit", "dev", url=server.url) as terminal:
        terminal.shows(b"Edit it again? [y/N]")
        terminal.types(b"y\n")
        assert terminal.end() == 0
    assert json.loads((folder / "dev.json").read_text()) == {"url": "nats://good"}


def test_removing_is_confirmed(folder, server):
    (folder / "dev.json").write_text("{}")
    with Terminal("context", "rm", "dev", url=server.url) as terminal:
        terminal.shows(b"Remove context 'dev'? [y/N]")
        terminal.types(b"\n")
        assert terminal.end() == 1
    assert (folder / "dev.json").exists()
    with Terminal("context", "rm", "dev", url=server.url) as terminal:
        terminal.shows(b"[y/N]")
        terminal.types(b"yes\n")
        assert terminal.end() == 0
    assert not (folder / "dev.json").exists()


@pytest.mark.parametrize(("typed", "code", "selected"), [(b"2\n", 0, "b"), (b"a\n", 0, "a"), (b"3\n", 1, None)])
def test_a_context_is_picked_from_a_list(typed, code, selected, folder, server):
    for name in ("a", "b"):
        (folder / f"{name}.json").write_text("{}")
    with Terminal("context", "select", url=server.url) as terminal:
        terminal.shows(b"Which context? [1-2]")
        assert b"   1  a\n" in terminal.shown
        terminal.types(typed)
        assert terminal.end() == code
    chosen = folder.parent / "context.txt"
    assert (chosen.read_text() if chosen.exists() else None) == selected


def test_ctrl_c_at_a_question_ends_it(folder, server):
    (folder / "dev.json").write_text("{}")
    with Terminal("context", "rm", "dev", url=server.url) as terminal:
        terminal.shows(b"[y/N]")
        terminal.types(b"\x03")
        assert terminal.end() == 130
    assert (folder / "dev.json").exists()
