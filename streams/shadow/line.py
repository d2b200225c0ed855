"""One decision as a shadow notes it: what was done, and what the shadow would have done.

All that a shadow counts is a fold of these, so a shadow that starts again goes on from its lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.draw import choose, draw
from bandit.events import STOP
from streams.shadow.case import AUDITED, left_out, rebuild

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.decide.policies.policy import Policy
    from bandit.events import Pool
    from bandit.learn.brain import Brain
    from bandit.settings import Settings
    from streams.shadow.decisions import Found
    from streams.shadow.worth import Worths

SAME = 1e-6
"""Predictions that are nearer to the logged ones come from the same model."""


class Would(msgspec.Struct, frozen=True, kw_only=True):
    """What the shadow would have done.

    `choice` is drawn by the decision's own draw, so that it differs from what was done by the
    policy and not by luck. `quality` is the shadow's prediction for each pool; `same_model` says
    whether the log's was the same, `own_worth` whether `worth_usd` is the shadow's own.
    """

    policy: str
    choice: str
    pmf: dict[str, float]
    quality: dict[str, float]
    same_model: bool
    worth_usd: float
    own_worth: bool


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision that was made, and what the shadow would have done or why that isn't said.

    `log_worth` has the worths of targets that it moved, by the desk's own keys.
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
    left_out: str | None = None
    shadow: Would | None = None
    log_worth: dict[str, float] = {}


def compare(
    found: Found,
    settings: Settings,
    policy: Policy,
    brain: Brain,
    pools: Mapping[str, Pool],
    worths: Worths,
) -> Line:
    """Return what the shadow would have done where `found` was decided."""
    partition, offset, decision = found
    why_not = left_out(decision, settings, pools)
    own_usd = None if why_not == AUDITED else worths.usd(partition, decision)
    would, choice = None, decision.choice
    if why_not is None:
        worth = decision.worth_usd if own_usd is None else own_usd
        case = rebuild(decision, settings, brain, pools, worth)
        quality = {option.pool: option.quality for option in case.actions}
        pmf = {STOP: 1.0} if case.labels_left <= 0 else policy.pmf(case)
        choice = choose(pmf, draw(decision.seed, decision.task, decision.ask))
        would = Would(
            policy=policy.name,
            choice=choice,
            pmf=pmf,
            quality=quality,
            same_model=all(abs(quality[pool] - decision.quality[pool]) < SAME for pool in quality),
            worth_usd=worth,
            own_worth=own_usd is not None,
        )
    return Line(
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
