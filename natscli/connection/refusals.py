"""Why a server refuses who we are, as far as that can be seen from here.

The server itself says no more than "authorization violation".  What is certain is stated; what is only
likely is worded so.  No server is asked, and no secret is named.
"""

from typing import NamedTuple

from natscli.connection.presented import Presented
from natscli.context.jwt import Claims, inspect
from natscli.context.validity import format_moment, validity_of
from natscli.text.durations import format_roughly

_TCP, _WEBSOCKET = "STANDARD", "WEBSOCKET"
_KEY_HINT = "the server asks for an NKey or a JWT: --nkey or --creds names the file"


class Explanation(NamedTuple):
    """What is wrong, and what to do about it where that is known."""

    words: str
    hint: str | None = None


class Refusal(NamedTuple):
    """What the server said (in lower case), when and to whom."""

    words: str
    now_s: float  # seconds since 1970
    accepted_before: bool
    websocket: bool
    certificate: str | None = None  # the file of the one we showed


def explain(presented: Presented, refusal: Refusal) -> Explanation:
    """Say what was wrong with what was presented, or what is likely to have been."""
    if "account authentication expired" in refusal.words:
        return Explanation("the JWT of the account itself expired", "whoever operates the account has to renew it")
    if presented.jwt is not None:
        return _of_jwt(presented.jwt, presented, refusal)
    if "expired" in refusal.words:
        return Explanation("access was granted for a time, which is over")
    if presented.nkey is not None:
        words = f"likely the server does not know the NKey {presented.nkey}{_from(presented)}"
        return Explanation(words, "a server with accounts by JWT takes --creds instead")
    if presented.user is not None:
        return _of_user(presented, refusal)
    if presented.token is not None:
        words = f"the token is {'no longer' if refusal.accepted_before else 'not'} accepted"
        return Explanation(words, _KEY_HINT if presented.nonce else None)
    if presented.given:
        words = f"the server asks for no NKey and no JWT, so {presented.source or 'the key'} was not used"
        return Explanation(words, "it may want --user and --password, or --token")
    if refusal.certificate is not None:
        words = "no credentials were given, and likely the server knows no user by the certificate"
        return Explanation(f"{words} '{refusal.certificate}'", _KEY_HINT if presented.nonce else None)
    hint = _KEY_HINT if presented.nonce else "--user and --password, --token, or --context say who you are"
    return Explanation("no credentials were given", hint)


def _of_user(presented: Presented, refusal: Refusal) -> Explanation:
    user = f"user '{presented.user}'"
    hint = _KEY_HINT if presented.nonce else None
    if refusal.accepted_before:
        return Explanation(f"{user} is no longer accepted with this password", hint)
    if not presented.password:
        return Explanation(f"no password was given for {user}", hint)
    password = presented.source or "password"  # of a reference, its name: it may have been meant as the password
    return Explanation(f"{user} is unknown there, or the {password} is wrong", hint)


def _of_jwt(token: str, presented: Presented, refusal: Refusal) -> Explanation:
    claims = inspect(token)  # a user's, and with its own seed: others are not sent
    name = f" of user '{claims.name}'" if claims.name else ""
    whose = f"the JWT{name}{_in(presented)}"
    flaw = _flaw(claims, whose, refusal)
    return Explanation(flaw) if flaw else _not_seen_from_here(claims, whose, refusal)


def _flaw(claims: Claims, whose: str, refusal: Refusal) -> str:
    """Return what is certainly wrong, or nothing."""
    now_s = refusal.now_s
    if not claims.signature_valid:
        return f"the signature of {whose} is wrong: it was changed, or never issued"
    if claims.expires is not None and claims.expires <= now_s:
        return f"{whose} expired on {format_moment(claims.expires)}, {format_roughly(now_s - claims.expires)} ago"
    if claims.not_before is not None and claims.not_before > now_s:
        return f"{whose} is not valid before {format_moment(claims.not_before)}"
    if claims.connection_types and (_WEBSOCKET if refusal.websocket else _TCP) not in claims.connection_types:
        return f"{whose} is only for connections of the kinds {', '.join(claims.connection_types)}"
    validity = validity_of(claims, now_s)
    return "" if validity.usable else f"{whose} does not hold now: {validity.words}"


def _not_seen_from_here(claims: Claims, whose: str, refusal: Refusal) -> Explanation:
    until = f"valid until {format_moment(claims.expires)}" if claims.expires is not None else "valid without end"
    if "revoked" in refusal.words:
        return Explanation(f"user {claims.subject} was revoked; {whose} would be {until}", "it takes a new JWT")
    if "expired" in refusal.words:
        return Explanation(f"by the clock here {whose} is {until}", "the clocks here and there may differ")
    likely = [f"does not know account {claims.account}", "has revoked the user"]
    if claims.networks:
        likely.append(f"sees us outside {', '.join(claims.networks)}")
    if claims.expires is not None or claims.not_before is not None:
        likely.append("has another time of day")
    words = f"{whose} is in order here and {until}; the server possibly {', '.join(likely[:-1])} or {likely[-1]}"
    return Explanation(words, "a new account has to be pushed to the server" if not refusal.accepted_before else None)


def _in(presented: Presented) -> str:
    return f" in {presented.source}" if presented.source else ""


def _from(presented: Presented) -> str:
    return f" of {presented.source}" if presented.source else ""
