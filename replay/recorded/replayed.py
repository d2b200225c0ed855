"""The recorded market: real labels stand in for labelers; the engine decides which are bought.

Rule 1: every recorded label is used at most once, in recorded order where that is known.
Rule 2: a pool that never labeled a task isn't eligible for it (by skills); one whose labels are
used up declines, which costs nothing.
Rule 3: where labelers are chosen (`choose="labeler"`), the first of an ask's `prefer` with an
unused label of the task answers; if none has one, or none is named, the pool sends one by rule 1.
Rule 4: the truth is not in the market. Where experts are asked for (`expert_usd`) they answer
audits, which come after the verdict; a task's answer is the one given before its own gold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean
from typing import TYPE_CHECKING, Literal

import msgspec

from bandit.draw import draw
from bandit.errors import BadValue
from bandit.events import Decline, Label, Pool, Task
from replay.market.engine_run import run_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bandit.events import Ask, Input, Verdict
    from bandit.settings import Settings
    from replay.market.logged import Opening
    from replay.market.outcome import Outcome
    from replay.recorded.crowd import Crowd, CrowdLabel

Choose = Literal["labeler", "pool", "random"]
EXPERTS = "experts"
PROJECT = "recorded"
TASK_EVERY_S = 120.0  # so that about one task is open at a time, as in a replay of a finished batch
LABEL_AFTER_S = 30.0
TIMEOUT_S = 900.0


@dataclass(frozen=True, slots=True)
class ReplayTerms:
    """What a replay is told beyond the labels.

    `value_usd` is what a right answer is worth; `None` for what the settings say. `expert_usd` is
    the price of an audit's gold: `None` for no audits. `choose` says what is chosen: a labeler, a
    pool, or neither, where the crowd is `in_one_pool`.
    """

    value_usd: float | None = 1.0
    seed: int = 0
    expert_usd: float | None = None
    choose: Choose = "pool"


class RecordedMarket:
    """Answers asks with the labels of a `Crowd`, whose rows all have a pool and a price."""

    def __init__(self, crowd: Crowd, terms: ReplayTerms) -> None:
        self._crowd, self._terms = crowd, terms
        self._unused: dict[str, dict[str, list[CrowdLabel]]] = {}
        for row in crowd.labels:
            self._unused.setdefault(row.task, {}).setdefault(_pool(row), []).append(row)
        if not crowd.timed:  # any order is as good: the seed's, so that seeds differ
            for task, pools in self._unused.items():
                for rows in pools.values():
                    rows.sort(key=lambda row, of=task: draw(terms.seed, of, 0, row.labeler))  # type: ignore[misc]
        prices: dict[str, list[float]] = {}
        for row in crowd.labels:
            prices.setdefault(_pool(row), []).append(row.usd or 0.0)
        self._usd = {pool: fmean(of) for pool, of in sorted(prices.items())}

    def pools(self) -> list[Pool]:
        """The pools, each with the skills that rule 2 needs, and the experts if there are any."""
        asked = [
            Pool(
                pool=pool,
                at=0.0,
                usd_per_label=usd,
                expected_delay_s=LABEL_AFTER_S,
                ask_timeout_s=TIMEOUT_S,
                skills=tuple(_without(other) for other in self._usd if other != pool),
            )
            for pool, usd in self._usd.items()
        ]
        if self._terms.expert_usd is not None:
            usd = self._terms.expert_usd
            asked.append(
                Pool(
                    pool=EXPERTS,
                    at=0.0,
                    usd_per_label=usd,
                    skills=tuple(_without(other) for other in self._usd),
                    gold=True,
                )
            )
        return asked

    def tasks(self) -> Iterator[Task]:
        """Every task with a label, as it arrives: by time where it is known, else shuffled."""
        order = list(self._unused)
        if not any(row.at is not None for row in self._crowd.labels):
            order.sort(key=lambda task: draw(self._terms.seed, task, 0, "order"))
        classes = self._crowd.classes
        for number, task in enumerate(order, start=1):
            labeled_by = self._unused[task]
            yield Task(
                task=task,
                project=PROJECT,
                at=number * TASK_EVERY_S,
                classes=classes,
                features=dict(self._crowd.features.get(task, {})),
                skills=tuple(_without(pool) for pool in self._usd if pool not in labeled_by),
                value_usd=self._terms.value_usd,
            )

    def answer(self, ask: Ask, now: float) -> list[Label | Decline]:
        """Give the next unused label of this task from this pool, or decline."""
        number = f"{ask.task}#{ask.ask}"
        if self._terms.expert_usd is not None and ask.pool == EXPERTS:
            return self._expert(ask, now, number)
        row = self._take(ask)
        if row is None:
            at, why = now, "no label left"
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at, why=why)]
        return [
            Label(
                label=number,
                task=ask.task,
                ask=ask.ask,
                pool=ask.pool,
                labeler=row.labeler,
                answer=row.label,
                at=now + LABEL_AFTER_S,
                seconds_spent=row.seconds,
                usd=None if row.usd == self._usd[ask.pool] else row.usd,
            )
        ]

    def _take(self, ask: Ask) -> CrowdLabel | None:
        left = self._unused[ask.task].get(ask.pool, [])
        there = {row.labeler: i for i, row in enumerate(left) if row.labeler not in ask.exclude}
        if self._terms.choose == "labeler":
            for labeler in ask.prefer:
                if labeler in there:
                    return left.pop(there[labeler])
        return left.pop(min(there.values())) if there else None

    def _expert(self, ask: Ask, now: float, number: str) -> list[Label | Decline]:
        known = self._crowd.truth.get(ask.task)
        if known is None:
            at, why = now, "no truth recorded"
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at, why=why)]
        return [
            Label(
                label=number,
                task=ask.task,
                ask=ask.ask,
                pool=ask.pool,
                labeler="expert",
                answer=known,
                at=now + LABEL_AFTER_S,
            )
        ]


def priced(crowd: Crowd, usd_per_label: float, of_pool: dict[str, float] | None = None) -> Crowd:
    """Give every label that has no price one: its pool's if that is named, else the flat one."""
    by_pool = of_pool or {}
    rows = tuple(
        row if row.usd is not None else row._replace(usd=by_pool.get(_pool(row), usd_per_label))
        for row in crowd.labels
    )
    return replace(crowd, labels=rows)


def run_recorded(
    crowd: Crowd,
    settings: Settings,
    terms: ReplayTerms,
    watch: Callable[[Verdict], None] | None = None,
    opening: Opening | None = None,
) -> Outcome:
    """Replay a crowd whose rows have prices; `watch` sees each verdict.

    With `opening`, which opens a new log, a worker on that log decides.

    Raises
    ------
    BadValue
        If the engine refuses any of it: a name that is too long, a price beyond all bounds.
    """
    if terms.expert_usd is not None and EXPERTS in crowd.pools:
        raise BadValue(
            f"{crowd.name}: the pool name {EXPERTS!r} is reserved for experts: rename the pool"
        )
    seeded = msgspec.structs.replace(settings, seed=terms.seed)
    market = RecordedMarket(crowd, terms)
    events: list[Input] = [*market.pools(), *market.tasks()]
    return run_engine(market, events, seeded, crowd.name, watch, opening)


def _pool(row: CrowdLabel) -> str:
    return row.pool or ""


def _without(pool: str) -> str:
    return f"can do without {pool}"
