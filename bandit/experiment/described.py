"""A live test in one line, and the pools that its arms name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import ConfigError, nearest

if TYPE_CHECKING:
    from collections.abc import Collection

    from bandit.experiment_settings import ExperimentSettings
    from bandit.policy_settings import PolicySettings


def described(experiment: ExperimentSettings, base: PolicySettings) -> str:
    """Return the arms of a test, their shares, and whose brain each has; [policy] has `base`.

    Examples
    --------
    >>> from bandit.experiment_settings import ArmSettings, ExperimentSettings
    >>> from bandit.policy_settings import PolicySettings
    >>> arms = {"old": ArmSettings(share=0.9), "new": ArmSettings(share=0.1, rate=5.0)}
    >>> described(ExperimentSettings(name="rates", arms=arms), PolicySettings())
    'experiment rates by task: arms old 90 % (shared brain), new 10 % (own brain)'
    """
    arms = ", ".join(
        f"{name} {100.0 * arm.share:g} % ({'own' if arm.has_own_brain(base) else 'shared'} brain)"
        for name, arm in experiment.arms.items()
    )
    return f"experiment {experiment.name} by {experiment.unit}: arms {arms}"


def check_pools(experiment: ExperimentSettings, known: Collection[str]) -> None:
    """Check that the pools that arms name are `known`: those that give labels.

    Raises
    ------
    ConfigError
        Naming the first that isn't; an arm would ask others in its place.

    Examples
    --------
    >>> from bandit.experiment_settings import ArmSettings, ExperimentSettings, FixedRedundancy
    >>> holdout = ArmSettings(share=0.1, fixed=FixedRedundancy(pool="crwd"))
    >>> check_pools(ExperimentSettings(name="x", arms={"holdout": holdout}), ["crowd", "vendor"])
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: experiment.arms.holdout.fixed.pool = 'crwd': no pool of labelers \
has this name; did you mean 'crowd'?
    """
    for name, arm in experiment.arms.items():
        key, pool = ("pool", arm.pool) if arm.fixed is None else ("fixed.pool", arm.fixed.pool)
        if pool is not None and pool not in known:
            msg = f"experiment.arms.{name}.{key} = {pool!r}: no pool of labelers has this name"
            raise ConfigError(msg + nearest(pool, known))
