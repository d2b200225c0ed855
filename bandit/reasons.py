"""Reasons that events carry as strings, where code branches on them: one enumeration each.

Their values are what stands on the wire. Fields of events stay plain strings, so that a log of
another program is read whatever reasons it gives. Python 3.11 takes some 0.2 us to look a member up
in its class, so modules on the path of every event bind the members they need once.
"""

from __future__ import annotations

from enum import StrEnum


class DecisionReason(StrEnum):
    """Why a decision was made: `Decision.why`, `AskState.why` and `Reward.why`."""

    FIRST = "first"  # the task came
    MORE = "more"  # a label came
    RETRY = "retry"  # an ask ended without a label or is silent, or the task's wait ended
    DEADLINE = "deadline"  # the task's deadline passed
    GOLD = "gold"  # the true answer came
    AUDIT = "audit"  # the closed task was drawn for an audit
    ESCALATION = "escalation"  # an expert of a gold pool was worth asking about the open task


BY_EXPERTS = frozenset({DecisionReason.AUDIT.value, DecisionReason.ESCALATION.value})
"""Asks that are answered by the truth: no labels."""


class StopReason(StrEnum):
    """Why a task was closed: `Verdict.why`."""

    VALUE = "value"  # the policy stopped
    UNDECIDABLE = "undecidable"  # it stopped though two answers are about as likely
    GOLD = "gold"  # the true answer is known
    DEADLINE = "deadline"
    MAX_LABELS = "max_labels"
    MAX_ASKS = "max_asks"
    NO_POOL = "no_pool"  # no open pool took it for `policy.give_up_s`, or has anybody left


class Basis(StrEnum):
    """What an answer or a reward rests on: `Verdict.basis` and `Reward.basis`."""

    GOLD = "gold"  # the true answer
    CONSENSUS = "consensus"  # two labels or more
    SINGLE = "single"  # one label (verdicts only)
    MODEL = "model"  # the machine labeler, without a label (verdicts only)
    NONE = "none"  # nothing to compare with
    EXPIRED = "expired"  # no label came (rewards only); a declined ask too
    OPEN = "open"  # a label of an open task, judged when it closes (rewards only)


class TickDoubt(StrEnum):
    """Why a tick was not believed: the `rule` of its dead letter."""

    AHEAD = "tick_ahead"  # too far after the one before, and too few others agree so far
    BACK = "tick_back"  # before the one before
    SKEW = "tick_skew"  # too far from the log's own clock
