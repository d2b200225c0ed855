"""The reward as a weighted sum of columns, chosen when a log is evaluated and not when it is made.

    r = constant + Σ weight · column

written as people write it: `quality - 0.5*usd - 0.1*delay_s`.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class LinearReward:
    """A linear reward: `text` as it was written, the constant, and each column's weight.

    `limits` are its declared range, both ends included, if there is one.
    """

    text: str
    constant: float
    terms: tuple[tuple[str, float], ...]
    limits: tuple[float, float] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in it, in their order."""
        return tuple(name for name, _ in self.terms)

    @property
    def plain(self) -> bool:
        """Whether it is one column as it stands."""
        return self.constant == 0.0 and [weight for _, weight in self.terms] == [1.0]


@dataclass(frozen=True, slots=True)
class _Linear:
    """A sum that is being read."""

    constant: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)

    def plus(self, other: _Linear) -> _Linear:
        names = dict.fromkeys([*self.weights, *other.weights])
        both = {n: self.weights.get(n, 0.0) + other.weights.get(n, 0.0) for n in names}
        return _Linear(self.constant + other.constant, both)

    def times(self, factor: float) -> _Linear:
        scaled = {name: weight * factor for name, weight in self.weights.items()}
        return _Linear(self.constant * factor, scaled)


class _NotLinear(Exception):
    """What is wrong with an expression."""


def parse_reward(text: str, columns: Collection[str] = ()) -> LinearReward:
    """Read a reward: the name of a column, or a sum of columns with weights.

    Parameters
    ----------
    text
        `+`, `-`, `*`, division by a number and parentheses; a name with odd characters in
        backquotes. What is the name of a column as a whole is that column.
    columns
        Names of all columns.

    Raises
    ------
    BadValue
        If it isn't linear; the message says which part.

    Examples
    --------
    >>> parse_reward("quality - 0.5*(usd + 2)").terms
    (('quality', 1.0), ('usd', -0.5))
    >>> parse_reward("quality - 0.5*(usd + 2)").constant
    -1.0
    >>> parse_reward("usd-paid", ["usd-paid"]).terms
    (('usd-paid', 1.0),)
    >>> parse_reward("quality * usd")
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: reward 'quality * usd': 'quality * usd' multiplies columns: it must be a sum of columns with weights, as 'quality - 0.5*usd'
    """  # noqa: E501 - a message is one line
    if text in columns:
        return LinearReward(text, 0.0, ((text, 1.0),))
    quoted = re.sub("`([^`]+)`", lambda linear: repr(linear[1]), text.strip())
    try:
        linear = _linear(ast.parse(quoted, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _bad(
            text, "neither a column nor a sum of columns (odd names go in backquotes)"
        ) from None
    except _NotLinear as why:
        raise _bad(text, str(why)) from None
    if not linear.weights:
        raise _bad(text, "there is no column in it")
    if not all(map(math.isfinite, (linear.constant, *linear.weights.values()))):
        raise _bad(text, "a weight is not finite")
    return LinearReward(text, linear.constant, tuple(linear.weights.items()))


def _bad(text: str, why: str) -> BadValue:
    return BadValue(
        f"reward {text!r}: {why}: it must be a sum of columns with weights, as 'quality - 0.5*usd'"
    )


def _linear(node: ast.expr) -> _Linear:
    match node:
        case ast.Name(id=name):
            return _Linear(0.0, {name: 1.0})
        case ast.Constant(value=str(name)):
            return _Linear(0.0, {name: 1.0})
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _Linear(_float(number, node))
        case ast.UnaryOp(op=ast.UAdd() | ast.USub() as sign, operand=inner):
            return _linear(inner).times(-1.0 if isinstance(sign, ast.USub) else 1.0)
        case ast.BinOp(left=left, op=sign, right=right):
            return _combined(node, sign, _linear(left), _linear(right))
    raise _NotLinear(f"{_shown(node)} can't be in a reward")


def _combined(node: ast.expr, sign: ast.operator, left: _Linear, right: _Linear) -> _Linear:
    match sign:
        case ast.Add():
            return left.plus(right)
        case ast.Sub():
            return left.plus(right.times(-1.0))
        case ast.Mult() if not left.weights:
            return right.times(left.constant)
        case ast.Mult() if not right.weights:
            return left.times(right.constant)
        case ast.Mult():
            raise _NotLinear(f"{_shown(node)} multiplies columns")
        case ast.Div() if right.weights:
            raise _NotLinear(f"{_shown(node)} divides by a column")
        case ast.Div() if right.constant == 0.0:
            raise _NotLinear(f"{_shown(node)} divides by 0")
        case ast.Div():
            return left.times(1.0 / right.constant)
    raise _NotLinear(f"{_shown(node)} can't be in a reward")


def _float(number: float, node: ast.expr) -> float:
    try:
        return float(number)
    except OverflowError:
        raise _NotLinear(f"{_shown(node)[:20]}... is too large") from None


def _shown(node: ast.expr) -> str:
    return repr(ast.unparse(node))
