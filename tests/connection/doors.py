"""Servers that each let people in by one scheme, and the people they know."""

import asyncio
import base64
import json
import threading
import time
from typing import Any

from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.server.config import quote
from natscli.server.process import LocalServer
from natscli.wire import encode
from tests.connection.jwts import PATIENT, UNLIMITED, Key, new_realm, scope
from tests.connection.opening import target_for

PASSWORD = "p@ss/w:rd,#?%&é"
HASHED_PASSWORD, HASHED_TOKEN = "hashed-Pa55word-of-22-chars", "hashed-T0ken-of-22-letters"
TOKEN = "t0ken-of-one-piece"
CALLOUT_TOKEN = "t0ken-for-the-callout"
WRONG = "wr0ng-secret"
_HASHES = (
    "$2a$04$lbyGwukdPg2olxnfpNVYjOuIHeP9u/aSOOg35n3nlQ1TtxeOIc6ou",
    "$2a$04$C8IBLY99A6uBQwzQQIRese7tXxltPjaOgOAigs5J4S/tHT1CfIdl6",
)

REALM = new_realm()
SIGNING, SCOPED, STRANGE = Key("account"), Key("account"), Key("account")
USER, OTHER, REVOKED, NKEY = (Key("user") for _ in range(4))
CALLOUT = Key("account")
PRIVATE_INBOX = {"sub": {"allow": ["_INBOX_me.>"]}, "pub": {}}


def _users(*entries: str) -> str:
    return f"authorization {{ {PATIENT}, users: [{', '.join(entries)}] }}"


CONFIGURATIONS = {
    "password": _users(f"{{ user: alice, password: {quote(PASSWORD)} }}", f'{{ user: bob, password: "{_HASHES[0]}" }}'),
    "token": f"authorization {{ {PATIENT}, token: {TOKEN} }}",
    "hashed token": f'authorization {{ {PATIENT}, token: "{_HASHES[1]}" }}',
    "nkey": _users(f"{{ nkey: {NKEY.public} }}"),
    "jwt": REALM.configured(
        signing_keys=[SIGNING.public, scope(SCOPED, pub={"allow": ["open.>"]})],
        revocations={REVOKED.public: int(time.time()) + 3600},
    ),
    "callout": f"""
        accounts {{ AUTH {{ users: [{{ user: auth, password: auth }}] }}, APP {{}} }}
        authorization {{
          {PATIENT}
          auth_callout {{ issuer: {CALLOUT.public}, auth_users: [auth], account: AUTH }}
        }}
    """,
}


class Callout:
    """The service that a server asks whom to let in: whoever shows the token, as a user of APP."""

    def __init__(self, server: LocalServer) -> None:
        self._loop = asyncio.new_event_loop()
        self._server = server
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._ready.wait(60)

    def __exit__(self, *_exception: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        self._loop.close()

    async def _serve(self) -> None:
        target = target_for(self._server.url, user="auth", password="auth")
        connection = await open_connection(target, Deadline(30))
        await connection.subscribe_bulk(
            "$SYS.REQ.USER.AUTH",
            lambda run: [connection.send(_answer(message.reply, message.payload)) for message in run],
        )
        await connection.confirm(30)
        self._ready.set()
        await self._stop.wait()
        await connection.close()


def _answer(reply: bytes, request: bytes) -> bytes:
    asked: dict[str, Any] = json.loads(base64.urlsafe_b64decode(request.split(b".")[1] + b"=="))["nats"]
    who, shown = asked["user_nkey"], asked["connect_opts"]
    said: dict[str, str] = {"error": "who is that?"}
    if CALLOUT_TOKEN in (shown.get("auth_token"), shown.get("pass")):
        said = {"jwt": CALLOUT.claim(who, {"type": "user", "pub": {}, "sub": {}, **UNLIMITED}, aud="APP")}
    response = CALLOUT.claim(who, {"type": "authorization_response", **said}, aud=asked["server_id"]["id"])
    return encode.pub(reply, response.encode())
