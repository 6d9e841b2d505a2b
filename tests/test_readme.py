"""The commands of the README and of docs/ exist, and print what the README shows."""

import re
import signal

import pytest

from natscli.errors import ExitCode
from tests.readme import README, ROOT, shown

DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = {tuple(arguments): None for path in DOCUMENTS for command in shown(path) for arguments in command.arguments}
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")


def outcome(line: str) -> str:
    """What the README shows below a line."""
    return next(command.output for command in shown() if command.line == line)


def settled(text: str) -> str:
    """A text without what differs from run to run: times, inboxes, names, addresses, versions, figures."""
    text = re.sub(r"[\d.]+(ms|µs)\b", "TIME", text)
    text = re.sub(r"_INBOX\.\w+", "_INBOX.ID", text)
    text = re.sub(r"\b[A-Z0-9]{56}\b", "ID", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", text)
    text = re.sub(r"\d+\.\d+\.\d+ \(go[\d.]+\)", "VERSION", text)
    return re.sub(r"(Client ID: )\d+", r"\1N", text)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_shown_can_be_typed(cli, arguments):
    """Its options are parsed before help is shown."""
    code, out, err = cli(*arguments, "--help")

    assert (code, err) == (ExitCode.DONE, "")
    assert b"Usage: natscli " + arguments[0].encode() in out


def test_publishing_and_subscribing_look_as_shown(cli, start):
    sub = start("sub", "foo.>")
    sub.says("Subscribing")

    for line in ("natscli pub foo.bar hi", "natscli pub foo.headers 'with a header' -H Trace-Id:17"):
        (arguments,) = next(command.arguments for command in shown() if command.line == line)
        assert cli(*arguments) == (0, b"", outcome(line))
    sub.prints(b"with a header\n\n")
    sub.signal(signal.SIGINT)

    assert sub.end() == ExitCode.DONE
    assert sub.err + sub.out.decode() == outcome("natscli sub 'foo.>'")


def test_requests_and_replies_look_as_shown(cli, start):
    reply = start("reply", "greet", "hello {{Request}}")
    reply.says("Listening")

    asked = cli("req", "greet", "world")
    reply.prints(b"world\n\n")
    reply.signal(signal.SIGINT)

    assert asked.code == ExitCode.DONE
    assert settled(asked.err + asked.text) == settled(outcome("natscli req greet world"))
    assert reply.end() == ExitCode.DONE
    assert settled(reply.err + reply.out.decode()) == settled(outcome("natscli reply greet 'hello {{Request}}'"))


def test_server_info_looks_as_shown_where_it_is(cli):
    code, out, err = cli("server-info")

    assert (code, err) == (ExitCode.DONE, "")
    left = settled(out.decode())
    for piece in settled(outcome("natscli server-info")).split("…\n"):
        assert piece in left
        left = left.partition(piece)[2]


def test_the_demo_shows_what_the_readme_shows_of_it(cli):
    told = outcome("natscli demo --for 2s").splitlines()

    code, out, err = cli("demo", "--for", "4s")

    rows = {line.split()[0] for line in out.decode().splitlines() if line}
    shown_rows = {line.split()[0] for line in told[1:-1] if line and line[0] not in "…─"}
    assert code == ExitCode.DONE
    assert len(shown_rows) > 4
    assert shown_rows <= rows
    assert re.sub(r"\d+", "N", err) == re.sub(r"\d+", "N", told[0] + "\n")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    for target, heading in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path = document.parent / target
        assert path.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}
            assert heading[1:] in anchors, heading


def test_every_exit_code_is_explained():
    codes = {value for name, value in vars(ExitCode).items() if name.isupper() and name != "SIGNAL"}

    rows = set(map(int, re.findall(r"^\| (\d+)", README.read_text(encoding="utf-8"), re.MULTILINE)))

    assert rows == codes | {129}
