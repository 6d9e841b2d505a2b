"""Completion scripts: as generated, complete, and right in the shells themselves."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from typer.core import TyperOption
from typer.main import get_command

from natscli.cli import app
from natscli.cli.completion import FILE_NAMES, Shell, bash, fish, script, zsh
from natscli.cli.completion.model import Argument, Command, Kind, Option, Value
from natscli.cli.completion.survey import KINDS, survey
from natscli.cli.lazy import LazyCommand
from tests.cli.shells import Interactive, MissingShellError, described, offered, require
from tests.invocation import invoke

GENERATED = Path(__file__).parent.parent.parent / "completions"
ROOT = survey()

# What is offered for the last word of a line, in every shell.
OFFERED = {
    "natscli pu": {"pub"},
    "natscli subscr": set(),  # aliases are understood, not offered
    "natscli nonsense ": set(),
    "natscli server ": {"info", "run"},
    "natscli srv r": {"run"},
    "natscli server nonsense ": set(),
    "natscli -s nats://x:4222 pu": {"pub"},
    "natscli -s=x --timeout=5s --trace pu": {"pub"},
    "natscli -- pu": {"pub"},
    "NATS_USER=a natscli pu": {"pub"},
    "natscli -s a:1 pub --co": {"--connection-name", "--context", "--count", "--color"},
    "natscli --conn": {"--connection-name"},
    "natscli subscribe --ma": {"--match-replies"},
    "natscli sub a:b c=@d --ma": {"--match-replies"},
    "natscli sub 'foo.>' --ma": {"--match-replies"},
    "natscli sub -o ": {"human", "raw", "json", "none"},
    "natscli sub -tdo ": {"human", "raw", "json", "none"},
    "natscli sub -ohuman --ma": {"--match-replies"},
    "natscli sub --output=r": {"--output=raw"},
    "natscli pub foo --send-on n": {"newline", "nul"},
    "natscli pub --count ": set(),
    "natscli pub --reply pu": set(),
    "natscli pub foo -- --c": set(),
    "natscli pub foo @fi": {"@file-1", "@file-2"},
    "natscli pub foo fi": set(),
    "natscli pub @fi": set(),
    "natscli --context ": {"production", "staging"},
    "natscli sub --context=p": {"--context=production"},
    "natscli --context ./fi": {"./file-1", "./file-2"},
    "natscli context select ": {"production", "staging"},
    "natscli ctx rm -f s": {"staging"},
    "natscli context ad": {"add"},
    "natscli --creds fi": {"file-1", "file-2"},
    "natscli server run --store fo": {"folder"},
    "natscli completion ": {"bash", "zsh", "fish"},
    "natscli replay --map fi": set(),
    "natscli replay --map a fi": set(),
    "natscli replay --map a b fi": {"file-1", "file-2"},
    "natscli replay --map a b --map c fi": set(),
    "natscli replay --map a b --map c d fi": {"file-1", "file-2"},
    "natscli replay --map=a fi": set(),
    "natscli replay --map=a b fi": {"file-1", "file-2"},
    "natscli replay --map a b --st": {"--strict"},
    "natscli replay --map a --st": set(),
}

# What a TAB makes of a line, in bash and zsh.
PRESSED = {
    "natscli pu": "natscli pub ",
    "natscli -s nats://x:4222 pu": "natscli -s nats://x:4222 pub ",
    "natscli sub --output=r": "natscli sub --output=raw ",
    "natscli sub --context=p": "natscli sub --context=production ",
    "natscli sub --creds file-1": "natscli sub --creds file-1 ",
    "natscli sub --creds=file-1": "natscli sub --creds=file-1 ",
    "natscli sub --creds my": r"natscli sub --creds my\ file ",
    'natscli sub --creds "my': 'natscli sub --creds "my file" ',
    "natscli sub --creds ~/my": r"natscli sub --creds ~/my\ file ",
    "natscli pub foo @my": r"natscli pub foo @my\ file ",
    "natscli pub foo @fo": "natscli pub foo @folder/",
    "natscli server run --store fo": "natscli server run --store folder/",
    "natscli sub foo > my": r"natscli sub foo > my\ file ",
}


def paths(command):
    return [command.path, *(path for below in command.commands for path in paths(below))]


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request):
    try:
        require(request.param)
    except MissingShellError as missing:
        pytest.skip(str(missing))
    return request.param


@pytest.fixture
def folder(isolated):
    """A home with saved contexts and files, in which starting natscli or Python leaves a trace."""
    contexts = isolated / ".config" / "nats" / "context"
    contexts.mkdir(parents=True)
    for name in ("production.json", "staging.json", "notes.txt"):
        (contexts / name).touch()
    for name in ("file-1", "file-2", "my file"):
        (isolated / name).touch()
    (isolated / "folder").mkdir()
    (isolated / ".bin").mkdir()
    for name in ("natscli", "python", "python3"):
        program = isolated / ".bin" / name
        program.write_text("#!/bin/sh\necho started >>$HOME/.started\n")
        program.chmod(0o755)
    return isolated


@pytest.mark.parametrize("shell", Shell)
def test_the_files_are_what_is_generated_now(shell):
    file = GENERATED / FILE_NAMES[shell]

    current = file.exists() and file.read_text(encoding="utf-8") == script(shell)

    assert current, f"{file.name} is not what the command table gives: make completions"


@pytest.mark.parametrize("shell", Shell)
def test_the_command_prints_the_script(shell, monkeypatch):
    assert invoke(monkeypatch, ("completion", shell)) == (0, script(shell).encode(), "")


def test_an_unknown_shell_is_a_usage_error(monkeypatch):
    ended = invoke(monkeypatch, ("completion", "tcsh"))

    assert (ended.code, ended.out) == (2, b"")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in ended.err


@pytest.mark.parametrize("shell", Shell)
def test_the_help_says_how_to_install_it(shell, monkeypatch):
    assert f"natscli completion {shell} >" in invoke(monkeypatch, ("completion", "--help")).text


def visible(found, path=()):
    """Yield every command as Typer has it, loaded."""
    found = found.load() if isinstance(found, LazyCommand) else found
    yield path, found
    for name, below in getattr(found, "commands", {}).items():
        if not below.hidden:
            yield from visible(below, (*path, name))


def test_every_visible_command_and_option_is_known():
    known = {command.path: command for command in ROOT.walk()}
    loaded = dict(visible(get_command(app)))

    assert known.keys() == loaded.keys()
    for path, command in loaded.items():
        options = [option for option in command.params if isinstance(option, TyperOption) and not option.hidden]
        flags = {flag for option in options for flag in (*option.opts, *option.secondary_opts)}
        assert {flag for option in known[path].options for flag in option.flags} == {*flags, "-h", "--help"}


@pytest.mark.parametrize("flag", KINDS)
def test_an_option_said_to_take_a_file_or_the_like_is_there_and_takes_a_value(flag):
    options = [option for command in ROOT.walk() for option in command.options if flag in option.flags]

    assert options
    assert all([value.kind for value in option.values] == [KINDS[flag]] for option in options)


def test_every_command_and_option_is_offered(shell, folder):
    expected = {}
    for command in ROOT.walk():
        line = " ".join(("natscli", *command.path))
        expected[f"{line} -"] = {flag for option in command.options for flag in option.flags}
        if command.commands:
            expected[f"{line} "] = {below.name for below in command.commands}

    assert offered(shell, expected, folder, GENERATED) == expected


def test_what_is_offered(shell, folder):
    assert offered(shell, OFFERED, folder, GENERATED) == OFFERED
    assert not (folder / ".started").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh"], indirect=True)
def test_what_a_tab_does(shell, folder):
    with Interactive(shell, folder, GENERATED) as session:
        assert {line: session.press(line, b"\t") for line in PRESSED} == PRESSED
        assert session.press("natscli pu foo", b"\x1bb\x02\t").split() == ["natscli", "pub", "foo"]


@pytest.mark.parametrize("shell", ["bash"], indirect=True)
def test_bash_completes_whatever_ends_its_words(shell, folder):
    with Interactive(shell, folder, GENERATED) as session:
        session.press("COMP_WORDBREAKS=$' \\t\\n'", b"\r")
        assert session.press("natscli -s nats://x:4222 sub --creds=m", b"\t").endswith(r"--creds=my\ file ")
        assert session.press("natscli pub foo @m", b"\t").endswith(r" @my\ file ")


@pytest.mark.parametrize("shell", ["fish"], indirect=True)
def test_fish_says_what_each_is(shell, folder):
    answers = described(["natscli pu", "natscli sub --cou", "natscli --context "], folder, GENERATED)

    assert answers["natscli pu"] == {"pub": "Publish messages to a subject."}
    assert answers["natscli sub --cou"] == {"--count": "End after this many messages. [0: never]"}
    assert answers["natscli --context "]["staging"] == "Saved context"


@pytest.mark.parametrize("shell", ["zsh"], indirect=True)
def test_zsh_says_what_each_is(shell, folder):
    with Interactive(shell, folder, GENERATED) as session:
        session.press("natscli p", b"\x04")
        session.press("natscli sub --cou", b"\x04")

    assert b"Publish messages to a subject." in session.screen
    assert b"End after this many messages. [0: never]" in session.screen


NASTY = r"""`touch a` $(touch b) 'q' "q" [x]: \ \n %d {a,b} * ~ $HOME #! ;|&"""


