"""``top --web``: who is let in, what is handed on, what is drawn, and how it ends."""

import asyncio
import base64
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.render.test_bench_page import BROWSER, read_png
from tests.waiting import eventually

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are looked at with ps")
WITHIN = 30


@pytest.fixture
def page(start):
    """Start it, and return the process and its URL."""

    def run(*arguments, **options):
        process = start("top", "--web", *arguments, **options)
        process.prints(b"/\n", WITHIN)
        return process, process.out.decode().strip()

    return run


def fetch(url, **headers):
    """Return status, headers and body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=WITHIN) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def children(process):
    """Return the command lines of its children, by process id."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    return {int(row[0]): row[2] for row in rows if int(row[1]) == process.popen.pid}


def lives(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout[:1]
    return state not in ("", "Z")


def in_window(url, work, path="ws", **headers):
    """Run ``work(window)`` on a WebSocket; return what it returns, or the status of a refusal."""
    own = {"Origin": f"http://{urlsplit(url).netloc}"}

    async def run():
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(url + path, headers={**own, **headers}) as window,
            ):
                return await work(window)
        except aiohttp.WSServerHandshakeError as error:
            return error.status

    return asyncio.run(run())


async def shown(window, text):
    """Read until ``text`` was drawn."""
    drawn = b""
    async with asyncio.timeout(WITHIN):
        while text not in drawn:
            message = await window.receive()
            assert message.type is aiohttp.WSMsgType.BINARY, (message, drawn[-500:])
            drawn += message.data
    return True


def test_the_url_is_the_way_in_and_stdout_has_nothing_else(page):
    process, url = page()

    status, headers, body = fetch(url)

    assert (status, url.startswith("http://127.0.0.1:")) == (200, True)
    assert b'<script src="static/textual.js">' in body
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert [fetch(url + name)[0] for name in ("static/textual.js", "static/xterm.css", "static/mono.ttf")] == [200] * 3
    assert process.out.decode() == f"{url}\n"


def test_without_the_token_nothing_is_there(page):
    _, url = page()
    base, token = url.rstrip("/").rsplit("/", 1)

    wrong = ["", "ws", "static/textual.js", f"{token[:-1]}/", f"{token}x/", f"x/{token}/", "%FF/", f"?{token}"]
    assert [fetch(f"{base}/{path}")[0] for path in wrong] == [404] * len(wrong)
    assert [fetch(url + path)[0] for path in ("static/..%2fserver.py", "static/server.py", "download/x")] == [404] * 3


def test_another_page_and_another_name_are_not_answered(page):
    process, url = page()

    async def nothing(window):
        return "open"

    assert in_window(url.replace("/" + url.split("/")[3], "/x" * 20), nothing) == 404
    assert in_window(url, nothing, Origin="http://evil.example") == 404
    assert in_window(url, nothing, Origin="null") == 404
    assert in_window(url, nothing, Origin="") == 404
    assert in_window(url, nothing, Host="evil.example", Origin="http://evil.example") == 404
    assert fetch(url, Host="evil.example")[0] == 404
    assert fetch(url, Host="localhost:99")[0] == 200  # a tunnel has another port
    assert children(process) == {}


def test_it_shows_the_traffic_and_only_shows(page, cli, subject):
    process, url = page(subject, "--alert", "rate(a.>) > 1000", "--no-fold", "--interval", "500ms")

    async def look(window):
        await shown(window, b"waiting for the first message")
        await asyncio.to_thread(cli, "pub", subject, "hi")
        await shown(window, subject.split(".")[1][:12].encode())
        for key in "pReC":
            await window.send_json(["stdin", key])
            await shown(window, b"nothing is published" if key == "p" else b"only looking")
        return list(children(process).values())

    (command,) = in_window(url, look)
    words = [
        " -P -m natscli top ",
        "--no-fold",
        "--alert=rate(a.>) > 1000",
        "--interval=0.500000000s",
        "--read-only",
        "--",
        subject,
    ]
    assert all(word in command for word in words)
    assert url.split("/")[3] not in command
    eventually(lambda: not children(process), WITHIN)  # the window has gone
    assert process.err == ""


def test_with_no_read_only_it_does_what_the_app_does(page, subject):
    process, url = page(subject, "--no-read-only")

    async def look(window):
        await shown(window, b"waiting for the first message")
        await window.send_json(["stdin", "R"])
        await shown(window, b"record to")
        return list(children(process).values())

    (command,) = in_window(url, look)
    assert ("--no-read-only" in command, " --read-only" in command) == (True, False)


def test_a_recording_is_played_without_a_server(page, cli, isolated):
    line = {"subject": "orders.eu", "data": "hi", "time": "2026-01-01T00:00:00Z"}
    Path("some file.ndjson").write_text(json.dumps(line) + "\n", encoding="utf-8")
    _, url = page("--from", "some file.ndjson", url="nats://127.0.0.1:1")

    assert in_window(url, lambda window: shown(window, b"orders")) is True


