"""Options of target policies that learn, declared once for `evaluate`, `compare` and `tune`."""

from __future__ import annotations

from typing import Annotated, TypedDict

from replay.runtime.declared_options import OptionSpec

REPLAYS = 10
"""Replays of a policy: the variance between them is then known to a quarter."""


class LearnerOptions(TypedDict, total=False):
    """How policies that learn are replayed."""

    horizon: Annotated[
        int | None,
        OptionSpec(None, "Accepted decisions per replay, T'.", empty="as many as the log allows"),
    ]
    replays: Annotated[
        int,
        OptionSpec(
            REPLAYS, "Replays of each policy that learns, where rows may be taken in any order."
        ),
    ]
    percentile: Annotated[
        float,
        OptionSpec(
            0.0,
            "Share of the rows, those with the smallest propensities, that do not limit T': replays"
            " become longer, and a little noisier than a live run.",
        ),
    ]
    worth: Annotated[
        float,
        OptionSpec(
            1.0,
            "The reward of a correct answer: the rates of explorers are in units of it.",
        ),
    ]
    seed: Annotated[
        int, OptionSpec(0, "Seed of the replays: the same seed gives the same estimates.")
    ]
