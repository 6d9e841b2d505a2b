"""No secret is shown, and what nobody has thought of is not either."""

import json

import pytest

from natscli.context.document import EMPTY
from natscli.context.masking import MASK, masked, masked_document
from natscli.context.settings import Settings

SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"


@pytest.mark.parametrize("name", ["password", "token", "user_jwt", "user_seed", "from_the_future"])
def test_secrets_and_the_unknown_are_masked(name: str) -> None:
    assert masked(name, "hush") == MASK
    assert masked(name, "") == ""


@pytest.mark.parametrize("name", ["url", "server", "socks_proxy"])
@pytest.mark.parametrize("url", ["nats://bob:hush@h:1", "socks5://bob:hush@h:1", "nats://hush@h,nats://a:hush@k"])
def test_urls_are_shown_without_their_users(name: str, url: str) -> None:
    assert "hush" not in masked(name, url)


@pytest.mark.parametrize("name", ["creds", "nkey", "key"])
@pytest.mark.parametrize("value", ["data:;base64,aHVzaA==", "DATA:,hush", SEED, f" {SEED}", "-----BEGIN hush"])
def test_a_secret_in_the_place_of_a_path_is_masked(name: str, value: str) -> None:
    assert masked(name, value) == MASK


@pytest.mark.parametrize("value", ["~/a.creds", "/x/y", "op://vault/item", "env://NAME", "nsc://a/b/c"])
def test_paths_and_references_are_shown(value: str) -> None:
    assert masked("creds", value) == value


def test_a_document_with_a_secret_in_every_key_shows_only_what_is_none() -> None:
    shown = masked_document({key: f"nats://u:hush-{key}@h" for key in EMPTY} | {"other": "hush-other"})
    leaked = [
        key
        for key in ("password", "token", "user_jwt", "user_seed", "url", "other")
        if f"hush-{key}@" in json.dumps(shown)
    ]
    assert leaked == []
    assert list(shown) == list(EMPTY)


def test_every_setting_is_one_way_or_the_other() -> None:
    """A new setting is masked until somebody says that it is harmless."""
    open_ones = {field for field in Settings._fields if masked(field, "value") == "value"}
    secret = {"password", "token", "jwt", "seed", "tlskey_password", "ws_headers"}
    assert open_ones == set(Settings._fields) - secret - {"source", "tlsfirst", "tls_insecure", "timeout"}
