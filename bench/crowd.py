"""Models of labels on real labels: accuracy, labels at equal accuracy, confidence.

    python -m bench.crowd DATA/crowd [--model NAME] [--seeds 3] [--jobs 2] [--json FILE]

--model is `labels` (the engine's), `majority`, `one_coin` or MODULE:CALLABLE, with
?key=number&key=number for options. Given more than once, the models are candidates: one is chosen
on each half of the sets and reported on the other half (`bench/consensus/reference.py` has the
halves and the peers).

    gap        accuracy on all labels, verdict when a task closes, less the best of crowd-kit's six;
    at end     the same, judged again when all labels have been seen
    chosen     labels to reach the accuracy of batch Dawid-Skene on min(5, available) random labels,
               divided by its labels; the model chooses the labeler
    random     the same, labelers at random; > marks a set where all labels don't reach it
    ECE        15 bins of equal count, above the noise floor, of the answers at --price: raw, by the
               map without gold, and with 100 gold; Brier scores raw and mapped
    CROWDLAB   accuracy on all labels, where tasks have features (our own implementation)

Runs that stop early take at most --tasks tasks of a set, those with truth first; Dawid-Skene gets
the same. Standard errors are over seeds (of a gap: of the tasks, too). With 3 seeds and a model of
0.1 ms a label it takes five minutes in two processes.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.consensus.figures import Plan, SetFigures, measure
from bench.consensus.reference import HALVES
from bench.consensus.report import choose, print_halves, print_sets
from bench.consensus.side_by_side import WINDOW

Job = tuple[Path, str, Plan]
SLOWEST_FIRST = ("trec2011", "mre_cause", "adult2", "product_text", "sp", "web")


def measured(job: Job) -> SetFigures:
    return measure(*job)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", action="append", help="default: labels")
    parser.add_argument("--sets", default="", help="names, separated by commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument(
        "--price", type=float, default=0.002, help="of a label / value of an answer"
    )
    parser.add_argument("--window", type=int, default=WINDOW, help="tasks open side by side")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    given = parser.parse_args()
    wanted = [name for name in given.sets.split(",") if name] or [
        n for half in HALVES for n in half
    ]
    models = given.model or ["labels"]
    plan = Plan(given.seeds, given.tasks, given.price, given.window)
    order = sorted(wanted, key=lambda name: name not in SLOWEST_FIRST)
    jobs: list[Job] = [(given.folder / name, spec, plan) for spec in models for name in order]
    by_model: dict[str, dict[str, SetFigures]] = {spec: {} for spec in models}
    with ProcessPoolExecutor(given.jobs) as pool:
        for (_, spec, _), figures in zip(jobs, pool.map(measured, jobs), strict=True):
            by_model[spec][figures.name] = figures
            print(f"{spec}: {figures.name} done", file=sys.stderr, flush=True)
    for spec, sets in by_model.items():
        print(f"\n{spec}: {plan.seeds} seeds, price {plan.price:g}")
        print_sets([sets[name] for half in HALVES for name in half if name in sets])
    if len(wanted) == sum(map(len, HALVES)):
        print_halves(by_model, choose(by_model))
    if given.json:
        plain = {
            spec: {name: one.plain() for name, one in sets.items()}
            for spec, sets in by_model.items()
        }
        given.json.write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main()
