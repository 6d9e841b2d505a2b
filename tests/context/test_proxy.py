"""Proxy URLs and WebSocket headers, whatever is typed."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from natscli.context.proxy import Proxy, parse_proxy
from natscli.context.urls import parse_header
from natscli.errors import UsageError

SECRET = "hush-hush-7"
_NOISE = st.text(st.sampled_from("aZ0.:/@?#%[]\\ \t\n\u2100é-"), max_size=8)
_SCHEMES = st.sampled_from(["socks5", "SOCKS5h", "http", "https", "socks4", "", "nats"])


def outcome(parse: Callable[[], Any]) -> Any:
    """Return what was read, or what the error says."""
    try:
        return parse()
    except UsageError as error:
        return f"{error} {error.hint}"


@settings(max_examples=300)
@given(_SCHEMES, st.sampled_from(["://", ":", ""]), _NOISE, _NOISE, _NOISE)
def test_a_password_is_in_no_error_and_in_nothing_shown(scheme, colon, before, behind, host):
    found = outcome(lambda: parse_proxy(f"{scheme}{colon}{before}:{SECRET}{behind}@{host}", {}))

    shown = found.display + repr(found) if isinstance(found, Proxy) else found
    assert SECRET not in shown


@given(_NOISE, _NOISE)
def test_a_header_is_read_or_refused_without_its_value(name, noise):
    found = outcome(lambda: parse_header(f"{name}: {SECRET}{noise}"))

    if isinstance(found, str):
        assert SECRET not in found
    else:
        assert found[0] == name.partition(":")[0].strip()
        assert "\n" not in found[1]
