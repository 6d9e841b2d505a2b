"""JWTs are taken apart and judged: who is who, what is allowed, and whether it holds now."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.context.jwt import Claims, Hours, Permissions, Responses, Rules, SigningKey, inspect
from natscli.context.validity import format_moment, validity_of
from tests.connection.jwts import Key, new_realm

NOW = 1_900_000_000
DAY = 86_400
REALM = new_realm()
USER = Key("user")
TOKEN = REALM.user(USER)


def test_a_user_is_taken_apart() -> None:
    claims = inspect(
        REALM.user(
            USER,
            pub={"allow": ["a.>"], "deny": ["a.secret"]},
            sub={"allow": ["b q"]},
            resp={"max": 3, "ttl": 1_500_000_000},
            src=["192.0.2.0/24"],
            times=[{"start": "08:00:00", "end": "17:30:00"}],
            times_location="Europe/Paris",
            payload=1024,
            bearer_token=True,
            allowed_connection_types=["WEBSOCKET"],
            tags=["team:a"],
        )
    )

    assert (claims.kind, claims.name, claims.subject) == ("user", "test", USER.public)
    assert claims.issuer == claims.account == REALM.account.public
    assert claims.signature_valid
    assert claims.permissions == Permissions(Rules(("a.>",), ("a.secret",)), Rules(("b q",)), Responses(3, 1.5))
    assert dict(claims.limits) == {"subs": -1, "data": -1, "payload": 1024}
    assert (claims.bearer, claims.scoped) == (True, False)
    assert claims.connection_types == ("WEBSOCKET",)
    assert claims.networks == ("192.0.2.0/24",)
    assert claims.hours == (Hours("08:00:00", "17:30:00"),)
    assert claims.time_zone == "Europe/Paris"
    assert claims.tags == ("team:a",)
    assert (claims.not_before, claims.expires) == (None, None)


def test_a_user_of_a_signing_key_belongs_to_the_account_it_names() -> None:
    signing, account = Key("account"), REALM.account
    claims = inspect(signing.claim(USER.public, {"type": "user", "issuer_account": account.public}))

    assert (claims.issuer, claims.issuer_account, claims.account) == (signing.public, account.public, account.public)
    assert claims.scoped


def test_an_account_is_taken_apart() -> None:
    plain, scoped = Key("account").public, Key("account").public
    body = {
        "type": "account",
        "limits": {"conn": 10, "wildcards": True},
        "default_permissions": {"sub": {"deny": ["x"]}},
        "signing_keys": [plain, {"kind": "user_scope", "key": scoped, "role": "reader", "template": {}}],
        "revocations": {USER.public: NOW},
    }
    claims = inspect(REALM.operator.claim(REALM.account.public, body))

    assert (claims.kind, claims.account, claims.signature_valid) == ("account", REALM.account.public, True)
    assert claims.limits == (("conn", 10), ("wildcards", 1))
    assert claims.permissions.subscribe == Rules(deny=("x",))
    assert claims.signing_keys == (SigningKey(plain), SigningKey(scoped, "reader", scoped=True))
    assert claims.revocations == ((USER.public, NOW),)


def test_version_1_signs_only_its_claims() -> None:
    claims = {"iss": REALM.account.public, "sub": USER.public, "type": "user", "nats": {"src": "192.0.2.1, 192.0.2.2"}}
    head, body = (_written(part) for part in ({"typ": "jwt", "alg": "ed25519"}, claims | {"tags": ["old"]}))
    signature = base64.urlsafe_b64encode(REALM.account.sign(body.encode())).decode().rstrip("=")

    read = inspect(f"{head}.{body}.{signature}")

    assert (read.kind, read.version, read.signature_valid) == ("user", 1, True)
    assert read.networks == ("192.0.2.1", "192.0.2.2")
    assert read.tags == ("old",)


def test_a_changed_claim_breaks_the_signature() -> None:
    head, body, signature = TOKEN.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))

    read = inspect(f"{head}.{_written(claims | {'name': 'root'})}.{signature}")

    assert read.name == "root"
    assert validity_of(read, NOW) == (False, "its signature is wrong: it was changed, or never issued")


@pytest.mark.parametrize("issuer", ["operator", "user"])
def test_a_user_that_no_account_issued_is_not_valid(issuer: str) -> None:
    assert not inspect(Key(issuer).claim(USER.public, {"type": "user"})).signature_valid


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "three parts"),
        ("a.b", "three parts"),
        (TOKEN + ".x", "three parts"),
        ("a.a.a", "not base64"),
        ("e30.e30.c2ln", "not one of NATS"),
        (TOKEN[: len(TOKEN) // 2] + ".c2ln", "cut or changed|not base64"),
        ("W10.e30.c2ln", "not a JSON object"),
        (TOKEN.partition(".")[0] + ".W10.c2ln", "not a JSON object"),
        (TOKEN.partition(".")[0] + "." + "A" * 1024 * 1024 + ".c2ln", "too large"),
        ("$2b$." + TOKEN, "three parts"),
    ],
)
def test_what_is_no_jwt_is_refused_in_words(token: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        inspect(token)
    assert len(token) < 6 or token not in str(caught.value)


@pytest.mark.parametrize(
    ("claims", "named"),
    [
        ({"sub": 1}, "sub"),
        ({"exp": "soon"}, "exp"),
        ({"exp": -1}, "exp"),
        ({"exp": 1e400}, "exp"),
        ({"exp": 10**12}, "exp"),
        ({"exp": True}, "exp"),
        ({"nats": []}, "nats"),
        ({"nats": {"type": "user", "pub": []}}, "pub"),
        ({"nats": {"type": "user", "pub": {"allow": [1]}}}, "allow"),
        ({"nats": {"type": "user", "resp": {"max": "9"}}}, "max"),
        ({"nats": {"type": "user", "times": [1]}}, "times"),
        ({"nats": {"type": "user", "bearer_token": "no"}}, "bearer_token"),
        ({"nats": {"type": "account", "signing_keys": [1]}}, "signing_keys"),
    ],
)
def test_a_claim_of_the_wrong_type_is_named(claims: dict, named: str) -> None:
    token = f"{TOKEN.partition('.')[0]}.{_written(claims)}.c2ln"
    with pytest.raises(ValueError, match=f"'{named}' is not"):
        inspect(token)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ["pub", "sub", "resp", "src", "times", "tags", "limits", "version", "signing_keys", "revocations"]


@given(st.dictionaries(st.sampled_from(["iss", "sub", "exp", "nats", "type", "name"]), _JSON), st.text(max_size=20))
def test_any_document_is_taken_apart_or_refused_in_words(claims: dict, signature: str) -> None:
    _judge(f"{TOKEN.partition('.')[0]}.{_written(claims)}.{signature}")


@given(st.sampled_from(["user", "account", "operator"]), st.dictionaries(st.sampled_from(_FIELDS), _JSON))
def test_any_body_is_taken_apart_or_refused_in_words(kind: str, body: dict) -> None:
    _judge(f"{TOKEN.partition('.')[0]}.{_written({'nats': body | {'type': kind}})}.c2ln")


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_one_changed_character_is_noticed(place: int, letter: str) -> None:
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    if len(TOKEN) - place > 2 and changed.strip() != TOKEN:  # the last letter holds bits that mean nothing
        assert _judge(changed) is not True


def _judge(token: str) -> bool | None:
    """Whether the signature holds; None for what is no JWT."""
    try:
        return inspect(token).signature_valid
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("claims", "usable", "words"),
    [
        ({}, True, "valid without end"),
        ({"expires": NOW + 12 * DAY + 5}, True, "valid for 12 days"),
        ({"expires": NOW + 1}, True, "valid for 1 second"),
        ({"expires": NOW}, False, "expired less than a second ago"),
        ({"expires": NOW - 3 * DAY}, False, "expired 3 days ago"),
        ({"not_before": NOW + 7200}, False, "not valid before 2 hours from now"),
        ({"not_before": NOW - 1, "expires": NOW + 90}, True, "valid for 90 seconds"),
        ({"hours": (Hours("17:00:00", "18:00:00"),), "time_zone": "UTC"}, True, "valid without end"),
        ({"hours": (Hours("17:00:00", "17:30:00"),), "time_zone": "UTC"}, False, "outside the hours it is valid in"),
        ({"hours": (Hours("17:00:00", "03:00:00"),), "time_zone": "UTC"}, True, "valid without end"),
        ({"hours": (Hours("soon", "later"),), "time_zone": "UTC"}, False, "outside the hours it is valid in"),
        ({"hours": (Hours("00:00:00", "23:59:59"),), "time_zone": "No/Where"}, False, "outside the hours"),
        ({"hours": (Hours("00:00:00", "23:59:59"),)}, True, "valid without end"),
    ],
)
def test_validity_is_said_in_words(claims: dict, usable: bool, words: str) -> None:
    assert format_moment(NOW) == "2030-03-17T17:46:40Z"
    found = validity_of(Claims("user", "U", "A", signature_valid=True, **claims), NOW)
    assert found.usable is usable
    assert words in found.words


def _written(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
