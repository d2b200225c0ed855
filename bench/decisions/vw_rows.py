"""Rows of the bench in which Vowpal Wabbit explores the pools, and learns from its own run.

Whether a task has enough labels is decided by the look-ahead, as ever, so that a row differs from
the engine in exploration alone; rows that end in `-stop` leave that to VW, too, as an action.

The cost of asking a pool, in shares of the value w of a right answer, is that of going on with it
until the task's verdict,

    cost = (price of all labels from here on + cost of the wait) / w - (c_verdict - c_now),

with c the calibrated confidence; that of stopping is 0. The gain of the label alone would be a
worse teacher: one that rightly contradicts a wrong answer lowers the confidence, and the next one
gets the credit. Whether the label was right doesn't say whether the task needed it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.decide.policies.value import ValuePolicy
from bandit.engine.engine import Engine
from bandit.events import STOP, Decision, Label, Pool, Verdict
from bandit.learn.brain import Brain
from bandit.pmf import with_floors
from bandit.reasons import DecisionReason
from bench.decisions.vw_explorer import STOP_LINE, VwExplorer, lines_of
from replay.market.drive import Drive
from replay.market.outcome import taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.decide.policies.context import Context
    from bandit.events import Input, Output, Reward
    from bandit.settings import PolicySettings, Settings
    from bench.decisions.vw_explorer import Lines
    from replay.market.market import Market
    from replay.market.outcome import Outcome

STOPS = "-stop"
VW_ROWS = {
    "vw-epsilon": "--epsilon 0.1",
    "vw-first": "--first 300",
    "vw-bag": "--bag 5",
    "vw-cover": "--cover 4",
    "vw-rnd": "--rnd 3",
    "vw-squarecb": "--squarecb --gamma_scale 100",
    "vw-softmax": "--softmax --lambda 100",
    "vw-squarecb-stop": "--squarecb --gamma_scale 100",
}
"""Rows and their explorers, as VW's command line has them."""


class VwPolicy:
    """The policy `value`, but for the pools' probabilities, which are Vowpal Wabbit's.

    `lines` are those of the context that it was asked about last.
    """

    def __init__(self, settings: PolicySettings, explorer: VwExplorer, *, stops: bool) -> None:
        self.lines: Lines = ()
        self._settings = settings
        self._value = ValuePolicy(settings)
        self._explorer = explorer
        self._stops = stops

    @property
    def name(self) -> str:
        """Return the name in the log."""
        return "value/vw"

    def pmf(self, context: Context) -> dict[str, float]:
        """Return the probability of each eligible action, with the floors of the policy `value`."""
        settings, stop = self._settings, self._value.pmf(context).get(STOP)
        if not context.actions:
            return {STOP: 1.0}
        self.lines = lines_of(context, with_stop=self._stops)
        names = [action.pool for action in context.actions]
        chances = self._explorer.pmf(self.lines)
        if self.lines[-1] == STOP_LINE:
            stop = min(chances.pop(), self._most_stop(context))
        if not sum(chances):  # VW is sure to stop: floors go to all pools alike
            chances = [1.0] * len(names)
        pools = dict(zip(names, chances, strict=True))
        return with_floors(pools, stop, settings.explore_floor, settings.stop_floor)

    def _most_stop(self, context: Context) -> float:
        """Return the most chance to stop: as little as a sure policy `value` has with one label."""
        if context.labels > 1:
            return 1.0
        settings = self._settings
        return 1.0 - (settings.check_share if context.has_prior else settings.second_opinion)


@dataclass(slots=True)
class Choice:
    """A decision whose outcome is awaited, and what the task's labels had cost before it."""

    decision: Decision
    lines: Lines
    usd: float


@dataclass(slots=True)
class OpenTask:
    """What the labels of a task have cost so far, and the decisions about it."""

    usd: float = 0.0
    choices: list[Choice] = field(default_factory=list)


class VwEngine:
    """An engine whose pools Vowpal Wabbit explores, and that shows it what came of it."""

    def __init__(self, settings: Settings, arguments: str, *, stops: bool = False) -> None:
        self.explorer = VwExplorer(arguments)
        self.policy = VwPolicy(settings.policy, self.explorer, stops=stops)
        self._engine = Engine(settings, Brain(settings), partitions=1)
        self._engine._decisions.policy = self.policy
        self._usd_per_label: dict[str, float] = {}
        self._open: dict[str, OpenTask] = {}

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        """Take one event in; return what follows from it."""
        if isinstance(event, Pool):
            self._usd_per_label[event.pool] = event.usd_per_label
        elif isinstance(event, Label) and event.task in self._open:
            usd = self._usd_per_label[event.pool] if event.usd is None else event.usd
            self._open[event.task].usd += usd
        outputs = self._engine.receive(event)
        for output in outputs:
            if isinstance(output, Decision):
                self._note(output)
            elif isinstance(output, Verdict) and output.revision == 0:
                task = self._open.pop(output.task, OpenTask())
                for choice in task.choices:
                    self._learn(choice, task.usd, output)
        return outputs

    def keep(self) -> None:
        """Make the changes so far final."""
        self._engine.keep()

    def _note(self, decision: Decision) -> None:
        """Note a decision that was drawn from the policy's distribution, with its context."""
        if decision.why != DecisionReason.AUDIT and set(decision.pmf) != {STOP}:
            task = self._open.setdefault(decision.task, OpenTask())
            task.choices.append(Choice(decision, self.policy.lines, task.usd))

    def _learn(self, choice: Choice, usd: float, verdict: Verdict) -> None:
        """Learn what came of a decision about a task that has its first verdict."""
        decision, stops = choice.decision, choice.lines[-1] == STOP_LINE
        pools = [option for option in decision.pmf if option != STOP]
        if decision.choice == STOP:
            if stops:
                self.explorer.learn(choice.lines, len(pools), 0.0, decision.propensity)
            return
        spent_usd = (1.0 + decision.budget_price) * (usd - choice.usd)
        waited_usd = decision.delay_usd_per_hour * (verdict.at - decision.at) / 3600.0
        gain = (verdict.confidence or 0.0) - decision.confidence
        cost = (spent_usd + waited_usd) / decision.worth_usd - gain
        asks = 1.0 if stops else 1.0 - decision.pmf.get(STOP, 0.0)
        action = pools.index(decision.choice)
        self.explorer.learn(choice.lines, action, cost, min(1.0, decision.propensity / asks))


def vw_outcome(market: Market, settings: Settings, row: str) -> Outcome:
    """Let an engine with the explorer of a row work through the market's tasks."""
    engine = VwEngine(settings, VW_ROWS[row], stops=row.endswith(STOPS))
    drive = Drive(engine, market, settings.clock.max_jump_s / 2)
    return taken(drive.run(market.events()), row)