@pytest.mark.parametrize("rubbish", ["", "{}", "[]", "5", '["resize", {}]', '["resize", {"width": "x", "height": 1}]'])
def test_a_window_that_sends_rubbish_is_closed(page, rubbish):
    process, url = page()

    async def send(window):
        await shown(window, b"waiting for the first message")
        await window.send_str(rubbish)
        async with asyncio.timeout(WITHIN):
            while (await window.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        return window.closed

    assert in_window(url, send) is True
    eventually(lambda: not children(process), WITHIN)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_its_processes_end_with_it(page, number, code):
    process, url = page()

    async def look(window):
        await shown(window, b"waiting for the first message")
        found = list(children(process))
        process.signal(number)
        assert await asyncio.to_thread(process.end) == code
        return found

    (child,) = in_window(url, look)
    eventually(lambda: not lives(child), WITHIN)


def test_it_ends_in_time_though_neither_its_process_nor_the_browser_answers(page):
    process, url = page()

    async def look(window):
        await shown(window, b"waiting for the first message")
        (child,) = children(process)
        os.kill(child, signal.SIGSTOP)
        process.signal(signal.SIGINT)
        assert await asyncio.to_thread(process.end) == 0
        return child

    child = in_window(url, look)
    eventually(lambda: not lives(child), WITHIN)


def test_what_keeps_a_visitor_from_seeing_anything_is_said(page):
    process, url = page(url="nats://127.0.0.1:1")

    async def look(window):
        return (await window.receive(WITHIN)).type

    assert in_window(url, look) in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    process.says("127.0.0.1:1", WITHIN)
    assert process.out.decode() == f"{url}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--web --json", "--web shows the app"),
        ("--web --once", "--web shows the app"),
        ("--web --for 1s", "--web shows the app"),
        ("--web --top 5", "--web shows the app"),
        ("--web --trace", "--trace and --web do not go together"),
        ("--web --address 0.0.0.0", "'0.0.0.0' is not an address of this machine alone"),
        ("--web --address 192.0.2.1", "ssh -L"),
        ("--web --address some.name", "is not an address of this machine alone"),
        ("--port 5", "--port needs --web"),
        ("--address 127.0.0.1", "--address needs --web"),
        ("--web --user a --password s3cret", "set NATS_PASSWORD"),
        ("--web --token s3cret", "set NATS_TOKEN"),
        ("--web -s nats://a:s3cret@127.0.0.1", "set NATS_URL"),
        ("--web --proxy socks5://a:s3cret@127.0.0.1:1", "set NATS_SOCKS_PROXY"),
        ("--web --ws-header A:s3cret", "set NATS_WS_HEADER"),
        ("--web --creds data:s3cret", "set NATS_CREDS"),
        ("--web --monitor http://a:s3cret@127.0.0.1:8222", "--monitor with a secret is not handed on"),
        ("--web --decode yaml", "decoder 'yaml' is unknown"),
        ("--web a..b", "a..b"),
    ],
)
def test_what_cannot_be_served_is_refused(cli, arguments, told):
    result = cli("top", *shlex.split(arguments))

    assert (result.code, result.out, told in result.err) == (2, b"", True), result.err
    assert "s3cret" not in result.err


def test_a_port_that_is_taken_is_said(cli):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = cli("top", "--web", "--port", str(port))

    assert (result.code, f"cannot listen on 127.0.0.1:{port}" in result.err) == (1, True), result.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is of Linux")
def test_a_url_that_nobody_can_read_ends_it(start):
    with open("/dev/full", "wb") as full:
        process = start("top", "--web", stdout=full)
        assert process.end(WITHIN) == 1
    assert "cannot write to standard output: no space left on device" in process.err


def test_a_missing_library_is_named(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.delitem(sys.modules, "natscli.tui.web", raising=False)

    result = cli("top", "--web")

    assert (result.code, "pip install 'natscli[web]'" in result.err) == (2, True)


@pytest.mark.skipif(BROWSER is None, reason="no browser on PATH")
def test_a_browser_draws_it(page, tmp_path):
    _, url = page()
    profile = tmp_path / "profile"
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,600",
               "--enable-unsafe-swiftshader", "--remote-debugging-port=0",
               f"--user-data-dir={profile}", url]  # fmt: skip
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = Path(profile / "DevToolsActivePort")
        eventually(lambda: port.exists() and port.read_text().count("\n"), WITHIN)
        listed = f"http://127.0.0.1:{port.read_text().split()[0]}/json"
        tab = eventually(lambda: next((t for t in json.loads(fetch(listed)[2]) if t["url"] == url), None), WITHIN)
        colours = asyncio.run(drawn_colours(tab["webSocketDebuggerUrl"]))
    finally:
        browser.terminate()
        browser.wait(WITHIN)
        shutil.rmtree(profile, ignore_errors=True)
    assert colours > 20


async def drawn_colours(debugger):
    """Return how many colours the page has, once it has enough for letters."""
    async with (
        asyncio.timeout(WITHIN),
        aiohttp.ClientSession() as session,
        session.ws_connect(debugger, max_msg_size=0) as tab,
    ):
        while True:
            await tab.send_json({"id": 1, "method": "Page.captureScreenshot"})
            answer = await tab.receive_json()
            if "result" not in answer:  # there is no picture of a page that is just being loaded
                continue
            if (colours := len(set(read_png(base64.b64decode(answer["result"]["data"]))))) > 20:
                return colours
