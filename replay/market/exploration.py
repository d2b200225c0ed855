"""What exploring costs at a decision, as the engine sees it.

With pmf the logged distribution and v the logged values (that of `stop` is 0),

    price = sum over options a of pmf(a) (max over options b of v(b) - v(a)).

It is expected, not paid: by the engine's own values at that moment, which are wrong where the
engine still learns. That is the expected regret of a decision by its own values (Lattimore and
Szepesvári 2020, chapter 4).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.events import STOP

if TYPE_CHECKING:
    from bandit.events import Decision

BY_VALUE = "value/"
"""How the names of policies begin that choose by these values; others don't explore."""


def exploration_usd(decision: Decision) -> float:
    """Return how many dollars less a decision is expected to be worth than its best option.

    0 where a policy doesn't choose by values, and where there is nothing to choose from, as in an
    audit.
    """
    if len(decision.pmf) < 2 or not decision.policy.startswith(BY_VALUE):
        return 0.0
    values = {STOP: 0.0, **decision.values_usd}
    if not all(option in values for option in decision.pmf):
        return 0.0  # written before values were logged
    best = max(values[option] for option in decision.pmf)
    return math.fsum(chance * (best - values[option]) for option, chance in decision.pmf.items())
