"""Which learner the machine labeler should have: candidates on the same tasks and targets.

    python bench/machine.py [--seeds 5] [--first 1] [--sets NAME ...] [--learners NAME ...]
                            [--features own|shuffled|swapped]

Each task is predicted, then learned (progressive validation). Targets are the posterior from one to
three simulated people, who are right 75 to 85 % of the time; none sees the truth. All predictions
are calibrated by `bandit/machine/sharpness.py`. Prints, for the second half of the tasks and on the
truth, accuracy and log-loss of the calibrated prior, means over seeds with the standard error of
the log-loss, and CPU time a task for a prior and for learning.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bandit.labels.blocks import labels_of_block
from bandit.machine.labeler import REMEMBER, MachineLabeler
from bandit.machine.lesson import Lesson
from bandit.machine.sharpened import Sharpened
from bandit.machine.sharpness import Sharpness
from bench.machines import peers
from bench.machines.events import SETS, Stream, stream
from bench.machines.replayed import Candidate, Expanded, ReplayedSoftmax, Ridge

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEARNERS: dict[str, Callable[[int], Candidate]] = {
    "softmax, replayed": lambda k: ReplayedSoftmax(k, Expanded()),
    "softmax, mean weights": lambda k: ReplayedSoftmax(k, Expanded(), 0.1, averaged=150.0),
    "+ quadratic": lambda k: ReplayedSoftmax(k, Expanded(quadratic=True), 0.1, averaged=150.0),
    "+ 128 Fourier": lambda k: ReplayedSoftmax(k, Expanded(fourier=128), 0.1, averaged=150.0),
    "ridge": lambda k: Ridge(k, Expanded()),
    "ridge + quadratic": lambda k: Ridge(k, Expanded(quadratic=True)),
    "ridge + 128 Fourier": lambda k: Ridge(k, Expanded(fourier=128)),
    "VW": lambda k: peers.Vw(k, ""),
    "VW -q ff": lambda k: peers.Vw(k, "-q ff"),
    "River softmax": peers.softmax,
    "River naive Bayes": peers.bayes,
    "River Hoeffding tree": peers.hoeffding,
    "River forest (ARF)": peers.adaptive_forest,
}
OURS = "ours (one hidden layer)"
HEAD = f"  {'learner':24} {'accuracy':>9} {'log-loss':>9} {'±':>6} {'prior µs':>9} {'learn µs':>9}"


class Calibrated:
    """A candidate with the calibration of the machine labeler, and nothing else of it."""

    def __init__(self, k: int, candidate: Candidate) -> None:
        self._k, self._candidate = k, candidate
        self._sharpness, self._counts = Sharpness(), np.zeros(k)

    def prior(self, features: dict[str, float | str]) -> Floats:
        z = self._candidate.scores(features)
        if z is None:
            return np.full(self._k, 1.0 / self._k)
        return self._sharpness.mixture.prior(z[None])

    def learn(self, task: str, features: dict[str, float | str], row: Floats) -> None:
        z = self._candidate.scores(features)
        if z is not None:
            frequency = np.log(self._counts + 1.0)
            foreseen = Sharpened(np.stack([z, frequency])[:, None])
            self._sharpness.learn(foreseen.nats(row[None]), np.ones(1))
        target = row / row.sum()
        self._counts = REMEMBER * self._counts + target
        self._candidate.learn(task, features, target)


class Ours:
    """The machine labeler as it is, learning in blocks as the engine does."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes, self._machine = classes, MachineLabeler()
        self._block: list[Lesson] = []
        self._tasks = 0

    def prior(self, features: dict[str, float | str]) -> tuple[float, ...]:
        return self._machine.prior(self._classes, features)

    def learn(self, task: str, features: dict[str, float | str], row: Floats) -> None:
        target = (row / row.sum()).tolist()
        self._block.append(Lesson(task, self._classes, features, target, row.tolist()))
        self._tasks += 1
        if len(self._block) >= labels_of_block(self._tasks):
            self._machine.learn_all(self._block)
            self._block = []


def walk(name: str, tasks: Stream) -> tuple[float, float, float, float]:
    """Walk through a stream; return accuracy, log-loss, and seconds a prior and a task learned."""
    k = len(tasks.classes)
    labeler = Ours(tasks.classes) if name == OURS else Calibrated(k, LEARNERS[name](k))
    right, nats, prior_s, learn_s = [], [], 0.0, 0.0
    for i, (features, truth, row) in enumerate(
        zip(tasks.features, tasks.truth, tasks.likelihood, strict=True)
    ):
        begin = time.process_time()
        chances = labeler.prior(features)
        between = time.process_time()
        labeler.learn(f"t{i}", features, row)
        learn_s += time.process_time() - between
        prior_s += between - begin
        right.append(np.argmax(chances) == truth)
        nats.append(-np.log(chances[truth]))
    n = len(right)
    accuracy, loss = float(np.mean(right[n // 2 :])), float(np.mean(nats[n // 2 :]))
    return accuracy, loss, prior_s / n, learn_s / n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS)[:3])
    names = [OURS, *LEARNERS]
    parser.add_argument("--learners", nargs="+", choices=names, default=names)
    parser.add_argument("--features", choices=["own", "shuffled", "swapped"], default="own")
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    for set_ in asked.sets:
        streams = [stream(set_, seed) for seed in seeds]
        if asked.features == "shuffled":
            streams = [s.shuffled(seed) for s, seed in zip(streams, seeds, strict=True)]
        if asked.features == "swapped":
            streams = [s.swapped(seed) for s, seed in zip(streams, seeds, strict=True)]
        tasks, k = len(streams[0].truth), len(streams[0].classes)
        title = f"{set_}: {tasks:,} tasks, {k} classes, {asked.features} features"
        print(f"\n{title}, seeds {seeds[0]} to {seeds[-1]}")
        print(HEAD)
        for name in asked.learners:
            runs = np.array([walk(name, s) for s in streams])
            accuracy, loss, prior_s, learn_s = runs.mean(axis=0)
            error = runs[:, 1].std(ddof=1) / np.sqrt(len(runs)) if len(runs) > 1 else 0.0
            spent = f"{prior_s * 1e6:9.0f} {learn_s * 1e6:9.0f}"
            print(f"  {name:24} {accuracy:9.3f} {loss:9.3f} {error:6.3f} {spent}", flush=True)


if __name__ == "__main__":
    main()
