"""Figures of a shadow: agreement, expected costs and asks by pool.

Figures are means over the decisions that were compared; `None` where there is none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bandit.events import STOP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.shadow.comparison import ShadowChoice, ShadowComparison


@dataclass(slots=True)
class ExpectedSums:
    """Sums of expectations under one of the two probability distributions."""

    stops: float = 0.0
    usd: float = 0.0
    asks: float = 0.0
    right: float = 0.0

    def receive(
        self, pmf: Mapping[str, float], usd: Mapping[str, float], quality: Mapping[str, float]
    ) -> None:
        """Add a decision; accuracies are the shadow's predictions, for both distributions."""
        self.stops += pmf.get(STOP, 0.0)
        for name, chance in pmf.items():
            if name != STOP:
                self.usd += chance * usd[name]
                self.asks += chance
                self.right += chance * quality[name]


@dataclass(slots=True)
class ComparisonSums:
    """Sums over the decisions of a group.

    `agreement` is the overlap of the two pmfs, sum min(logged, shadow): 1 less their total
    variation distance, and the most that draws of both could agree.
    """

    compared: int = 0
    same: int = 0
    agreement: float = 0.0
    logged: ExpectedSums = field(default_factory=ExpectedSums)
    shadow: ExpectedSums = field(default_factory=ExpectedSums)

    def receive(self, line: ShadowComparison, would: ShadowChoice) -> None:
        """Add a decision."""
        self.compared += 1
        self.same += _likeliest(line.pmf) == _likeliest(would.pmf)
        self.agreement += sum(min(line.pmf.get(name, 0.0), p) for name, p in would.pmf.items())
        self.logged.receive(line.pmf, line.usd_per_label, would.quality)
        self.shadow.receive(would.pmf, line.usd_per_label, would.quality)

    def figures(self) -> dict[str, Any]:
        """Return the means, by name."""
        means: dict[str, Any] = {
            "compared": self.compared,
            "same": _share(self.same, self.compared),
            "agreement": _share(self.agreement, self.compared),
        }
        for name, total in (("stop", "stops"), ("usd_per_decision", "usd")):
            means[name] = {
                who: _share(getattr(side, total), self.compared) for who, side in self._sides()
            }
        means["predicted_quality"] = {
            who: _share(side.right, side.asks) for who, side in self._sides()
        }
        return means

    def _sides(self) -> tuple[tuple[str, ExpectedSums], tuple[str, ExpectedSums]]:
        return ("logged", self.logged), ("shadow", self.shadow)


class ComparisonTally:
    """All figures, updated comparison by comparison."""

    def __init__(self) -> None:
        self.decisions = 0
        self.left_out: Counter[str] = Counter()
        self.same_model = 0
        self.own_worth = 0
        self.policies: dict[str, set[str]] = {"logged": set(), "shadow": set()}
        self.whole = ComparisonSums()
        self.by_why: defaultdict[str, ComparisonSums] = defaultdict(ComparisonSums)
        self.by_project: defaultdict[str, ComparisonSums] = defaultdict(ComparisonSums)
        self.pools: defaultdict[str, dict[str, float]] = defaultdict(
            lambda: {"logged": 0.0, "shadow": 0.0}
        )

    def receive(self, line: ShadowComparison) -> None:
        """Count a decision."""
        self.decisions += 1
        would = line.shadow
        if would is None:
            self.left_out[line.left_out or ""] += 1
            return
        self.same_model += would.same_model
        self.own_worth += would.own_worth
        self.policies["logged"].add(line.policy)
        self.policies["shadow"].add(would.policy)
        for sums in (self.whole, self.by_why[line.why], self.by_project[line.project]):
            sums.receive(line, would)
        for who, pmf in (("logged", line.pmf), ("shadow", would.pmf)):
            for name, chance in pmf.items():
                if name != STOP:
                    self.pools[name][who] += chance

    def figures(self) -> dict[str, Any]:
        """Return all of it, by name; a pool's figures are shares of the decisions compared."""
        compared = self.whole.compared
        return {
            "decisions": self.decisions,
            "left_out": dict(sorted(self.left_out.items())),
            "policies": {who: sorted(names) for who, names in self.policies.items()},
            **self.whole.figures(),
            "same_model": _share(self.same_model, compared),
            "own_worth": _share(self.own_worth, compared),
            "pools": {
                name: {who: mass / compared for who, mass in masses.items()}
                for name, masses in sorted(self.pools.items())
            },
            "by_why": {name: sums.figures() for name, sums in sorted(self.by_why.items())},
            "by_project": {name: sums.figures() for name, sums in sorted(self.by_project.items())},
        }


def _likeliest(pmf: Mapping[str, float]) -> str:
    """Return the most likely choice; of equals the first by name."""
    return min(pmf, key=lambda name: (-pmf[name], name))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
