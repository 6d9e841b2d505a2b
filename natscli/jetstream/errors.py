"""What the JetStream API refuses, in its words, and what to do about it where that is known."""

from __future__ import annotations

from natscli.errors import NatsCliError

STREAM_NOT_FOUND = 10059
CONSUMER_NOT_FOUND = 10014
MESSAGE_NOT_FOUND = 10037
STREAM_EXISTS = 10058  # with another configuration
CONSUMER_EXISTS = 10148
WRONG_LAST = (10071, 10164)  # somebody else has stored a message of the subject meanwhile
LEADERLESS = (10008, 10009)  # temporarily unavailable, not the leader: it may be asked again

_NOT_ENABLED = "JetStream is switched on for each account, in the server's configuration or the account's JWT"
NO_LEADER = "the cluster elects a leader or has lost its quorum: try again, and look at its servers"
_RESOURCES = "natscli account info shows the limits and what is used"
_HINTS = {  # errors.json of nats-server
    10002: _RESOURCES,  # maximum account … exceeded
    10008: NO_LEADER,  # temporarily unavailable
    10009: NO_LEADER,  # not the leader
    CONSUMER_NOT_FOUND: "natscli consumer ls STREAM lists the consumers",
    10023: _RESOURCES,  # insufficient resources
    10026: _RESOURCES,  # maximum consumers
    10027: _RESOURCES,  # maximum number of streams
    10028: _RESOURCES,  # memory resources exceeded
    10039: _NOT_ENABLED,
    10047: _RESOURCES,  # storage resources exceeded
    10076: "the server runs without JetStream, or has switched it off",
    STREAM_EXISTS: "natscli stream edit changes it",
    STREAM_NOT_FOUND: "natscli stream ls --all lists the streams",
    CONSUMER_EXISTS: "natscli consumer edit changes it",
}


class ApiError(NatsCliError):
    """The API answered, and its answer is an error.

    ``code`` is like HTTP's, ``err_code`` names the error for certain, ``description`` is the server's words.
    """

    def __init__(self, what: str, code: int, err_code: int, description: str) -> None:
        number = err_code or code
        super().__init__(f"{what}: {description or 'refused'} ({number})", _HINTS.get(err_code))
        self.code = code
        self.err_code = err_code
        self.description = description

    def about(self, what: str) -> ApiError:
        """Return the same error, told of something else."""
        return ApiError(what, self.code, self.err_code, self.description)


class PullError(NatsCliError):
    """A consumer broke a pull off; ``status`` is the status of its last message."""

    def __init__(self, what: str, status: int, description: str) -> None:
        super().__init__(f"{what}: {description or 'the pull was broken off'} ({status})")
        self.status = status
        self.description = description
