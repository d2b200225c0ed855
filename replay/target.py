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

    from replay.rows import Floats, Rows

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

    def chances(self, rows: Rows, actions: Sequence[str]) -> tuple[Floats, Floats | None]:
        """Chance of each row's logged action, shape (n,), and of every action, shape (n, K).

        The second is `None` where only the first is known. An action that has no chance under the
        logging policy, or isn't among those named for the row, was not eligible: the target's mass
        there is without support, and its row then sums to less than 1.
        """
        if self.kind == "logging":
            return rows.propensity, rows.logged_pmf
        if self.kind == "column":
            pmf = rows.target_pmfs.get(self.name)
            if pmf is None:
                return rows.target_probs[self.name], None
        else:
            pmf = self._pmf(rows, len(actions), list(actions))
        return pmf[np.arange(len(rows)), rows.action], pmf

    def _pmf(self, rows: Rows, count: int, actions: list[str]) -> Floats:
        eligible = rows.eligible
        if eligible is None and rows.logged_pmf is not None:
            eligible = rows.logged_pmf > 0
        if self.kind == "always":
            pmf = np.zeros((len(rows), count))
            pmf[:, actions.index(self.name)] = 1.0
            return pmf if eligible is None else pmf * eligible
        if eligible is None:
            return np.full((len(rows), count), 1.0 / count)
        shared: Floats = eligible / np.maximum(eligible.sum(axis=1, keepdims=True), 1)
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
