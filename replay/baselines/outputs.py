"""Asks and verdicts of whoever takes the engine's place in a drive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.events import Ask, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Label, Task


def ask_of(
    task: Task, number: int, pool: str, now: float, expires_at: float, labels: Sequence[Label]
) -> Ask:
    """Ask a pool about a task, but none of those who labeled it."""
    return Ask(
        task=task.task,
        project=task.project,
        ask=number,
        at=now,
        pool=pool,
        classes=task.classes,
        payload=task.payload,
        expires_at=expires_at,
        exclude=tuple(label.labeler for label in labels),
    )


def verdict_of(
    task: Task,
    now: float,
    answer: str | None,
    posterior: Mapping[str, float],
    labels: int,
    usd: float,
    why: str,
) -> Verdict:
    """Answer a task, for good; nothing is audited."""
    confidence = posterior[answer] if answer else None
    return Verdict(
        task=task.task,
        project=task.project,
        revision=0,
        at=now,
        answer=answer,
        confidence=confidence,
        raw_confidence=confidence,
        posterior=dict(posterior),
        labels=labels,
        usd=usd,
        delay_s=now - task.at,
        basis=("none", "single", "consensus")[min(2, labels)],
        why=why,
        worth_usd=task.value_usd or 0.0,
        audited=False,
        audit_propensity=0.0,
        deadline_at=task.deadline_at,
    )
