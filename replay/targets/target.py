"""Target policies: the probability of each action under the policy that is evaluated.

`uniform`         every eligible action alike
`logging`         what was logged, as it was logged
`greedy`          what the log held likeliest, each time: the logging policy without exploring
`always:ACTION`   one action, wherever it was eligible
`mix:SHARE:TARGET`  what TARGET does with chance SHARE at every decision, else (and where TARGET
                  can't) as logged; of our own log alone, to ask about a policy near the log's
`column:NAME`     the logged action's chance under the target stands in column NAME of the log, or
                  the target's whole distribution does, as lists or maps
`columns:PREFIX`  the chance of each action stands in a column called PREFIX and its name
`FILE.toml`       the [policy] of a worker's TOML; one that learns walks the log
                  (`replay/evaluation/learning_targets.py`)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import BadValue, nearest
from replay.numerics.of_action import of_action
from replay.targets.policy_file import LEARNS, read_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicySettings
    from replay.numerics.arrays import Floats
    from replay.tables.rows import Rows

KINDS = (
    "uniform",
    "logging",
    "greedy",
    "always:ACTION",
    "mix:SHARE:TARGET",
    "column:NAME",
    "columns:PREFIX",
    "FILE.toml",
)


MIXED = ("uniform", "greedy", "always")
"""Kinds of targets that decisions as logged can be mixed with."""


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """A target policy as it was asked for: `kind` and, for some of them, a name.

    `full` says that the log holds its chance of every action; `policy` is what a worker's TOML says
    (kind `policy`, and the name is its path); `share` of its decisions are `other`'s (kind `mix`).
    """

    kind: str
    name: str = ""
    full: bool = field(default=False, repr=False)
    policy: PolicySettings | None = field(default=None, repr=False)
    share: float = field(default=1.0, repr=False)
    other: TargetPolicy | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Say it as the user did."""
        if self.policy is not None:
            return self.name
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def column(self) -> str | None:
        """Where the log holds the target's chances: a column, or `columns:PREFIX`."""
        if self.kind == "columns":
            return str(self)
        return self.name if self.kind == "column" else None

    @property
    def learns(self) -> bool:
        """Whether its chances change with what it has learned."""
        return self.policy is not None and self.policy.name == LEARNS

    @property
    def pmf_known(self) -> bool:
        """Whether its chance of every action is known, not that of the logged action alone."""
        return self.full or self.kind in ("uniform", "always", "greedy", "mix", "policy")

    def check_action(self, actions: Sequence[str]) -> None:
        """Refuse an action that is always done, where the log never names it.

        Raises
        ------
        BadValue
            If it is not among `actions`; the message names the nearest.
        """
        pool = None if self.policy is None else _pool_of(self.policy)
        if pool is not None and pool not in actions:
            raise BadValue(
                f"{self}: policy.pool {pool!r}: the log has no such action{nearest(pool, actions)}"
            )
        if self.other is not None:
            self.other.check_action(actions)
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
        return of_action(pmf, rows.action), pmf

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
            eligible = np.ones((len(rows), len(actions)), dtype=bool, order="F")
        shared: Floats = eligible / np.maximum(eligible.sum(axis=1, keepdims=True), 1)
        return shared if self.policy is None else _of_worker(self.policy, shared, actions)


def _of_worker(policy: PolicySettings, shared: Floats, actions: list[str]) -> Floats:
    """Chances of a policy that doesn't learn, shape (n, K); `shared` are those of `uniform`.

    Where a pool can't be chosen, any that can.
    """
    pool = _pool_of(policy)
    if pool is None:
        return shared
    only = np.eye(len(actions))[actions.index(pool)]
    bare = np.where(shared @ only[:, None] > 0, only, shared)
    pmf: Floats = (1.0 - policy.explore_floor) * bare + policy.explore_floor * shared
    return pmf


def _pool_of(policy: PolicySettings) -> str | None:
    return policy.pool if policy.name == "fixed" else None


def parse_target(text: str) -> TargetPolicy:
    """Read a target as it is written on the command line.

    Raises
    ------
    BadValue
        If it isn't one of the kinds.
    ConfigError, MissingInput
        If the TOML can't be read, or its policy not be replayed.

    Examples
    --------
    >>> parse_target("always:vendor-a")
    TargetPolicy(kind='always', name='vendor-a')
    >>> str(parse_target("mix:0.2:uniform").other)
    'uniform'
    >>> parse_target("unifrom")
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: unknown target 'unifrom'; did you mean 'uniform'?
    """
    kind, colon, name = text.partition(":")
    if kind in ("uniform", "logging", "greedy") and not colon:
        return TargetPolicy(kind)
    if kind in ("always", "column", "columns") and name:
        return TargetPolicy(kind, name, full=kind == "columns")
    if kind == "mix" and name:
        return _mixture(text, name)
    if text.endswith(".toml"):
        return TargetPolicy("policy", text, policy=read_target(Path(text)))
    raise BadValue(f"unknown target {text!r}{nearest(text, KINDS)}")


def _mixture(text: str, name: str) -> TargetPolicy:
    share, _, other = name.partition(":")
    try:
        chance = float(share)
    except ValueError:
        chance = -1.0
    if not 0 < chance < 1:
        raise BadValue(f"target {text}: SHARE is {share!r}, must be between 0 and 1")
    component = parse_target(other)
    if component.kind not in MIXED:
        raise BadValue(f"target {text}: TARGET must be uniform, greedy or always:ACTION")
    return TargetPolicy("mix", name, share=chance, other=component)
