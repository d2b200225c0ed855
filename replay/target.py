"""Target policies: with what chance would another way of deciding have done each thing?

`uniform`         every eligible action alike
`logging`         what was logged, as it was logged
`greedy`          what the log held likeliest, each time: the logging policy without exploring
`always:ACTION`   one action, wherever it was eligible
`column:NAME`     the logged action's chance under the target stands in column NAME of the log, or
                  the target's whole distribution does, as lists or maps
`columns:PREFIX`  the chance of each action stands in a column called PREFIX and its name
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import BadValue, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.tables.rows import Floats, Rows

KINDS = ("uniform", "logging", "greedy", "always:ACTION", "column:NAME", "columns:PREFIX")


@dataclass(frozen=True, slots=True)
class Target:
    """A target policy as it was asked for: `kind` and, for some of them, a name.

    `full` says that the log holds its chance of every action.
    """

    kind: str
    name: str = ""
    full: bool = field(default=False, repr=False)

    def __str__(self) -> str:
        """Say it as the user did."""
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def column(self) -> str | None:
        """Where the log holds the target's chances: a column, or `columns:PREFIX`."""
        if self.kind == "columns":
            return str(self)
        return self.name if self.kind == "column" else None

    @property
    def pmf_known(self) -> bool:
        """Whether its chance of every action is known, not that of the logged action alone."""
        return self.full or self.kind in ("uniform", "always", "greedy")

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

        The second is `None` where only the first is known. Where the log doesn't say which actions
        could be chosen, those were that have a chance under the logging policy, or else all. The
        target's chance of others is mass without support: its row then sums to less than 1.
        `greedy` is of the logging policy's chances, of equals the first action by name.
        """
        if self.kind == "logging":
            return rows.propensity, rows.logged_pmf
        if self.column is not None and not self.full:
            return rows.target_probs[self.column], None
        pmf = self._pmf(rows, list(actions))
        return pmf[np.arange(len(rows)), rows.action], pmf

    def _pmf(self, rows: Rows, actions: list[str]) -> Floats:
        if self.column is not None:
            return rows.target_pmfs[self.column]
        if self.kind == "greedy":
            assert rows.logged_pmf is not None
            likeliest: Floats = np.eye(len(actions))[rows.logged_pmf.argmax(axis=1)]
            return likeliest
        eligible = rows.eligible
        if eligible is None and rows.logged_pmf is not None:
            eligible = rows.logged_pmf > 0
        if self.kind == "always":
            pmf = np.zeros((len(rows), len(actions)), order="F")
            pmf[:, actions.index(self.name)] = 1.0
            return pmf if eligible is None else pmf * eligible
        if eligible is None:
            return np.full((len(rows), len(actions)), 1.0 / len(actions), order="F")
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
    if kind in ("always", "column", "columns") and name:
        return Target(kind, name, full=kind == "columns")
    raise BadValue(f"unknown target {text!r}{nearest(text, KINDS)}")
