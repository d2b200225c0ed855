"""Options that can't be combined with a target that learns, and those that need one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bandit.errors import InputError
from replay.evaluation.arguments import walking_of
from replay.evaluation.options import EvaluateOptions
from replay.learning.config import Walking
from replay.runtime.declared_options import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.targets.target import TargetPolicy

AS_LOGGED = " from the reward as it was logged: leave out "

Refused = Literal[
    "by",
    "estimate_propensities",
    "interval",
    "estimators",
    "engine",
    "delay_usd_per_hour",
    "audit_usd",
]

REFUSED: Mapping[Refused, str] = {
    "by": (
        " from the whole log, which isn't sliced: leave out --by (to evaluate a part of a"
        " table, select it: --sql)"
    ),
    "estimate_propensities": (
        " from rows accepted by their logged propensities; estimated ones can't be used: leave"
        " out --estimate-propensities, or choose another target"
    ),
    "interval": ": its interval is that of its replays: leave out --interval",
    "estimators": ": it has one estimator (DR replay): leave out --estimators",
    "engine": " row by row, which Spark's executors can't share: leave out --engine spark",
    "delay_usd_per_hour": f"{AS_LOGGED}--delay-usd-per-hour",
    "audit_usd": f"{AS_LOGGED}--audit-usd",
}
"""By an option's name, how a line goes on that begins with "target FILE.toml learns"."""


def check_learners(targets: Sequence[TargetPolicy], options: EvaluateOptions) -> None:
    """Refuse options that say nothing to a target that learns, or to those that don't.

    Raises
    ------
    InputError, BadValue
        If there is one; the message says what to do.
    """
    walking, usual = walking_of(options), filled(EvaluateOptions, {})
    walking.check()
    learning = [target for target in targets if target.learns]
    if not learning and walking != Walking():
        raise InputError(
            "--horizon, --replays, --percentile, --worth and --seed are for a target that learns"
            " (a policy's TOML), and none does: leave them out"
        )
    for name, why in REFUSED.items():
        given = options[name]
        if learning and given and given != usual[name]:
            raise InputError(f"target {learning[0]} learns{why}")
