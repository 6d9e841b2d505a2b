"""Expressions about one message: ``--where 'subject.startswith("orders.") and json.user.id > 5'``.

They are Python's, evaluated by simpleeval, and this module decides what it is given: only the syntax, names,
functions and methods listed here, checked before anything is evaluated, over plain data.  A message is anybody's,
so nothing that could grow or run away on its values is offered: no powers, shifts, loops, repetition or formatting.

What cannot be evaluated for a message (a field that is missing, text compared with a number) is unknown, as in
SQL: ``unknown or true`` is true, ``unknown and false`` is false, ``not unknown`` is unknown.
"""

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import simpleeval  # 15 ms, for --where alone

_LONGEST = 4096  # characters
_DEEPEST = 50  # levels of syntax; simpleeval recurs
_LONGEST_QUOTE = 60
_MOST_BITS = 1024  # of an integer to calculate with: products of what JSON can hold would grow without end

_SYNTAX = (
    *(ast.Expression, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Compare, ast.IfExp, ast.Call, ast.Attribute),
    *(ast.Subscript, ast.Slice, ast.Name, ast.Constant, ast.List, ast.Tuple),
    *(ast.expr_context, ast.boolop, ast.cmpop, ast.unaryop, ast.operator),
)
_FIELDS = ("json", "headers", "config", "state", "info")  # whose fields are written with dots too
_METHODS = {  # of text, and how many arguments they take
    "startswith": (1,),
    "endswith": (1,),
    "lower": (0,),
    "upper": (0,),
    "strip": (0,),
    "lstrip": (0,),
    "rstrip": (0,),
    "removeprefix": (1,),
    "removesuffix": (1,),
    "split": (0, 1),
    "count": (1,),
    "find": (1,),
    "isdigit": (0,),
}


class View:
    """A list or dict of data, seen through indexing alone: it has no attributes, so a field may have any name."""

    __hash__ = None  # type: ignore[assignment] # as what it shows
    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getitem__(self, key: Any) -> Any:
        return shown(self._value[key])

    def __contains__(self, item: Any) -> bool:
        return item in self._value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return bool(self._value == (other._value if isinstance(other, View) else other))


def shown(value: Any) -> Any:
    """Return data as an expression is to see it."""
    return View(value) if isinstance(value, dict | list) else value


class Expression:
    """An expression over some names, checked and parsed once; ValueError says what is wrong with it."""

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self._text = text
        self._tree = _parse(text)
        try:
            _Check(text, names).visit(self._tree)
        except RecursionError:
            raise ValueError(f"expression '{_short(text)}': it is nested too deeply") from None
        self._tree = ast.fix_missing_locations(_Dots().visit(self._tree))
        self._evaluator = _Evaluator()

    def holds(self, names: Mapping[str, Any]) -> bool:
        """Whether it is true for these values; not where it is unknown."""
        self._evaluator.names = names
        try:
            return bool(self._evaluator.eval(self._text, self._tree.body))
        except _UNKNOWN:
            return False


