"""What the figures are compared with: crowd-kit's best, and batch Dawid-Skene on five labels.

`BEST_OF_SIX` is the best accuracy of MajorityVote, Wawa, OneCoinDawidSkene, DawidSkene, MMSR and
GLAD on all labels: crowd-kit 1.4.2 with pandas 2.3, as recorded with the sets (MMSR failed on
trec2011, product_text and adult2).

A configuration is chosen on one of `HALVES` and reported on the other; the sets alternate in the
order of the data's own table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.baselines.dawid_skene import dawid_skene

if TYPE_CHECKING:
    from bench.consensus.label_set import LabelSet

BEST_OF_SIX = {
    "weather_pools": 0.880,
    "trec2011": 0.833,
    "mre_cause": 0.803,
    "rte_text": 0.927,
    "product_text": 0.940,
    "face": 0.640,
    "bluebird": 0.889,
    "music": 0.797,
    "web": 0.829,
    "sp": 0.917,
    "sp_amt": 0.946,
    "adult2": 0.769,
}
HALVES = (
    ("weather_pools", "mre_cause", "product_text", "bluebird", "web", "sp_amt"),
    ("trec2011", "rte_text", "face", "music", "sp", "adult2"),
)
DRAWN = 5
SMOOTHING = 1e-6  # crowd-kit has none; a chance of 0 has no logarithm


def dawid_skene_on_five(of: LabelSet, seed: int) -> tuple[float, int]:
    """Accuracy of batch Dawid-Skene on min(5, available) random labels of each task; labels."""
    chance = np.random.default_rng([seed, 2])
    rows = [
        (str(task), str(labels[i].labeler), str(labels[i].answer))
        for task, labels in enumerate(of.labels)
        for i in chance.permutation(len(labels))[:DRAWN].tolist()
    ]
    fitted = dawid_skene(rows, smoothing=SMOOTHING).answers()
    right = [fitted[str(task)].get(str(of.truth[task]), 0.0) for task in of.judged]
    return sum(right) / len(right), len(rows)
