"""obp's bootstrap intervals from weights, rewards and a model's word, a run at a time.

obp bootstraps the mean of each row's term, for SNIPW and SNDR too, whose weights are divided by
their mean before and not in every round. The terms are written here as obp's estimators make them;
the bootstrap is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Ends = tuple[float, float]
SWITCH, SHRINKAGE = 10.0, 100.0


def terms(w: np.ndarray, r: np.ndarray) -> dict[str, np.ndarray]:
    """Terms of the estimators that need no model."""
    return {"obp IPW": w * r, "obp SNIPW": w * r / w.mean()}


def modelled(
    w: np.ndarray, r: np.ndarray, direct: np.ndarray, q: np.ndarray
) -> dict[str, np.ndarray]:
    """Terms of the estimators that need one."""
    away = r - q
    return {
        "obp DM": direct,
        "obp DR": direct + w * away,
        "obp SNDR": direct + w * away / w.mean(),
        f"obp Switch-DR {SWITCH:g}": direct + np.where(w <= SWITCH, w, 0.0) * away,
        f"obp DRos {SHRINKAGE:g}": direct + SHRINKAGE * w / (w * w + SHRINKAGE) * away,
    }


def makers(
    runs: dict[str, np.ndarray], alpha: float, rounds: int, seed: int
) -> dict[str, Callable[[int], Ends]]:
    """For each interval the function that makes it of a run."""
    import no_torch  # noqa: F401, PLC0415 - obp wants to find it
    from obp.utils import estimate_confidence_interval_by_bootstrap  # noqa: PLC0415 - if it is here

    def of_run(run: int) -> dict[str, np.ndarray]:
        w, r = runs["w"][run], runs["r"][run]
        if "direct" not in runs:
            return terms(w, r)
        return terms(w, r) | modelled(w, r, runs["direct"][run], runs["q"][run])

    def maker(name: str) -> Callable[[int], Ends]:
        def make(run: int) -> Ends:
            said = estimate_confidence_interval_by_bootstrap(
                samples=of_run(run)[name],
                alpha=alpha,
                n_bootstrap_samples=rounds,
                random_state=seed + run,
            )
            low, high = (float(value) for key, value in said.items() if key != "mean")
            return low, high

        return make

    return {name: maker(name) for name in of_run(0)}
