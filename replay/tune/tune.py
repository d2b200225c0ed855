"""Find exploration settings from a log, whatever the log is kept in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from bandit.errors import BadValue, ConfigError, InputError
from bandit.settings import PolicySettings
from replay.evaluation.arguments import check_columns, walking_of
from replay.evaluation.load_rows import hold_own, hold_table
from replay.evaluation.sources import opened, own_log
from replay.runtime.arguments import as_tuple, refuse, several, several_numbers
from replay.runtime.declared_options import filled, lists_options
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.roles import ColumnOptions
from replay.tables.survey import survey
from replay.targets.policy_file import read_policy
from replay.targets.target import TargetPolicy, parse_target
from replay.tune.answer import TuneRequest, answer
from replay.tune.candidates import grid, read_candidates
from replay.tune.options import LOGGING, TuneOptions

if TYPE_CHECKING:
    from replay.tune.result import Tuning


@lists_options(TuneOptions)
def tune(source: Any = None, **options: Unpack[TuneOptions]) -> Tuning:
    """Find exploration settings from a log.

    Every candidate learns as it would live, only from rows accepted as its own choice, over the
    same horizon T', side by side.

    Parameters
    ----------
    source
        The log, as for `replay.evaluate`.
    options
        Columns of the table, candidates and more.

    Raises
    ------
    InputError, ConfigError
        If the log, a candidate or an option can't be used.
    CannotAnswer
        If the log can't say; the message says why.

    Examples
    --------
    >>> import pyarrow as pa
    >>> log = {"action": ["a", "b", "b", "a"] * 300, "reward": [1, 0, 1, 1] * 300}
    >>> table = pa.table(log | {"propensity": [0.5] * 1200})
    >>> found = tune(table, explorer=["epsilon_greedy"], rate=[0.1, 0.9], replays=4)
    >>> found.best.name, found.horizon
    ('epsilon_greedy 0.1, floor 0.02', 548)
    """
    options_given = filled(TuneOptions, options)
    check_columns(options_given)
    sql, tell, tasks = options_given["sql"], options_given["tell"], options_given["tasks"]
    level, precision = options_given["level"], options_given["precision"]
    _check(level, tasks, precision)
    walking = walking_of(options_given)
    walking.check()
    grid_lists = (
        several("explorer", options_given["explorer"]),
        several_numbers("rate", options_given["rate"]),
        several_numbers("floor", options_given["floor"]),
    )
    request = TuneRequest(
        candidates=_candidates(options_given["candidates"], *grid_lists),
        today=_today(options_given["today"]),
        walking=walking,
        new=_new(options_given["new"]),
        tasks=tasks,
        precision=precision,
        level=level,
    )
    if (source is None) == (sql is None):
        raise InputError("give either a log or a query (--sql)")
    own = own_log(source)
    if own is not None:
        held, notes = hold_own(own, tell)
        return answer(held, request, notes, unit="ask", tell=tell)
    wanted = ColumnOptions(
        action=options_given["action"],
        reward=options_given["reward"],
        propensity=options_given["propensity"],
        logged=options_given["logged"],
        actions=options_given["actions"],
        context=several("context", options_given["context"]),
        cluster=options_given["cluster"],
    )
    with opened(source, sql) as table:
        columns, notes = find_columns(table, wanted)
        surveyed = survey(table, columns, tell, strict=options_given["strict"])
        held = hold_table(table, columns, surveyed, tell)
    notes += tuple(surveyed.unusable.lines())
    if not wanted.context:
        notes += ("no context is named (--context): learners choose one action for all rows",)
    return answer(held, request, notes, tell=tell)


def _today(given: PolicySettings | str | Path) -> PolicySettings | None:
    if isinstance(given, str | Path):
        return None if str(given) == LOGGING else read_policy(Path(given))
    if not isinstance(given, PolicySettings):
        raise refuse("today", given, "a policy or a path")
    return given


def _candidates(given: Any, *lists: Any) -> list[PolicySettings]:
    if given is None:
        return grid(*lists)
    if any(lists):
        raise ConfigError("give candidates in a file or by explorer, rate and floor, not both")
    if isinstance(given, str | Path):
        return read_candidates(Path(given))
    if not given:
        raise ConfigError("no candidates were given")
    policies = as_tuple("candidates", given, "a path or a list of policies")
    for policy in policies:
        if not isinstance(policy, PolicySettings):
            raise refuse("candidates", policy, "a policy")
    return list(policies)


def _new(text: str) -> TargetPolicy:
    if not isinstance(text, str):
        raise refuse("new", text, "uniform or always:ACTION")
    target = parse_target(text)
    if target.kind not in ("uniform", "always"):
        raise BadValue(f"new policy {text!r}: must be uniform or always:ACTION")
    return replace(target, full=True)


def _check(level: float, tasks: int | None, precision: float | None) -> None:
    rules = [
        ("level", level, 0 < level < 1, "between 0 and 1"),
        ("tasks", tasks, tasks is None or tasks >= 1, "1 or more"),
        ("precision", precision, precision is None or precision > 0, "above 0"),
    ]
    for name, value, holds, wanted in rules:
        if not holds:
            raise BadValue(f"{name} is {value:g}, must be {wanted}")
