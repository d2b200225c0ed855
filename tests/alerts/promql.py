"""As much of PromQL as our alerts are written in, evaluated over scrapes.

Vectors are values by labels. What isn't understood is an error: a rule that says more needs more
of it here. Rates are extrapolated as Prometheus does (promql/functions.go, extrapolatedRate).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tests.alerts.functions import AGGREGATES, COMPARE, OF_RANGE, SETS, absent, apply, quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.alerts.functions import Value, Vector
    from tests.alerts.tape import Tape

    Evaluate = Callable[[Tape, float], Value]

TOKEN = re.compile(
    r'\s*(?:(\d+(?:\.\d+)?[smhd]?)|([A-Za-z_]\w*)|("[^"]*")|(==|!=|>=|<=|[-+*/(){}\[\],=<>]))'
)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds(text: str) -> float:
    """Return a duration in seconds.

    Examples
    --------
    >>> seconds("15m")
    900.0
    """
    return float(text[:-1]) * SECONDS[text[-1]]


class Selector(NamedTuple):
    """Which series, and how long ago."""

    name: str
    labels: tuple[tuple[str, str, str], ...]
    offset_s: float

    def fits(self, labels: dict[str, str]) -> bool:
        """Whether a series is one of them."""
        return all((labels.get(key, "") == value) == (op == "=") for key, op, value in self.labels)


class Parser:
    """Reads an expression by recursive descent, the weakest operators first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = self._tokens()

    def _tokens(self) -> list[str]:
        parsed, at = [], 0
        text = self._text.rstrip()
        while at < len(text):
            token = TOKEN.match(text, at)
            if token is None:
                raise ValueError(f"not understood: {text[at:]!r}")
            parsed.append(token[0].strip())
            at = token.end()
        return parsed

    def parse(self) -> Evaluate:
        """Return what evaluates it on a tape at a time."""
        parsed = self._binary(0)
        if self._left:
            raise ValueError(f"not understood: {' '.join(self._left)!r} in {self._text!r}")
        return parsed

    LEVELS = (("or",), ("and", "unless"), tuple(COMPARE), ("+", "-"), ("*", "/"))

    def _binary(self, level: int) -> Evaluate:
        if level == len(self.LEVELS):
            return self._atom()
        left = self._binary(level + 1)
        while self._left and self._left[0] in self.LEVELS[level]:
            op = self._left.pop(0)
            left = _both(op, left, self._binary(level + 1))
        return left

    def _atom(self) -> Evaluate:
        token = self._left.pop(0)
        if token == "(":
            inner = self._binary(0)
            self._expect(")")
            return inner
        if token[0].isdigit():
            number = float(token)
            return lambda _tape, _at: number
        if token in AGGREGATES:
            return self._aggregate(token)
        if self._left[:1] == ["("]:
            return self._call(token)
        selector = self._selector(token)
        return lambda tape, at: tape.instant(selector, at)

    def _aggregate(self, name: str) -> Evaluate:
        by: list[str] = []
        if self._left[0] == "by":
            by = self._names_after_by()
        self._expect("(")
        inner = self._binary(0)
        self._expect(")")
        if self._left[:1] == ["by"]:
            by = self._names_after_by()

        def evaluate(tape: Tape, at: float) -> Value:
            groups: dict[frozenset[tuple[str, str]], list[float]] = {}
            for labels, value in _vector(inner(tape, at)).items():
                key = frozenset(label for label in labels if label[0] in by)
                groups.setdefault(key, []).append(value)
            return {key: AGGREGATES[name](values) for key, values in groups.items()}

        return evaluate

    def _names_after_by(self) -> list[str]:
        self._expect("by")
        self._expect("(")
        names = []
        while (token := self._left.pop(0)) != ")":
            if token != ",":
                names.append(token)
        return names

    def _call(self, name: str) -> Evaluate:
        self._expect("(")
        if name in OF_RANGE:
            selector, range_s = self._ranged()
            self._expect(")")
            return lambda tape, at: {
                labels: value
                for labels, points in tape.range(selector, at, range_s).items()
                if (value := OF_RANGE[name](points, at - range_s, at)) is not None
            }
        if name == "histogram_quantile":
            share = float(self._left.pop(0))
            self._expect(",")
            inner = self._binary(0)
            self._expect(")")
            return lambda tape, at: quantile(share, _vector(inner(tape, at)))
        if name == "absent":
            inner = self._binary(0)
            self._expect(")")
            return lambda tape, at: absent(_vector(inner(tape, at)))
        raise ValueError(f"no function {name!r} is known here")

    def _ranged(self) -> tuple[Selector, float]:
        selector = self._selector(self._left.pop(0))
        self._expect("[")
        range_s = seconds(self._left.pop(0))
        self._expect("]")
        return selector, range_s

    def _selector(self, name: str) -> Selector:
        labels = []
        if self._left[:1] == ["{"]:
            self._left.pop(0)
            while (key := self._left.pop(0)) != "}":
                if key != ",":
                    labels.append((key, self._left.pop(0), self._left.pop(0).strip('"')))
        offset_s = 0.0
        if self._left[:1] == ["offset"]:
            self._left.pop(0)
            offset_s = seconds(self._left.pop(0))
        return Selector(name, tuple(labels), offset_s)

    def _expect(self, token: str) -> None:
        parsed = self._left.pop(0) if self._left else "the end"
        if parsed != token:
            raise ValueError(f"{token!r} expected, not {parsed!r}, in {self._text!r}")


def _both(op: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if op in SETS:
        return lambda tape, at: SETS[op](_vector(left(tape, at)), _vector(right(tape, at)))
    return lambda tape, at: apply(op, left(tape, at), right(tape, at))


def _vector(value: Value) -> Vector:
    if isinstance(value, float):
        raise TypeError(f"a vector expected, not {value}")
    return value


def parse(text: str) -> Evaluate:
    """Return what evaluates an expression on a tape at a time."""
    return Parser(text).parse()
