"""Evidence that a labeler copies another one, or belongs to a group that shares its answers.

Where an earlier answer is doubtful, the later labeler gives it too with chance f, if honest
(`replay.labelers.pairs`), and with chance k + (1 - k) f as a copier who copies a share k. The
evidence is the product of likelihood ratios, averaged over k = 1/2 and 9/10: an e-value. For all
labelers whom one may have copied it is averaged, too; and so it is for the groups that are found
among the *other* labelers, from pairs without this one's labels.

Only the later labeler of a pair is charged, so nobody is suspected because others copy from them.

Source: e-values and their averages, Vovk and Wang (2021), Annals of Statistics 49(3), 1736-1754;
copying sources, Dong, Berti-Équille and Srivastava (2009), PVLDB 2(1), 550-561.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from replay.labelers.pairs import Pair, Pairs

SHARES = (0.5, 0.9)
"""Shares of the answers that a copier copies."""
SEEDS = 5
"""Groups that are looked for, each from one of the pairs that agree most remarkably."""
SEED_LOG, JOIN_LOG = math.log(20.0), math.log(10.0)
"""Evidence of a pair to begin a group with, and of a labeler to join it."""


@dataclass(frozen=True, slots=True)
class Copying:
    """Evidence as its natural logarithm, with whom, and what it rests on.

    `pairs` are the pairs with `others`, `agreed` those in which both gave the same answer,
    `expected` how many that would be if the labeler were honest.
    """

    log_evidence: float
    others: tuple[str, ...] = ()
    pairs: int = 0
    agreed: int = 0
    expected: float = 0.0


def copying(pairs: Pairs) -> dict[str, Copying]:
    """Weigh the pairs of every labeler who has any."""
    logs = {key: _log_ratio(pairs, found, (key[1],)) for key, found in pairs.of.items()}
    partners: dict[str, list[str]] = defaultdict(list)
    for later, earlier in pairs.of:
        partners[later].append(earlier)
    both: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (later, earlier), log in logs.items():
        both[later][earlier] += log
        both[earlier][later] += log
    edges = _edges(both)
    groups = _groups(edges, both, None)
    members = set().union(*groups) if groups else set()
    found: dict[str, Copying] = {}
    for later, known in sorted(partners.items()):
        others = groups if later not in members else _groups(edges, both, later)
        found[later] = _of_labeler(pairs, later, known, others, logs)
    return found


def _of_labeler(
    pairs: Pairs,
    later: str,
    partners: Sequence[str],
    groups: Sequence[tuple[str, ...]],
    logs: Mapping[tuple[str, str], float],
) -> Copying:
    by_group = {group: _log_ratio(pairs, _first(pairs, later, group), group) for group in groups}
    of_pairs = _log_mean([logs[later, name] for name in partners], len(partners))
    of_groups = _log_mean(list(by_group.values()), SEEDS)
    others: tuple[str, ...]
    others = (max(partners, key=lambda name: logs[later, name]),)
    if groups and of_groups > of_pairs:
        others = max(groups, key=by_group.__getitem__)
    rows = _first(pairs, later, others)
    return Copying(
        log_evidence=_log_mean([of_pairs, of_groups], 2),
        others=tuple(sorted(others)),
        pairs=len(rows),
        agreed=sum(pair.agrees for pair in rows),
        expected=sum(pairs.expected(rows, others)),
    )


def _first(pairs: Pairs, later: str, group: Iterable[str]) -> list[Pair]:
    """Return the pairs of a labeler with a group: one for each of the labeler's labels."""
    found: dict[tuple[float, str], Pair] = {}
    for name in sorted(group):
        for pair in pairs.of.get((later, name), ()):
            found.setdefault((pair.at, pair.task), pair)
    return list(found.values())


def _log_ratio(pairs: Pairs, rows: Sequence[Pair], without: tuple[str, ...]) -> float:
    """Return the log of the mean likelihood ratio of copying against honest answers."""
    logs = [0.0] * len(SHARES)
    for pair, f in zip(rows, pairs.expected(rows, without), strict=True):
        for i, k in enumerate(SHARES):
            logs[i] += math.log((k + (1.0 - k) * f) / f if pair.agrees else 1.0 - k)
    return _log_mean(logs, len(SHARES))


def _edges(both: Mapping[str, Mapping[str, float]]) -> list[tuple[float, str, str]]:
    """Return the two labelers of each pair that may begin a group, the most remarkable first."""
    return sorted(
        (-log, name, other)
        for name, logs in both.items()
        for other, log in logs.items()
        if name < other and log >= SEED_LOG
    )


def _groups(
    edges: Sequence[tuple[float, str, str]],
    both: Mapping[str, Mapping[str, float]],
    left_out: str | None,
) -> list[tuple[str, ...]]:
    """Return groups whose pairs agree remarkably, found without one labeler's pairs."""
    groups: list[tuple[str, ...]] = []
    for _, name, other in edges:
        if len(groups) == SEEDS:
            break
        if left_out in {name, other} or any(name in of and other in of for of in groups):
            continue
        groups.append(_grown([name, other], both, left_out))
    return groups


def _grown(
    group: list[str], both: Mapping[str, Mapping[str, float]], left_out: str | None
) -> tuple[str, ...]:
    """Add whoever agrees most remarkably with the members of a group, one after another."""
    sums: dict[str, float] = defaultdict(float)
    added = list(group)
    while added:
        for member in added:
            for name, log in both[member].items():
                sums[name] += log
        joins = [name for name in sums if name not in group and name != left_out]
        best = max(joins, key=lambda name: (sums[name], name), default="")
        added = [best] if best and sums[best] >= JOIN_LOG else []
        group += added
    return tuple(sorted(group))


def _log_mean(logs: Sequence[float], n: int) -> float:
    """Return the log of the mean of n values, those that are missing counted as 1."""
    values = [*logs, *[0.0] * (n - len(logs))]
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values) / len(values))
