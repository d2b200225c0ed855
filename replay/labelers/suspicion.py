"""Who is suspect: all evidence about a labeler in one number, its kind, and what it rests on.

    evidence = (uninformative + copying) / 2

Each of the two is at most 1 in the mean for an honest labeler with a month of labels, and so is
half their sum. A labeler is suspect from `SUSPECT` = 100 on: by Ville's inequality that happens to
at most one of 100 honest labelers in a month, whenever and however often somebody looks. The most
that the mean can be, divided by the evidence, bounds the p-value at any time (`p_value`).
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from bandit.counted import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.copying import Copying
    from replay.labelers.judged_label import JudgedLabel
    from replay.labelers.uninformative import Uninformative

SUSPECT = 100.0
"""Evidence, as odds against an honest labeler, from which a labeler is suspect."""
CONSTANT = 0.9
"""Share of one class among the answers from which they are called constant."""
WAS_HONEST = math.log(20.0)
"""Evidence that earlier labels were honest, from which later ones are called sleeping."""
MOST_NAMED = 5
FIRST_DATE_S = 365.25 * 86400.0
"""Times before are no dates: they count from the start of a simulation, or number rows."""

SuspectKind = Literal["random", "constant", "sleeping", "copying", "colluding"]


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """What a suspect labeler seems to do, why, and with whom."""

    kind: SuspectKind
    reason: str
    others: tuple[str, ...] = ()


def total_evidence(plain: Uninformative, shared: Copying | None) -> float:
    """Return the natural logarithm of the evidence about a labeler.

    Examples
    --------
    >>> from replay.labelers.uninformative import Uninformative
    >>> round(total_evidence(Uninformative(math.log(199.0)), None), 3) == round(math.log(100.0), 3)
    True
    """
    logs = (plain.log_evidence, shared.log_evidence if shared else 0.0)
    top = max(logs)
    return top + math.log(sum(math.exp(log - top) for log in logs) / 2.0)


def p_value(plain: Uninformative, shared: Copying | None) -> float:
    """Return an upper bound of the p-value: 1 / evidence, or more if labels span over a month.

    Each further month adds to the weights of `uninformative`, and so to the mean of the evidence.

    Examples
    --------
    >>> from replay.labelers.uninformative import Uninformative
    >>> round(p_value(Uninformative(math.log(199.0), weights=1.0), None), 4)
    0.01
    >>> round(p_value(Uninformative(math.log(199.0), weights=7.0), None), 4)
    0.04
    """
    mean = max(1.0, (plain.weights + 1.0) / 2.0)
    return min(1.0, mean * math.exp(-total_evidence(plain, shared)))


def suspicion(
    labels: Sequence[JudgedLabel], plain: Uninformative, shared: Copying | None
) -> Suspicion | None:
    """Return what a labeler is suspected of, from their labels in the order of time."""
    if total_evidence(plain, shared) < math.log(SUSPECT):
        return None
    least = min(plain.log_evidence, math.log(2.0 * SUSPECT))
    if shared is not None and shared.log_evidence > least:
        return _shared(shared)  # says more than that the answers are useless, which may be true too
    judged = [label for label in labels if label.chances is not None]
    before, since = judged[: plain.since], judged[plain.since :]
    agree = (
        f"{_agreement(since)} of {counted(len(since), 'label')} agree with all else that is known"
    )
    if plain.honest_before >= WAS_HONEST:
        day = datetime.fromtimestamp(plain.since_at, UTC).date()
        since_then = f"since {day}" if plain.since_at >= FIRST_DATE_S else "in the end"
        return Suspicion(
            kind="sleeping",
            reason=f"{since_then}, {agree}; before, {_agreement(before)} of {len(before):,}",
        )
    answer, count = Counter(label.answer for label in since).most_common(1)[0]
    if count >= CONSTANT * len(since):
        share = f"{100 * count / len(since):.0f} %"
        return Suspicion(
            kind="constant",
            reason=f"answered {answer!r} in {share} of {counted(len(since), 'task')}; {agree}",
        )
    return Suspicion(
        kind="random", reason=f"{agree}; shuffled among these tasks, {_shuffled(since)} would"
    )


def _shared(found: Copying) -> Suspicion:
    names = ", ".join(found.others[:MOST_NAMED])
    more = len(found.others) - MOST_NAMED
    names += f" and {more:,} more" if more > 0 else ""
    whom = names if len(found.others) == 1 else f"one of {names}"
    reason = (
        f"same answer as {whom} in {found.agreed:,} of {counted(found.pairs, 'task')} to which they"
        f" had given a doubtful answer before; {found.expected:.1f} expected of an honest labeler"
    )
    kind: SuspectKind = "copying" if len(found.others) == 1 else "colluding"
    return Suspicion(kind=kind, reason=reason, others=found.others)


def _agreement(labels: Sequence[JudgedLabel]) -> str:
    """Write the mean chance that labels are right, by all else that is known."""
    return f"{100 * sum(label.agreement or 0.0 for label in labels) / max(1, len(labels)):.0f} %"


def _shuffled(labels: Sequence[JudgedLabel]) -> str:
    """Write what that would be if the same answers were given to these tasks in any order."""
    said = Counter(label.answer for label in labels)
    chances = (
        chance * said[name] for label in labels for name, chance in (label.chances or {}).items()
    )
    return f"{100 * sum(chances) / len(labels) ** 2:.0f} %"