def test_descriptions_and_choices_are_nothing_but_text(shell, folder, tmp_path):
    choice = Value("value", Kind.CHOICE, ("plain", "it's", "$(touch", "`touch`", '"', "\\", "*", "a:b"))
    option = Option(("--nasty",), NASTY, (choice,))
    leaf = Command(("leaf",), NASTY, ("other",), (option,), (Argument(choice),), ())
    root = Command(
        (), NASTY, (), (Option(("--switch",), NASTY),), (), (leaf, replace(leaf, path=("lean",), aliases=()))
    )
    for render, name in ((bash.render, "natscli.bash"), (zsh.render, "_natscli"), (fish.render, "natscli.fish")):
        (tmp_path / name).write_text(render(root), encoding="utf-8")
    lines = {
        "natscli --": {"--switch"},
        "natscli le": {"leaf", "lean"},
        "natscli other --": {"--nasty"},
        "natscli leaf --nasty ": set(choice.choices),
        "natscli leaf i": {"it's"},
    }

    before = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    assert offered(shell, lines, folder, tmp_path) == lines
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == before
    if shell == "fish":
        assert described(["natscli le"], folder, tmp_path)["natscli le"] == {"leaf": NASTY, "lean": NASTY}
    elif shell == "zsh":
        with Interactive(shell, folder, tmp_path) as session:
            for line in ("natscli le", "natscli -"):
                session.press(line, b"\x04")
        assert session.screen.count(f"-- {NASTY}".encode()) == 2


