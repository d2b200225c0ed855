"""Print what a release says of a golden log: what its desks hold, what its brain knows."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PROBES = (("cats", "a"), ("cats", "b|c"), ("capped", "a"), ("pinned", "b|c"))
FEATURES: dict[str, float | str] = {"lang": "de", "length": 20.0}


def expected(log: Path) -> dict[str, Any]:
    """Return what the code at hand reads in `log`."""
    from bandit.engine.engine import Engine
    from bandit.learn import saved_brain
    from bandit.learn.brain import Brain
    from bandit.learn.calibration import logistic, logit
    from bandit.settings import Settings
    from streams.clients.address import open_log
    from streams.learner.snapshots import Snapshots
    from streams.log.log import read_to_end
    from streams.log.topics import DESK, TOPICS

    opened = open_log(str(log))
    snapshots = Snapshots(opened)
    snapshots.catch_up()
    newest = next(iter(snapshots.newest_first()))
    brain = Brain.from_bytes(Settings(), newest.data)
    engine = Engine(Settings(), brain, opened.partitions(DESK))
    counts, positions = {}, {}
    for topic in TOPICS:
        ways = range(opened.partitions(topic))
        read = [[*read_to_end(opened.follow(topic, part), 1000)] for part in ways]
        counts[topic] = sum(len(records) for part in read for records in part)
        if topic == DESK:
            for part in ways:
                records = [one for some in read[part] for one in some]
                engine.restore(part, [(one.key or b"", one.value) for one in records])
    group = opened.shared("poolwise", ("tasks", "labels"))
    for place in sorted(group.held()):
        positions["/".join(map(str, place))] = group.committed(place)
    group.close()
    labelers = saved_brain.read(newest.data).labelers
    fit = brain.project("cats").calibration
    found = {
        "records": counts,
        "positions": positions,
        "open_tasks": engine.open_tasks(),
        "open_asks": engine.open_asks(),
        "learned": brain.position,
        "pool_rates": {f"{one}, {pool}": brain.pool_rate(one, pool) for one, pool in PROBES},
        "qualities": {
            f"{one}, {pool}": brain.quality(one, FEATURES, {pool: {"load": 0.5}})
            for one, pool in PROBES
        },
        "labelers": {
            key: {"right": one.right, "total": one.total, "golds": one.golds}
            for key, one in labelers.items()
        },
        "calibrated": logistic(fit.shift + fit.slope * logit(0.9)),
    }
    opened.close()
    return found


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    sys.stdout.write(json.dumps(expected(Path(sys.argv[2])), indent=1) + "\n")
