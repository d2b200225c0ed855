"""What obp 0.5.7 says of the Open Bandit Dataset, for tests/replay/estimators/test_peers.py.

    export PYTHONPATH=tests/replay/estimators
    PEER/bin/python bench/peers/obp_numbers.py DATA/obd GOLDEN/obp.json

Runs where obp is installed: see README.md here. Writes one case a line: campaign, target,
estimator, its parameter and the value.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import no_torch  # noqa: F401 - obp wants to find it
import numpy as np
from obp import ope
from peers_model import ACTIONS, TARGETS, predicted, read_log, target_pmf

# No click has a weight of 10 in men: a clip at 2 is what tells.
CLIPS, SWITCHES, SHRINKAGES, POWERS = (2.0, 10.0), (5.0, 50.0), (10.0, 1000.0), (0.1,)

FIXED = [
    ("IPW", None, ope.InverseProbabilityWeighting()),
    *(("Clipped", c, ope.InverseProbabilityWeighting(lambda_=c)) for c in CLIPS),
    ("SNIPW", None, ope.SelfNormalizedInverseProbabilityWeighting()),
    ("DM", None, ope.DirectMethod()),
    ("DR", None, ope.DoublyRobust()),
    *(("DR-clipped", c, ope.DoublyRobust(lambda_=c)) for c in CLIPS),
    ("SNDR", None, ope.SelfNormalizedDoublyRobust()),
    *(("Switch-DR", c, ope.SwitchDoublyRobust(lambda_=c)) for c in SWITCHES),
    *(("DRos", c, ope.DoublyRobustWithShrinkage(lambda_=c)) for c in SHRINKAGES),
    *(("SG-IPW", c, ope.SubGaussianInverseProbabilityWeighting(lambda_=c)) for c in POWERS),
    *(("SG-DR", c, ope.SubGaussianDoublyRobust(lambda_=c)) for c in POWERS),
]


def asked(folder: Path, campaign: str, target: str) -> dict[str, Any]:
    """Arguments that every estimator of obp takes."""
    log = read_log(folder, campaign)
    pmf = np.tile(target_pmf(target, log.actions), (len(log.click), 1))
    return {
        "reward": log.click,
        "action": log.action,
        "pscore": log.propensity,
        "action_dist": pmf[:, :, None],
        "estimated_rewards_by_reg_model": predicted(log)[:, :, None],
    }


def cases(folder: Path, campaign: str, target: str) -> list[dict[str, Any]]:
    """Every estimator's value of one target on one log."""
    given = asked(folder, campaign, target)
    answered = [
        {
            "estimator": name,
            "parameter": parameter,
            "value": float(o.estimate_policy_value(**given)),
        }
        for name, parameter, o in FIXED
    ]
    return [{"campaign": campaign, "target": target, **case} for case in answered]


def main() -> None:
    folder, golden = Path(sys.argv[1]), Path(sys.argv[2])
    every = [case for c in ACTIONS for t in TARGETS for case in cases(folder, c, t)]
    head = json.dumps({"obp": version("obp")})
    lines = ",\n".join(f"    {json.dumps(case)}" for case in every)
    golden.write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(every)} cases written to {golden}")


if __name__ == "__main__":
    main()
