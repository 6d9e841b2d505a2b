"""The demo's traffic: the same for the same seed, and of every kind."""

import json
import struct

from natscli.demo.scenario import PRICING, Scenario, answer_price
from natscli.wire.headers import parse_headers

NOON = 1_795_435_200.0


def drawn(count, seed=1):
    scenario = Scenario(seed)
    return [scenario.draw(NOON) for _ in range(count)]


def test_a_seed_decides_everything():
    assert drawn(200) == drawn(200)
    assert drawn(200) != drawn(200, seed=2)


def test_every_kind_of_traffic_occurs():
    kinds = {message.subject.split(b".")[0] for message in drawn(300)}

    assert kinds == {b"orders", b"sensors", b"services"}


def test_orders_are_json_with_headers():
    orders = [message for message in drawn(300) if message.subject.startswith(b"orders.")]

    assert orders
    for order in orders:
        assert set(json.loads(order.payload)) == {"order", "article", "quantity", "price", "at"}
        assert parse_headers(order.headers).get("Content-Type") == "application/json"


def test_vibrations_are_binary_of_varying_size():
    blocks = [message.payload for message in drawn(600) if message.subject.endswith(b".vibration")]

    assert {len(block) for block in blocks} == {64, 256, 1024}
    assert all(abs(sample) < 2 for block in blocks for (sample,) in struct.iter_unpack("<f", block))


def test_prices_are_asked_for_and_answered():
    questions = [message for message in drawn(300) if message.wants_reply]

    assert {message.subject for message in questions} == {PRICING.encode()}
    for question in questions:
        answer = json.loads(answer_price(question.payload))
        assert answer["article"] == json.loads(question.payload)["article"]
        assert answer["total"] > 0
