"""Off-policy evaluation of target policies from a log of decisions: `evaluate` and `compare`.

A table is surveyed first, which checks every value; then it is read twice
(`replay/aggregate/two_pass.py`): to fit models of the reward, and to weigh its rows into every
estimator's sums. Targets that learn walk it besides (`replay/evaluation/learning_targets.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from replay.evaluation.arguments import checked_options, several_targets
from replay.evaluation.options import EvaluateOptions
from replay.evaluation.request import read_question
from replay.evaluation.sources import own_log
from replay.evaluation.table import answer_table
from replay.report.displayed import DisplayedComparison, DisplayedEvaluation
from replay.runtime.declared_options import lists_options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from replay.results.evaluation import Comparison


@lists_options(EvaluateOptions)
def evaluate(
    source: Any = None, *, target: str | Path = "uniform", **options: Unpack[EvaluateOptions]
) -> DisplayedEvaluation:
    """Estimate what a target policy would have earned, from a log of another one.

    Parameters
    ----------
    source
        Path of an embedded log (with or without `sqlite:` before it), of an archive's folder, or of
        Parquet, CSV or JSON lines (also .gz); a glob or folder of such; a URI of Parquet
        (`s3://...`); or a list of them. Or a table in memory: pandas, Arrow, Polars, or anything
        with an Arrow stream.
    target
        `uniform`, `logging`, `greedy` (where all logged probabilities are known), `always:ACTION`,
        `mix:SHARE:TARGET` (poolwise's own log: a share of the decisions is another target's),
        `column:NAME` (the target's probability of the logged action, or lists or maps of all),
        `columns:PREFIX`, or the path of a worker's TOML (`.toml`) with its policy. A policy that
        learns is evaluated by replay (Li, Chu, Langford and Wang 2011, WSDM): it learns only from
        rows that are accepted as its own choices, and its value is over the first T' of them.
    options
        Columns of the table, intervals and more.

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
    ('epsilon_greedy 0.1, floor 0.02', 170, 'over 10 replays')
    """
    checked = checked_options(options)
    (answer,) = _answers(source, several_targets([target]), checked).evaluations
    return DisplayedEvaluation.of(answer)


@lists_options(EvaluateOptions)
def compare(
    source: Any = None,
    *,
    targets: str | Path | Sequence[str | Path],
    **options: Unpack[EvaluateOptions],
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
        As for `evaluate`. Intervals hold for all targets (and slices) together.

    Raises
    ------
    InputError
        If the log or a value in it can't be used; one line that says what and where.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b"] * 200, "reward": [3, 1, 5, 3] * 100, "propensity": [0.5] * 400}
    >>> answer = compare(pa.table(log), targets=["always:b", "always:a"])
    >>> round(answer.differences[0].estimate.value, 1)
    2.0
    """
    answer = _answers(source, several_targets(targets), checked_options(options))
    return DisplayedComparison.of(answer)


def _answers(source: Any, targets: Sequence[str], options: EvaluateOptions) -> Comparison:
    """Answer every target: those that learn walk the log side by side, others are summed up."""
    request = read_question(source, targets, options)
    path = own_log(source)
    if path is None:
        return request.in_order(*answer_table(source, request, options))
    from replay.evaluation.task_log import answer_task_log  # noqa: PLC0415 - only our own log

    return request.in_order(*answer_task_log(path, request, options))
