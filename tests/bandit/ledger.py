"""A bookkeeper beside the engine: it knows every promise and fails at the first that is broken."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.events import NO_ASK, STOP, Ask, DeadLetter, Decision, Label, Reward, Task, Verdict
from bandit.features.reduced import LONGEST_TEXT, MOST_NUMBERS

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Chances, Feature, Input, Output

SUM_TOLERANCE = 1e-9
TOLERANCE = 1e-12


def check_decision(decision: Decision, explore_floor: float, stop_floor: float) -> None:
    """A decision's pmf is a distribution that keeps its floors, and its propensity is of it.

    Those of pools dearer than a right answer's worth are lower in proportion.
    """
    pmf = decision.pmf
    assert abs(math.fsum(pmf.values()) - 1.0) <= SUM_TOLERANCE
    assert min(pmf.values()) >= 0.0
    assert decision.propensity == pmf[decision.choice]
    assert decision.propensity > 0.0
    pools = [name for name in pmf if name != STOP]
    stopping = pmf.get(STOP, 0.0)
    prices = decision.usd_per_label
    most_usd = max(decision.worth_usd, min(prices.values(), default=0.0))
    for name in pools:
        least = (1.0 - stopping) * explore_floor / len(pools)
        of_price = 1.0 if prices[name] <= most_usd else most_usd / prices[name]
        assert pmf[name] >= least * of_price - TOLERANCE
    if pools and STOP in pmf:
        assert stop_floor - TOLERANCE <= stopping <= 1.0 - stop_floor + TOLERANCE


def check_features(features: dict[str, Feature]) -> None:
    """Vectors are short in all, and no long text is left."""
    assert sum(len(one) for one in features.values() if isinstance(one, tuple)) <= MOST_NUMBERS
    assert all(len(one) <= LONGEST_TEXT for one in features.values() if isinstance(one, str))


@dataclass
class Page:
    """What is known of one task since it came (or came again after it was forgotten)."""

    closed: bool = False
    verdicts: int = 0
    decided: int = 0
    chosen: dict[int, Decision] = field(default_factory=dict)
    awaited: set[int] = field(default_factory=set)
    labels: dict[int, Label] = field(default_factory=dict)
    rewards: dict[int, list[Reward]] = field(default_factory=lambda: defaultdict(list))
    gold_alone: Reward | None = None
    predictions: dict[str, Chances] | None = None

    def usd(self, *, audits: bool) -> float:
        """What the accepted labels cost, with or without those of audits."""
        return math.fsum(
            self.chosen[ask].usd if label.usd is None else label.usd
            for ask, label in self.labels.items()
            if audits or self.chosen[ask].why != "audit"
        )


def is_refused(event: Input | Reward, out: list[Output]) -> bool:
    """Whether the event itself was; a task may come with letters about what waited for it."""
    letters = [one for one in out if isinstance(one, DeadLetter)]
    if isinstance(event, Task):
        waited = ("gold of task", "prediction of")
        letters = [letter for letter in letters if not letter.message.startswith(waited)]
    return bool(letters)


class Ledger:
    """Follows an engine event by event; `close` checks what must hold when all has ended."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._repeated: dict[str, int] = {}
        self._pages: dict[str, Page] = {}
        self._ended: list[Page] = []
        self._awaited = 0
        self._open = 0

    def receive(self, event: Input | Reward, out: list[Output]) -> None:
        """Check what came of one event."""
        refused = is_refused(event, out)
        fresh = self._is_fresh(event) and not refused
        if refused and isinstance(event, Label):
            self._refused_label(out)
        if fresh and isinstance(event, Task):
            if event.task in self._pages:
                self._ended.append(self._pages[event.task])
            self._pages[event.task] = Page()
            self._open += 1
        elif fresh and isinstance(event, Label):
            self._label(self._pages[event.task], event)
        for came in out:
            self._came(came)
        self._check_counts()

    def close(self) -> None:
        """Everything has ended: each task has its verdict, each ask its reward."""
        assert self._engine.open_asks() == 0
        assert self._engine.open_tasks() == 0
        for page in [*self._ended, *self._pages.values()]:
            assert page.closed
            asked = {ask for ask, decision in page.chosen.items() if decision.choice != STOP}
            assert set(page.rewards) == asked
            newest = math.fsum(rewards[-1].usd for rewards in page.rewards.values())
            assert math.isclose(newest, page.usd(audits=True), rel_tol=1e-9, abs_tol=1e-12)

    def _is_fresh(self, event: Input | Reward) -> bool:
        """Whether the engine did not count the event as a repeat."""
        key = f"repeated_{type(event).__name__.lower()}"
        before, now = self._repeated.get(key, 0), self._engine.counters[key]
        self._repeated[key] = now
        return now == before

    def _refused_label(self, out: list[Output]) -> None:
        """It changes nothing, or else ends its ask: that of whoever labels a task again."""
        letter, *rest = out
        assert isinstance(letter, DeadLetter)
        if rest:
            assert letter.rule == "repeat_labeler"
            assert isinstance(rest[0], Reward)
            assert (rest[0].basis, rest[0].revision) == ("expired", 0)

    def _label(self, page: Page, label: Label) -> None:
        """Note a label that was accepted: one an ask, and no labeler twice."""
        assert label.ask not in page.labels
        if page.chosen[label.ask].why != "audit":
            assert label.labeler not in {
                other.labeler
                for ask, other in page.labels.items()
                if page.chosen[ask].why != "audit"
            }
        page.labels[label.ask] = label
        self._end(page, label.ask)

    def _end(self, page: Page, ask: int) -> None:
        if ask in page.awaited:
            page.awaited.remove(ask)
            self._awaited -= 1

    def _came(self, came: Output) -> None:
        match came:
            case Decision():
                self._decision(self._pages[came.task], came)
            case Ask():
                self._ask(self._pages[came.task], came)
            case Reward():
                self._reward(self._pages[came.task], came)
            case Verdict():
                self._verdict(self._pages[came.task], came)
            case DeadLetter():
                assert came.rule
                assert came.message
                assert "\n" not in came.message

    def _decision(self, page: Page, decision: Decision) -> None:
        policy = self._engine.settings.policy
        check_decision(decision, policy.explore_floor, policy.stop_floor)
        page.decided += 1
        assert decision.ask == page.decided
        assert page.closed == (decision.why == "audit")
        assert set(decision.quality) >= set(decision.pmf) - {STOP}
        assert all(0.0 < chance < 1.0 for chance in decision.quality.values())
        assert abs(math.fsum(decision.posterior.values()) - 1.0) <= SUM_TOLERANCE
        check_features(decision.features)
        if page.predictions is None:
            page.predictions = decision.predictions
        assert decision.predictions == page.predictions  # what comes later isn't used
        assert decision.awaited == (0 if decision.why == "audit" else len(page.awaited))
        if page.awaited and decision.why != "audit":  # asked beside others, or stopped for sure
            assert (STOP in decision.pmf) == (decision.choice == STOP)
        page.chosen[decision.ask] = decision

    def _ask(self, page: Page, ask: Ask) -> None:
        """An ask goes with its decision and leaves out everybody who has labeled the task."""
        assert ask.pool == page.chosen[ask.ask].choice
        assert set(ask.exclude) == {label.labeler for label in page.labels.values()}
        page.awaited.add(ask.ask)
        self._awaited += 1
        with_it = [one for one in page.awaited if page.chosen[one].choice == ask.pool]
        if page.chosen[ask.ask].why != "audit":
            (pool,) = self._engine._eligibility.known([ask.pool])
            assert len(with_it) <= pool.asks_per_task

    def _reward(self, page: Page, reward: Reward) -> None:
        """Revisions have no gap, and each says something new."""
        check_features(reward.features)
        assert reward.predictions == page.predictions
        if reward.ask == NO_ASK:
            self._gold_alone(page, reward)
            return
        before = page.rewards[reward.ask]
        assert reward.revision == len(before)
        assert not before or before[-1].basis != reward.basis
        decision = page.chosen[reward.ask]
        assert reward.pool == decision.choice
        assert (reward.pmf, reward.propensity) == (decision.pmf, decision.propensity)
        assert (reward.quality is None) == (reward.basis in {"none", "expired", "open"})
        before.append(reward)
        self._end(page, reward.ask)

    def _gold_alone(self, page: Page, reward: Reward) -> None:
        """Gold of a task without labels that count is written once, and nobody is paid for it."""
        assert page.gold_alone is None
        for ask in page.labels:
            assert page.chosen[ask].why in {"audit", "escalation"} or page.rewards[ask][-1].shadowed
        assert (reward.pool, reward.labeler, reward.quality, reward.usd) == (None, None, None, 0.0)
        assert (reward.basis, reward.revision) == ("gold", 0)
        assert reward.target in reward.classes
        page.gold_alone = reward

    def _verdict(self, page: Page, verdict: Verdict) -> None:
        assert verdict.revision == page.verdicts
        page.verdicts += 1
        if not page.closed:
            page.closed = True
            self._open -= 1
            assert page.chosen[page.decided].choice == STOP
        assert (verdict.answer is None) == (verdict.basis == "none")
        assert math.isclose(verdict.usd, page.usd(audits=False), rel_tol=1e-9, abs_tol=1e-12)
        assert abs(math.fsum(verdict.posterior.values()) - 1.0) <= SUM_TOLERANCE

    def _check_counts(self) -> None:
        engine = self._engine
        assert engine.open_tasks() == self._open
        assert engine.open_asks() == self._awaited
        for desk in engine._desks._desks.values():
            assert min(desk.state.in_flight.values(), default=0) >= 0
            assert min(desk.state.waiting.values(), default=0) >= 0
            assert desk.state.waiting_gold >= 0
            assert desk.state.waiting_predictions >= 0
