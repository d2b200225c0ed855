"""The test market's log as a table, and what a bare walk over it says of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.evaluation.load_rows import hold_table
from replay.learning.config import Walking
from replay.learning.rejection_replay import walk
from replay.learning.uncertainty import spread
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.roles import ColumnOptions
from replay.tables.formats.table import open_table
from replay.tables.survey import survey
from tests.replay.learning.market import NAMES, log

if TYPE_CHECKING:
    from bandit.settings import PolicySettings


def as_table(n: int = 3000, seed: int = 1, **columns: Any) -> pa.Table:
    """A log of n rows of the market; `columns` replace its own."""
    rows = log(n, seed)
    data = {
        "action": np.array(NAMES)[rows.action],
        "reward": rows.reward,
        "propensity": rows.propensity,
        "type": rows.context["type"],
    }
    return pa.table(data | columns)


def walked(
    source: pa.Table, policy: PolicySettings, walking: Walking | None = None, level: float = 0.95
) -> tuple[float, float, float]:
    """Value and interval of one policy, without all that is said around them."""
    table = open_table(source)
    columns, _ = find_columns(table, ColumnOptions(context=("type",)))
    held = hold_table(table, columns, survey(table, columns))
    plan, _ = (walking or Walking()).plan(held)
    value, low, high, *_ = spread(walk(held, [policy], plan)).bounds(level)
    return float(value[0]), float(low[0]), float(high[0])
