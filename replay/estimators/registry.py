"""Registry of estimators, and those that a target policy can be evaluated with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue, nearest
from replay.estimators.baseline import Baseline
from replay.estimators.clipped import Clipped
from replay.estimators.cressie_read import CressieRead
from replay.estimators.dm import Dm
from replay.estimators.dr import Dr
from replay.estimators.dros import Dros
from replay.estimators.gains import DrGain, SnGain
from replay.estimators.ips import Ips
from replay.estimators.rejection import Rejection
from replay.estimators.sn_baseline import SnBaseline
from replay.estimators.sndr import Sndr
from replay.estimators.snips import Snips
from replay.estimators.switch_dr import SwitchDr
from replay.numerics.log_histogram import LogHistogram
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.estimators.estimator import Estimator, RowEstimator
    from replay.targets.target import TargetPolicy

WEIGHING: tuple[type[RowEstimator], ...] = (Ips, Clipped, Snips, CressieRead, Rejection)
"""Those that need no model of the reward."""

MODELLING: tuple[type[RowEstimator], ...] = (Dm, SwitchDr, Dros, Sndr, Dr)
"""Those that need a model, and the target's chance of every action."""

BLIND: tuple[type[RowEstimator], ...] = (Baseline, SnBaseline)
"""Those that need a model of the context alone."""

ESTIMATORS = (*WEIGHING, *MODELLING, *BLIND)
"""All estimators of rows; those of whole tasks are in `replay/estimators/stepwise.py`."""


def estimators_for(
    target: TargetPolicy,
    only: Sequence[str] = (),
    *,
    pmf_known: bool,
    histogram_kept: bool = False,
    limits: tuple[float, float] | None = None,
    scale: RewardScale | None = None,
) -> tuple[Estimator, ...]:
    """Estimators that can answer, empty; the last is the default.

    The choice is by what is known of the target, never by rewards. Weights of 1 need no model.
    `only` leaves out all whose names it hasn't, if it has any; `histogram_kept` keeps the histogram
    of terms that betting needs; `limits` are the declared range of the rewards, `scale` is how they
    are measured.

    Raises
    ------
    BadValue
        If none of `only` is for such a target; the message names those that are.
    """
    scale = scale or RewardScale()
    ips = Ips(histogram=LogHistogram() if histogram_kept else None, limits=limits, scale=scale)
    if target.kind == "logging":
        return tuple(estimator for estimator in (ips, Snips()) if estimator.name in only) or (
            ips,
            Snips(),
        )
    offered = (*WEIGHING, *(MODELLING if pmf_known else BLIND))
    wanted = [estimator for estimator in offered if not only or estimator.name in only]
    if not wanted:
        known = "every action's chance is" if pmf_known else "only the logged action's chance is"
        raise BadValue(
            f"target {target}: no estimate by {', '.join(only)}, for {known} known; for this target"
            f" there are: {', '.join(estimator.name for estimator in offered)}"
        )
    made: dict[type[RowEstimator], Estimator] = {
        Ips: ips,
        Clipped: Clipped(scale=scale),
        CressieRead: CressieRead(scale=scale),
    }
    return tuple(made[estimator] if estimator in made else estimator() for estimator in wanted)


def need_model(estimators: Iterable[Estimator]) -> bool:
    """Whether any of them needs a model of the reward."""
    return any(isinstance(estimator, (*MODELLING, *BLIND)) for estimator in estimators)


def gain_for(estimators: Sequence[Estimator]) -> Estimator | None:
    """Estimator of what the target earns more than was logged; `None` without a model."""
    default = estimators[-1]
    if isinstance(default, SnBaseline):
        return SnGain()
    return DrGain() if isinstance(default, Dr) else None


def named_estimators(names: Sequence[str]) -> tuple[str, ...]:
    """Return the estimators' own names for what a user calls them, capitals and spaces aside.

    Raises
    ------
    BadValue
        If there is no such estimator; the message names the nearest.

    Examples
    --------
    >>> named_estimators(["ips", "switch-dr"])
    ('IPS', 'Switch-DR')
    """
    known = {estimator.name.lower(): estimator.name for estimator in ESTIMATORS}
    chosen = []
    for name in names:
        plain = name.strip().lower()
        if plain not in known:
            raise BadValue(f"unknown estimator {name!r}{nearest(plain, known)}")
        chosen.append(known[plain])
    return tuple(chosen)
