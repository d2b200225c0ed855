"""Find every column in a table: as the user says, else by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bandit.errors import BadValue, UnknownColumn, nearest
from replay.tables.columns.distribution import Distribution, form_of
from replay.tables.columns.guess import cost_note, guess
from replay.tables.columns.reward import LinearReward, parse_reward
from replay.tables.columns.roles import NO_CLUSTERS, PREFIX, ColumnOptions, Columns

if TYPE_CHECKING:
    from collections.abc import Collection

    from replay.tables.formats.table import Table


def find_columns(table: Table, wanted: ColumnOptions) -> tuple[Columns, tuple[str, ...]]:
    """Find every column in a table; what was guessed by another name than its own is a note.

    Raises
    ------
    UnknownColumn
        If a column isn't there, or nothing tells which one is meant.
    BadValue
        If the reward isn't linear, lists of chances come without the actions they are of, or
        propensities are to be estimated that the user says where to find.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from replay.tables.formats.table import open_table
    >>> table = open_table(pa.table({"item_id": ["a"], "click": [1], "propensity": [0.5]}))
    >>> columns, notes = find_columns(table, ColumnOptions())
    >>> columns.needed()
    ['item_id', 'click', 'propensity']
    >>> notes[0]
    'item_id is taken as the action (--action)'
    """
    taken = wanted.named()
    notes: list[str] = []
    reward: LinearReward | None = None
    if wanted.reward is not None:
        reward = parse_reward(wanted.reward, table.columns)
        taken |= set(reward.columns)

    def found(role: str, given: str | None) -> str:
        if given is not None:
            return given
        name = guess(role, table.columns, taken, table.name)
        taken.add(name)
        if name != role:
            notes.append(f"{name} is taken as the {role} (--{role})")
        return name

    action = found("action", wanted.action)
    if reward is None:
        name = found("reward", None)
        reward = LinearReward(name, 0.0, ((name, 1.0),))
    cost = cost_note(reward.text) if reward.plain else None
    notes += [cost] if cost is not None else []
    propensity = wanted.propensity
    if wanted.estimate:
        notes += _none_named(table, wanted, taken)
    elif wanted.logged is None:
        propensity = found("propensity", propensity)
    elif propensity is None and "propensity" in set(table.columns) - taken:
        propensity = "propensity"
        taken.add(propensity)
    whole = {name: _target_pmf(table, name, wanted, taken) for name in wanted.targets}
    independent = wanted.cluster == NO_CLUSTERS and NO_CLUSTERS not in table.columns
    columns = Columns(
        action=action,
        reward=replace(reward, limits=wanted.reward_range),
        propensity=propensity,
        logged=_distribution(table, wanted.logged, wanted, taken),
        estimated=wanted.estimate,
        actions=wanted.actions,
        context=wanted.context,
        by=wanted.by,
        cluster=None if independent else wanted.cluster,
        independent=independent,
        time=wanted.time,
        target_probs=tuple(name for name, where in whole.items() if where is None),
        target_pmfs=tuple((name, where) for name, where in whole.items() if where is not None),
    )
    table.check(columns.needed())
    _check_context(columns)
    return columns, tuple(notes)


def _check_context(columns: Columns) -> None:
    """Refuse a context that is known only when the action is.

    The logged chance of what was done is among it: it differs by the action that was drawn.
    """
    roles = dict.fromkeys(columns.reward.columns, "reward") | {columns.action: "action"}
    if columns.propensity is not None:
        roles[columns.propensity] = "propensity"
    for name in columns.context:
        if name in roles:
            raise BadValue(
                f"--context {name}: it is the {roles[name]}, which is not known before the decision"
            )


def _none_named(table: Table, wanted: ColumnOptions, taken: Collection[str]) -> list[str]:
    """Refuse to estimate what the user names; a column that looks like it is a note."""
    for option, name in (("propensity", wanted.propensity), ("logged", wanted.logged)):
        if name is not None:
            raise BadValue(
                f"{table.name}: --{option} {name} and --estimate-propensities exclude each other:"
                " leave one of them out"
            )
    try:
        name = guess("propensity", table.columns, taken, table.name)
    except UnknownColumn:
        return []
    better = (
        f"{name} looks like the logged propensity, which is better than an estimate, and is not"
    )
    return [f"{better} used (--propensity {name})"]


def _target_pmf(
    table: Table, name: str, wanted: ColumnOptions, taken: Collection[str]
) -> Distribution | None:
    """Where a target's distribution stands; `None` where its column holds plain chances."""
    if name.startswith(PREFIX) or _form(table, name) is not None:
        return _distribution(table, name, wanted, taken)
    return None


def _distribution(
    table: Table, name: str | None, wanted: ColumnOptions, taken: Collection[str]
) -> Distribution | None:
    if name is None:
        return None
    if name.startswith(PREFIX):
        prefix = name.removeprefix(PREFIX)
        names = tuple(c for c in table.columns if c.startswith(prefix) and c not in taken)
        if not names:
            raise UnknownColumn(
                f"{table.name}: no column starts with {prefix!r}{nearest(prefix, table.columns)}"
            )
        return Distribution("columns", names, f"{prefix}*", prefix)
    form = _form(table, name)
    if form == "map":
        return Distribution("map", (name,), name)
    if form is None:
        raise BadValue(
            f"{table.name}: {name} must hold lists or maps of chances;"
            f" for one column per action use {PREFIX}PREFIX"
        )
    if wanted.actions is None:
        raise BadValue(
            f"{table.name}: {name} holds lists of chances: name the column that lists their"
            " actions (--actions COLUMN)"
        )
    return Distribution("list", (name,), name)


def _form(table: Table, name: str) -> str | None:
    """Say what a column holds, by its type or its first value that isn't missing."""
    for batch in table.batches([name]):
        column = batch.column(name)
        if len(column) > column.null_count:
            return form_of(column)
    return None
