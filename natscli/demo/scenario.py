"""The traffic of a small shop with a warehouse: orders, sensors and a pricing service.

Pure: messages come from a seeded generator, and time only goes into their bodies.
"""

import json
import random
import struct
from typing import NamedTuple

from natscli.wire.headers import encode_headers

PRICING = "services.pricing"
_REGIONS = ("eu", "us", "asia")
_STEPS = ("created", "paid", "packed", "shipped")
_STEP_WEIGHTS = (5, 4, 3, 3)
_SITES = ("berlin", "lyon", "austin")
_ARTICLES = ("kettle", "lamp", "bicycle bell", "notebook", "Teekanne", "café mug")


class Drawn(NamedTuple):
    """One message to publish; ``wants_reply`` makes it a request."""

    subject: bytes
    payload: bytes
    headers: bytes = b""
    wants_reply: bool = False


class Scenario:
    """Draws messages, the same ones for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._order = 1000

    def draw(self, moment_s: float) -> Drawn:
        """Return the next message; ``moment_s`` is seconds since the epoch."""
        kind = self._random.random()
        if kind < 0.35:
            return self._ordering(moment_s)
        if kind < 0.60:
            return self._temperature(moment_s)
        if kind < 0.85:
            return self._vibration()
        return self._price_request()

    def _ordering(self, moment_s: float) -> Drawn:
        """An event in the life of an order: JSON, with headers to trace it by."""
        self._order += 1
        region = self._random.choice(_REGIONS)
        (step,) = self._random.choices(_STEPS, _STEP_WEIGHTS)
        body = {
            "order": self._order,
            "article": self._random.choice(_ARTICLES),
            "quantity": self._random.randint(1, 5),
            "price": round(self._random.uniform(3, 180), 2),
            "at": round(moment_s, 3),
        }
        headers = [("Content-Type", "application/json"), ("Trace-Id", f"{self._random.getrandbits(64):016x}")]
        subject = f"orders.{region}.{step}"
        return Drawn(subject.encode(), json.dumps(body, ensure_ascii=False).encode(), encode_headers(headers))

    def _temperature(self, moment_s: float) -> Drawn:
        """A reading as a short JSON document, without headers."""
        site = self._random.choice(_SITES)
        body = {"celsius": round(self._random.gauss(21, 2), 1), "at": round(moment_s)}
        return Drawn(f"sensors.{site}.temperature".encode(), json.dumps(body).encode())

    def _vibration(self) -> Drawn:
        """A block of samples as little-endian 32 bit floats: binary, of varying size."""
        site = self._random.choice(_SITES)
        samples = [self._random.gauss(0, 0.2) for _ in range(self._random.choice((16, 64, 256)))]
        return Drawn(f"sensors.{site}.vibration".encode(), struct.pack(f"<{len(samples)}f", *samples))

    def _price_request(self) -> Drawn:
        """A question to the pricing service."""
        body = {"article": self._random.choice(_ARTICLES), "quantity": self._random.randint(1, 50)}
        return Drawn(PRICING.encode(), json.dumps(body, ensure_ascii=False).encode(), b"", wants_reply=True)


def answer_price(question: bytes) -> bytes:
    """Return the pricing service's answer to a question of ``Scenario``."""
    asked = json.loads(question)
    price = round((len(asked["article"]) * 1.75 + 2) * asked["quantity"], 2)
    return json.dumps({"article": asked["article"], "total": price, "currency": "EUR"}, ensure_ascii=False).encode()
