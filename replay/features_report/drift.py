"""Whether a series changed over time: the population stability index with a threshold of its own.

Of the share p of each bin before a change and q after it,

    PSI = sum (p - q) log(p / q),   T = max over splits of PSI * n_before * n_after / n,

where splits lie between blocks of consecutive tasks. The usual limits (.1, .25) know nothing of how
many tasks there are, nor that neighbours resemble each other. So T is compared with what it is when
the blocks are put into random orders: blocks of eight correlation times are nearly independent, and
under no change each order is as likely. Too few blocks, and nothing is said.

References
----------
Lewis (1994), An Introduction to Credit Scoring (PSI).
Kirch (2007), Block permutation principles for the change analysis of dependent data, Journal of
Statistical Planning and Inference 137(7), 2453-2474.
Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from replay.features_report.bins import binned, one_hot
from replay.features_report.dependence import correlation_time
from replay.stats.holm import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from replay.features_report.series import Series
    from replay.numerics.arrays import Floats

BLOCKS = 50
"""At most so many blocks: enough orders, and a change is dated to a fiftieth of the log."""
LEAST_BLOCKS = 12
LEAST_IN_BLOCK = 10
CORRELATION_TIMES = 8.0
"""Length of a block: neighbours of this length still share 6 % of their variance."""
EDGE = 0.1
"""Share of the blocks on either side of a split at least."""
ORDERS = (999, 19_999)
"""Random orders; the second number where the first ones leave it open."""
OPEN_BELOW = 0.03
AT_ONCE = 1_000_000
"""Numbers in the memory of the orders that are drawn together."""
SCANNED = 100_000
"""Of those that are scanned together: arrays of 0.8 MB, which the memory of a processor holds."""
SEED = 19_941_202
ALPHA = 0.01
"""Chance that any feature of a log without changes is named: in one report of a hundred."""
NOTABLE = 0.1
"""PSI below this changes no model by much, however sure it is (Lewis 1994)."""
TINY = 0.5
"""Added to each count, so that no share is 0."""


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """Change of a series.

    `psi` compares before and after the task `since_task`, less what chance alone gives; of a vector
    it is that of the number that changed most. `p_value` counts all series that were tested.
    `block_tasks` is the number of tasks in a block. If the series was not tested, `why_not` says
    why, and the figures are missing.
    """

    changed: bool = False
    psi: float | None = None
    p_value: float | None = None
    since_task: int | None = None
    block_tasks: int | None = None
    why_not: str | None = None


def drifts(tested: Sequence[Series]) -> list[Drift]:
    """Test series together; the chance of naming any without need is `ALPHA`."""
    found = [_tested(one) for one in tested]
    for i, p_value in enumerate(holm([one.p_value for one in found])):
        if p_value is not None:
            changed = p_value < ALPHA and (found[i].psi or 0.0) >= NOTABLE
            found[i] = msgspec.structs.replace(found[i], p_value=p_value, changed=changed)
    return found


def _tested(series: Series) -> Drift:
    """Test one series; its p-value knows nothing of the others."""
    if series.distinct + (not series.present.all()) < 2:
        return Drift(why_not="it has one value")
    if series.is_id:
        return Drift(why_not="nearly each task has a value of its own")
    bins = binned(series)
    rows = one_hot(bins)
    block = LEAST_IN_BLOCK
    for _ in range(3):  # a change looks like dependence, so it is taken out; its place is a guess
        count = min(BLOCKS, len(rows) // block)
        if count < LEAST_BLOCKS:
            tau = f"tasks resemble each other over {block / CORRELATION_TIMES:,.0f} tasks"
            few = f"{len(rows):,} tasks are too few"
            return Drift(why_not=few if block == LEAST_IN_BLOCK else tau)
        sums, sizes = _blocks(rows, count)
        at = int(_scan(sums[None], sizes[None])[0].argmax()) + _edge(count)
        split = int(sizes[:at].sum())
        level = np.empty_like(rows)
        level[:split], level[split:] = rows[:split].mean(axis=0), rows[split:].mean(axis=0)
        needed = math.ceil(CORRELATION_TIMES * correlation_time(rows - level))
        if needed <= len(rows) // count:
            break
        block = max(block + 1, needed)
    owner = np.concatenate([np.full(len(np.unique(col)), i) for i, col in enumerate(bins.T)])
    return _compared(sums, sizes, owner)


def _compared(sums: Floats, sizes: Floats, owner: NDArray[np.int64]) -> Drift:
    """Compare the largest statistic with that of random orders of the blocks."""
    count = len(sizes)
    scan = _scan(sums[None], sizes[None])[0]
    at = int(scan.argmax())
    rng = np.random.default_rng(SEED)
    done, larger, mean = 0, 0, 0.0
    for orders in ORDERS:
        while done < orders:
            more = min(max(20, AT_ONCE // sums.size), orders - done)
            drawn = rng.permuted(np.tile(np.arange(count), (more, 1)), axis=1)
            some = max(1, SCANNED // sums.size)
            parts = [drawn[i : i + some] for i in range(0, more, some)]
            scans = np.concatenate([_scan(sums[part], sizes[part]) for part in parts])
            larger += int((scans.max(axis=1) >= scan[at] * (1 - 1e-12)).sum())
            mean += float(scans[:, at].sum())
            done += more
        if (larger + 1) / (done + 1) > OPEN_BELOW:
            break
    split = at + _edge(count)
    before = sizes[:split].sum()
    after = sizes[split:].sum()
    by_number = np.bincount(
        owner, _psi_terms(sums[:split].sum(axis=0), sums.sum(axis=0), before, after)
    )
    by_chance = mean / done * (before + after) / (before * after) / len(by_number)
    return Drift(
        psi=max(0.0, float(by_number.max() - by_chance)),
        p_value=(larger + 1) / (done + 1),
        since_task=int(before),
        block_tasks=int(sizes.max()),
    )


def _blocks(rows: Floats, count: int) -> tuple[Floats, Floats]:
    """Sum indicators up by block: shape (blocks, m), and the sizes of the blocks."""
    starts = np.linspace(0, len(rows), count + 1).astype(int)
    return np.add.reduceat(rows, starts[:-1], axis=0), np.diff(starts).astype(float)


def _edge(count: int) -> int:
    return max(1, math.ceil(EDGE * count))


def _scan(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> Floats:
    """Return PSI * n_before * n_after / n of each split, for each order: shape (orders, splits)."""
    edge = _edge(sizes.shape[1])
    total, n = sums[0].sum(axis=0), float(sizes[0].sum())
    before = np.cumsum(sums, axis=1)[:, edge - 1 : -edge]
    size = np.cumsum(sizes, axis=1)[:, edge - 1 : -edge, None]
    psi = _psi_terms(before, total, size, n - size).sum(axis=2)
    scan: Floats = psi * (size * (n - size) / n)[:, :, 0]
    return scan


def _psi_terms(before: Floats, total: Floats, size: Any, rest: Any) -> Floats:
    """Return (p - q) log(p / q) of each bin, from its counts before and in all."""
    p = before + TINY  # in place from here: these are large arrays, thousands of times
    p /= size + 1.0
    q = total - before
    q += TINY
    q /= rest + 1.0
    terms: Floats = p / q
    np.log(terms, out=terms)
    p -= q
    terms *= p
    return terms
