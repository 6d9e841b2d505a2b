"""nats-py is what this package takes it for; an upgrade that moves something fails here, by name."""

import ast
import asyncio
import inspect
import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import natscli.connection
from natscli.connection import upstream
from natscli.connection.dispatch import Dispatcher
from natscli.connection.upstream import Client, Server, Srv, Subscription, Transport

ROOM = Path(natscli.connection.__file__).parent
LISTED = {
    owner: set(re.findall(r"``(_\w+)``", names))
    for owner, names in re.findall(r"\* ``(\w+)``:(.*?)[;.]\n", natscli.connection.__doc__ or "", re.DOTALL)
}

# What we override or call, and the parameters we rely on, in order; a star for a coroutine.
SIGNATURES = {
    "_build_message": "self sid subject reply data headers",
    "_close": "*self status do_cbs",
    "_connect_command": "self",
    "_connect_to_server": "*self s",
    "_parse_server_uri": "connect_url",
    "_process_connect_init": "*self",
    "_process_err": "*self err_msg",
    "_process_headers": "*self headers",
    "_process_info": "*self info initial_connection",
    "_process_msg": "*self sid subject reply data headers",
    "_process_op_err": "*self e",
    "_process_ping": "*self",
    "_process_pong": "*self",
    "_remove_sub": "self sid max_msgs",
    "_send_ping": "*self future",
    "close": "*self",
    "flush": "*self timeout",
    "new_inbox": "self",
    "subscribe": "*self subject queue cb future max_msgs pending_msgs_limit pending_bytes_limit",
}
# What a fresh client has, and the type it has it in.
ATTRIBUTES = {
    "_current_server": type(None),
    "_flusher_task": type(None),
    "_max_payload": int,
    "_pending": list,
    "_pending_data_size": int,
    "_ping_interval_task": type(None),
    "_pings_outstanding": int,
    "_pongs": list,
    "_ps": object,
    "_reading_task": type(None),
    "_server_info": dict,
    "_server_pool": list,
    "_sid": int,
    "_subs": dict,
    "_transport": type(None),
}
CONNECT_OPTIONS = """
    error_cb disconnected_cb reconnected_cb closed_cb reconnect_to_server_handler name allow_reconnect connect_timeout
    reconnect_time_wait max_reconnect_attempts ping_interval inbox_prefix tls_handshake_first tls_hostname flush_timeout
    skip_subject_validation
"""


def fresh() -> tuple[Client, Subscription]:
    async def make() -> tuple[Client, Subscription]:
        client = Client()
        return client, Subscription(client)

    return asyncio.run(make())


def names_in_use() -> set[str]:
    """Every private name that the code of this package reads, writes or defines."""
    found = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def test_it_is_the_version_that_was_read():
    assert version("nats-py").startswith("2.16."), "read the diff of nats-py, then change this and the pin"


@pytest.mark.parametrize(("owner", "place"), [("Client", 0), ("Subscription", 1)])
def test_the_list_at_the_head_of_the_package_is_what_the_code_uses(owner, place):
    upstreams = set(dir(fresh()[place]))

    assert LISTED[owner] == names_in_use() & upstreams - (LISTED["Client"] if place else set())


def test_every_listed_name_is_checked_here():
    assert LISTED["Client"] == {name for name in SIGNATURES if name.startswith("_")} | set(ATTRIBUTES)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_method_has_the_parameters_we_rely_on(name):
    method = getattr(Client, name)

    star = "*" if inspect.iscoroutinefunction(method) else ""
    assert star + " ".join(inspect.signature(method).parameters) == SIGNATURES[name]


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_fresh_client_has_the_attribute_we_rely_on(name):
    assert isinstance(vars(fresh()[0])[name], ATTRIBUTES[name])


def test_a_subscription_has_the_attributes_we_rely_on():
    attributes = vars(fresh()[1])

    assert {name: attributes[name] for name in LISTED["Subscription"]} == dict.fromkeys(LISTED["Subscription"], 0)


def test_connecting_takes_the_options_we_give():
    assert set(CONNECT_OPTIONS.split()) <= set(inspect.signature(Client.connect).parameters)


def test_servers_have_the_fields_we_rely_on():
    assert list(inspect.signature(Srv).parameters)[:6] == [
        "uri",
        "reconnects",
        "last_attempt",
        "did_connect",
        "discovered",
        "tls_name",
    ]
    assert list(inspect.signature(Server).parameters) == ["uri", "reconnects"]


def test_a_transport_has_the_methods_that_ours_have():
    assert Transport.__abstractmethods__ == {
        "__bool__",
        "at_eof",
        "close",
        "connect",
        "connect_tls",
        "drain",
        "read",
        "readline",
        "wait_closed",
        "write",
        "writelines",
    }


def test_our_dispatcher_has_what_upstreams_parser_is_asked_for():
    used = set(re.findall(r"self\._ps\.(\w+)", inspect.getsource(Client)))

    assert used == {"parse", "reset"}
    assert all(callable(getattr(Dispatcher, name)) for name in used)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("_attempt_reconnect", "self._reconnect_to_server_handler"),
        ("_attempt_reconnect", "await self._connect_to_server(self._current_server)"),
        ("_attempt_reconnect", "await self._process_connect_init()"),
        ("_attempt_reconnect", "except (OSError, errors.Error, asyncio.TimeoutError) as e:"),
        ("_attempt_reconnect", "max_msgs = sub._max_msgs - sub._received"),
        ("_process_connect_init", "await self._process_info(srv_info, initial_connection=True)"),
        ("_process_connect_init", "connect_cmd = self._connect_command()"),
        ("_process_connect_init", 'self._server_info["tls_required"]'),
        ("_read_loop", "await self._ps.parse(b)"),
        ("_ping_interval", 'self._pings_outstanding > self.options["max_outstanding_pings"]'),
        ("_ping_interval", "await self._send_ping()"),
        ("_select_next_server", "await self._error_cb(e)"),
        ("flush", "await self._send_ping(future)"),
        ("_close", "await self._closed_cb()"),
    ],
)
def test_upstream_still_goes_through_what_we_override(method, words):
    assert words in inspect.getsource(getattr(Client, method))


def test_importing_the_package_imports_neither_aiohttp_nor_jetstream():
    pytest.importorskip("aiohttp")
    program = "import json, sys, natscli.connection.open; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True)
    loaded = json.loads(done.stdout)

    assert "nats.aio.client" in loaded
    assert [name for name in loaded if name.startswith(("aiohttp", "nats.js."))] == []
    assert [name for name in loaded if name in ("nkeys", "nacl", "cryptography")] == []


def test_hiding_aiohttp_leaves_no_trace():
    program = (
        "import sys, natscli.connection.upstream, aiohttp as a; print(a.ClientSession.__name__, len(sys.meta_path))"
    )
    before = "import sys; print(len(sys.meta_path))"
    outputs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, check=True, text=True).stdout
        for code in (program, before)
    ]

    assert outputs[0].split() == ["ClientSession", outputs[1].strip()]


def test_jetstream_is_there_when_asked_for():
    program = "from natscli.connection.upstream import Client; import nats.js; print(nats.js.JetStreamContext.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True, text=True)

    assert done.stdout == "JetStreamContext\n"


def test_what_upstream_is_imported_for_is_said_in_one_place():
    importing = {
        path.name
        for path in ROOM.glob("*.py")
        if re.search(r"^\s*(?:from|import) nats\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert importing == {Path(upstream.__file__).name}
