"""Options every command takes: where they may stand, which source wins, and how mistakes are answered."""

import json
import os
import time
from pathlib import Path

import pytest

from natscli.context.resolve import DEFAULTS
from tests.cli.peers import Address, Peer
from tests.cli.terminal import Terminal
from tests.connection.clock import waiting_loops
from tests.invocation import invoke
from tests.waiting import SLACK_S

RED = "\x1b[31m"


@pytest.fixture
def run(monkeypatch):
    """Run the command line in this process, in an environment that says nothing."""
    return lambda *arguments: invoke(monkeypatch, arguments)


def _save_context(home: Path, name: str, *, selected: bool = False, **settings: str) -> None:
    folder = home / ".config" / "nats" / "context"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(settings))
    if selected:
        (folder.parent / "context.txt").write_text(name)


# Every source of a server address, nearest first.
SOURCES = [
    "behind",
    "before",
    "environment",
    "option's context",
    "project file's context",
    "selected context",
    "default",
]


@pytest.mark.parametrize("nearest", range(len(SOURCES)), ids=SOURCES)
def test_the_nearest_source_says_where_to_connect(nearest, run, refused, isolated, monkeypatch):
    urls = {source: refused() for source in SOURCES}
    given = SOURCES[nearest:]
    behind = ["--server", urls["behind"]] if "behind" in given else []
    before = ["--server", urls["before"]] if "before" in given else []
    if "environment" in given:
        monkeypatch.setenv("NATS_URL", urls["environment"])
    if "option's context" in given:
        _save_context(isolated, "typed", url=urls["option's context"])
        before += ["--context", "typed"]
    if "project file's context" in given:
        _save_context(isolated, "project", url=urls["project file's context"])
        (isolated / ".natscli.toml").write_text('context = "project"')
    if "selected context" in given:
        _save_context(isolated, "selected", selected=True, url=urls["selected context"])
    monkeypatch.setattr("natscli.context.resolve.DEFAULTS", DEFAULTS._replace(server=urls["default"]))

    ended = run(*before, "pub", "foo", "hi", *behind)

    assert ended.code == 3
    assert [source for source, url in urls.items() if url in ended.err] == [SOURCES[nearest]]


def test_no_context_passes_over_the_selected_one(run, refused, isolated, monkeypatch):
    chosen, default = refused(), refused()
    _save_context(isolated, "selected", selected=True, url=chosen)
    monkeypatch.setattr("natscli.context.resolve.DEFAULTS", DEFAULTS._replace(server=default))

    assert chosen in run("pub", "foo", "hi").err
    assert default in run("--no-context", "pub", "foo", "hi").err
    assert default in run("pub", "foo", "hi", "--no-context").err


def test_a_group_s_options_stand_between_the_program_s_and_the_command_s(run, refused):
    far, near = refused(), refused()

    assert near in run("-s", far, "server", "info", "-s", near).err
    assert far in run("-s", far, "server", "info").err


@pytest.mark.parametrize("place", ["before", "behind"])
def test_options_reach_the_server_from_either_side_of_the_command(place, run, server, subject):
    option = ("--server", server.url)
    command = ("pub", subject, "hi")

    with Peer(server.url) as peer:
        peer.subscribe(subject)

        assert run(*(option + command if place == "before" else command + option)).code == 0

        assert peer.next().payload == b"hi"


@pytest.mark.parametrize("form", ["30500ms", "20s", "1m30s", "20.5s", ".5m", "1h", "1d", " 20s "])
def test_a_time_out_is_written_as_the_go_tools_write_it(form, cli, subject):
    assert cli("pub", subject, "hi", "--timeout", form).code == 0


@pytest.mark.parametrize("form", ["5", " ", "abc", "-1s", "0", "0s", "1e3s", "1s2", "5 s", "99999y", "nan", "1s\n2"])
@pytest.mark.parametrize("source", ["option", "environment"])
def test_a_bad_time_out_is_a_usage_error_on_one_line(form, source, run, monkeypatch):
    if source == "environment":
        monkeypatch.setenv("NATS_TIMEOUT", form)

    ended = run(*(["--timeout", form] if source == "option" else []), "pub", "foo", "hi")

    assert ended.code == 2
    assert ended.out == b""
    lines = ended.err.splitlines()
    assert lines[0].startswith("natscli: ")
    assert len(lines) <= 2
    assert all(line.startswith("hint: ") for line in lines[1:])


