"""Options that belong together, declared as the fields of a class.

A class of them is made in 10 µs: it compiles nothing.  A frozen dataclass compiles each of its methods when it
is imported, 0.5 to 2 ms, and every command that runs would pay that for every bundle it takes.
"""

from __future__ import annotations

import inspect
from typing import Any, TypeVar, dataclass_transform

_KEYWORD = inspect.Parameter.KEYWORD_ONLY


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Options:
    """What was typed for some options.

    An annotated field is an option as Typer reads it, and the field's value what it is unless it was typed.
    What can be done with options are functions: any name may be that of an option.
    """

    def __init__(self, **given: Any) -> None:
        unknown = given.keys() - defaults(type(self))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no option {', '.join(sorted(unknown))}")
        vars(self).update(given)

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"options stay as they were typed: {type(self).__name__}.{name}")


_O = TypeVar("_O", bound=Options)


def changed(options: _O, **values: Any) -> _O:
    """Return the same options but for these."""
    return type(options)(**{**vars(options), **values})


def defaults(bundle: type[Options]) -> dict[str, Any]:
    """Return the fields in order, those of a base class first, and what they are untyped."""
    return {name: getattr(bundle, name) for name in _declared(bundle)}


def parameters(bundle: type[Options]) -> list[inspect.Parameter]:
    """Return the fields as parameters of a function that Typer reads."""
    return [
        inspect.Parameter(name, _KEYWORD, default=getattr(bundle, name), annotation=annotation)
        for name, annotation in _declared(bundle).items()
    ]


def _declared(bundle: type[Options]) -> dict[str, Any]:
    """Return the annotations of the fields; a module that quotes its annotations has them evaluated."""
    declared: dict[str, Any] = {}
    for kind in reversed(bundle.__mro__):
        if issubclass(kind, Options):
            declared |= inspect.get_annotations(kind, eval_str=True)
    return declared
