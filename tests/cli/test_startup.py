"""What is imported when: a command pays for itself alone, and help for no command at all."""

import inspect
import json
import subprocess
import sys
from importlib import import_module

import pytest

from natscli.cli import app
from natscli.cli.lazy import Branch, LazyCommand, LazyGroup, Leaf
from natscli.cli.tree import TREE
from tests.cli.peers import Peer
from tests.invocation import invoke

_PROGRAM = """
import json, sys
import natscli.__main__
from natscli.cli import main
code = main(sys.argv[1:])
executed = [name for name, module in sys.modules.items() if type(module).__name__ != "_Postponed"]
print(json.dumps([code, executed]), file=sys.stderr)
"""


def _walk(table, path=()):
    for name, node in table.items():
        if isinstance(node, Branch):
            yield from _walk(node.children, (*path, name))
        else:
            yield (*path, name), node


LEAVES = list(_walk(TREE))
MODULES = {leaf.target.partition(":")[0] for _, leaf in LEAVES}
BRANCHES = [name for name, node in TREE.items() if isinstance(node, Branch)]


def _modules(*arguments: str) -> set[str]:
    """Run a command line in an interpreter of its own and return what it had executed the code of in the end."""
    run = subprocess.run([sys.executable, "-c", _PROGRAM, *arguments], capture_output=True, timeout=60)
    code, modules = json.loads(run.stderr.splitlines()[-1])
    assert code == 0
    return set(modules)


def _under(modules: set[str], *packages: str) -> set[str]:
    return {name for name in modules for package in packages if name == package or name.startswith(package + ".")}


def test_pub_imports_neither_the_terminal_s_libraries_nor_any_other_command(server, subject, monkeypatch):
    monkeypatch.setenv("NATS_URL", server.url)

    modules = _modules("pub", subject, "hi")

    assert _under(modules, "rich", "textual", "pydantic", "aiohttp", "nats.js.api") == set()
    assert modules & MODULES == {"natscli.commands.pub"}


# What a plain message has no use for, most dearly imported first.
_USELESS = (
    "importlib.resources", "tempfile", "nacl", "tomllib", "asyncio.sslproto", "tokenize", "ipaddress", "locale",
    "bz2", "lzma", "natscli.messaging.programs", "natscli.context.nkeys", "natscli.context.jwt",
    "natscli.connection.proxies", "natscli.connection.websocket", "natscli.connection.trust",
    "natscli.connection.certificates", "natscli.system", "natscli.jetstream",
)  # fmt: skip
_MOST_MODULES = 73  # each takes a fifth of a millisecond to find and read, and half a one to run


def test_pub_imports_what_it_uses(server, subject, monkeypatch):
    monkeypatch.setenv("NATS_URL", server.url)

    modules = _modules("pub", subject, "hi")

    assert _under(modules, *_USELESS) == set()
    assert len(_under(modules, "natscli")) <= _MOST_MODULES


@pytest.mark.parametrize("arguments", [["--help"], [BRANCHES[0], "--help"], ["--version"]], ids=" ".join)
def test_help_and_version_import_no_command(arguments):
    modules = _modules(*arguments)

    assert _under(modules, "natscli.commands", "asyncio", "nats") == set()


def test_the_version_is_printed_without_rich():
    assert _under(_modules("--version"), "rich") == set()


@pytest.mark.parametrize(("path", "leaf"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_a_command_loads_and_its_help_line_is_its_docstring_s_first(path, leaf):
    module, _, name = leaf.target.partition(":")
    function = getattr(import_module(module), name)

    loaded = LazyCommand(path[-1], leaf, hidden=False).load()

    assert inspect.getdoc(function).splitlines()[0] == leaf.help
    assert loaded.name == path[-1]


@pytest.mark.parametrize(("path", "leaf"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_what_a_command_does_unless_told_otherwise_can_be_read(path, leaf):
    """Typer parses defaults too, and a parser of text takes no number."""
    loaded = LazyCommand(path[-1], leaf, hidden=False).load()
    context = loaded.make_context(path[-1], [], resilient_parsing=True)

    for parameter in loaded.params:
        parameter.type_cast_value(context, parameter.get_default(context))


@pytest.mark.parametrize(("path", "leaf"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_a_command_s_help_is_shown_and_is_no_error(path, leaf, monkeypatch):
    shown = invoke(monkeypatch, (*path, "--help"))

    assert (shown.code, shown.err) == (0, "")
    assert leaf.help in " ".join(shown.text.split())


def _groups(group, table):
    """Every group with the table it was made from."""
    yield group, table
    for name, node in table.items():
        if isinstance(node, Branch):
            yield from _groups(group.commands[name], node.children)


def _all_groups():
    root = import_module("typer.main").get_command(app)
    return list(_groups(root, TREE))


def test_every_alias_reaches_what_its_name_reaches_and_is_not_listed():
    seen = 0
    for group, table in _all_groups():
        for name, node in table.items():
            for alias in node.aliases:
                seen += 1
                assert group.commands[alias].hidden
                assert not group.commands[name].hidden
                if isinstance(node, Leaf):
                    assert group.commands[alias].leaf is group.commands[name].leaf
                else:
                    assert group.commands[alias].commands.keys() == group.commands[name].commands.keys()
    assert seen


def test_a_group_makes_the_commands_that_are_asked_for():
    root = import_module("typer.main").get_command(app)

    assert root.commands["pub"] is root.commands["pub"]
    assert set(root.commands._made) == {"pub"}


def test_shared_options_are_parsed_into_their_form_once():
    root = import_module("typer.main").get_command(app)
    server = [parameter for parameter in root.params if parameter.name == "server"]

    for name in ("pub", "sub", "rtt"):
        loaded = LazyCommand(name, TREE[name], hidden=False).load()
        assert [parameter for parameter in loaded.params if parameter.name == "server"] == server


def test_no_name_or_alias_is_used_twice_in_a_group():
    for _, table in _all_groups():
        names = [name for key, node in table.items() for name in (key, *node.aliases)]
        assert len(names) == len(set(names))


def test_an_alias_runs_the_command(cli, server, subject):
    with Peer(server.url) as peer:
        peer.subscribe(subject)

        assert cli("publish", subject, "hi").code == 0

        assert peer.next().payload == b"hi"


WITHOUT_DEFAULT = [(name,) for name in BRANCHES if TREE[name].default is None]


@pytest.mark.parametrize("group", [(), *WITHOUT_DEFAULT], ids=lambda path: " ".join(path) or "natscli")
def test_no_arguments_print_help(group, monkeypatch):
    plain = invoke(monkeypatch, group)
    asked = invoke(monkeypatch, (*group, "--help"))

    assert plain == asked
    assert (plain.code, plain.err) == (0, "")
    assert f"Usage: {' '.join(('natscli', *group))} [OPTIONS] COMMAND" in plain.text


@pytest.mark.parametrize("spelling", ["-h", "--help"])
def test_help_lists_every_command_that_is_not_an_alias(spelling, monkeypatch):
    shown = invoke(monkeypatch, (spelling,)).text

    for name, node in TREE.items():
        assert f"│ {name} " in shown
        assert all(f"│ {alias} " not in shown for alias in node.aliases)


def test_the_version_is_one_line(monkeypatch):
    from natscli import __version__

    assert invoke(monkeypatch, ("--version",)) == (0, f"natscli {__version__}\n".encode(), "")


def test_groups_are_made_of_the_table():
    assert all(isinstance(group, LazyGroup) for group, _ in _all_groups())
