"""The failures a user can meet, each with the exit code it ends in.  Imports nothing."""


class ExitCode:
    """What ``natscli`` exits with.  A contract: add, never renumber."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    CONNECTION = 3
    REFUSED = 4
    TIMEOUT = 5
    NO_RESPONDERS = 6
    DROPPED = 7
    SERVICE_ERROR = 8
    SIGNAL = 128  # plus the number of the signal


class NatsCliError(Exception):
    """A failure to report in one line, without a traceback.

    ``hint`` is what to do next, where that is known; ``exit_code`` is how the command ends.
    """

    exit_code: int = ExitCode.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(NatsCliError):
    """What was typed, or what a context or project file says, cannot be carried out."""

    exit_code = ExitCode.USAGE


class ConnectError(NatsCliError):
    """No connection could be made."""

    exit_code = ExitCode.CONNECTION


class ConnectionLostError(ConnectError):
    """The connection ended and will not come back."""


class RefusedError(NatsCliError):
    """The server refused who we are or what we may do."""

    exit_code = ExitCode.REFUSED


class PermissionDeniedError(RefusedError):
    """The server refused one subject; the connection stays open.

    ``verb`` is ``publish`` or ``subscribe``, ``subject`` is safe to show; both are empty where it names none.
    """

    def __init__(self, message: str, hint: str | None = None, *, verb: str = "", subject: str = "") -> None:
        super().__init__(message, hint)
        self.verb = verb
        self.subject = subject


class DeadlineError(NatsCliError):
    """Nothing came within the time allowed."""

    exit_code = ExitCode.TIMEOUT


class NoRespondersError(NatsCliError):
    """The server knows of nobody who serves the subject."""

    exit_code = ExitCode.NO_RESPONDERS


class DroppedError(NatsCliError):
    """Messages arrived faster than they could be passed on, and some were given up."""

    exit_code = ExitCode.DROPPED


class ServiceFailureError(NatsCliError):
    """A service answered, and its answer is an error."""

    exit_code = ExitCode.SERVICE_ERROR


class OutputClosedError(Exception):
    """Whoever read our output has gone: a reason to end quietly, not a failure."""


class SignalledError(Exception):
    """A signal ended the command before it was done."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = ExitCode.SIGNAL + signal_number
