"""All figures of one model on one set, with standard errors over seeds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from bench.consensus.crowdlab import crowdlab
from bench.consensus.equal_accuracy import Needed, Point, labels_needed
from bench.consensus.label_set import read_label_set
from bench.consensus.online_model import find_model
from bench.consensus.reference import BEST_OF_SIX, dawid_skene_on_five
from bench.consensus.side_by_side import WINDOW, run_side_by_side
from replay.stats.calibration_error import brier, ece, noise_floor

if TYPE_CHECKING:
    from pathlib import Path

    from bench.consensus.label_set import LabelSet
    from bench.consensus.side_by_side import Run

BINS = 15
GOLDS = 100
LEAST_JUDGED = 200  # tasks with truth: fewer leave too little beside the gold to measure on


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: seeds, most tasks of a run that stops early, price where confidence is measured.

    `window` is how many tasks are open side by side.
    """

    seeds: int
    most_tasks: int
    price: float
    window: int = WINDOW


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean over seeds and its standard error; 0 with one seed."""

    value: float
    standard_error: float

    @classmethod
    def of(cls, values: list[float]) -> Mean:
        """Sum up values."""
        error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
        return cls(fmean(values), error)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Error above the noise floor, raw and mapped; Brier score, raw and mapped."""

    error_raw: Mean
    error: Mean
    brier_raw: Mean
    brier: Mean


@dataclass(frozen=True, slots=True)
class SetFigures:
    """One model on one set."""

    name: str
    tasks_with_truth: int
    accuracy: Mean
    accuracy_at_end: Mean
    gap: float
    gap_at_end: float
    gap_standard_error: float
    target: Mean
    ratio_chosen: Needed
    ratio_random: Needed
    labels_per_task: Mean
    accuracy_at_price: Mean
    without_gold: Calibrated
    with_gold: Calibrated | None
    crowdlab: Mean | None

    @property
    def task_standard_error(self) -> float:
        """Standard error of an accuracy on the set, of the tasks drawn."""
        share = self.target.value
        return float((share * (1.0 - share) / self.tasks_with_truth) ** 0.5)

    def plain(self) -> dict[str, object]:
        """Return the figures as plain data."""
        return asdict(self)


def measure(folder: Path, spec: str, plan: Plan) -> SetFigures:
    """Run every figure of one model on one set."""
    whole = read_label_set(folder)
    seeds = range(plan.seeds)
    run_one = partial(run_side_by_side, new=find_model(spec), window=plan.window)
    full = [run_one(whole, seed=seed, price=None) for seed in seeds]
    part = [whole.sample(plan.most_tasks, seed) for seed in seeds]
    peers = [dawid_skene_on_five(part[seed], seed) for seed in seeds]
    target = [accuracy for accuracy, _ in peers]
    taken = fmean(labels / len(of.labels) for (_, labels), of in zip(peers, part, strict=True))
    most = [fmean(map(len, of.labels)) for of in part]
    runs: dict[tuple[bool, float], list[Run]] = {}

    def needed(*, choose: bool) -> Needed:
        def run(price: float) -> Point:
            runs[choose, price] = [
                run_one(part[seed], seed=seed, price=price, choose=choose) for seed in seeds
            ]
            return _point(part, runs[choose, price])

        found = labels_needed(run, target, most)
        return Needed(found.labels / taken, found.standard_error / taken, found.short)

    chosen, random = needed(choose=True), needed(choose=False)
    key = True, plan.price
    plain = runs.get(key) or [
        run_one(part[seed], seed=seed, price=plan.price, choose=True) for seed in seeds
    ]
    told = [
        run_one(part[seed], seed=seed, price=plan.price, choose=True, golds=GOLDS)
        for seed in seeds
        if len(whole.judged) >= LEAST_JUDGED
    ]
    at_price = _point(part, plain)
    accuracy = Mean.of([whole.accuracy(run.answer) for run in full])
    at_end = Mean.of([whole.accuracy(run.at_end) for run in full])
    # of the tasks drawn and of the order; the best's own error is left out, so it is a little small
    error = (accuracy.value * (1 - accuracy.value) / len(whole.judged)) ** 0.5
    features = any(whole.features)
    return SetFigures(
        name=whole.name,
        tasks_with_truth=len(whole.judged),
        accuracy=accuracy,
        accuracy_at_end=at_end,
        gap=accuracy.value - BEST_OF_SIX[whole.name],
        gap_at_end=at_end.value - BEST_OF_SIX[whole.name],
        gap_standard_error=(error**2 + accuracy.standard_error**2) ** 0.5,
        target=Mean.of(target),
        ratio_chosen=chosen,
        ratio_random=random,
        labels_per_task=Mean.of(list(at_price.labels)),
        accuracy_at_price=Mean.of(list(at_price.accuracy)),
        without_gold=_calibrated(part, plain),
        with_gold=_calibrated(part, told) if told else None,
        crowdlab=Mean.of([crowdlab(whole, seed) for seed in seeds]) if features else None,
    )


def _point(part: list[LabelSet], runs: list[Run]) -> Point:
    return Point(
        tuple(run.labels_per_task() for run in runs),
        tuple(of.accuracy(run.answer) for of, run in zip(part, runs, strict=True)),
    )


def _calibrated(part: list[LabelSet], runs: list[Run]) -> Calibrated:
    """Compare confidences with the truth, on tasks whose gold wasn't told."""
    columns: tuple[list[float], ...] = ([], [], [], [])
    for of, run in zip(part, runs, strict=True):
        tasks = [task for task in of.judged if task not in run.gold]
        right = [run.answer[task] == of.truth[task] for task in tasks]
        raw, mapped = ([by[task] for task in tasks] for by in (run.top, run.confidence))
        columns[0].append(_above_floor(raw, right))
        columns[1].append(_above_floor(mapped, right))
        columns[2].append(brier(raw, right) or 0.0)
        columns[3].append(brier(mapped, right) or 0.0)
    return Calibrated(*(Mean.of(column) for column in columns))


def _above_floor(confidence: list[float], right: list[bool]) -> float:
    error, floor = ece(confidence, right, BINS), noise_floor(confidence, BINS)
    return (error or 0.0) - (floor or 0.0)
