"""Audits aimed at unsure answers against as many even ones: precision, coverage, calibration.

    python bench/audits.py accuracy --runs 200
    python bench/audits.py calibration --runs 100
    python bench/audits.py market --seeds 201 202 203 204 205 206 207 208

`accuracy` draws audits of made verdicts and estimates the share of right ones: `ratio` is the
variance of the estimate from even audits, divided by that from as many aimed ones; `holds` is the
coverage of the 95 % interval. The verdicts' confidences are true, too high by a slope, 3 points too
high where they are above .9, or 10 points too high everywhere. `another way` is an answer to the
same tasks that was bought otherwise and has its own crude confidence, judged by the same audits.

`calibration` learns a map from gold of aimed audits, weighed and not, and of even ones: excess log
loss (thousandths) and mean square error (ten-thousandths) over all answers, and standard errors.

`market` runs the demo's market with aimed and even audits: net value a task, right answers of first
verdicts, audits, and how far the estimate of the share right is from the truth.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from functools import partial
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import numpy as np

from bandit.close.audit_chance import audit_chance
from bandit.learn.calibration import Calibration, logistic
from bandit.settings import AuditSettings, ProjectSettings, Settings
from bandit.task.state import DeskState
from replay.demo.audited_accuracy import AuditedAnswer, audited_accuracy
from replay.demo.demo import ARRIVALS, EXPERT_USD
from replay.demo.tasks import PROJECT, demo_tasks
from replay.market.live import live_outcome, live_run
from replay.market.market import Market
from replay.market.pools import four_pools

if TYPE_CHECKING:
    from collections.abc import Callable

    from replay.numerics.arrays import Floats

EVEN = 1.0
"""A least chance that makes all chances the share."""
WORTH_USD = 5.0

CONFIDENCES = {"sure": (5.0, 1.5), "market": (3.5, 1.5), "middle": (2.0, 1.0)}
"""Mean and deviation of the log-odds of verdicts' confidences."""


def too_steep(c: Floats) -> Floats:
    """Chance of being right where log-odds are to be multiplied by .7."""
    return 1 / (1 + ((1 - c) / c) ** 0.7)


TRUTHS: dict[str, Callable[[Floats], Floats]] = {
    "true": lambda c: c,
    "slope .7": too_steep,
    "-.03 above .9": lambda c: np.where(c > 0.9, c - 0.03, c),
    "-.10": lambda c: np.clip(c - 0.1, 0.0, 1.0),
}

MAPS: dict[str, Callable[[float], float]] = {
    "-.5 + .7 z": lambda z: logistic(-0.5 + 0.7 * z),
    "z": logistic,
    "at most .95": lambda z: 0.95 * logistic(0.9 * z),
    "bent": lambda z: logistic(0.8 * z if z < 3.0 else 2.4 + 0.1 * (z - 3.0)),
}


# Accuracy -----------------------------------------------------------------------------------


def accuracy(runs: int) -> None:
    print("tasks share confidences  right when    even: holds width  aimed: holds width  ratio")
    for tasks, share in ((2310, 0.05), (2000, 0.02)):
        for name, (mean, spread) in CONFIDENCES.items():
            for truth, right_chance in TRUTHS.items():
                make = partial(_own, mean, spread, right_chance)
                _row(f"{tasks:5} {share:5} {name:11s}  {truth:13s}", make, tasks, share, runs)
            make = partial(_otherwise, mean, spread)
            _row(f"{tasks:5} {share:5} {name:11s}  another way  ", make, tasks, share, runs)


def _own(
    mean: float,
    spread: float,
    right_chance: Callable[[Floats], Floats],
    rng: np.random.Generator,
    tasks: int,
) -> tuple[Floats, Floats, Floats]:
    """Confidences that aim the audits, the answers' own, and the chances of being right."""
    c = 1 / (1 + np.exp(-rng.normal(mean, spread, tasks)))
    return c, c, right_chance(c)


def _otherwise(
    mean: float, spread: float, rng: np.random.Generator, tasks: int
) -> tuple[Floats, Floats, Floats]:
    c = 1 / (1 + np.exp(-rng.normal(mean, spread, tasks)))
    own = np.where(rng.random(tasks) < 0.7, 0.95, 0.6)
    return c, own, 0.5 * own + 0.45 * c - 0.02


def _row(
    name: str,
    make: Callable[[np.random.Generator, int], tuple[Floats, Floats, Floats]],
    tasks: int,
    share: float,
    runs: int,
) -> None:
    cells, squares = [], []
    for least in (EVEN, 0.005):
        audit = AuditSettings(share=share, least=least)
        held, widths, away = 0, [], []
        for run in range(runs):
            rng = np.random.default_rng([run, tasks])
            aims, own, right_chance = make(rng, tasks)
            right, drawn = rng.random(tasks) < right_chance, rng.random(tasks)
            desk = DeskState()
            chances = [audit_chance(audit, desk, "p", float(c)) for c in aims]
            found = audited_accuracy(
                [
                    AuditedAnswer(str(i), float(f), chance, float(y) if u < chance else None)
                    for i, (f, chance, y, u) in enumerate(
                        zip(own, chances, right, drawn, strict=True)
                    )
                ]
            )
            if found is None:
                continue
            held += found.low <= right_chance.mean() <= found.high
            widths.append(found.high - found.low)
            away.append(found.value - right.mean())
        cells.append(f"{held / len(widths):12.3f} {fmean(widths):5.3f}")
        squares.append(fmean(x * x for x in away))
    print(f"{name} {' '.join(cells)} {squares[0] / squares[1]:9.2f}", flush=True)


