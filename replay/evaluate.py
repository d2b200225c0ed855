"""Off-policy evaluation: what another way of deciding would have earned, from a log of decisions.

A table is surveyed first, which checks every value; then it is read twice (`replay/passes.py`): to
fit models of the reward, and to weigh its rows into every estimator's sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bandit.errors import BadValue, InputError, nearest
from replay.answering import answer, compared
from replay.estimators.registry import named_estimators
from replay.fold import Fold
from replay.intervals.rules import GROUPED, LIMITED, rule_called
from replay.limits import checked_range
from replay.notes import notes_on, order_note
from replay.options import Options
from replay.quick import NOTE
from replay.source import opened, own_log
from replay.table_fold import fold_table
from replay.tables.find_columns import find_columns
from replay.target import parse_target
from replay.together import joint_levels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.answer import Comparison, Evaluation

ENGINES = ("local", "spark")


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
    context: Sequence[str] = (),
    by: Sequence[str] = (),
    cluster: str | None = None,
    time: str | None = None,
    target: str = "uniform",
    level: float = 0.95,
    interval: str = "default",
    estimators: Sequence[str] = (),
    jobs: int = 1,
    engine: str = "local",
    strict: bool = False,
    delay_usd_per_hour: float = 0.0,
    audit_usd: float | None = None,
    tell: Callable[[int], None] | None = None,
) -> Evaluation:
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
        Columns of the context.
    by
        Columns to slice by: what the target would have earned for each of their values.
    cluster
        Column of what rows belong together by, as the decisions of a task: they count as one.
    time
        Column of when it was: numbers, or times of one zone. Rows are taken in the order of the
        file; those earlier than the row before are counted, and the curve says when it was.
    target
        `uniform`, `logging`, `greedy` (where all logged chances are known), `always:ACTION`,
        `column:NAME` (the chance of the logged action, or lists or maps of all) or
        `columns:PREFIX`.
    level
        Confidence of the intervals, in (0, 1).
    interval
        How intervals are made: `default`, or another of `replay.intervals.rules.RULES`; `anytime`
        holds however often one looks.
    estimators
        Names of those that are wanted, if not all; the last of them, as they are listed, is the
        one that `value` is of.
    jobs
        Processes to read files with; the answer is the same for any number.
    engine
        `local`, or `spark` for files that a cluster's executors read, with poolwise installed there
        (`replay/spark.py`); a session that runs is used.
    strict
        Whether a row that can't be used is an error; else it is left out and counted.
    delay_usd_per_hour
        What an hour until the verdict costs; our own log only.
    audit_usd
        What gold costs that came from elsewhere than the pools; our own log only.
    tell
        Called with the number of rows as they are read, for a progress bar.

    Raises
    ------
    InputError
        If the log or a value in it can't be used; one line that says what and where.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b"] * 200, "reward": [1, 0] * 200, "propensity": [0.5] * 400}
    >>> answer = evaluate(pa.table(log), target="always:a")
    >>> answer.verdict
    'good'
    >>> round(answer.estimates[1].value, 3)  # SNIPS
    1.0
    """
    options = Options(
        sql=sql,
        action=action,
        reward=reward,
        reward_range=checked_range(reward_range),
        propensity=propensity,
        logged=logged,
        estimate_propensities=estimate_propensities,
        actions=actions,
        context=tuple(context),
        by=tuple(by),
        cluster=cluster,
        time=time,
        level=level,
        interval=interval,
        estimators=tuple(estimators),
        jobs=jobs,
        engine=engine,
        strict=strict,
        delay_usd_per_hour=delay_usd_per_hour,
        audit_usd=audit_usd,
        tell=tell,
    )
    return _answers(source, [target], options).evaluations[0]


def compare(source: Any = None, *, targets: Sequence[str], **options: Any) -> Comparison:
    """Estimate what several target policies would have earned, and how they differ.

    Parameters
    ----------
    source
        As for `evaluate`.
    targets
        Each as for `evaluate`; differences are from the first, paired row by row (on our own
        log task by task).
    options
        All others of `evaluate`. Intervals hold for all targets (and slices) together.

    Raises
    ------
    InputError
        If the log or a value in it can't be used; one line that says what and where.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b"] * 200, "reward": [3, 1] * 200, "propensity": [0.5] * 400}
    >>> found = compare(pa.table(log), targets=["always:b", "always:a"])
    >>> round(found.differences[0].estimate.value, 1)
    2.0
    """
    options["reward_range"] = checked_range(options.get("reward_range"))
    return _answers(source, targets, Options(**options))


def _answers(source: Any, targets: Sequence[str], options: Options) -> Comparison:
    level = options.level
    if not 0 < level < 1:
        raise BadValue(f"level is {level:g}, must be between 0 and 1")
    if (source is None) == (options.sql is None):
        raise InputError("name either a log or a query (--sql), one of them")
    _check_engine(source, options)
    asked = [parse_target(name) for name in targets]
    rule, limited = rule_called(options.interval), options.interval in LIMITED
    only = named_estimators(options.estimators) or (("IPS",) if limited else ())
    own = own_log(source)
    if own is not None:
        from replay.own.answers import answers  # noqa: PLC0415 - only our own log needs it

        return answers(own, asked, rule, options)
    several = len(asked) > 1 or bool(options.by)
    with opened(source, options.sql) as table:
        columns, notes = find_columns(table, options.wanted(asked))
        survey, question, folded, estimated = fold_table(
            table,
            columns,
            asked,
            only=only,
            grouped=several or options.interval in GROUPED,
            interval=options.interval,
            jobs=options.jobs,
            engine=options.engine,
            strict=options.strict,
            tell=options.tell,
        )
    joint = joint_levels(folded, level, limited=limited)
    made = () if estimated is None else (estimated.note(),)
    found = []
    for at, (one, sums) in enumerate(zip(question.targets, folded.totals, strict=True)):
        said = (*made, *notes, *notes_on(one, columns, question.kind, only, options.interval))
        said = (*said, *order_note(survey.order, columns.time, source))
        if not question.actions:
            said = (*said, NOTE)
        fold = Fold(
            "row",
            question.kind,
            sums,
            said,
            unusable=survey.unusable,
            actions=question.actions,
            estimated="" if estimated is None else estimated.finding(),
            zone=next(iter(survey.zones), ""),
        )
        slices = {key: each[at] for key, each in folded.slices.items()}
        found.append(
            answer(
                fold,
                str(one),
                level,
                rule,
                joint=joint.targets,
                joint_slices=joint.slices,
                slices=slices,
            )
        )
    return compared(found, folded, joint.differences, rule, apart=limited)


def _check_engine(source: Any, options: Options) -> None:
    if options.engine not in ENGINES:
        raise BadValue(f"unknown engine {options.engine!r}{nearest(options.engine, ENGINES)}")
    if options.engine == "local":
        return
    if options.sql is not None:
        raise InputError(
            "--engine spark: a query's result is a file of this machine alone: let Spark"
            " write the table, and evaluate that"
        )
    if options.jobs > 1:
        raise InputError("--engine spark: its executors are the jobs: leave out --jobs")
    if own_log(source) is not None:
        raise InputError(f"{source}: our own log is read by one process: leave out --engine spark")
