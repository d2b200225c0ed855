"""The comparison of a logged decision with the shadow's, as a line of the shadow's file.

All figures of a shadow are a fold of these, so a restarted shadow continues from its file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.draw import choose, draw
from bandit.events import STOP
from streams.shadow.case import NotCompared, left_out, own_options, rebuild

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.decide.policies.policy import Policy
    from bandit.events import Pool
    from bandit.learn.brain import Brain
    from bandit.settings import Settings
    from streams.shadow.decisions import LoggedDecision
    from streams.shadow.worth import Worths

SAME = 1e-6
"""Predictions that differ less from the logged ones come from the same model."""


class ShadowChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The choice of the shadow.

    `choice` uses the random number of the logged decision, so that it differs because of the policy
    and not by chance. `quality` is the shadow's prediction for each pool; `same_model` says
    whether the log's was the same, `own_worth` whether `worth_usd` is the shadow's own.
    """

    policy: str
    choice: str
    pmf: dict[str, float]
    quality: dict[str, float]
    same_model: bool
    worth_usd: float
    own_worth: bool


class ShadowComparison(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A logged decision, and the shadow's choice or the reason why they are not compared.

    `log_worth` has the values of correct answers that it changed, by their keys in the state.
    """

    partition: int
    offset: int
    task: str
    project: str
    ask: int
    at: float
    why: str
    policy: str
    choice: str
    pmf: dict[str, float]
    usd_per_label: dict[str, float]
    left_out: NotCompared | None = None
    shadow: ShadowChoice | None = None
    log_worth: dict[str, float] = {}


def compare(
    logged: LoggedDecision,
    settings: Settings,
    policy: Policy,
    brain: Brain,
    pools: Mapping[str, Pool],
    worths: Worths,
) -> ShadowComparison:
    """Decide for the shadow what was decided at `logged`, and compare."""
    partition, offset, decision, _ = logged
    why_not = left_out(decision, settings, pools)
    own_usd = None if why_not is NotCompared.AUDITED else worths.usd(partition, decision)
    would, choice = None, decision.choice
    if why_not is None:
        worth = decision.worth_usd if own_usd is None else own_usd
        case = rebuild(decision, settings, brain, pools, worth)
        quality = {option.pool: option.quality for option in case.actions}
        own = own_options(case, settings, pools)
        pmf = policy.pmf(own) if own.actions else {STOP: 1.0}
        choice = choose(pmf, draw(decision.seed, decision.task, decision.ask))
        would = ShadowChoice(
            policy=policy.name,
            choice=choice,
            pmf=pmf,
            quality=quality,
            same_model=all(abs(quality[pool] - decision.quality[pool]) < SAME for pool in quality),
            worth_usd=worth,
            own_worth=own_usd is not None,
        )
    return ShadowComparison(
        partition=partition,
        offset=offset,
        task=decision.task,
        project=decision.project,
        ask=decision.ask,
        at=decision.at,
        why=decision.why,
        policy=decision.policy,
        choice=decision.choice,
        pmf=decision.pmf,
        usd_per_label=decision.usd_per_label,
        left_out=why_not,
        shadow=would,
        log_worth=worths.decided(partition, decision, choice),
    )
