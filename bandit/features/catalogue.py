"""All signals that poolwise computes, in words: what each means, where it is, what it is for.

Rule: a signal that is logged stands here; a test compares the two, and `docs/features.md` is made
from it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

About = Literal["task", "system", "pool", "labeler"]


class Signal(NamedTuple):
    """A signal; `logged` is the field that has it, or that it follows from, `used_by` what learns.

    A signal with `is_derived` isn't logged itself: it is computed from what is.
    """

    name: str
    about: About
    meaning: str
    logged: str
    used_by: str
    is_derived: bool = False


FEATURES, SIGNALS = "`features`", "`signals`"
LABELER_SIGNALS = "`labeler_signals` of the reward"
WATCHED = "`watched` of the reward"
QUALITY = "quality model"
ACCURACY = "weight of the label"
NOTHING = "nothing, it is watched"

CATALOGUE = (
    Signal(
        "poolwise.labels", "system", "labels of the task so far", FEATURES, QUALITY
    ),
    Signal(
        "poolwise.lead", "system", "the likeliest class; empty before the first label",
        FEATURES, QUALITY,
    ),
    Signal(
        "poolwise.confidence", "system", "confidence in that class", FEATURES, QUALITY
    ),
    Signal(
        "poolwise.hour_sin", "system", "hour of the day (UTC): sine of its angle on the clock",
        FEATURES, QUALITY,
    ),
    Signal(
        "poolwise.hour_cos", "system", "the same: cosine", FEATURES, QUALITY
    ),
    Signal(
        "waited", "system", "log of 1 + the seconds since the task's first decision", "`at`",
        NOTHING, is_derived=True,
    ),
    Signal(
        "budget_price", "system", "what a dollar of the budget is worth beyond itself",
        "`budget_price`", "value of asking", is_derived=True,
    ),
    Signal(
        "entropy", "task", "entropy of the posterior: 0 if sure, 1 if all classes are as likely",
        "`posterior`", "value of asking (by the posterior)", is_derived=True,
    ),
    Signal(
        "novelty", "task",
        "share of its features unlike those of the project's tasks so far: a number more than 3 "
        "standard deviations from the mean, words that never came, a vector that far away",
        "`novelty` of the first decision", NOTHING,
    ),
    Signal(
        "agreement", "pool", "share of its recent labels that were right, by gold or by others",
        SIGNALS, QUALITY,
    ),
    Signal(
        "speed", "pool", "log of its recent delay against the expected one", SIGNALS,
        f"{QUALITY}, cost of waiting",
    ),
    Signal(
        "expired", "pool", "share of its recent asks that got no label", SIGNALS, QUALITY
    ),
    Signal(
        "queue", "pool", "log of 1 + asks in flight, in minutes of its capacity", SIGNALS, QUALITY
    ),
    Signal(
        "usual", "pool", "log-odds that its label of the task is right, features left aside",
        SIGNALS, "what the task's features are compared with",
    ),
    Signal(
        "difficulty", "pool", "predicted chance that its label of this task is wrong", "`quality`",
        "value of asking", is_derived=True,
    ),
    Signal(
        "price_usd", "pool", "price of a label", "`usd_per_label`", "value of asking",
        is_derived=True,
    ),
    Signal(
        "scarcity_usd", "pool", "price of its room, in dollars", "`scarcity_usd`",
        "value of asking", is_derived=True,
    ),
    Signal(
        "in_time", "pool", "chance that it answers before the deadline", "`in_time`",
        "value of asking", is_derived=True,
    ),
    Signal(
        "rate", "labeler", "log-odds of a right label, by the last 200 or so", LABELER_SIGNALS,
        ACCURACY,
    ),
    Signal(
        "task", "labeler", "by how much the task's features move those odds for the pool, times 4",
        LABELER_SIGNALS, ACCURACY,
    ),
    Signal(
        "speed", "labeler", "log of the label's delay against the pool's usual one",
        LABELER_SIGNALS, ACCURACY,
    ),
    Signal(
        "session", "labeler",
        "labels in this session (a pause of 30 minutes ends it), in hundreds, at most 1",
        LABELER_SIGNALS, ACCURACY,
    ),
    Signal(
        "streak", "labeler",
        "number of the last labels that were all more likely right than not; below 0: wrong",
        WATCHED, NOTHING,
    ),
    Signal(
        "idle", "labeler", "log of 1 + the seconds since the label before; missing for the first",
        WATCHED, NOTHING,
    ),
    Signal(
        "pace", "labeler",
        "log of the label's delay against the pool's usual one of the task's `type`; missing "
        "without that feature", WATCHED, NOTHING,
    ),
)  # fmt: skip
