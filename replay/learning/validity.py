"""Whether a log can evaluate a policy that learns, by the weights of its replays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.results.verdict import judge
from replay.stats.cluster_freedom import effective_clusters
from replay.stats.effective_size import effective_sample_size
from replay.stats.weight_stats import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.checks.check_result import CheckResult
    from replay.learning.memory_log import ReplayLog
    from replay.learning.rejection_replay import Walk
    from replay.results.judgement import Judgement


def judge_walk(
    held: ReplayLog,
    walked: Walk,
    names: list[str],
    unit: str,
    found: Sequence[CheckResult] = (),
) -> list[Judgement]:
    """Judge each candidate, by the mean of its replays' sums and what was `found` of the log."""
    return [
        judge(diagnostics, passed, name, unit, more=found)
        for name, (passed, diagnostics) in zip(names, diagnose_walk(held, walked), strict=True)
    ]


def diagnose_walk(held: ReplayLog, walked: Walk) -> list[tuple[int, Diagnostics]]:
    """Return for each candidate the rows visited per replay, and diagnostics of their weights."""
    sums = walked.sums.reshape(len(walked.sums), -1, walked.replays).mean(axis=2)
    clusters = None
    if held.group is not None:
        rows_of_group = np.bincount(held.group).astype(float)
        clusters = effective_clusters(rows_of_group[rows_of_group > 0])
    every = []
    for each in sums.T:
        rows, _, w, ww, wr, wrwr, chi, largest, lost, _ = (float(total) for total in each)
        ess = effective_sample_size(w, ww)
        diagnostics = Diagnostics(
            ess=ess,
            ess_share=ess / rows if ww else 0.0,
            mean_weight=w / rows,
            max_weight=largest,
            no_support_rows=round(lost),
            effective_events=None if held.kind == "real" else effective_sample_size(wr, wrwr),
            pess=rows * rows / chi if held.pmf is not None and chi else None,
            mean_weight_error=None,
            effective_clusters=clusters,
        )
        every.append((round(rows), diagnostics))
    return every
