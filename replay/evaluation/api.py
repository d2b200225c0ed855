"""Off-policy evaluation: what another way of deciding would have earned, from a log of decisions.

A table is surveyed first, which checks every value; then it is read twice
(`replay/aggregate/two_pass.py`): to fit models of the reward, and to weigh its rows into every
estimator's sums. Targets that learn walk it besides (`replay/evaluation/learning_targets.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from replay.evaluation.arguments import checked_options, several_targets
from replay.evaluation.asked import read_question
from replay.evaluation.sources import own_log
from replay.evaluation.table import answer_table
from replay.learning.config import REPLAYS
from replay.report.displayed import DisplayedComparison, DisplayedEvaluation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from replay.evaluation.options import Options
    from replay.results.evaluation import Comparison


def evaluate(
    source: Any = None,
    *,
    sql: str | None = None,
    action: str | None = None,
    reward: str | None = None,
    reward_range: Sequence[float] | None = None,
    propensity: str | None = None,
    logged: str | None = None,
    estimate_propensities: bool = False,
    actions: str | None = None,
    context: str | Sequence[str] = (),
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    time: str | None = None,
    target: str | Path = "uniform",
    level: float = 0.95,
    interval: str = "default",
    estimators: str | Sequence[str] = (),
    jobs: int = 1,
    engine: str = "local",
    strict: bool = False,
    delay_usd_per_hour: float = 0.0,
    audit_usd: float | None = None,
    horizon: int | None = None,
    replays: int = REPLAYS,
    percentile: float = 0.0,
    worth: float = 1.0,
    seed: int = 0,
    tell: Callable[[int], None] | None = None,
) -> DisplayedEvaluation:
    """Estimate what a target policy would have earned, from a log of another one.

    Parameters
    ----------
    source
        Path of an embedded log (`sqlite:` before it is welcome), of the folder of an archive, of
        Parquet, CSV or JSON lines (also .gz), a glob or folder of such, URI of Parquet
        (`s3://...`), or a list of them; or a table in memory: pandas, Arrow, Polars, whatever has
        Arrow's stream.
    sql
        Instead of a source, a query that DuckDB runs over files: its result is the table.
    action, reward, propensity
        Columns of a table; where not given, guessed by their names, with a note. The reward may
        be a sum of columns with weights: `quality - 0.5*usd`. Our own log needs none.
    reward_range
        What the reward never leaves, (low, high); rows beyond can't be used. With it the intervals
        `bernstein` and `betting` hold for any number of rows; they are of IPS alone.
    logged
        Where the logging policy's chance of every action stands: `columns:PREFIX`, or a column of
        maps from actions to chances, or of lists in the order of `actions`.
    estimate_propensities
        Whether the log has no propensities and they are to be estimated from the context, which
        makes the verdict weak at best.
    actions
        Column of lists of the actions that could be chosen in a row; without it, all seen.
    context
        Columns of the context; one may be given as a string.
    by
        Columns, or one, to slice by: what the target would have earned for each of their values.
    cluster
        Column of what rows belong together by, as the decisions of a task: they count as one.
        Without it, columns that look like ids (`replay/tables/repeated_ids.py`) are searched for
        correlated rows, and their values are clusters where there are any; `none` for independent
        rows.
    time
        Column of when it was: numbers, or times of one zone. Rows are taken in the order of the
        file; those earlier than the row before are counted, and the curve says when it was.
    target
        `uniform`, `logging`, `greedy` (where all logged chances are known), `always:ACTION`,
        `mix:SHARE:TARGET` (of our own log: a share of the decisions is another target's),
        `column:NAME` (the chance of the logged action, or lists or maps of all),
        `columns:PREFIX`, or the path of a worker's TOML (`.toml`) with its policy. A policy that
        learns is evaluated as it would learn: from rows accepted as its own choice alone, over the
        first T' of them, as `replay.learning` does it; `learning` says how long and how often.
    level
        Confidence of the intervals, in (0, 1).
    interval
        How intervals are made: `default`, or another of `replay.intervals.rules.RULES`; `anytime`
        holds however often one looks.
    estimators
        Names of those, or of the one, that are wanted, if not all; the last of them, as they are
        listed, is the one that `value` is of.
    jobs
        Processes that read files, or threads where that is faster (Parquet of up to four million
        rows, or estimators that only weigh); the answer is the same for any number.
    engine
        `local`, or `spark` for files that a cluster's executors read, with poolwise installed there
        (`replay/evaluation/spark.py`); a session that runs is used.
    strict
        Whether a row that can't be used is an error; else it is left out and counted.
    delay_usd_per_hour
        What an hour until the verdict costs; our own log only.
    audit_usd
        What gold costs that came from elsewhere than the pools; our own log only.
    horizon, replays, percentile, worth, seed
        Of targets that learn, as `replay.tune.tune.tune` has them.
    tell
        Called with the number of rows as they are read, for a progress bar.

    Raises
    ------
    InputError
        If the log or a value in it can't be used; one line that says what and where.
    ConfigError
        If a policy's TOML can't be used.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b"] * 200, "reward": [1, 0] * 200, "propensity": [0.5] * 400}
    >>> answer = evaluate(pa.table(log), target="always:a")
    >>> answer.verdict
    'good'
    >>> round(answer.estimates[1].value, 3)  # SNIPS
    1.0

    A policy that learns:

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     toml = Path(folder) / "policy.toml"
    ...     _ = toml.write_text('policy = {explorer = "epsilon_greedy", rate = 0.1}')
    ...     answer = evaluate(pa.table(log), target=toml)
    >>> answer.learning.policy, answer.learning.horizon, answer.learning.words
    ('epsilon_greedy 0.1, floor 0.02', 170, 'over 10 learning histories')
    """
    options = checked_options(
        sql=sql,
        action=action,
        reward=reward,
        reward_range=reward_range,
        propensity=propensity,
        logged=logged,
        estimate_propensities=estimate_propensities,
        actions=actions,
        context=context,
        by=by,
        cluster=cluster,
        time=time,
        level=level,
        interval=interval,
        estimators=estimators,
        jobs=jobs,
        engine=engine,
        strict=strict,
        delay_usd_per_hour=delay_usd_per_hour,
        audit_usd=audit_usd,
        horizon=horizon,
        replays=replays,
        percentile=percentile,
        worth=worth,
        seed=seed,
        tell=tell,
    )
    (answer,) = _answers(source, several_targets([target]), options).evaluations
    return DisplayedEvaluation.of(answer)


def compare(
    source: Any = None, *, targets: str | Path | Sequence[str | Path], **options: Any
) -> DisplayedComparison:
    """Estimate what several target policies would have earned, and how they differ.

    Parameters
    ----------
    source
        As for `evaluate`.
    targets
        Each as for `evaluate`, or one alone; differences are from the first, paired row by row (on
        our own log task by task). Targets that learn walk the log side by side, and differ from the
        first that learns; they have no difference from the others, whose values are over other
        rows.
    options
        All others of `evaluate`. Intervals hold for all targets (and slices) together.

    Raises
    ------
    InputError
        If the log or a value in it can't be used; one line that says what and where.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b"] * 200, "reward": [3, 1, 5, 3] * 100, "propensity": [0.5] * 400}
    >>> found = compare(pa.table(log), targets=["always:b", "always:a"])
    >>> round(found.differences[0].estimate.value, 1)
    2.0
    """
    answer = _answers(source, several_targets(targets), checked_options(**options))
    return DisplayedComparison.of(answer)


def _answers(source: Any, targets: Sequence[str], options: Options) -> Comparison:
    """Answer every target: those that learn walk the log side by side, others are summed up."""
    asked = read_question(source, targets, options)
    path = own_log(source)
    if path is None:
        return asked.in_order(*answer_table(source, asked, options))
    from replay.evaluation.task_log import answer_task_log  # noqa: PLC0415 - only our own log

    return asked.in_order(*answer_task_log(path, asked, options))
