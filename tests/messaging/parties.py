"""Who is at the other end of pub, sub, req and reply; in a thread where the command runs in this process."""

import json
import socket
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

from natscli.server.process import LocalServer
from natscli.wire.encode import pub
from tests.cli.peers import Delivered, Peer
from tests.waiting import eventually

INBOX = "_INBOX.of.nobody"


class Listener(Peer):
    """Hears some subjects, and keeps what comes."""

    def __init__(self, url: str, *subjects: str, queue: str = "") -> None:
        super().__init__(url)
        for number, subject in enumerate(subjects, 1):
            self.send(f"SUB {subject} {queue} {number}\r\n".encode())
        self.settle()

    def received(self) -> list[Delivered]:
        """Return what has come since the last call: all that the server had read from others before this one."""
        self.settle()
        messages, self._waiting = self._waiting, []
        return messages

    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.received()]

    def hang_up(self) -> None:
        """Wake whoever waits for a message, for ever."""
        self._socket.shutdown(socket.SHUT_RDWR)


def audience(server: LocalServer, subject: str) -> int:
    """Return how many subscriptions a message on ``subject`` would reach."""
    with urllib.request.urlopen(f"{server.monitor_url}/subsz?subs=1&test={quote(subject)}") as answer:
        return json.load(answer)["total"]


def denying(action: str, subject: str) -> str:
    """Return configuration that lets everybody in, and refuses to ``publish`` or ``subscribe`` one subject."""
    user = f'user: u, password: p, permissions: {{ {action}: {{ deny: "{subject}" }} }}'
    return f"no_auth_user: u\naccounts {{ A {{ users: [{{ {user} }}] }} }}"


@contextmanager
def telling(server: LocalServer, *frames: bytes, to: str, subscriptions: int = 1) -> Iterator[Peer]:
    """Meanwhile, once so many have subscribed to ``to``, send frames in one write; gives who sends them."""
    failures: list[BaseException] = []
    with Peer(server.url) as peer:

        def tell() -> None:
            try:
                eventually(lambda: audience(server, to) >= subscriptions, within=30.0)
                peer.send(b"".join(frames))
                peer.settle()
            except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
                failures.append(error)

        thread = threading.Thread(target=tell, daemon=True)
        thread.start()
        yield peer
        thread.join()
    if failures:
        raise failures[0]


@contextmanager
def push_consumer(server: LocalServer, subject: str, messages: int) -> Iterator[tuple[bytes, Callable[[], dict]]]:
    """A stream of so many messages; gives the frame that makes a consumer, and what tells the consumer's state.

    It delivers to ``deliver.SUBJECT``, and wants every message acknowledged.
    """
    stream = f"S{uuid.uuid4().hex}"
    with Listener(server.url, f"api.{subject}") as api:

        def call(what: str, **body: object) -> dict:
            api.publish(f"$JS.API.{what}", json.dumps(body).encode(), f"api.{subject}".encode())
            return json.loads(api.next().payload)

        call(f"STREAM.CREATE.{stream}", name=stream, subjects=[subject], storage="memory")
        for number in range(messages):
            api.publish(subject, b"%d" % number)
        config = {"durable_name": "c", "deliver_subject": f"deliver.{subject}", "ack_policy": "explicit"}
        create = json.dumps({"stream_name": stream, "config": config}).encode()
        yield (
            pub(f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.c".encode(), create, b"nobody"),
            lambda: call(f"CONSUMER.INFO.{stream}.c"),
        )
        if server.poll() is None:
            call(f"STREAM.DELETE.{stream}")


Answers = Callable[[Delivered], Iterable[bytes]]


@contextmanager
def answering(url: str, subject: str, answers: Answers, queue: str = "") -> Iterator[list[Delivered]]:
    """Meanwhile answer each request with the frames that ``answers`` makes; gives what was asked."""
    asked: list[Delivered] = []
    with Listener(url, subject, queue=queue) as listener:

        def serve() -> None:
            while True:
                try:
                    message = listener.next()
                except (AssertionError, OSError, ValueError):
                    return
                asked.append(message)
                frames = b"".join(answers(message))
                with suppress(OSError):  # hung up meanwhile
                    listener.send(frames)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield asked
        finally:
            listener.hang_up()
            thread.join()


def echo(message: Delivered) -> list[bytes]:
    """Answer with what was asked."""
    return [pub(message.reply, message.payload, b"", message.headers)]


def ask(peer: Peer, subject: str, payload: bytes = b"", headers: bytes = b"") -> Delivered:
    """Send a request and wait for its answer; the peer listens on one inbox only."""
    inbox = f"{INBOX}.{id(peer)}"
    if not getattr(peer, "asks", False):
        peer.subscribe(inbox)
        peer.asks = True  # type: ignore[attr-defined]
    peer.publish(subject, payload, inbox.encode(), headers)
    return peer.next()
