"""Intervals of vw-estimators from weights and rewards, a run at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Ends = tuple[float | None, float | None]


def makers(runs: dict[str, np.ndarray], alpha: float) -> dict[str, Callable[[int], Ends]]:
    """For each interval the function that makes it of a run.

    Raises
    ------
    SystemExit
        If a reward is outside the bounds.
    """
    # Imported only where it is installed.
    from estimators.bandits import clopper_pearson, cressieread, cs, gaussian  # noqa: PLC0415

    least, largest = (float(bound) for bound in runs.get("bounds", np.array([0.0, 1.0])))
    if runs["r"].min() < least or runs["r"].max() > largest:
        raise SystemExit(
            f"rewards go from {runs['r'].min():g} to {runs['r'].max():g}, beyond the bounds "
            f"[{least:g}, {largest:g}]: put the true ones into the array 'bounds'"
        )
    bounds = {"rmin": least, "rmax": largest}

    def maker(interval: Callable[..., Any], **told: Any) -> Callable[[int], Ends]:
        def make(run: int) -> Ends:
            sums = interval(**told)
            for w, r in zip(runs["w"][run].tolist(), runs["r"][run].tolist(), strict=True):
                sums.add_example(1.0, r, w)
            low, high = (None if end is None else float(end) for end in sums.get(alpha))
            return low, high

        return make

    return {
        "vw gaussian": maker(gaussian.Interval),
        "vw Clopper-Pearson": maker(clopper_pearson.Interval, **bounds),
        "vw Cressie-Read": maker(cressieread.Interval, **bounds),
        "vw confidence sequence": maker(cs.Interval, **bounds),
    }
