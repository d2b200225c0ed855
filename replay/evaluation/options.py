"""Options of `evaluate` and `compare`, and those that name a log's columns: declared once.

To add one, declare it here: the functions, their documentation, the command and its help have it
then. What it does is written where it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence  # noqa: TC003 - types of options are read at run time
from typing import Annotated, TypedDict

from replay.learning.options import LearnerOptions
from replay.runtime.declared_options import OptionSpec

GUESSED = "guessed by its name"


class LogOptions(TypedDict, total=False):
    """What is read from a log: of a table, its columns."""

    sql: Annotated[
        str | None,
        OptionSpec(
            None,
            "Instead of a log, a SELECT that DuckDB runs over files; its result is the table.",
            metavar="QUERY",
        ),
    ]
    action: Annotated[
        str | None, OptionSpec(None, "Column of the logged action.", GUESSED, "COLUMN")
    ]
    reward: Annotated[
        str | None,
        OptionSpec(
            None,
            "Column of the reward, or a weighted sum of columns: 'quality - 0.5*usd'.",
            GUESSED,
            "COLUMN|SUM",
        ),
    ]
    propensity: Annotated[
        str | None,
        OptionSpec(
            None,
            "Column of the propensity: the logging policy's probability of the logged action.",
            GUESSED,
            "COLUMN",
        ),
    ]
    logged: Annotated[
        str | None,
        OptionSpec(
            None,
            "The logging policy's probabilities of all actions: columns:PREFIX for a column per"
            " action, or a column of maps from action to probability, or of lists in the order of"
            " the option actions.",
            metavar="COLUMN|columns:PREFIX",
        ),
    ]
    actions: Annotated[
        str | None,
        OptionSpec(
            None,
            "Column of lists of the eligible actions.",
            "all actions in the log are eligible in every row",
            "COLUMN",
        ),
    ]
    context: Annotated[Sequence[str], OptionSpec((), "Columns of the context.", metavar="COLUMNS")]
    cluster: Annotated[
        str | None,
        OptionSpec(
            None,
            "Column of clusters: rows with the same value may be correlated, such as the decisions"
            " of a task; none if rows are independent.",
            "columns that look like ids are checked for correlated rows",
            "COLUMN",
        ),
    ]
    strict: Annotated[
        bool,
        OptionSpec(
            default=False,
            text="A row that can't be used is an error; else it is left out and counted.",
        ),
    ]
    tell: Annotated[
        Callable[[int], None] | None,
        OptionSpec(None, "Called with the number of rows as they are read, for a progress bar."),
    ]


class EstimateOptions(LogOptions, total=False):
    """How a target policy's value is estimated."""

    estimate_propensities: Annotated[
        bool,
        OptionSpec(
            default=False,
            text="The log has no propensities: estimate them from the context. The verdict is weak"
            " at best.",
        ),
    ]
    by: Annotated[
        Sequence[str],
        OptionSpec(
            (), "Columns to slice by: an estimate for each of their values.", metavar="COLUMNS"
        ),
    ]
    reward_range: Annotated[
        Sequence[float] | None,
        OptionSpec(
            None,
            "Lowest and highest possible reward; rows outside can't be used. With it, the intervals"
            " bernstein and betting (of IPS alone) hold for any number of rows.",
            metavar="LOW HIGH",
        ),
    ]
    time: Annotated[
        str | None,
        OptionSpec(
            None,
            "Timestamp column: numbers, or times, all with a time zone or all without. Rows are"
            " taken in the order of the file; those earlier than the row before are counted.",
            metavar="COLUMN",
        ),
    ]
    level: Annotated[float, OptionSpec(0.95, "Confidence level of the intervals, between 0 and 1.")]
    interval: Annotated[
        str,
        OptionSpec(
            "default",
            "Kind of interval: default, normal, wilson, student, log, bootstrap-t, gamma,"
            " bernstein, betting, clopper-pearson, empirical-likelihood, or anytime, which holds"
            " at all looks at a growing log together.",
        ),
    ]
    estimators: Annotated[
        Sequence[str],
        OptionSpec(
            (),
            "Names of the estimators to compute; the last of them, in the order of the report, is"
            " the default one.",
            "all",
            "NAMES",
        ),
    ]
    jobs: Annotated[
        int,
        OptionSpec(
            1,
            "Processes that read files, or threads where those are faster; the estimates are the"
            " same for any number.",
        ),
    ]
    engine: Annotated[
        str,
        OptionSpec(
            "local",
            "Who reads the files: local (this machine), or spark, a cluster whose executors have"
            " the same version of poolwise installed and can read the paths; the settings of"
            " spark-submit, or of a running session, hold.",
        ),
    ]
    delay_usd_per_hour: Annotated[
        float,
        OptionSpec(
            0.0, "Cost of an hour of delay until the verdict, in $ (poolwise's own log only)."
        ),
    ]
    audit_usd: Annotated[
        float | None,
        OptionSpec(
            None,
            "Price in $ of a gold answer from outside the pools (poolwise's own log only).",
            "free, with a note",
        ),
    ]


class EvaluateOptions(EstimateOptions, LearnerOptions, total=False):
    """All options of `evaluate` and `compare`."""
