"""Which messages are played back, and under which subject."""

from collections.abc import Callable, Sequence

from natscli.errors import UsageError
from natscli.text.sanitise import decode
from natscli.wire.subjects import check_subscribe, matches, to_wire

_MOST_KNOWN = 100_000  # subjects whose way is remembered


class Mapping:
    """Renames subjects: ``*`` stands for the token at its place, in order, and ``>`` for the rest."""

    def __init__(self, source: str, target: str) -> None:
        for pattern in (source, target):
            try:
                check_subscribe(pattern)
            except ValueError as error:
                raise UsageError(str(error)) from None
        self._source = source.split(".")
        self._target = target.split(".")
        if _wildcards(self._source) != _wildcards(self._target):
            hint = "both need as many *, and a > at the end of one needs one at the end of the other"
            raise UsageError(f"'{source}' cannot be mapped to '{target}': their wildcards do not correspond", hint)
        self.source = source

    def rename(self, subject: str) -> str:
        """Return the new name of a subject that matches ``source``."""
        tokens = subject.split(".")
        stood_for = iter([token for token, wild in zip(tokens, self._source, strict=False) if wild == "*"])
        renamed = [next(stood_for) if token == "*" else token for token in self._target if token != ">"]  # noqa: S105
        rest = tokens[len(self._source) - 1 :] if self._source[-1] == ">" else []
        return ".".join([*renamed, *rest])


def _wildcards(tokens: Sequence[str]) -> tuple[int, bool]:
    return tokens.count("*"), tokens[-1] == ">"


def route(mappings: Sequence[Mapping], wanted: Sequence[str]) -> Callable[[bytes], bytes | None]:
    """Return what gives a recorded subject its name when it is played, or None when it is not wanted.

    ``wanted`` are patterns of recorded subjects, none for all.  Of the mappings the first that matches counts; a
    subject without one keeps its name.
    """
    for pattern in wanted:
        try:
            check_subscribe(pattern)
        except ValueError as error:
            raise UsageError(str(error)) from None
    if not mappings and not wanted:
        return lambda subject: subject
    known: dict[bytes, bytes | None] = {}

    def way(subject: bytes) -> bytes | None:
        if subject not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[subject] = _way(decode(subject), mappings, wanted)
        return known[subject]

    return way


def _way(subject: str, mappings: Sequence[Mapping], wanted: Sequence[str]) -> bytes | None:
    if wanted and not any(matches(pattern, subject) for pattern in wanted):
        return None
    for mapping in mappings:
        if matches(mapping.source, subject):
            return to_wire(mapping.rename(subject))
    return to_wire(subject)
