"""An explorer of Vowpal Wabbit: the cost of asking a pool, learned online, and its probabilities.

It is `--cb_explore_adf` with importance-weighted regression, `--cb_type mtr` (Bietti, Agarwal and
Langford 2021, A Contextual Bandit Bake-off, JMLR 22(133)). A situation is a context of the policy,
as VW's text: the labels so far, the posterior and its entropy, whether there is a prior, and for
each pool its name, its price, and what the look-ahead says of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from vowpalwabbit import Workspace

from bandit.errors import BadValue
from bandit.events import STOP
from bandit.learn.vw import escape
from bandit.pmf import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.decide.policies.context import Context

BASE = "--quiet --cb_explore_adf --cb_type mtr -q sp -q cp -q xp -b 18 -l 0.1"
STOP_LINE = f"|p {STOP}"  # no pool's line: those have a second namespace
MANY = 4  # from this number of labels on, situations count as alike

Lines = tuple[str, ...]
"""VW's text of a situation: a line that all actions share, then one for each action."""


def entropy(chances: Sequence[float]) -> float:
    """Return the entropy of a posterior in nats.

    Examples
    --------
    >>> round(entropy((0.5, 0.5)), 3)
    0.693
    """
    return -math.fsum(chance * math.log(chance) for chance in chances if chance > 0.0)


def lines_of(context: Context, *, with_stop: bool = False) -> Lines:
    """Return VW's text of a context, with `stop` as the last action where it is one and wanted.

    Values and prices are shares of the value of a right answer.

    Examples
    --------
    >>> from bandit.decide.policies.context import Action, Context
    >>> action = Action("a", usd=0.1, value_usd=0.5, quality=0.8, known_rate=0.75)
    >>> for line in lines_of(Context((action,), True, False, (0.75, 0.25), 1, 8, 5.0, 100)):
    ...     print(line)
    shared |s labels1 top:0.750000 entropy:0.562335 |c c0:0.750000 c1:0.250000
    |p a |x value:0.100000 price:0.020000 quality:0.800000
    """
    posterior, worth = context.posterior, context.worth_usd
    prior = " prior" if context.has_prior else ""
    classes = " ".join(f"c{i}:{chance:.6f}" for i, chance in enumerate(posterior) if chance > 0.01)
    shared = f"labels{min(context.labels, MANY)}{prior} top:{max(posterior):.6f}"
    lines = [f"shared |s {shared} entropy:{entropy(posterior):.6f} |c {classes}"]
    lines += [
        f"|p {escape(action.pool)} |x value:{action.value_usd / worth:.6f} "
        f"price:{action.usd / worth:.6f} quality:{action.quality:.6f}"
        for action in context.actions
    ]
    if with_stop and context.may_stop:
        lines.append(STOP_LINE)
    return tuple(lines)


class VwExplorer:
    """One of Vowpal Wabbit's explorers.

    Examples
    --------
    >>> explorer = VwExplorer("--squarecb --gamma_scale 100")
    >>> lines = ("shared |s labels0", "|p a", "|p b")
    >>> explorer.pmf(lines)
    [0.5, 0.5]
    >>> for _ in range(50):
    ...     explorer.learn(lines, 0, cost=-0.2, propensity=0.5)
    ...     explorer.learn(lines, 1, cost=-0.8, propensity=0.5)
    >>> explorer.pmf(lines)[1] > 0.8
    True
    """

    def __init__(self, arguments: str) -> None:
        self.learned = 0
        self._vw: Any = Workspace(f"{BASE} {arguments}")

    def pmf(self, lines: Lines) -> list[float]:
        """Return the probability of each action; VW's, in single precision, sum to 1 roughly."""
        chances = self._vw.predict(list(lines))
        scaled = normalised({str(i): max(0.0, chance) for i, chance in enumerate(chances)})
        return list(scaled.values())

    def learn(self, lines: Lines, action: int, cost: float, propensity: float) -> None:
        """Learn what the action that was taken cost.

        Raises
        ------
        BadValue
            If `cost` isn't finite or `propensity` isn't in (0, 1]: VW would take them silently.
        """
        if not (math.isfinite(cost) and 0.0 < propensity <= 1.0):
            msg = f"cost {cost}, propensity {propensity}: must be finite, and in (0, 1]"
            raise BadValue(msg)
        labeled = list(lines)
        labeled[action + 1] = f"0:{cost:.6f}:{propensity:.8f} {labeled[action + 1]}"
        self._vw.learn(labeled)
        self.learned += 1
