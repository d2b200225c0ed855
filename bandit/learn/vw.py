"""Logistic regression by Vowpal Wabbit: fast calls, escaped text, a model that resumes exactly.

The calls of the extension module `pylibvw` parse once and skip the Python wrapper's checks: three
to six times as fast, same predictions (`tests/bandit/learn/test_vw.py` holds both against each
other). They are private, so where they are missing the public ones are used.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from vowpalwabbit import Workspace

from bandit.errors import BadValue
from bandit.learn import vw_bytes

try:
    from pylibvw import vw as _fast
except ImportError:  # pragma: no cover - another build of VW
    _fast = None

LEAST, MOST = 1e-9, 1.0 - 1e-9
"""Least and most chance: single precision rounds 1 - 3e-8 to 1."""

_ESCAPES = {ord(mark): f"%{ord(mark):02X}" for mark in "%|: \n\r\t\v\f\0"}


@lru_cache(maxsize=65_536)
def escape(name: str) -> str:
    r"""Return `name` with `|`, `:`, spaces and newlines coded, so that VW reads one name.

    Examples
    --------
    >>> escape("vendor a|b:c\n")
    'vendor%20a%7Cb%3Ac%0A'
    """
    return name.translate(_ESCAPES)


class Logistic:
    """Online logistic regression of P(y = 1 | a line of VW text).

    Parameters
    ----------
    arguments
        VW's command line, without loss, link and what saving needs. It must be the same on load:
        the saved model doesn't keep it.
    model
        Bytes of `to_bytes`, or `None` for a new model.
    fast
        Whether to use the private calls where they exist.

    Examples
    --------
    >>> model = Logistic("-q tp")
    >>> model.predict("|t short |p vendor-a")
    0.5
    >>> for _ in range(20):
    ...     model.learn("|t short |p vendor-a", right=True)
    >>> model.predict("|t short |p vendor-a") > 0.8
    True
    """

    def __init__(self, arguments: str, model: bytes | None = None, *, fast: bool = True) -> None:
        self._arguments = (
            f"--quiet --loss_function logistic --link logistic {arguments} "
            "--save_resume --preserve_performance_counters"
        )
        self._vw: Any = (
            Workspace(self._arguments) if model is None else vw_bytes.load(self._arguments, model)
        )
        self._fast = _fast if fast else None

    def predict(self, line: str) -> float:
        """Return P(y = 1 | `line`), in (0, 1)."""
        if self._fast is None:
            chance = float(self._vw.predict(line))
        else:
            (example,) = self._fast._parse(self._vw, line)
            self._fast.predict(self._vw, example)
            chance = example.get_simplelabel_prediction()
            self._fast._finish_example(self._vw, example)
        return chance if LEAST <= chance <= MOST else min(max(chance, LEAST), MOST)

    def learn(self, line: str, *, right: bool, weight: float = 1.0) -> None:
        """Learn y, +1 if `right` and -1 otherwise, for a line.

        Raises
        ------
        BadValue
            If `weight` is not finite and positive: VW would take it and spoil the model silently.
        """
        if not (math.isfinite(weight) and weight > 0):
            msg = f"weight {weight}: must be finite and above 0"
            raise BadValue(msg)
        text = f"{1 if right else -1} {weight!r} {line}"
        if self._fast is None:
            self._vw.learn(text)
            return
        (example,) = self._fast._parse(self._vw, text)
        self._fast.learn(self._vw, example)
        self._fast._finish_example(self._vw, example)

    def to_bytes(self) -> bytes:
        """Return the model; loaded with the same arguments it goes on exactly as this one."""
        return vw_bytes.save(self._vw)
