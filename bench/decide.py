"""The engine against fixed settings in a named market, over seeds: dollars a task, and what for.

    python bench/decide.py --market demo --seeds 201-208 [--policy NAME] [--config FILE]
        [--explorer NAME [--rate RATE]] [--no-features] [--no-spammers] [--target SHARE]
        [--usd-per-day USD] [--budget-share SHARE] [--rows engine,...]
        [--own crowd:3,crowd:5,crowd:7] [--tasks N] [--jobs 2] [--json]

Seeds 1 to 24 are for development, 201 to 208 for reports. Each figure is the mean over the seeds
with its standard error. Net is in dollars a task: the value of a right first verdict, less labels
and audits; `- engine` is its difference from the engine's on the same seeds. Rows:

    engine        poolwise, with audits
    fixed         the best fixed setting, and the cheapest at least as accurate as the engine; none
                  pays for audits; one that a pool has no capacity for is left out, otherwise
                  waiting costs them nothing
    clairvoyant   decides by the market's true parameters, without features
    clairvoyant+  prefers labelers, too
    hindsight     a linear program that knows each task's class, too, but fixes pool and number of
                  labels on arrival
    self-trained  poolwise with a machine labeler that learns from verdicts and is believed as it
                  is; only where it is asked for
    epsilon_greedy, softmax, thompson
                  poolwise with another explorer; only where they are asked for
    vw-epsilon, vw-first, vw-bag, vw-cover, vw-rnd, vw-squarecb, vw-softmax
                  poolwise with an explorer of Vowpal Wabbit, which learns in the run what asking a
                  pool costs (bench/decisions/vw_rows.py); only where they are asked for
    vw-squarecb-stop
                  vw-squarecb, which decides whether to stop, too; only where it is asked for
    warm          with --budget-share: the engine and `hindsight` from the second day on, when the
                  budget begins; the engine has learned from the first

--target gives the engine's tasks a target accuracy in place of a value, --no-spammers makes
spammers honest, --usd-per-day caps what asks cost the engine and `hindsight`; `fixed` and the
clairvoyants ignore it. --budget-share sets it to that share of what `hindsight` spends without a
budget on the busiest day. --own adds rows of the engine's own model with fixed numbers of labels,
and a line with the engine's labels as a share of those of a fixed number that is as accurate.
--explorer gives the row `engine` another explorer, at --rate. Compare explorers in one run:

    python bench/decide.py --market scarce --seeds 1-2 --rows engine,thompson,vw-bag,vw-squarecb

Without --config the engine has the settings of the demo: 5 % audits, experts for what labels can't
settle, $0.02 an hour of waiting.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout, for bench.decisions

import msgspec

from bandit.decide.policies.explorers import EXPLORERS
from bandit.settings import AuditSettings, PolicySettings, ProjectSettings, Settings
from bench.decisions.explorer_rows import OTHER_EXPLORERS
from bench.decisions.runs import RIVALS, ROWS, Job, own_name, run
from bench.decisions.table import all_rows, gap_share, label_ratio, print_rows
from replay.runtime.settings_file import read_settings

DEFAULTS = Settings(
    audit=AuditSettings(share=0.05),
    policy=PolicySettings(escalate=True),
    project=ProjectSettings(delay_usd_per_hour=0.02),
)


def seeds_of(text: str) -> list[int]:
    """Read `201-208` or `1,4,9`."""
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


def rows_of(text: str) -> tuple[str, ...]:
    """Read names of rows."""
    names = tuple(text.split(","))
    known = (*ROWS, *RIVALS)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r}: known are {', '.join(known)}")
    return names


def own_of(text: str) -> tuple[tuple[str, int], ...]:
    """Read `crowd:3,crowd:5`."""
    pairs = [part.rpartition(":") for part in text.split(",")]
    return tuple((pool, int(labels)) for pool, _, labels in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--market", default="demo", help="name or TOML file")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-4"))
    parser.add_argument("--policy", help="policy.name, instead of the configuration's")
    parser.add_argument("--explorer", choices=(*EXPLORERS, *OTHER_EXPLORERS))
    parser.add_argument("--rate", type=float, help="policy.rate of the explorer")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--no-features", action="store_true")
    parser.add_argument("--no-spammers", action="store_true")
    parser.add_argument("--target", type=float, help="target accuracy of tasks, for their value")
    parser.add_argument("--usd-per-day", type=float, help="budget of the engine and of hindsight")
    parser.add_argument("--budget-share", type=float, help="of what hindsight spends without one")
    parser.add_argument("--rows", type=rows_of, default=ROWS)
    parser.add_argument("--own", type=own_of, default=(), help="POOL:LABELS, separated by commas")
    parser.add_argument("--tasks", type=int, help="instead of the market's number")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    settings = read_settings(given.config) if given.config else DEFAULTS
    if given.explorer:
        policy = msgspec.structs.replace(settings.policy, explorer=given.explorer)
        if given.rate is not None:
            policy = msgspec.structs.replace(policy, rate=given.rate)
        settings = msgspec.structs.replace(settings, policy=policy)
    if given.policy:
        policy = msgspec.structs.replace(settings.policy, name=given.policy)
        settings = msgspec.structs.replace(settings, policy=policy)
    job = Job(
        market=given.market,
        seed=0,
        tasks=given.tasks,
        features=not given.no_features,
        spammers=not given.no_spammers,
        target=given.target,
        usd_per_day=given.usd_per_day,
        budget_share=given.budget_share,
        own=given.own,
        settings=settings,
        rows=given.rows,
    )
    with ProcessPoolExecutor(given.jobs) as pool:
        runs = list(pool.map(run, [replace(job, seed=seed) for seed in given.seeds]))
    rows = all_rows(runs)
    if given.json:
        said = {name: getattr(job, name) for name in ("market", "features", "spammers", "target")}
        said["seeds"] = given.seeds
        print(json.dumps(said | {"gap_share": gap_share(rows), "rows": rows}))
    else:
        print(f"market {given.market}, seeds {', '.join(map(str, given.seeds))}\n")
        print_rows(rows, given.seeds)
        for pool in dict.fromkeys(pool for pool, _ in given.own):
            own = [rows[own_name(pool, k)] for name, k in given.own if name == pool]
            ratio = label_ratio(rows["engine"], own) if "engine" in rows else None
            if ratio is not None:
                print(f"{ratio:.2f} of the labels of a fixed number from {pool}, equally accurate")


if __name__ == "__main__":
    main()
