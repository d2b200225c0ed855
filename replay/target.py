"""Target policies: with what chance would another way of deciding have done each thing?

`uniform`        every eligible action alike
`logging`        what was logged, as it was logged
`greedy`         what the log held likeliest, each time: the logging policy without exploring
`always:ACTION`  one action, wherever it was eligible
`column:NAME`    the logged action's chance under the target stands in column NAME of the log
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import BadValue, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.rows import Floats

KINDS = ("uniform", "logging", "greedy", "always:ACTION", "column:NAME")


@dataclass(frozen=True, slots=True)
class Target:
    """A target policy as it was asked for: `kind` and, for two of them, a name."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        """Say it as the user did."""
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def column(self) -> str | None:
        """Column that the target's chance of the logged action stands in."""
        return self.name if self.kind == "column" else None

    def check_action(self, actions: Sequence[str]) -> None:
        """Refuse `always:ACTION` with an action that the log never names.

        Raises
        ------
        BadValue
            If it is not among `actions`; the message names the nearest.
        """
        if self.kind == "always" and self.name not in actions:
            raise BadValue(
                f"target always:{self.name}: the log has no such action"
                f"{nearest(self.name, actions)}"
            )

    def pmf(self, actions: Sequence[str], logged: Floats | None, rows: int) -> Floats | None:
        """Chance of every action in every row: shape (rows, actions), or `None` if unknown.

        `logged` is the logging policy's own pmf where it is known; an action that has no chance
        there was not eligible. The chance of a target that is left outside is mass without
        support: rows then sum to less than 1.
        """
        if self.kind == "logging":
            return logged
        if self.kind in ("column", "greedy"):
            return None
        if self.kind == "always":
            pmf = np.zeros((rows, len(actions)))
            pmf[:, actions.index(self.name)] = 1.0
            return pmf if logged is None else pmf * (logged > 0)
        if logged is None:
            return np.full((rows, len(actions)), 1.0 / len(actions))
        eligible = (logged > 0).astype(np.float64)
        shared: Floats = eligible / np.maximum(eligible.sum(axis=1, keepdims=True), 1.0)
        return shared


def parse_target(text: str) -> Target:
    """Read a target as it is written on the command line.

    Raises
    ------
    BadValue
        If it isn't one of the kinds.

    Examples
    --------
    >>> parse_target("always:vendor-a")
    Target(kind='always', name='vendor-a')
    >>> parse_target("unifrom")
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: unknown target 'unifrom'; did you mean 'uniform'?
    """
    kind, colon, name = text.partition(":")
    if kind in ("uniform", "logging", "greedy") and not colon:
        return Target(kind)
    if kind in ("always", "column") and name:
        return Target(kind, name)
    raise BadValue(f"unknown target {text!r}{nearest(text, KINDS)}")