def _parse(text: str) -> ast.Expression:
    if not text.strip():
        raise ValueError("the expression is empty")
    if len(text) > _LONGEST:
        raise ValueError(f"the expression is longer than {_LONGEST:,} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\d" and the like, which work
            return ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        where = f" at character {error.offset}" if error.offset else ""
        raise ValueError(f"expression '{_short(text)}' cannot be read: {error.msg.lower()}{where}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ValueError(f"expression '{_short(text)}' cannot be read") from None


class _Check(ast.NodeVisitor):
    """Raises ValueError for all that an expression may not have."""

    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self._text = text
        self._names = names
        self._depth = 0

    def visit(self, node: ast.AST) -> None:
        if not isinstance(node, _SYNTAX):
            raise self._no(f"'{_excerpt(node)}' is not allowed")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._no("it is nested too deeply")
        super().visit(node)
        self._depth -= 1

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in _FUNCTIONS:
            raise self._no(f"'{node.id}' is a function, and needs its argument: {node.id}(…)")
        if node.id not in self._names and node.id not in _CONSTANTS:
            raise self._no(f"'{node.id}' is unknown; there are {', '.join(self._names)}")

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str | int | float | None):
            raise self._no(f"'{_excerpt(node)}' is neither text nor a number")

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        self._operator(node, node.op)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._operator(node, node.op)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr.startswith("__"):
            raise self._no(f"'.{node.attr}' is not allowed")
        root: ast.AST = node.value
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if not isinstance(root, ast.Name) or root.id not in _FIELDS:
            fielded = " and ".join(name for name in _FIELDS if name in self._names)
            raise self._no(f"'{_excerpt(node)}' is unknown; only {fielded} have fields")
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if node.keywords:
            raise self._no(f"'{_excerpt(node)}' names an argument")
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in _METHODS:
            self._arguments(node, _METHODS[called.attr])
            self.visit(called.value)
        elif isinstance(called, ast.Name) and called.id in _FUNCTIONS:
            self._arguments(node, (1,))
        else:
            name = called.attr if isinstance(called, ast.Attribute) else _excerpt(called)
            known = ", ".join([*_FUNCTIONS, *(f".{method}" for method in _METHODS)])
            raise self._no(f"'{name}' cannot be called; there are {known}")

    def _arguments(self, node: ast.Call, allowed: tuple[int, ...]) -> None:
        if len(node.args) not in allowed:
            raise self._no(f"'{_excerpt(node)}' has {len(node.args)} arguments, not {' or '.join(map(str, allowed))}")
        for argument in node.args:
            self.visit(argument)

    def _operator(self, node: ast.UnaryOp | ast.BinOp, used: ast.AST) -> None:
        if type(used) not in _OPERATORS:
            raise self._no(f"'{_excerpt(node)}' has an operator that is not allowed")
        self.generic_visit(node)

    def _no(self, reason: str) -> ValueError:
        return ValueError(f"expression '{_short(self._text)}': {reason}")


class _Dots(ast.NodeTransformer):
    """Turns ``json.user.id`` into ``json["user"]["id"]``, so that attributes of Python objects are out of reach."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant(_CONSTANTS[node.id]) if node.id in _CONSTANTS else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute):
            node.func.value = self.visit(node.func.value)  # the method stays one
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        key = ast.Constant(node.attr)
        return ast.copy_location(ast.Subscript(self.visit(node.value), key, node.ctx), node)


class _Evaluator(simpleeval.EvalWithCompoundTypes):  # type: ignore[misc] # untyped
    """simpleeval with our tables, and with ``and`` and ``or`` that know the unknown."""

    def __init__(self) -> None:
        super().__init__(operators=_OPERATORS, functions={}, allowed_attrs={str: set(_METHODS)})
        self.functions = _FUNCTIONS  # it adds some of its own
        self.nodes[ast.BoolOp] = self._eval_known

    def _eval_known(self, node: ast.BoolOp) -> bool:
        decisive = isinstance(node.op, ast.Or)
        unknown: Exception | None = None
        for operand in node.values:
            try:
                if bool(self._eval(operand)) is decisive:
                    return decisive
            except _UNKNOWN as error:
                unknown = error
        if unknown is not None:
            raise unknown
        return not decisive


def _excerpt(node: ast.AST) -> str:
    return _short(ast.unparse(node))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _numbers(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return an operation for numbers alone: ``*`` repeats text, and ``%`` formats it, to any length."""

    def apply(left: Any, right: Any) -> Any:
        return operation(_number(left), _number(right))

    return apply


def _number(value: Any) -> int | float:
    if isinstance(value, float) or (isinstance(value, int) and value.bit_length() <= _MOST_BITS):
        return value
    raise TypeError("no number to calculate with")


def _scalar(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def apply(value: Any) -> Any:
        if isinstance(value, str | int | float):
            return convert(value)
        raise TypeError("neither text nor a number")

    return apply


_UNKNOWN = (
    *(simpleeval.InvalidExpression, LookupError, AttributeError, TypeError, ValueError),
    *(ArithmeticError, RecursionError),
)
_CONSTANTS = {"true": True, "false": False, "null": None}  # beside Python's own: JSON is what is looked at
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "len": len,
    "int": _scalar(int),
    "float": _scalar(float),
    "str": _scalar(str),
    "lower": _scalar(lambda text: text.lower()),
    "upper": _scalar(lambda text: text.upper()),
    "abs": lambda value: abs(_number(value)),
}
_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: simpleeval.safe_add,
    ast.Sub: _numbers(operator.sub),
    ast.Mult: _numbers(operator.mul),
    ast.Div: _numbers(operator.truediv),
    ast.FloorDiv: _numbers(operator.floordiv),
    ast.Mod: _numbers(operator.mod),
    ast.USub: lambda value: -_number(value),
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
