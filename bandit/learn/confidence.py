"""The likeliest class of a posterior, and the posterior after its calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def leader(chances: Mapping[str, float]) -> tuple[str, float]:
    """Return the likeliest class and its chance; the first one of equals."""
    best = max(chances, key=chances.__getitem__)
    return best, chances[best]


def sharpen(chances: Mapping[str, float], top: str, confidence: float) -> dict[str, float]:
    """Return `chances` with that of `top` set to `confidence`, the others in proportion.

    The answer stays the likeliest class: a `confidence` below a tie with the second class is raised
    to the tie, since calibration doesn't say which other class is right.

    Examples
    --------
    >>> sharpen({"yes": 0.9, "no": 0.1}, "yes", 0.7)["yes"]
    0.7
    >>> sharpen({"yes": 0.6, "no": 0.4}, "yes", 0.3)
    {'yes': 0.5, 'no': 0.5}
    """
    rest = 1.0 - chances[top]
    if rest <= 0.0:
        return dict(chances)
    second = max([chance for name, chance in chances.items() if name != top])
    confidence = max(confidence, second / (rest + second))
    scale = (1.0 - confidence) / rest
    return {name: confidence if name == top else chance * scale for name, chance in chances.items()}
