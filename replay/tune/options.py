"""Options of `tune`, declared once for the function and the command."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - types of options are read at run time
from pathlib import Path  # noqa: TC003 - the same
from typing import Annotated

from bandit.settings import PolicySettings  # noqa: TC001 - the same
from replay.evaluation.options import LogOptions
from replay.learning.options import LearnerOptions
from replay.runtime.declared_options import OptionSpec

LOGGING = "logging"
"""Name of the logging policy, where candidates are compared with it."""


class CandidateOptions(LogOptions, total=False):
    """Which settings are tried, and what they are compared with."""

    candidates: Annotated[
        Sequence[PolicySettings] | str | Path | None,
        OptionSpec(
            None,
            "Candidates: policies, or a TOML file with [grid] or [[candidate]]; with --market, with"
            " [ranges] or [[candidate]].",
            "the grid of explorer, rate and floor, or the usual ranges",
            "FILE",
        ),
    ]
    explorer: Annotated[
        Sequence[str], OptionSpec((), "Explorers of the grid.", "the usual ones", "NAMES")
    ]
    rate: Annotated[
        Sequence[float], OptionSpec((), "Rates of the grid.", "the usual ones", "NUMBERS")
    ]
    floor: Annotated[
        Sequence[float],
        OptionSpec((), "Exploration floors of the grid.", "the usual ones", "NUMBERS"),
    ]
    today: Annotated[
        PolicySettings | str | Path,
        OptionSpec(
            LOGGING,
            "Policy that candidates are compared with: logging (the mean of the log), or the"
            " [policy] of a worker's TOML file.",
            metavar="logging|FILE",
        ),
    ]


class TomorrowOptions(CandidateOptions, LearnerOptions, total=False):
    """What tomorrow's log is to be good for."""

    new: Annotated[
        str,
        OptionSpec("uniform", "Policy to evaluate on tomorrow's log: uniform or always:ACTION."),
    ]
    tasks: Annotated[
        int | None,
        OptionSpec(
            None,
            "Rows of tomorrow's log; with --market, tasks of each run.",
            "as many as in this log, or as the market says",
        ),
    ]
    precision: Annotated[
        float | None,
        OptionSpec(
            None,
            "Wanted width of tomorrow's interval: the smallest exploration floor that reaches it is"
            " searched for.",
            metavar="WIDTH",
        ),
    ]


class TuneOptions(TomorrowOptions, total=False):
    """All options of `tune`."""

    level: Annotated[
        float,
        OptionSpec(0.95, "Confidence level of all intervals of a kind together, between 0 and 1."),
    ]
