"""Reports to test with: of a crowd with spammers and two pools, before and after, and hostile."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from bandit.events import Control, Decision, Pool
from replay.labeling_report.content.report import labeling_report, whole_report
from replay.labeling_report.figures.changes import changes
from replay.labeling_report.read.read_tasks import labeling_log
from replay.labeling_report.read.read_whole import read_whole
from tests.replay.experiment.arms_writer import simulate_arms
from tests.replay.forecast.simulated_work import (
    PRICE_USD,
    arrivals,
    hourly_rate,
    work,
    write_work,
)
from tests.replay.labeling_report.planted import CALM, DEAR, histories
from tests.replay.task_log.own_log_writer import World, write_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.events import Reward, Verdict
    from replay.labeling_report.content.report import LabelingReport
    from replay.log_files.histories import History

HOSTILE = "<script>alert('x')</script> & \"q\" \x00\u202e"
MIXED = replace(DEAR, spammers=2, values=True, labels=4)


@cache
def report_of(name: str) -> LabelingReport:
    """Make the report called `full`, `compared`, `calm`, `small`, `unaudited` or `hostile`.

    `foreseen` has a month of work, a budget that ends and a pool that is too small; `tested` and
    `hostile test` hold a live test.
    """
    if name in WHOLE:
        with TemporaryDirectory() as folder:
            return whole_report(read_whole(WHOLE[name](Path(folder) / "log.db")))
    if name == "compared":
        before, after = report_of("calm"), report_of("full")
        return msgspec.structs.replace(
            after,
            compared_with=before.log,
            before=before.totals,
            changes=changes(before.totals, after.totals),
        )
    plans = {
        "full": (replace(MIXED, features={}), 600),
        "calm": (CALM, 300),
        "small": (CALM, 3),
        "unaudited": (replace(CALM, audits=0.0, values=False), 60),
        "hostile": (replace(MIXED, features={HOSTILE: HOSTILE}), 60),
    }
    plan, tasks = plans[name]
    made = histories(plan, tasks, 1)
    for number, history in enumerate(made):
        kind = {"kind": f"kind {number % 3}"}
        features = {**plan.features, **kind}
        history.decisions = [
            msgspec.structs.replace(one, features=features) for one in history.decisions
        ]
        if name == "hostile":
            _rename(history)
    return labeling_report(labeling_log(HOSTILE if name == "hostile" else f"{name}.db", made))


def write_foreseen(
    path: Path, tasks_per_hour: float = 6.0, days: int = 31, left_usd: float = 20.0
) -> Path:
    """Write a log of real dates with a budget that soon ends and a pool that is too small."""
    times = arrivals(hourly_rate(24 * days, tasks_per_hour), 1).tolist()
    pools = [Pool(pool="crowd", at=0.0, usd_per_label=PRICE_USD, capacity_per_hour=5.0)]
    left = Control(at=0.0, project="cats", usd_total=PRICE_USD * len(times) + left_usd)
    done = work(times, 1, pools=(("crowd", 0.7), ("vendor", 0.3)))
    return write_work(path, done, pools, [left])


def write_tested(path: Path, test: str = "pools", tasks: int = 600) -> Path:
    """Write a log of a test whose new arm asks the dear pool more often."""
    made = simulate_arms(World(audit=0.3), tasks, 1)
    for number, one in enumerate(made):
        if isinstance(one, Decision):
            made[number] = msgspec.structs.replace(one, experiment=test)
    return write_log(path, made)


def _hostile_test(path: Path) -> Path:
    return write_tested(path, HOSTILE)


WHOLE: dict[str, Callable[[Path], Path]] = {
    "foreseen": write_foreseen,
    "tested": write_tested,
    "hostile test": _hostile_test,
}


def events(made: list[History]) -> list[Decision | Reward | Verdict]:
    """All events of histories, for a log file."""
    found: list[Decision | Reward | Verdict] = []
    for history in made:
        found += [*history.decisions, *history.rewards, *history.verdicts]
    return found


def _rename(history: History) -> None:
    history.decisions = [msgspec.structs.replace(one, project=HOSTILE) for one in history.decisions]
    history.rewards = [
        msgspec.structs.replace(one, project=HOSTILE, labeler=f"{one.labeler}{HOSTILE}")
        for one in history.rewards
    ]