# Calibration --------------------------------------------------------------------------------


def calibration(runs: int) -> None:
    print("right when    audits  even            aimed, 1 / chance  aimed, unweighed")
    for name, truth in MAPS.items():
        for audits in (40, 120, 600):
            cells = []
            for least, weighed in ((EVEN, True), (0.005, True), (0.005, False)):
                each = [_errors(truth, audits, run, least, weighed=weighed) for run in range(runs)]
                loss, square = ([1e3 * x for x in one] for one in zip(*each, strict=True))
                cells.append(
                    f"{fmean(loss):5.2f}±{_error(loss):.2f} {10 * fmean(square):5.2f}"
                    f"±{10 * _error(square):.2f}"
                )
            print(f"{name:12s} {audits:7} {'  '.join(cells)}", flush=True)


def _errors(
    truth: Callable[[float], float], audits: int, run: int, least: float, *, weighed: bool
) -> tuple[float, float]:
    rng = np.random.default_rng(run)
    map_, desk = Calibration(), DeskState()
    audit = AuditSettings(share=0.05, least=least)
    while map_.golds < audits:
        z = float(np.clip(rng.normal(3.5, 2.0), -1.0, 8.0))
        drawn, right = rng.random(2)
        confidence = logistic(z)
        chance = audit_chance(audit, desk, "p", map_.calibrated(confidence))
        if drawn < chance:
            propensity = chance if weighed else None
            map_.learn(confidence, right=bool(right < truth(z)), audit_propensity=propensity)
    loss = square = 0.0
    sample = np.clip(np.random.default_rng(0).normal(3.5, 2.0, 2000), -1.0, 8.0)
    for z in sample.tolist():
        said, true = map_.calibrated(logistic(z)), truth(z)
        loss += true * math.log(true / said) + (1 - true) * math.log((1 - true) / (1 - said))
        square += (said - true) ** 2
    return loss / len(sample), square / len(sample)


def _error(values: list[float]) -> float:
    return stdev(values) / math.sqrt(len(values))


# Market -------------------------------------------------------------------------------------


def market(seeds: list[int]) -> None:
    print("audits  share  net a task      right   audits  estimate - truth: mean, deviation")
    found: dict[tuple[str, float], list[tuple[float, ...]]] = defaultdict(list)
    for share in (0.05, 0.02):
        for name, least in (("even", EVEN), ("aimed", 0.005)):
            for seed in seeds:
                found[name, share].append(_live(seed, AuditSettings(share=share, least=least)))
            net, right, audits, away = zip(*found[name, share], strict=True)
            print(
                f"{name:6s} {share:6} {fmean(net):7.3f}±{_error(list(net)):.3f}"
                f"{100 * fmean(right):7.2f} %{fmean(audits):8.0f}{fmean(away):13.4f}"
                f"{math.sqrt(fmean(x * x for x in away)):9.4f}",
                flush=True,
            )
        paired = [
            a[0] - e[0] for a, e in zip(found["aimed", share], found["even", share], strict=True)
        ]
        print(f"       aimed less even, net a task: {fmean(paired):+.4f}±{_error(paired):.4f}")


def _live(seed: int, audit: AuditSettings) -> tuple[float, float, float, float]:
    made = demo_tasks(2310, ARRIVALS, seed)
    run_in = Market(four_pools(made[0].task.classes), made, seed, expert_usd=EXPERT_USD)
    projects = {PROJECT: ProjectSettings(delay_usd_per_hour=0.02)}
    outcome = live_outcome(run_in, Settings(seed=seed, audit=audit, projects=projects))
    run = live_run(run_in, outcome)
    truth = {name: one.truth for name, one in run_in.tasks.items()}
    right = [one.answer == truth[one.task] for one in outcome.first.values()]
    share = audited_accuracy(
        [
            AuditedAnswer(
                one.task,
                one.confidence or 0.0,
                one.audit_propensity,
                float(one.answer == truth[one.task]) if one.audited else None,
            )
            for one in outcome.first.values()
        ]
    )
    net = WORTH_USD * fmean(right) - (run.usd + run.audit_usd) / run.tasks
    away = (share.value if share else 0.0) - fmean(right)
    return net, fmean(right), run.audits, away


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("accuracy", "calibration", "market"))
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(201, 209)))
    given = parser.parse_args()
    if given.what == "market":
        market(given.seeds)
    else:
        {"accuracy": accuracy, "calibration": calibration}[given.what](given.runs)
