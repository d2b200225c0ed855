"""What is printed about our own log, claim by claim, against an A/B test of the question it names.

Each seed is a market of its own labelers, tasks and draws (`bench/simulated`). Its log is evaluated
as `poolwise evaluate` does it. A claim holds if it and the A/B test in the same market differ by no
more than the two 95 % intervals together allow, the root of the sum of their squares: at least .95
of the time, if both are right, and no truth needs to be known. `accuracy, all gold` is of the same
log as if every task had been audited. With --live a live run of the target in the same market
stands beside it: another question, whose answer the intervals need not hold.

    python bench/own_log.py --logs 100 --tasks 800 --target greedy --target mix:0.3:greedy
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from math import hypot
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from scipy.stats import binom  # noqa: E402

from bench.simulated.own_market import Means, OwnMarket  # noqa: E402
from replay.evaluation.result import answer  # noqa: E402
from replay.targets.target import parse_target  # noqa: E402
from replay.task_log.log_summary import sum_task_log  # noqa: E402
from tests.replay.task_log.own_log_writer import write_log  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.simulated.own_market import Events
    from replay.numerics.amount import Amount
    from replay.numerics.arrays import Floats
    from replay.results.evaluation import Estimate, Evaluation
    from replay.targets.target import TargetPolicy

GOAL, SURELY = 0.93, 0.01


class Truth(NamedTuple):
    """A mean or difference by the A/B test, and half of its 95 % interval."""

    value: float
    half_width: float


@dataclass
class Claim:
    """How often a claim's interval held the truth, and how wide it was."""

    held: list[bool] = field(default_factory=list)
    half_widths: list[float] = field(default_factory=list)
    away: list[float] = field(default_factory=list)

    def add(self, amount: Amount | Estimate, truth: Truth) -> None:
        assert amount.value is not None
        side = amount.high if truth.value > amount.value else amount.low
        allowed = hypot(side - amount.value, truth.half_width)
        self.held.append(abs(amount.value - truth.value) <= allowed)
        self.half_widths.append((amount.high - amount.low) / 2)
        self.away.append(amount.value - truth.value)

    @property
    def share(self) -> float:
        return float(np.mean(self.held))

    @property
    def fails(self) -> bool:
        """Whether it holds significantly less often than it should (one-sided 1 %)."""
        return bool(binom.cdf(sum(self.held), len(self.held), GOAL) < SURELY)

    def row(self, name: str) -> str:
        error = np.std(self.away, ddof=1) / len(self.away) ** 0.5 if len(self.away) > 1 else 0.0
        mark = "  fails" if self.fails else ""
        return (
            f"  {name:24} {len(self.held):5} {self.share:7.3f} {np.mean(self.half_widths):11.4f}"
            f" {np.mean(self.away):+11.5f} ± {error:.5f}{mark}"
        )


@dataclass
class Result:
    """What was found about one target over all logs."""

    logs: int = 0
    refused: int = 0
    accuracy_headlines: int = 0
    audits: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    claims: dict[str, Claim] = field(default_factory=lambda: defaultdict(Claim))
    live: dict[str, Claim] = field(default_factory=lambda: defaultdict(Claim))
    gold: Claim = field(default_factory=Claim)

    def lines(self) -> Iterator[str]:
        yield (
            f"  refused {self.refused} of {self.logs}; accuracy in {self.accuracy_headlines}"
            f" headlines; {np.mean(self.audits or [0]):.0f} audits are as precise as"
            f" {np.mean(self.alone or [0]):.0f} alone"
        )
        yield f"  {'claim':24} {'logs':>5} {'holds':>7} {'half width':>11} {'mean error':>11}"
        for name, claim in self.claims.items():
            yield claim.row(name)
        for name, claim in self.live.items():
            yield claim.row(f"live: {name}")
        if self.gold.held:
            yield self.gold.row("accuracy, all gold")


