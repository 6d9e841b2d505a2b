"""rtt: every address of every URL, and the truth about those that fail."""

import json
import re
import socket
import time

import pytest

from natscli.errors import ExitCode
from tests.waiting import SLACK_S


@pytest.fixture
def nobody():
    """A port of this machine on which nobody listens, kept free for as long as the test lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_it_measures_as_often_as_asked(cli, server):
    ((url,),) = (json.loads(cli("rtt", "7", "--json").out),)

    assert url["url"] == server.url
    (result,) = url["results"]
    assert len(result["rtts"]) == 7
    assert all(rtt > 0 for rtt in result["rtts"])
    assert result["rtt"] == pytest.approx(sum(result["rtts"]) / 7, abs=1)


def test_people_get_a_line_for_each_address(cli, server):
    code, out, err = cli("rtt", "1")

    assert (code, err) == (ExitCode.DONE, "")
    assert re.fullmatch(rf"{server.url}:\n\n  {server.url}: \S+(µs|ms|s) \(min \S+, max \S+\)\n", out.decode()), (
        out.decode()
    )


def test_a_host_name_is_measured_at_each_of_its_addresses(cli, server):
    (url,) = json.loads(cli("rtt", "1", "--json", "-s", f"localhost:{server.port}").out)

    assert url["url"] == f"nats://localhost:{server.port}"
    assert f"nats://127.0.0.1:{server.port}" in [result["address"] for result in url["results"]]


def test_an_address_that_fails_is_shown_and_ends_in_its_code(cli, server, nobody):
    code, out, err = cli("rtt", "1", "-s", f"{server.url},nats://127.0.0.1:{nobody}", "--timeout", "30s")

    assert code == ExitCode.CONNECTION
    assert f"nats://127.0.0.1:{nobody}: failed" in out.decode()
    assert f"{server.url}: " in out.decode()
    assert err.splitlines()[0] == f"natscli: cannot connect to nats://127.0.0.1:{nobody}: connection refused"


@pytest.mark.parametrize("iterations", ["0", "-1", "x"])
def test_iterations_that_are_none_are_a_usage_error(cli, iterations):
    assert cli("rtt", "--", iterations).code == ExitCode.USAGE


def test_silent_servers_share_the_time(cli):
    with socket.socket() as one, socket.socket() as other:
        for silent in (one, other):
            silent.bind(("127.0.0.1", 0))
            silent.listen()
        urls = ",".join(f"127.0.0.1:{silent.getsockname()[1]}" for silent in (one, other))
        started = time.monotonic()

        code, _, err = cli("rtt", "-s", urls, "--timeout", "6s")

    assert code == ExitCode.CONNECTION
    assert "stays silent" in err
    assert time.monotonic() - started < 6 + SLACK_S  # and not twelve
