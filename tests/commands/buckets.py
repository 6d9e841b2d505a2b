"""Buckets of a test's own, and the Go CLI beside ours."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from natscli.errors import NatsCliError
from natscli.jetstream.streams import delete_stream
from natscli.wire.encode import pub
from tests.cli.peers import Peer
from tests.jetstream.asking import with_api

PEER = shutil.which("nats")
needs_peer = pytest.mark.skipif(PEER is None, reason="the Go CLI is not on PATH")


@contextmanager
def bucket_of(url: str, kind: str) -> Iterator[str]:
    """A name for a bucket, gone in the end: ``kind`` is ``KV_`` or ``OBJ_``."""
    name = f"B{uuid.uuid4().hex[:12]}"
    yield name
    try:
        with_api(url, lambda api: delete_stream(api, kind + name))
    except NatsCliError as error:
        assert "not found" in str(error)  # noqa: PT017 - it may be gone already


def peer(url: str, *arguments: str, stdin: bytes = b"", cwd: str | None = None) -> bytes:
    """Run the Go CLI; return what it prints."""
    assert PEER is not None
    ran = subprocess.run(
        [PEER, "--server", url, *arguments],
        input=stdin,
        capture_output=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


def plant(url: str, *frames: tuple[str, bytes] | tuple[str, bytes, bytes]) -> None:
    """Store in one stream what no client of ours would publish: ``(subject, payload, headers)``."""
    stored = f"planted.{uuid.uuid4().hex}"
    with Peer(url) as client:
        client.subscribe(stored)
        for number, (subject, payload, *headers) in enumerate(frames, 1):
            reply = stored.encode() if number == len(frames) else b""
            client.send(pub(subject.encode(), payload, reply, headers[0] if headers else b""))
        assert b'"seq"' in client.next().payload  # a stream stores in the order in which it is sent to


def editor_that(folder: str, script: str) -> str:
    """Return an EDITOR that runs a line of shell on the file ``$1``."""
    path = os.path.join(folder, "editor.sh")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\n{script}\n")
    os.chmod(path, 0o700)
    return path