def asked(
    seeds: Sequence[int],
    tasks: int,
    targets: Sequence[str],
    *,
    audit: float = 0.05,
    live: bool = False,
) -> dict[str, Result]:
    """Evaluate a log a seed and target, and hold each claim against the A/B test beside it."""
    results = {name: Result() for name in targets}
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            market = OwnMarket(seed, tasks, audit)
            for name, result in results.items():
                _ask(result, market, parse_target(name), Path(folder) / "log", live=live)
    return results


def _ask(
    result: Result, market: OwnMarket, target: TargetPolicy, path: Path, *, live: bool
) -> None:
    ran = market.logged(target)
    found = _evaluated(path, ran.events, target)
    result.logs += 1
    result.refused += found.refused
    if found.refused:
        return
    assert found.money is not None
    audits = found.money.whole.audits
    result.accuracy_headlines += found.money.accuracy_known
    result.audits.append(audits.gold)
    result.alone.append(audits.alone or 0.0)
    _hold(result.claims, found, ran.target, ran.control)
    gold = _evaluated(path, market.with_gold(ran.events), target)
    assert gold.money is not None
    for one in gold.money.whole.components:
        if one.name == "accuracy":  # it has none where the weights leave too little gold
            result.gold.add(one.gain, _differing(ran.target, ran.control, "accuracy"))
    if live:
        _hold(result.live, found, market.live(target), ran.logged)


def _evaluated(path: Path, events: Events, target: TargetPolicy) -> Evaluation:
    path.unlink(missing_ok=True)
    summary = sum_task_log(write_log(path, events), [target]).summaries[0]
    return answer(summary, str(target), 0.95)


def _differing(one: Floats, other: Floats, name: str) -> Truth:
    """Difference of two arms in a column of theirs, with its 95 % interval."""
    at = Means._fields.index(name)
    arms = one[:, at], other[:, at]
    variance = sum(float(arm.var(ddof=1)) / len(arm) for arm in arms)
    return Truth(float(arms[0].mean() - arms[1].mean()), 1.96 * variance**0.5)


def _hold(claims: dict[str, Claim], found: Evaluation, target: Floats, control: Floats) -> None:
    assert found.money is not None
    whole = found.money.whole
    assert whole.gain is not None
    assert whole.net is not None
    assert whole.agreement is not None
    truth = {name: _differing(target, control, name) for name in Means._fields}
    value = truth["value_usd"]
    claims["agreement"].add(whole.agreement.gain, truth["agreement"])
    for one in whole.components:
        if one.name in ("accuracy", "usd", "delay_s"):
            claims[one.name].add(one.gain, truth[one.name])
        if one.name == "accuracy" and found.money.accuracy_known:
            claims["accuracy in a headline"].add(one.gain, truth[one.name])
    claims["gain"].add(whole.gain, value)
    claims["gain less audits"].add(
        whole.net, Truth(value.value - whole.audits.usd, value.half_width)
    )
    earned = target[:, Means._fields.index("value_usd")]
    alone = Truth(float(earned.mean()), 1.96 * float(earned.std(ddof=1)) / len(earned) ** 0.5)
    for estimate in found.estimates:
        claims[f"value by {estimate.estimator}"].add(estimate, alone)


def main() -> int:
    """Print the claims; 1 if one of them holds significantly too rarely."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--logs", type=int, default=100)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--tasks", type=int, default=800)
    parser.add_argument("--audit", type=float, default=0.05, help="share of audited tasks")
    parser.add_argument("--target", action="append", dest="targets")
    parser.add_argument("--live", action="store_true")
    given = parser.parse_args()
    targets = given.targets or ["greedy", "mix:0.3:greedy"]
    results = asked(
        range(given.first, given.first + given.logs),
        given.tasks,
        targets,
        audit=given.audit,
        live=given.live,
    )
    print(
        f"{given.logs} logs of {given.tasks} tasks, half of them logged,"
        f" {100 * given.audit:.0f} % audited"
    )
    failed = False
    for name, result in results.items():
        print(name)
        print("\n".join(result.lines()))
        failed |= any(claim.fails for claim in result.claims.values())
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