def test_an_option_may_take_values_of_several_kinds(shell, folder, tmp_path):
    kinds = (Value("how", Kind.CHOICE, ("fast", "slow")), Value("what", Kind.FILE))
    option = Option(("--pair", "-p"), "Two values.", kinds, repeats=True)
    leaf = Command(("leaf",), "", (), (option, Option(("--switch", "-s"), "")), (Argument(Value("rest")),), ())
    root = Command((), "", (), (), (), (leaf, replace(leaf, path=("lean",))))
    for render, name in ((bash.render, "natscli.bash"), (zsh.render, "_natscli"), (fish.render, "natscli.fish")):
        (tmp_path / name).write_text(render(root), encoding="utf-8")
    lines = {
        "natscli leaf --pair ": {"fast", "slow"},
        "natscli leaf --pair fast fi": {"file-1", "file-2"},
        "natscli leaf --pair=fast fi": {"file-1", "file-2"},
        "natscli leaf -pfast fi": {"file-1", "file-2"},
        "natscli leaf --pair fast file-1 --sw": {"--switch"},
        "natscli leaf --pair fast file-1 -p ": {"fast", "slow"},
    }

    assert offered(shell, lines, folder, tmp_path) == lines


def test_a_choice_that_the_scripts_could_not_hold_is_refused():
    with pytest.raises(ValueError, match="a comma or blank"):
        _ = Value("value", Kind.CHOICE, ("a,b",)).word


def test_the_tool_writes_every_file(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(GENERATED.parent / "tools"))

    import_module("completions").main(str(tmp_path / "new"))

    written = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert written == {name: script(shell).encode() for shell, name in FILE_NAMES.items()}
