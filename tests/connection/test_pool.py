"""When and where to reconnect, without anything to reconnect to."""

from urllib.parse import urlparse

import pytest

from natscli.connection import pool
from natscli.connection.pool import ReconnectPlan, discovered
from natscli.connection.upstream import Server, Srv


def servers(count: int) -> list[Server]:
    return [Server(uri=urlparse(f"nats://127.0.0.1:{port}")) for port in range(1, count + 1)]


def test_every_server_is_tried_in_turn_with_a_pause_before_each_round():
    plan, pool_ = ReconnectPlan(), servers(3)

    steps = [plan(pool_, {}) for _ in range(9)]

    assert [server for server, _ in steps] == pool_ * 3
    assert [pause > 0 for _, pause in steps] == [True, False, False] * 3


def test_the_pause_grows_to_a_few_seconds_and_no_more(monkeypatch):
    monkeypatch.setattr(pool.random, "uniform", lambda _low, _high: 1.0)
    plan, pool_ = ReconnectPlan(), servers(1)

    pauses = [plan(pool_, {})[1] for _ in range(5000)]

    assert pauses[:8] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 4.0]
    assert set(pauses[8:]) == {4.0}


def test_the_pauses_of_many_clients_are_spread():
    pauses = [ReconnectPlan()(servers(1), {})[1] for _ in range(1000)]

    assert 0.025 <= min(pauses) < 0.03
    assert 0.07 < max(pauses) <= 0.075


def test_a_success_begins_the_plan_anew():
    plan, pool_ = ReconnectPlan(), servers(1)
    for _ in range(10):
        plan(pool_, {})

    plan.succeeded()

    assert plan(pool_, {})[1] <= 0.075


def test_servers_that_an_info_names_join_the_pool():
    near = Srv(urlparse("tls://nats.example.com:4222"))
    known = [near, Srv(urlparse("nats://10.0.0.1:4222"))]

    found = discovered(["10.0.0.1:4222", "10.0.0.2:4222", "other.example.com", "[::1]:5", "10.0.0.2:4222"], near, known)

    assert {(server.uri.geturl(), server.tls_name, server.discovered) for server in found} == {
        ("tls://10.0.0.2:4222", "nats.example.com", True),
        ("tls://other.example.com:4222", None, True),
        ("tls://[::1]:5", "nats.example.com", True),
    }


def test_servers_near_an_address_have_no_name_to_bear():
    (found,) = discovered(["10.0.0.2:4222"], Srv(urlparse("tls://10.0.0.1:4222")), [])

    assert found.tls_name is None


def test_servers_near_a_websocket_are_reached_by_websocket():
    (found,) = discovered(["10.0.0.2:8080"], Srv(urlparse("wss://nats.example.com:443")), [])

    assert found.uri.geturl() == "wss://10.0.0.2:8080"


@pytest.mark.parametrize("addresses", [None, 5, "10.0.0.1:4222", {}, [None, 5, "", ":", "[", "a b", "h:0", "a,b"]])
def test_what_is_no_address_does_not_join_the_pool(addresses):
    near = Srv(urlparse("nats://127.0.0.1:4222"))

    assert [server.uri.netloc for server in discovered(addresses, near, [near])] == []


def test_an_endless_list_of_servers_is_cut():
    near = Srv(urlparse("nats://127.0.0.1:4222"))

    assert len(discovered([f"h{number}:1" for number in range(5000)], near, [near])) < 1000
