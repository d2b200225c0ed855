"""Evaluation of target policies that learn, by replay (Li, Chu, Langford and Wang 2011, WSDM).

A learner's value is over the first T' rows of its own choice, not over the log's rows: it differs
from another learner's in the same replays, and from a target that doesn't learn not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import CannotAnswer
from replay.estimators.snips import Snips
from replay.evaluation.arguments import walking_of
from replay.evaluation.load_rows import hold_own, hold_table
from replay.learning.compare import with_logged
from replay.learning.config import LEARNER, units, words_of
from replay.learning.log_checks import check_log
from replay.learning.rejection_replay import walk
from replay.learning.validity import diagnose_walk, judge_walk
from replay.results.evaluation import Comparison, Difference, Estimate, Evaluation, LearnerReplay
from replay.results.judgement import Judgement
from replay.stats.weight_stats import Diagnostics
from replay.stats.weighted_rows import Scored
from replay.tables.values.unusable import Unusable
from replay.targets.policy_file import policy_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from replay.evaluation.options import EvaluateOptions
    from replay.learning.config import Walking
    from replay.learning.memory_log import ReplayLog
    from replay.learning.rejection_replay import Plan
    from replay.learning.uncertainty import Spread
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.tables.survey import Survey
    from replay.targets.target import TargetPolicy

METHOD = "DR replay"
"""The one estimator of a policy that learns: `replay/learning/rejection_replay.py`."""

NO_DIFFERENCE = (
    "there is no difference between a target that learns and one that doesn't: the value of the"
    " first is over its first T' accepted decisions, that of the second over all rows of the log"
)
RATED = ("inverse_gap", "softmax")
"""Explorers whose rates are for values in some unit."""


@dataclass(frozen=True, slots=True)
class ReplayQuestion:
    """What an answer needs besides the walk.

    `level` is of an interval by itself, `joint` of those of all learners together; `others` says
    whether there are targets that don't learn.
    """

    unit: str
    level: float
    joint: float
    others: bool = False
    notes: tuple[str, ...] = ()
    unusable: Unusable = field(default_factory=Unusable)
    reward: str = ""


def of_table(
    table: Table,
    columns: Columns,
    notes: tuple[str, ...],
    surveyed: Survey,
    targets: Sequence[TargetPolicy],
    options: EvaluateOptions,
    *,
    level: float,
    others: bool,
) -> Comparison:
    """Answer targets that learn from a surveyed table; all hold together at `level`."""
    held = hold_table(table, columns, surveyed, options["tell"])
    if not columns.context:
        notes += ("no context is named (--context): learners choose one action for all rows",)
    question = ReplayQuestion(
        unit="row",
        level=options["level"],
        joint=level,
        others=others,
        notes=notes,
        unusable=surveyed.unusable,
        reward=columns.reward.text,
    )
    return of_learners(held, targets, walking_of(options), question, options["tell"])


def of_own_log(
    path: Path,
    targets: Sequence[TargetPolicy],
    options: EvaluateOptions,
    *,
    level: float,
    others: bool,
) -> Comparison:
    """Answer targets that learn from our own log; all hold together at `level`."""
    held, notes = hold_own(path, options["tell"])
    question = ReplayQuestion("ask", options["level"], level, others, notes)
    return of_learners(held, targets, walking_of(options), question, options["tell"])


def of_learners(
    held: ReplayLog,
    targets: Sequence[TargetPolicy],
    walking: Walking,
    question: ReplayQuestion,
    tell: Callable[[int], None] | None = None,
) -> Comparison:
    """Answer targets that learn, and say how they differ from the first of them.

    Raises
    ------
    BadValue
        If there are more learners than memory holds.
    """
    policies = [target.policy for target in targets if target.policy is not None]
    names = [str(target) for target in targets]
    unanswered = [_unanswered(held, target, walking.worth, question) for target in targets]
    try:
        plan, notes = walking.plan(held, learned=question.unit == "ask")
    except CannotAnswer as error:
        refused = [
            replace(evaluation, judgement=Judgement.refusal(str(error)))
            for evaluation in unanswered
        ]
        none = (Difference(name, names[0], None) for name in names[1:])
        return Comparison(tuple(refused), tuple(none))
    walked = walk(held, policies, plan, tell)
    found = check_log(held) if question.unit == "row" else ()
    judgements = judge_walk(held, walked, names, question.unit, found)
    together = with_logged(held, walked)
    each_alone = np.eye(len(together.value))[:, : len(names)]
    gained = each_alone - np.eye(len(together.value))[:, -1:]
    estimates = _estimates(together.of(each_alone), question.joint, plan)
    words = words_of(plan.replays)
    evaluations = []
    for at, (passed, diagnostics) in enumerate(diagnose_walk(held, walked)):
        evaluation = replace(
            unanswered[at],
            estimates=(estimates[at],),
            diagnostics=diagnostics,
            judgement=judgements[at],
            gain=_estimates(together.of(gained[:, [at]]), question.level, plan)[0],
            notes=(*unanswered[at].notes, *notes),
            learning=LearnerReplay(
                policy_label(policies[at]), plan.horizon, plan.replays, words, passed
            ),
        )
        evaluations.append(_withheld(evaluation) if evaluation.refused else evaluation)
    differences = _differences(together, evaluations, question.joint, plan)
    return Comparison(tuple(evaluations), tuple(differences))


def _withheld(evaluation: Evaluation) -> Evaluation:
    return replace(evaluation, estimates=(), withheld=evaluation.estimates, gain=None)


def _unanswered(
    held: ReplayLog, target: TargetPolicy, worth: float, question: ReplayQuestion
) -> Evaluation:
    """Return an evaluation that says what is known before the log is walked."""
    assert target.policy is not None
    name, policy = str(target), target.policy
    notes = [f"{name} is {policy_label(policy)}", LEARNER]
    if policy.explorer in RATED:
        notes.append(units(worth))
    if question.others:
        notes.append(NO_DIFFERENCE)
    return Evaluation(
        rows=len(held),
        unit=question.unit,
        logging=_mean_of_log(held, question.level),
        target=name,
        estimates=(),
        diagnostics=Diagnostics.of_nothing(),
        judgement=Judgement(),
        default=METHOD,
        notes=(*notes, *question.notes),
        unusable=question.unusable,
        learning=LearnerReplay(policy_label(policy)),
        reward=question.reward,
    )


def _mean_of_log(held: ReplayLog, level: float) -> Estimate:
    weight, clustered = np.ones_like(held.reward), held.group is not None
    rows = Scored.without_model(weight, held.reward, group=held.group, clustered=clustered)
    mean = Snips().receive_unweighted(rows)
    low, high, made_by = mean.interval(held.kind, level)
    return Estimate(
        estimator="mean of the log",
        value=mean.value(),
        low=float(low),
        high=float(high),
        level=level,
        interval=made_by,
    )


def _estimates(spread: Spread, level: float, plan: Plan) -> list[Estimate]:
    """Read estimates with intervals that all hold together at `level`."""
    bounds = spread.bounds(level)
    words, horizon = words_of(plan.replays), f"T' = {plan.horizon:,}"
    return [
        Estimate(
            estimator=METHOD,
            value=float(value),
            low=float(low),
            high=float(high),
            level=bounds.level,
            interval=words,
            setting=horizon,
        )
        for value, low, high in zip(bounds.value, bounds.low, bounds.high, strict=True)
    ]


def _differences(
    together: Spread, evaluations: Sequence[Evaluation], level: float, plan: Plan
) -> list[Difference]:
    first = evaluations[0]
    able = [
        at for at in range(1, len(evaluations)) if not (evaluations[at].refused or first.refused)
    ]
    every = np.eye(len(together.value))
    apart = _estimates(together.of(every[:, able] - every[:, :1]), level, plan) if able else []
    by = dict(zip(able, apart, strict=True))
    return [
        Difference(evaluation.target, first.target, by.get(at))
        for at, evaluation in enumerate(evaluations)
        if at > 0
    ]
