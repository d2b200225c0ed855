"""What to do about dead letters: the usual cause of each rule that labelers' programs break.

Rule: a label that breaks one of these breaks it again, so nobody is told to send it again.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

MOST_RULES = 5

CAUSES = {
    "second_label": "asks were answered twice, with different answers or labelers: do two programs"
    " answer the same asks?",
    "repeat_labeler": "labelers answered a task that they have labeled: offer no ask to those in"
    " its `exclude`, decline it if that names all of them, and skip asks that have expired",
    "declined_ask": "asks were declined and then answered: do two programs answer the same asks?",
    "wrong_pool": "labels name another pool than their ask does",
    "unknown_answer": "answers are none of their task's classes: spell them as the task does, and"
    " decline an ask that has no such answer",
}


def todo(rules: Counter[str], shown: str) -> str:
    r"""Return what to do about dead letters, counted by rule; `shown` is the log's address.

    Examples
    --------
    >>> from collections import Counter
    >>> print(*todo(Counter(wrong_pool=2, bad_id=1), "l.db").split("; "), sep="\n")
    read them: poolwise tail l.db deadletters
    wrong_pool: labels name another pool than their ask does
    such labels would be refused again
    correct the cause of the others
    send those again: poolwise feed l.db --from-deadletters --rule bad_id
    """
    read = f"read them: poolwise tail {shown} deadletters"
    send = f"poolwise feed {shown} --from-deadletters"
    known = [rule for rule, _ in rules.most_common() if rule in CAUSES]
    if not known:
        return f"{read}; correct the cause, then send them again: {send}"
    steps = [read, *(f"{rule}: {CAUSES[rule]}" for rule in known)]
    steps.append("such labels would be refused again")
    others = [rule for rule, _ in rules.most_common() if rule not in CAUSES][:MOST_RULES]
    if others:
        chosen = "".join(f" --rule {shlex.quote(rule)}" for rule in others)
        steps.append(f"correct the cause of the others; send those again: {send}{chosen}")
    return "; ".join(steps)
