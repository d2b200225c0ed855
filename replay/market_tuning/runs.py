"""Runs of the engine in one market: every setting meets the same tasks and labelers.

Seeds are common random numbers: market, labelers and the engine's own draws of a seed are the same
for all settings, so what two of them earn is compared by seed.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import ConfigError
from bandit.settings import PolicySettings
from bandit.task.worth import DEFAULT_USD, target_of
from replay.market.live import live_outcome
from replay.market_file.build import build_market

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.events import Task
    from bandit.settings import Settings
    from replay.market.market import Market
    from replay.market.outcome import Outcome
    from replay.market_file.sections import MarketSpec
    from replay.runtime.parallel import Run


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What one run gave, per task.

    `net_usd` is the value of right first verdicts, less labels, audits and waiting at the project's
    price; `usd` is what labels and audits cost.
    """

    net_usd: float
    accuracy: float
    usd: float


class PolicyRun(msgspec.Struct, frozen=True):
    """Settings, and the seed of the market in which they run."""

    policy: PolicySettings
    seed: int


class Runs:
    """What is known of settings by seed; what isn't yet is run.

    Parameters
    ----------
    spec
        The market.
    settings
        Of the engine, but for the policy and the seed.
    done
        Told of each run that is done.

    Attributes
    ----------
    run
        Calls a function on every piece, as `workers` gives it.
    """

    def __init__(
        self, spec: MarketSpec, settings: Settings, done: Callable[[int], None] = lambda _: None
    ) -> None:
        self._once, self._done = partial(run_once, spec, settings), done
        self.run: Run = map
        self._known: dict[PolicyRun, Figures] = {}

    def of(self, policies: Iterable[PolicySettings], seeds: Sequence[int]) -> None:
        """Run all policies with all seeds, seed by seed."""
        wanted = [PolicyRun(policy, seed) for seed in seeds for policy in policies]
        missing = [each for each in dict.fromkeys(wanted) if each not in self._known]
        for each, figures in zip(missing, self.run(self._once, missing), strict=True):
            self._known[each] = figures
            self._done(1)

    def known(self, policy: PolicySettings, seeds: Iterable[int]) -> list[Figures]:
        """Figures of a policy for those of the seeds that it was run with."""
        wanted = (PolicyRun(policy, seed) for seed in seeds)
        return [self._known[each] for each in wanted if each in self._known]

    def net_usd(self, policy: PolicySettings, seeds: Iterable[int]) -> list[float]:
        """Net value per task by seed."""
        return [figures.net_usd for figures in self.known(policy, seeds)]


def run_once(spec: MarketSpec, settings: Settings, run: PolicyRun) -> Figures:
    """Let an engine that knows nothing yet work through the market of a seed."""
    market = build_market(spec, run.seed)
    chosen = msgspec.structs.replace(settings, seed=run.seed, policy=run.policy)
    return figures_of(market, live_outcome(market, chosen), chosen)


def figures_of(market: Market, outcome: Outcome, settings: Settings) -> Figures:
    """Sum up a run."""
    n, prices = len(market.tasks), market.usd_per_label()
    right, value = 0, 0.0
    for name, true_task in market.tasks.items():
        worth = value_usd(settings, true_task.task)
        verdict = outcome.first.get(name)
        if verdict is not None and verdict.answer == true_task.truth:
            right += 1
            value += worth
    paid = math.fsum(
        prices[label.pool] if label.usd is None else label.usd for label in outcome.labels
    )
    waited = math.fsum(
        verdict.delay_s / 3600.0 * settings.of_project(verdict.project).delay_usd_per_hour
        for verdict in outcome.first.values()
    )
    return Figures(net_usd=(value - paid - waited) / n, accuracy=right / n, usd=paid / n)


def check_valued(market: Market, settings: Settings) -> None:
    """Check that right answers have a value, which net value needs.

    Raises
    ------
    ConfigError
        If a task has a target accuracy.
    """
    for true_task in market.tasks.values():
        task = true_task.task
        if task.target_accuracy is not None or target_of(settings, task) is not None:
            raise ConfigError(
                "tasks have a target accuracy, but settings are compared by net value: give them a"
                " value instead (arrivals.value_usd in the market's file, project.value_usd in the"
                " configuration)"
            )


def value_usd(settings: Settings, task: Task) -> float:
    """Value of a right answer of a task with a value, in dollars."""
    value = task.value_usd or settings.of_project(task.project).value_usd
    return DEFAULT_USD if value is None else value
