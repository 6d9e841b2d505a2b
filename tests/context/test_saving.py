"""What a saved context becomes when something is typed: that is changed, and nothing else."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.context.document import CREDENTIAL_KEYS, EMPTY
from natscli.context.saving import amend, check
from natscli.context.settings import Settings
from natscli.errors import UsageError
from tests.context.test_document import UNKNOWN


def typed(**said: Any) -> Settings:
    return Settings("command line", **said)


def amended(document: dict[str, Any], environment: dict[str, str] | None = None, **said: Any) -> dict[str, Any]:
    """Return what is not empty afterwards."""
    new = amend("dev", document, typed(**said), environment or {}).document
    return {key: value for key, value in new.items() if value}


def test_a_new_context_has_every_key_and_the_default_url() -> None:
    assert amend("dev", {}, typed(), {}).document == {**EMPTY, "url": "nats://127.0.0.1:4222"}
    assert list(amend("dev", {}, typed(), {}).document) == list(EMPTY)


def test_everything_typed_is_saved_as_it_is_typed() -> None:
    said = {"server": "h,k", "creds": "~/a", "tlsca": "$A", "tlscert": "b", "tlskey": "c", "inbox_prefix": "_X"}
    assert amended({}, tlsfirst=True, **said) == {
        "url": "h,k",
        "creds": "~/a",
        "ca": "$A",
        "cert": "b",
        "key": "c",
        "inbox_prefix": "_X",
        "tls_first": True,
    }


SCHEMES: dict[str, dict[str, str]] = {
    "user": {"user": "bob", "password": "x"},
    "token": {"token": "t"},
    "creds": {"creds": "c"},
    "nkey": {"nkey": "n"},
}


@pytest.mark.parametrize(("saved", "said"), list(itertools.product([*SCHEMES, "nsc", "user_jwt"], SCHEMES)), ids=str)
def test_typed_credentials_replace_saved_ones_whole(saved: str, said: str) -> None:
    before = SCHEMES.get(saved, {saved: "s", "user_seed": "s"})
    new = amend("dev", {"url": "h", **before}, typed(**SCHEMES[said]), {})
    left = {key: new.document[key] for key in CREDENTIAL_KEYS if new.document[key]}
    assert left == SCHEMES[said]
    assert new.given_up == [key for key in CREDENTIAL_KEYS if key in before and key not in SCHEMES[said]]


def test_a_password_follows_its_user_and_no_other() -> None:
    saved = {"url": "h", "user": "bob", "password": "x"}
    assert amended(saved, password="y") == {**saved, "password": "y"}
    assert amended(saved, user="bob") == saved
    assert amended(saved, user="eve") == {"url": "h", "user": "eve"}
    assert amended(saved, server="nats://a:b@h") == {"url": "nats://a:b@h"}
    assert amended({"url": "h", "password": "x"}, server="k") == {"url": "k", "password": "x"}


@pytest.mark.parametrize("saved", [{}, {"creds": "c"}, {"password": "x"}, {"token": "t"}])
def test_a_password_for_nobody_is_refused(saved: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="a password was given without its user"):
        amend("dev", saved, typed(password="y"), {})


ENVIRONMENT = {"NATS_URL": "nats://e", "NATS_CREDS": "e", "NATS_CA": "e", "NATS_TIMEOUT": "1s", "NATS_CONTEXT": "prod"}


def test_the_environment_fills_what_is_missing_and_is_named() -> None:
    new = amend("dev", {}, typed(), ENVIRONMENT)
    assert {key: value for key, value in new.document.items() if value} == {"url": "nats://e", "creds": "e", "ca": "e"}
    assert sorted(choice.origin.name for choice in new.from_environment) == ["NATS_CA", "NATS_CREDS", "NATS_URL"]


@pytest.mark.parametrize("key", [key for key in CREDENTIAL_KEYS if key != "password"])
def test_the_environment_changes_nothing_that_is_saved(key: str) -> None:
    credentials = {"nsc": {"nsc": "nsc://o/a/u"}, "user_seed": {"user_jwt": "s", "user_seed": "s"}}.get(key, {key: "s"})
    saved = {"url": "nats://h", **credentials, "ca": "s"}
    assert amended(saved, ENVIRONMENT) == saved


def test_the_environment_gives_the_password_of_a_typed_user() -> None:
    assert amended({"url": "h"}, {"NATS_PASSWORD": "x"}, user="bob") == {"url": "h", "user": "bob", "password": "x"}


@pytest.mark.parametrize(("field", "value"), [("timeout", 1.0), ("connection_name", "me")])
def test_what_a_context_has_no_place_for_is_refused(field: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"no place for --{field.replace('_', '-')}"):
        amend("dev", {}, typed(**{field: value}), {})


CONTEXTS = st.builds(
    lambda known, unknown: {**unknown, **known},
    st.fixed_dictionaries(
        {},
        optional={
            "description": st.text(),
            "socks_proxy": st.text(),
            "jetstream_domain": st.text(),
            "jetstream_api_prefix": st.text(),
            "jetstream_event_prefix": st.text(),
            "color_scheme": st.text(),
            "windows_cert_store": st.text(),
            "windows_ca_certs_match": st.lists(st.text(), max_size=2) | st.none(),
            "tls_first": st.booleans(),
            "nsc": st.sampled_from(["", "nsc://o/a/u"]),
        },
    ),
    UNKNOWN,
)


@given(CONTEXTS)
def test_no_key_is_lost_or_moved(document: dict[str, Any]) -> None:
    new = amend("dev", document, typed(server="nats://h"), {}).document
    assert {key: new[key] for key in document} == document
    assert list(new)[: len(document)] == list(document)
    assert set(new) == set(document) | set(EMPTY)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"url": "http://h"}, "context 'dev': server URL 'http://h' has an unknown scheme"),
        ({"url": "nats://bob:hush@h:x"}, "context 'dev': server URL .* is not valid"),
        ({"user": "bob", "creds": "hush"}, "context 'dev': the context 'dev' gives both a user and a creds"),
        ({"cert": "hush"}, "context 'dev': a TLS certificate was given without its key"),
        ({"inbox_prefix": "a b"}, "context 'dev': the inbox prefix cannot be used"),
        ({"jetstream_domain": "a.b"}, "context 'dev': the JetStream domain 'a.b' cannot be used: it has a dot"),
        ({"jetstream_api_prefix": "a b"}, "context 'dev': the JetStream API prefix cannot be used"),
        ({"jetstream_event_prefix": ">"}, "context 'dev': the JetStream event prefix cannot be used"),
    ],
)
def test_what_nobody_could_connect_with_is_refused(document: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        check("dev", document)
    assert "hush" not in str(caught.value)


def test_a_user_whose_password_comes_from_elsewhere_is_no_mistake() -> None:
    check("dev", {"user": "bob"})
    check("dev", {})
