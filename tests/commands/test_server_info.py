"""server-info: what anybody may know, and all of VARZ where that is allowed."""

import json
import socket
import threading
import time
from contextlib import suppress

import pytest

from natscli.errors import ExitCode
from tests.waiting import SLACK_S

ACCOUNTS = """
accounts {
  SYS { users: [ {user: sys, password: sys} ] }
  APP { users: [
    {user: app, password: app, permissions: {publish: {allow: ["orders.>", "$SYS.REQ.USER.INFO"], deny: "orders.secret"}
                                             subscribe: ["_INBOX.>"]}}
    {user: blind, password: blind, permissions: {publish: "orders.>", subscribe: "_INBOX.>"}}
  ] }
}
system_account: SYS
"""


@pytest.fixture
def accounts(make_server):
    """A server with a system account and users who may do little."""
    return make_server(extra=ACCOUNTS, monitor_port=0)


def ask(cli, server, user, *arguments):
    return cli("server-info", "-s", f"nats://{user}:{user}@127.0.0.1:{server.port}", *arguments)


def test_anyone_learns_of_the_server_and_of_themselves(cli, accounts):
    code, out, err = ask(cli, accounts, "app", "--json")

    document = json.loads(out)
    assert (code, err) == (ExitCode.DONE, "")
    assert document["info"]["port"] == accounts.port
    assert document["connection"]["rtt_ns"] > 0
    assert document["user"]["user"] == "app"
    assert document["user"]["permissions"]["publish"]["deny"] == ["orders.secret"]
    assert document["varz"] is None


def test_people_are_shown_their_permissions(cli, accounts):
    text = ask(cli, accounts, "app").text

    assert "User: app" in text
    assert "Account: APP" in text
    assert "Publish allow: $SYS.REQ.USER.INFO, orders.>" in text
    assert "Publish deny: orders.secret" in text
    assert "Subscribe allow: _INBOX.>" in text


def test_who_may_not_ask_is_told_so_and_still_learns_the_rest(cli, accounts):
    code, out, err = ask(cli, accounts, "blind", "--json")

    document = json.loads(out)
    assert (code, err) == (ExitCode.DONE, "")
    assert document["user"] is None
    assert document["user_error"] == "the server does not permit to publish to '$SYS.REQ.USER.INFO'"
    assert document["info"]["server_id"]


def test_the_system_account_sees_all_of_varz(cli, accounts):
    document = json.loads(ask(cli, accounts, "sys", "--json").out)

    assert document["varz"]["server_id"] == document["info"]["server_id"]
    assert document["varz_source"] == f"$SYS.REQ.SERVER.{document['info']['server_id']}.VARZ"
    assert f"VARZ (from {document['varz_source']})" in ask(cli, accounts, "sys").text


def test_monitoring_shows_varz_to_anyone(cli, accounts):
    document = json.loads(ask(cli, accounts, "app", "--json", "--monitor", accounts.monitor_url).out)

    assert document["varz"]["server_id"] == document["info"]["server_id"]
    assert document["varz_source"] == f"{accounts.monitor_url}/varz"


def test_monitoring_that_answers_byte_by_byte_is_given_up_in_time(cli, server):
    ended = threading.Event()

    def drip(listening):
        far, _ = listening.accept()
        with far, suppress(OSError):
            far.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not ended.wait(0.05):
                far.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        started = time.monotonic()
        code, out, err = cli("server-info", "--monitor", url, "--timeout", "5s")
        ended.set()

    assert time.monotonic() - started < 6 + SLACK_S
    assert (code, out) == (ExitCode.TIMEOUT, b"")
    assert err == f"natscli: no answer from {url}/varz within 5s\n"


def test_monitoring_that_was_asked_for_and_does_not_answer_is_an_error(cli, server):
    code, out, err = cli("server-info", "--monitor", f"http://127.0.0.1:{server.port}", "--timeout", "5s")

    assert (code, out) == (ExitCode.CONNECTION, b"")
    assert err == f"natscli: http://127.0.0.1:{server.port}/varz does not speak HTTP\n"


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8222", "http://", "file:///etc/passwd"])
def test_a_monitoring_url_is_http_or_a_usage_error(cli, url):
    code, _, err = cli("server-info", "--monitor", url)

    assert code == ExitCode.USAGE
    assert "monitoring URL" in err


def test_the_nonce_of_the_challenge_is_not_shown(cli, make_server):
    user = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"
    server = make_server(extra=f"authorization {{ users: [ {{nkey: {user}}}, {{user: a, password: a}} ] }}")

    info = json.loads(ask(cli, server, "a", "--json").out)["info"]

    assert info["auth_required"]
    assert "nonce" not in info
