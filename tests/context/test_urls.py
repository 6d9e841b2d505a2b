"""Server URLs are read as people type them, and no message ever quotes the secret in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.context.urls import DEFAULT_URL, ServerUrl, parse_urls, redact
from natscli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (DEFAULT_URL, ServerUrl("nats", "127.0.0.1", 4222)),
        ("localhost", ServerUrl("nats", "localhost", 4222)),
        ("localhost:4333", ServerUrl("nats", "localhost", 4333)),
        ("nats://h", ServerUrl("nats", "h", 4222)),
        ("nats://h/", ServerUrl("nats", "h", 4222)),
        ("nats://h:", ServerUrl("nats", "h", 4222)),
        ("tls://h", ServerUrl("tls", "h", 4222)),
        ("ws://h", ServerUrl("ws", "h", 80)),
        ("wss://h", ServerUrl("wss", "h", 443)),
        ("wss://h:8443/nats?x=1", ServerUrl("wss", "h", 8443, "/nats?x=1")),
        ("NATS://Host:1", ServerUrl("nats", "host", 1)),
        ("TLS://h", ServerUrl("tls", "h", 4222)),
        ("WsS://h", ServerUrl("wss", "h", 443)),
        ("nats://h:65535", ServerUrl("nats", "h", 65535)),
        ("nats://[::1]", ServerUrl("nats", "::1", 4222)),
        ("[::1]", ServerUrl("nats", "::1", 4222)),
        ("[2001:db8::1]:4333", ServerUrl("nats", "2001:db8::1", 4333)),
        ("tls://bob:pw@[::1]:4333", ServerUrl("tls", "::1", 4333, "", "bob", "pw")),
        ("  nats://h  ", ServerUrl("nats", "h", 4222)),
        ("bob:pw@h", ServerUrl("nats", "h", 4222, "", "bob", "pw")),
        ("nats://s3cr3t@h", ServerUrl("nats", "h", 4222, "", "s3cr3t", None)),
        ("nats://bob:@h", ServerUrl("nats", "h", 4222, "", "bob", "")),
        ("nats://bob:p%40s%2Cs%2F%3A%23%3F%25@h", ServerUrl("nats", "h", 4222, "", "bob", "p@s,s/:#?%")),
        ("nats://b%C3%B6b:p%20w@h", ServerUrl("nats", "h", 4222, "", "böb", "p w")),
        ("nats://bob:p+w@h", ServerUrl("nats", "h", 4222, "", "bob", "p+w")),
        ("nats://bob:p@w@h", ServerUrl("nats", "h", 4222, "", "bob", "p@w")),
        ("nats://bob:p:w@h", ServerUrl("nats", "h", 4222, "", "bob", "p:w")),
    ],
)
def test_a_url_is_read(text: str, url: ServerUrl) -> None:
    assert parse_urls(text) == (url,)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a,b", ["a:4222", "b:4222"]),
        ("nats://a:1, tls://b:2 ,c", ["a:1", "b:2", "c:4222"]),
        ("a,,b,", ["a:4222", "b:4222"]),
        ("[::1]:1,[::2]", ["[::1]:1", "[::2]:4222"]),
        ("ws://a,wss://b", ["a:80", "b:443"]),
    ],
)
def test_a_comma_list_is_read_in_order(text: str, addresses: list[str]) -> None:
    assert [url.address for url in parse_urls(text)] == addresses


def test_each_url_of_a_list_keeps_its_own_user() -> None:
    assert [(url.user, url.password) for url in parse_urls("a:b@h1,tok@h2,h3")] == [
        ("a", "b"),
        ("tok", None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        (" , ,", "is empty"),
        ("http://h", "unknown scheme"),
        ("nast://h", "unknown scheme"),
        ("://h", "unknown scheme"),
        ("nats://", "no host"),
        ("nats://:4222", "no host"),
        ("nats://bob@", "no host"),
        ("nats://h:port", "the port is not a number from 1 to 65535"),
        ("nats://h:65536", "the port is not a number from 1 to 65535"),
        ("nats://h:-1", "the port is not a number from 1 to 65535"),
        ("nats://h:+1", "the port is not a number from 1 to 65535"),
        ("nats://h:0", "no server has port 0"),
        ("::1", "the port is not a number"),
        ("nats://[::1", "malformed"),
        ("nats://[nohost]", "malformed"),
        ("nats://h ost", "white space or control characters"),
        ("nats://h\nost", "white space or control characters"),
        ("nats://h\x00ost", "white space or control characters"),
        ("nats://h\x1b[2J", "white space or control characters"),
        ("nats://h/path", "only WebSocket URLs have a path"),
        ("tls://h?x=1", "only WebSocket URLs have a path"),
        ("nats://h#x", "percent-encode"),
        ("ws://h/a@b", "percent-encode"),
        ("ws://a,nats://b", "cannot be mixed"),
        ("a,nats://b:x,c", "the port is not a number"),
    ],
)
def test_a_bad_url_is_a_usage_error(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        parse_urls(text)
    assert "\n" not in str(caught.value).replace(text, "")


def test_the_error_names_the_one_of_a_list_that_is_wrong() -> None:
    with pytest.raises(UsageError) as caught:
        parse_urls("nats://good:1,nats://wrong:0,nats://other:2")
    assert "wrong" in str(caught.value)
    assert "good" not in str(caught.value)
    assert "other" not in str(caught.value)


SECRETS = [
    "hush",
    "12",
    "hush@tell",
    "hush,tell",
    "hush/tell",
    "hush:tell",
    "12/tell",
    "12#tell",
    "12?tell",
    "hush%tell",
]
SECRETS += [
    "hush,tell/12@#",
    "hush://tell",
    "12,tell@",
    "[hush",
    "hush]tell",
    "hush tell",
    "hush\ttell",
    "hush\\tell",
    "hush,,tell",
]
FORMS = ["nats://bob:{}@h:x", "nats://{}@h:x", "bob:{}@h:0", "{}@h:0", "http://bob:{}@h", "nats://bob:{}@", "{}@"]
FORMS += [
    "nats://a:1,nats://bob:{}@h:x",
    "nats://bob:{}@h,nats://b:x",
    "h,bob:{}@[::1",
    "ws://bob:{}@h:x/p",
    "nats://bob:{}@h/p",
]
FORMS += ["nats://bob:{}@h,ws://k"]


def outcome(text: str) -> str:
    """What a person may get to see of a URL, whether it was read or refused."""
    try:
        return repr(parse_urls(text))
    except UsageError as error:
        return f"{error} {error.hint} {error!r}"


def leaked(text: str) -> list[str]:
    return [word for word in ("hush", "tell", "12") if word in text]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", FORMS)
def test_no_error_quotes_a_secret_however_it_is_mistyped(form: str, secret: str) -> None:
    assert secret.isdigit() or leaked(outcome(form.format(secret))) == []


@pytest.mark.parametrize("secret", ["hush", "hush,tell", "hush/tell", "hush:tell", "hush tell", "hush%tell", "hush#1"])
@pytest.mark.parametrize("form", ["nats://bob:{}", "bob:{}", "tls://a,bob:{}", "http://bob:{}"])
def test_a_secret_without_a_host_behind_it_is_not_quoted(form: str, secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_urls(form.format(secret))
    assert leaked(f"{caught.value} {caught.value.hint}") == []


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", FORMS)
def test_redacting_blanks_a_secret_however_it_is_mistyped(form: str, secret: str) -> None:
    assert leaked(redact(form.format(secret))) == []


@given(st.text(alphabet="@,/:#?%[]. a1\u00e9", max_size=12), st.sampled_from(FORMS))
def test_generated_secrets_are_never_quoted(noise: str, form: str) -> None:
    text = form.format(f"hush{noise}tell")
    assert leaked(redact(text).replace("12", "")) == []
    assert leaked(outcome(text).replace("12", "")) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nats://h:4222", "nats://h:4222"),
        ("h", "h"),
        ("", ""),
        ("http://h", "http://h"),
        ("[::1]:4222,h2", "[::1]:4222,h2"),
        ("wss://h/p?x=1", "wss://h/p?x=1"),
        ("nats://bob:pw@h:4222", "nats://***@h:4222"),
        ("bob:pw@h", "***@h"),
        ("nats://a:b@h1,tls://c@h2,nats://h3", "nats://***@h1,tls://***@h2,nats://h3"),
        ("nats://bob:p,w@h", "nats://***@h"),
        ("nats://bob:pw", "nats://bob:***"),
        ("h1:1,h2:pw", "h1:1,h2:***"),
    ],
)
def test_redacting_keeps_what_is_no_secret(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_a_url_shows_neither_user_nor_password() -> None:
    (url,) = parse_urls("tls://hush:tell@[::1]:4333")
    assert url.display == "tls://[::1]:4333"
    assert leaked(f"{url!r} {url}") == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_percent_encoding_carries_any_user_and_password(user: str, password: str) -> None:
    from urllib.parse import quote

    try:
        text = f"nats://{quote(user, safe='')}:{quote(password, safe='')}@h"
    except UnicodeEncodeError:
        return
    (url,) = parse_urls(text)
    assert (url.user, url.password, url.host) == (user, password, "h")
