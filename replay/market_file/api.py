"""`replay.simulate`: let an engine work through a simulated market, and keep all that it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bandit.engine.engine import Engine
from bandit.errors import BadValue
from bandit.events import Decision, Reward
from bandit.experiment.described import check_pools
from bandit.learn.brain import Brain
from bandit.settings import Settings
from replay.market.drive import Drive
from replay.market.live import live_run
from replay.market.outcome import taken
from replay.market.pools import EXPERTS
from replay.market_file.build import build_market, resized, without_worth
from replay.market_file.default import default_market
from replay.market_file.read import read_market
from replay.market_file.sections import MarketSpec
from replay.runtime.arguments import check_kind, refuse
from replay.runtime.settings_file import says_worth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bandit.events import Input, Label, Output, Verdict
    from replay.market.live import LiveRun

    Watch = Callable[[Brain, Input | Reward], None]


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated run, held against the truth that poolwise never sees.

    Parameters
    ----------
    figures
        How it went, as `poolwise simulate --json` prints it.
    truth
        The true class of each task, in the order of arrival.
    classes
        The classes of the tasks.
    usd_per_label
        The price of a label of each pool, that of the experts included.
    labels
        All labels that came, those of experts included.
    answers
        By task, the newest verdict that no gold has corrected: what the customer got.
    decisions, rewards
        All that were written, in this order.
    brain
        What was learned.
    """

    figures: LiveRun
    truth: Mapping[str, str]
    classes: tuple[str, ...]
    usd_per_label: Mapping[str, float]
    labels: Sequence[Label]
    answers: Mapping[str, Verdict]
    decisions: Sequence[Decision]
    rewards: Sequence[Reward]
    brain: Brain


def simulate(
    market: str | Path | MarketSpec | None = None,
    *,
    tasks: int | None = None,
    seed: int = 0,
    settings: Settings | None = None,
    watch: Watch | None = None,
) -> Simulation:
    """Let poolwise buy labels in a simulated market, and compare its answers with the truth.

    Parameters
    ----------
    market
        A file in TOML, in a checkout also a name in bench/markets, or what `replay.read_market`
        returned, changed perhaps. By default four pools that differ in price, skill and speed.
    tasks
        Number of tasks: by default, as the market says.
    seed
        Of the market and the engine: the same seed gives the same run.
    settings
        The engine's, but for the seed. What a right answer is worth by its `project` counts in
        place of what the market says, as for the command.
    watch
        Called with the brain and an event, after the engine has taken it in.

    Returns
    -------
    Simulation
        Its figures, and all labels, answers, decisions and rewards.

    Raises
    ------
    InputError, ConfigError
        If there is no such market, it or the settings can't be used, or there are no tasks.

    Examples
    --------
    >>> run = simulate(tasks=20, seed=1)
    >>> len(run.truth), run.figures.tasks, run.figures.labels == len(run.labels)
    (20, 20, True)
    """
    if isinstance(market, MarketSpec):
        spec = market
    else:
        spec = default_market() if market is None else read_market(market)
    check_kind("seed", seed, (int,))
    if not isinstance(settings, Settings | None):
        raise refuse("settings", settings, "bandit.Settings")
    if tasks is not None:
        check_kind("tasks", tasks, (int,))
        spec = resized(spec, tasks)
    if spec.tasks.count < 1:
        raise BadValue(f"tasks {spec.tasks.count}: must be 1 or more")
    chosen = msgspec.structs.replace(settings or Settings(), seed=seed)
    if says_worth(chosen.project):
        spec = without_worth(spec)
    made = build_market(spec, seed)
    if chosen.experiment is not None:
        check_pools(chosen.experiment, made.usd_per_label().keys() - {EXPERTS})
    brain = Brain(chosen)
    kept = _Kept(Engine(chosen, brain, partitions=1), brain, watch)
    drive = Drive(kept, made, chosen.clock.max_jump_s / 2)
    outcome = taken(drive.run(made.events()), "simulated market")
    first = next(iter(made.tasks.values()))
    return Simulation(
        figures=live_run(made, outcome),
        truth={name: task.truth for name, task in made.tasks.items()},
        classes=first.task.classes,
        usd_per_label=made.usd_per_label(),
        labels=outcome.labels,
        answers={name: outcome.answered[name] for name in made.tasks if name in outcome.answered},
        decisions=kept.decisions,
        rewards=kept.rewards,
        brain=brain,
    )


@dataclass(slots=True)
class _Kept:
    """An engine whose decisions and rewards are kept."""

    engine: Engine
    brain: Brain
    watch: Watch | None
    decisions: list[Decision] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        """Take an event in; keep what follows from it."""
        out = self.engine.receive(event)
        self.decisions += [found for found in out if isinstance(found, Decision)]
        self.rewards += [found for found in out if isinstance(found, Reward)]
        if self.watch is not None:
            self.watch(self.brain, event)
        return out

    def keep(self) -> None:
        """Make the changes so far final."""
        self.engine.keep()
