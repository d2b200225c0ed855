"""How long obp takes for seven estimators with intervals, and how much memory.

    PEER/bin/python bench/peers/obp_speed.py LOG.parquet [ROUNDS]

Runs where obp is installed: see README.md here. The file has the columns action, reward,
propensity, t_0 to t_4 (the target's chance of every action) and q_0 to q_4 (q̂ of every action).
Prints JSON: seconds of reading, of the values, of the intervals (ROUNDS bootstrap rounds each, 100
unless told), by the clock and of the processor, and the largest memory resident.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import no_torch  # noqa: F401 - obp wants to find it
import numpy as np
import pyarrow.parquet as pq
from obp import ope
from peak_memory import peak_mb

ACTIONS = 5

ESTIMATORS = [
    ope.InverseProbabilityWeighting(),
    ope.SelfNormalizedInverseProbabilityWeighting(),
    ope.DirectMethod(),
    ope.DoublyRobust(),
    ope.SelfNormalizedDoublyRobust(),
    ope.SwitchDoublyRobust(lambda_=10.0),
    ope.DoublyRobustWithShrinkage(lambda_=100.0),
]


def read(path: str) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Feedback, the target's chances and q̂ in the shapes that obp wants."""
    table = pq.read_table(path)

    def block(prefix: str) -> np.ndarray:
        columns = [table.column(f"{prefix}_{a}").to_numpy() for a in range(ACTIONS)]
        return np.stack(columns, axis=1)[:, :, None]

    feedback = {
        "n_rounds": table.num_rows,
        "n_actions": ACTIONS,
        "action": table.column("action").to_numpy(),
        "reward": table.column("reward").to_numpy(),
        "pscore": table.column("propensity").to_numpy(),
        "position": None,
        "context": None,
    }
    return feedback, block("t"), block("q")


def now() -> np.ndarray:
    """Wall clock and processor time in seconds: the second hardly minds a busy machine."""
    return np.array([time.perf_counter(), time.process_time()])


def main() -> None:
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    marks = [now()]
    feedback, pmf, q = read(sys.argv[1])
    marks.append(now())
    everyone = ope.OffPolicyEvaluation(bandit_feedback=feedback, ope_estimators=ESTIMATORS)
    asked = {"action_dist": pmf, "estimated_rewards_by_reg_model": q}
    values = everyone.estimate_policy_values(**asked)
    marks.append(now())
    everyone.estimate_intervals(**asked, n_bootstrap_samples=rounds, random_state=1)
    marks.append(now())
    wall, processor = np.diff(marks, axis=0).round(3).T.tolist()
    parts = ("read", "values", "intervals")
    said = {
        "rows": feedback["n_rounds"],
        "rounds": rounds,
        "seconds": dict(zip(parts, wall, strict=True)),
        "processor_seconds": dict(zip(parts, processor, strict=True)),
        "peak_mb": round(peak_mb()),
        "values": {name: float(value) for name, value in values.items()},
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
