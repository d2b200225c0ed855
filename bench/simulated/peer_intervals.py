"""Intervals of peers for the logs of bench/coverage.py: what they are given, what they answer."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.aggregate.reward_models import fit
from replay.numerics.rows_at_once import rows_at_once
from replay.stats.weighted_rows import score

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from replay.aggregate.question import Question
    from replay.numerics.arrays import Floats

COVER = Path(__file__).resolve().parents[1] / "peers" / "cover.py"


def given(source: Any, question: Question) -> Floats:
    """What a log comes to for DR: w, r, Σₐ π q̂ and q̂ of the logged action, shape (4, n)."""
    models = fit(source, question, map).models
    parts = []
    for piece in source.pieces:
        for rows in source.read(piece):
            for block, part in models.parts(rows, rows_at_once(len(question.actions))):
                chance, pmf = question.targets[0].chances(part, question.actions)
                guess, fitted = models.predict(part, block, aware=True)
                many = len(question.actions)
                one = score(part, chance, pmf, guess, question.kind, fitted=fitted, actions=many)
                parts.append(np.stack([one.weight, one.reward, one.direct, one.predicted]))
    return np.concatenate(parts, axis=1)


def asked(
    pythons: Sequence[str], logs: Floats, kind: str
) -> Iterator[tuple[str, Floats, Floats, float]]:
    """Ask peers for intervals of `logs`, shape (runs, 4, n): names, lows, highs and seconds.

    They are told the least and the largest reward of all runs, as if these were known.
    """
    w, r, direct, q = logs.transpose(1, 0, 2)
    bounds = [0.0, 1.0] if kind == "binary" else [r.min(), r.max()]
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder) / "runs.npz"
        np.savez(runs, w=w, r=r, direct=direct, q=q, bounds=np.array(bounds))
        outs = [Path(folder) / f"{at}.json" for at in range(len(pythons))]
        started = [
            subprocess.Popen([python, COVER, runs, out], stdout=subprocess.DEVNULL)
            for python, out in zip(pythons, outs, strict=True)
        ]
        for process, out in zip(started, outs, strict=True):
            if process.wait():
                raise SystemExit(f"{out.stem}: ended with {process.returncode}")
            for name, ends in json.loads(out.read_text()).items():
                low, high = (np.array(ends[of], dtype=float) for of in ("lower", "upper"))
                yield name, low, high, ends["seconds"]
