"""Checks of a log that learners replay, by its rows alone: copies and wrong propensities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from replay.checks.check_result import CheckResult, Grade
from replay.checks.copies import on_copies, share_of_copies
from replay.checks.repeats import share_of_repeats
from replay.numerics.hashed_uniform import mixed
from replay.results.verdict import on_propensities
from replay.stats.action_stats import ActionSums
from replay.stats.weighted_rows import Scored

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.learning.memory_log import ReplayLog
    from replay.stats.action_stats import Mismatch


def check_log(held: ReplayLog) -> tuple[CheckResult, ...]:
    """Judge the rows of a table; only what isn't good is said.

    Copies are looked for where learners know a context and rows have no clusters.
    """
    known = held.pmf is not None
    findings = (*on_propensities(_mismatch(held), "", known=known), *on_copies(_copies(held)))
    return tuple(finding for finding in findings if finding.verdict != Grade.GOOD)


def _mismatch(held: ReplayLog) -> Mismatch | None:
    rows = Scored.without_model(
        np.ones(len(held)), held.reward, propensity=held.propensity, group=held.group
    )
    known = replace(rows, action=held.action, actions=len(held.actions), logged=held.pmf)
    return ActionSums().receive(known).mismatch(held.actions)


def _copies(held: ReplayLog) -> float:
    if held.group is not None or not held.features.shape[1]:
        return 0.0
    context = _hashes(np.zeros(len(held), np.uint64), *held.features.T)
    content = _hashes(context, held.action, held.propensity)
    copies = share_of_copies(content, held.reward)
    return copies or share_of_repeats(context, content, held.propensity, held.reward)


def _hashes(result: NDArray[np.uint64], *columns: NDArray[np.generic]) -> NDArray[np.uint64]:
    for values in columns:
        plain = np.ascontiguousarray(values, np.float64) + 0.0  # -0.0 is 0.0
        result = mixed(result + plain.view(np.uint64))
    return result
