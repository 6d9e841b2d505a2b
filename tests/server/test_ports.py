from pathlib import Path

import pytest

from natscli.server.ports import Listener, Ports, read_ports


def test_reads_every_listener(tmp_path: Path) -> None:
    (tmp_path / "nats-server_7.ports").write_text(
        '{"nats":["tls://127.0.0.1:5001"],"monitoring":["http://127.0.0.1:5002"],"websocket":["ws://127.0.0.1:5003"]}'
    )
    assert read_ports(str(tmp_path)) == Ports(Listener("tls", 5001), Listener("http", 5002), Listener("ws", 5003))


@pytest.mark.parametrize("text", [None, "", '{"nats":["nats://127.0.', "{}", '{"nats":[]}'])
def test_file_that_is_not_all_there_yet_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "nats-server_7.ports").write_text(text)
    assert read_ports(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "nats://127.0.0.1:5001"),
        ("localhost", "nats://localhost:5001"),
        ("0.0.0.0", "nats://127.0.0.1:5001"),
        ("::", "nats://[::1]:5001"),
        ("::1", "nats://[::1]:5001"),
    ],
)
def test_url_reaches_the_listener_from_here(host: str, url: str) -> None:
    assert Listener("nats", 5001).url(host) == url
