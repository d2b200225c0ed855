"""Find exploration settings from a log, whatever the log is kept in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandit.errors import BadValue, ConfigError, InputError
from replay.evaluation.arguments import several
from replay.evaluation.load_rows import hold_own, hold_table
from replay.evaluation.sources import opened, own_log
from replay.learning.config import REPLAYS, Walking
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.roles import Wanted
from replay.tables.survey import survey
from replay.targets.policy_file import read_policy
from replay.targets.target import Target, parse_target
from replay.tune.answer import Asked, answer
from replay.tune.candidates import grid, read_candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bandit.settings import PolicySettings
    from replay.tune.result import Tuning

LOGGING = "logging"


def tune(
    source: Any = None,
    *,
    sql: str | None = None,
    action: str | None = None,
    reward: str | None = None,
    propensity: str | None = None,
    logged: str | None = None,
    actions: str | None = None,
    context: str | Sequence[str] = (),
    cluster: str | None = None,
    candidates: Sequence[PolicySettings] | str | Path | None = None,
    explorer: Sequence[str] = (),
    rate: Sequence[float] = (),
    floor: Sequence[float] = (),
    today: PolicySettings | str | Path = LOGGING,
    horizon: int | None = None,
    replays: int = REPLAYS,
    percentile: float = 0.0,
    worth: float = 1.0,
    new: str = "uniform",
    tasks: int | None = None,
    precision: float | None = None,
    level: float = 0.95,
    seed: int = 0,
    strict: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Tuning:
    """Find exploration settings from a log.

    Every candidate learns as it would live, only from rows accepted as its own choice, over the
    same horizon T', side by side.

    Parameters
    ----------
    source, sql, action, reward, propensity, logged, actions, context, cluster, strict, tell
        The log and its columns, as `replay.evaluate` has them.
    candidates
        Policies, or the path of a TOML that says them; without it, the grid of the next three.
    explorer, rate, floor
        Of the grid: what isn't given is as usual.
    today
        `logging`, the mean of the log, or a policy (the path of a worker's TOML) to differ from.
    horizon
        T'; by default as many rows as every candidate can accept.
    replays
        Learning histories of each candidate, where rows may be taken in any order.
    percentile
        Share of rows, those with the smallest chances, that need not bound the acceptance.
    worth
        The reward of a right answer: rates by value are for values in units of it.
    new, tasks
        The policy that tomorrow's log is to evaluate (`uniform` or `always:ACTION`), and how many
        rows that log has (as many as this one).
    precision
        Wished width of tomorrow's interval: the smallest floor that reaches it is looked for.
    level
        Of all intervals of a kind together, in (0, 1).
    seed
        The same seed, the same answer.

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
    _check(level, tasks, precision)
    walking = Walking(horizon, replays, percentile, seed, worth)
    walking.check()
    asked = Asked(
        _candidates(candidates, explorer, rate, floor),
        _today(today),
        walking,
        _new(new),
        tasks,
        precision,
        level,
    )
    if (source is None) == (sql is None):
        raise InputError("name either a log or a query (--sql), one of them")
    own = own_log(source)
    if own is not None:
        held, notes = hold_own(own, tell)
        return answer(held, asked, notes, unit="ask", tell=tell)
    wanted = Wanted(
        action=action,
        reward=reward,
        propensity=propensity,
        logged=logged,
        actions=actions,
        context=several("context", context),
        cluster=cluster,
    )
    with opened(source, sql) as table:
        columns, notes = find_columns(table, wanted)
        found = survey(table, columns, tell, strict=strict)
        held = hold_table(table, columns, found, tell)
    notes += tuple(found.unusable.lines())
    if not context:
        notes += ("no context is named (--context): learners choose one action for all rows",)
    return answer(held, asked, notes, tell=tell)


def _today(given: PolicySettings | str | Path) -> PolicySettings | None:
    if isinstance(given, str | Path):
        return None if str(given) == LOGGING else read_policy(Path(given))
    return given


def _candidates(given: Any, *lists: Any) -> list[PolicySettings]:
    if given is None:
        return grid(*lists)
    if any(lists):
        raise ConfigError("name candidates either in a file or by explorer, rate and floor")
    if isinstance(given, str | Path):
        return read_candidates(Path(given))
    if not given:
        raise ConfigError("no candidates were given")
    return list(given)


def _new(text: str) -> Target:
    found = parse_target(text)
    if found.kind not in ("uniform", "always"):
        raise BadValue(
            f"new policy {text!r}: tomorrow's log can be asked for uniform or always:ACTION"
        )
    return replace(found, full=True)


def _check(level: float, tasks: int | None, precision: float | None) -> None:
    rules = [
        ("level", level, 0 < level < 1, "between 0 and 1"),
        ("tasks", tasks, tasks is None or tasks >= 1, "1 or more"),
        ("precision", precision, precision is None or precision > 0, "above 0"),
    ]
    for name, value, holds, wanted in rules:
        if not holds:
            raise BadValue(f"{name} is {value:g}, must be {wanted}")