@pytest.mark.parametrize("source", ["before", "behind", "environment", "project file"])
def test_the_time_out_bounds_a_command_wherever_it_was_given(source, run, silent, isolated, monkeypatch):
    option = ("--timeout", "150ms")
    if source == "environment":
        monkeypatch.setenv("NATS_TIMEOUT", "150ms")
    if source == "project file":
        (isolated / ".natscli.toml").write_text('timeout = "150ms"')
    command = ("-s", silent.url, "pub", "foo", "hi")
    started = time.monotonic()

    ended = run(*(option if source == "before" else ()), *command, *(option if source == "behind" else ()))

    assert 0.15 <= time.monotonic() - started < 1.15 + SLACK_S
    assert ended.code == 3
    assert silent.url in ended.err


def test_a_nearer_time_out_wins(run, silent, monkeypatch):
    monkeypatch.setenv("NATS_TIMEOUT", "1h")
    started = time.monotonic()

    assert run("--timeout", "50s", "-s", silent.url, "pub", "foo", "hi", "--timeout", "100ms").code == 3

    assert time.monotonic() - started < 1.1 + SLACK_S


# -- colour ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flags", "environment", "coloured"),
    [
        ((), {}, False),
        (("--color",), {}, True),
        (("--no-color",), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (("--color",), {"NO_COLOR": "1"}, True),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        (("--color", "--no-color"), {}, False),
        (("--no-color", "--color"), {}, True),
        ((), {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colour_on_a_pipe_is_off_until_asked_for(flags, environment, coloured, run, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)

    behind = run("pub", "a..b", "hi", *flags)

    assert behind.code == 2
    assert (RED in behind.err) is coloured
    assert run(*flags, "pub", "a..b", "hi") == behind
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("flags", "environment", "coloured"),
    [((), {}, True), ((), {"NO_COLOR": "1"}, False), (("--no-color",), {}, False), ((), {"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal_is_on_unless_refused(flags, environment, coloured, refused):
    with Terminal("pub", "a..b", "hi", *flags, url=refused(), env=environment) as terminal:
        assert terminal.end() == 2

    assert (RED.encode() in terminal.shown) is coloured
    assert b"natscli:" in terminal.shown


def test_a_flag_behind_two_dashes_is_a_body(cli, subject, peer):
    peer.subscribe(subject)

    ended = cli("pub", subject, "--", "--color")

    assert ended.code == 0
    assert peer.next().payload == b"--color"


# -- saying more, and less -------------------------------------------------------------------------


def test_a_traceback_is_shown_with_debug_and_only_then(run, refused):
    url = refused()

    plain = run("pub", "foo", "hi", "-s", url)
    debugged = run("pub", "foo", "hi", "-s", url, "--debug")

    assert "Traceback" not in plain.err
    assert debugged.err.startswith("Traceback (most recent call last):\n")
    assert debugged.err.endswith(plain.err)
    assert debugged.code == plain.code == 3
    assert run("--debug", "pub", "foo", "hi", "-s", url).err.endswith(plain.err)


def test_a_fault_of_our_own_is_one_line_and_a_hint_how_to_report_it(run, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division\nby zero \x1b[2J")

    monkeypatch.setattr("natscli.context.resolve.parse_urls", broken)

    ended = run("pub", "foo", "hi")

    assert ended.code == 1
    assert ended.err.splitlines() == [
        "natscli: a fault in natscli: ZeroDivisionError: division\\x0aby zero \\x1b[2J",
        "hint: run it again with --debug and report what it prints",
    ]


def test_trace_shows_the_protocol_without_secrets(run, make_server, subject):
    server = make_server(user="ada", password="s3cret-pass")
    url = server.url.replace("nats://", "nats://ada:s3cret-pass@")

    ended = run("pub", subject, "top secret body", "--trace", "-s", url)

    assert ended.code == 0
    lines = [line.split(" ", 2)[1:] for line in ended.err.splitlines() if ">>>" in line or "<<<" in line]
    shown = [(direction, text.split(" ")[0]) for direction, text in lines]
    assert shown[:2] == [("<<<", "INFO"), (">>>", "CONNECT")]
    assert (">>>", "PUB") in shown
    assert ("<<<", "PONG") in shown
    assert f"PUB {subject} 15" in ended.err
    assert "s3cret-pass" not in ended.err
    assert '"pass": "***"' in ended.err


@pytest.mark.parametrize("secret", ["token", "password"])
def test_trace_blanks_secrets_that_are_refused_too(secret, run, make_server, subject):
    server = make_server(token="t0ken-of-the-server")
    typed = ["--token", "wr0ng"] if secret == "token" else ["--user", "ada", "--password", "wr0ng"]

    ended = run("pub", subject, "hi", "--trace", "--debug", "-s", server.url, *typed)

    assert ended.code == 4
    assert "CONNECT" in ended.err
    assert "wr0ng" not in ended.err


def test_quiet_leaves_errors_alone(cli, run, refused, subject):
    assert cli("pub", subject, "hi", "--quiet") == (0, b"", "")
    assert cli("--quiet", "pub", subject, "hi") == (0, b"", "")
    assert run("pub", "foo", "hi", "--quiet", "-s", refused()).err.startswith("natscli: cannot connect")


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        (["pbu"], "no such command 'pbu'. Did you mean 'pub'?", "natscli --help"),
        (["server", "rnu"], "no such command 'rnu'. Did you mean 'run'?", "natscli server --help"),
        (["xyzzy"], "no such command 'xyzzy'", "natscli --help"),
        (["--quiet"], "missing command", "natscli --help"),
        (["reply"], "missing argument 'subject'", "natscli reply --help"),
        (["request"], "missing argument 'subject'", "natscli request --help"),
        (["-s"], "option '-s' requires an argument", None),
        (["pub", "foo", "hi", "--count", "x"], "invalid value for '--count': 'x'", "natscli pub --help"),
        (["pub", "foo", "hi", "--count", "0"], "invalid value for '--count': 0", "natscli pub --help"),
        (["pub", "a", "b", "c"], "got unexpected extra argument(s) (c)", "natscli pub --help"),
        (["--timeout", "5", "pub", "a", "b"], "invalid value for '--timeout': '5' is not a duration", "natscli --help"),
        (["sub", "foo", "--nope"], "no such option: --nope", "natscli sub --help"),
        (["server", "info", "--nope"], "no such option: --nope", "natscli server info --help"),
        (["--nope"], "no such option: --nope", "natscli --help"),
        (["pub\x1b[2J"], "no such command 'pub\\x1b[2J'", "natscli --help"),
    ],
    ids=lambda value: ascii(" ".join(value)) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_and_a_hint(typed, message, hint, run):
    ended = run(*typed)

    lines = ended.err.splitlines()
    assert ended.code == 2
    assert ended.out == b""
    assert lines[0].startswith(f"natscli: {message}")
    assert len(lines) == 2
    assert lines[1].startswith("hint: ")
    assert hint is None or lines[1] == f"hint: {hint}"


@pytest.mark.parametrize("command", ["pub", "publish", "req", "request", "reply"])
@pytest.mark.parametrize("body", ["-5", "--done", "-hello"])
def test_a_body_that_begins_with_a_dash_gets_the_hint_about_two_dashes(command, body, run):
    ended = run(command, "foo", body)

    first, second = ended.err.splitlines()
    assert ended.code == 2
    assert first.startswith("natscli: no such option: -")
    assert second == f"hint: a body that begins with - goes behind --; natscli {command} --help lists the options"


def test_an_option_without_its_value_gets_no_hint_about_bodies(run):
    ended = run("pub", "foo", "hi", "--count")

    assert ended.code == 2
    assert ended.err.splitlines()[0] == "natscli: option '--count' requires an argument"
    assert "behind --" not in ended.err


def test_a_silent_server_is_named_with_what_it_did(run, silent: Address, monkeypatch):
    with waiting_loops(monkeypatch):
        ended = run("pub", "foo", "hi", "-s", silent.url, "--timeout", "100ms")

    assert ended.err.splitlines()[0] == (
        f"natscli: cannot connect to {silent.url}: connected, but the server stays silent"
    )
