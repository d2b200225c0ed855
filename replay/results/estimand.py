"""Estimands of a poolwise log: direct effects under interference (Hudgens and Halloran 2008).

A target that decides about one task, while all others are decided as they were logged, meets what
the log had learned by then, and its prices and free capacity. A policy that runs live learns from
its own choices, moves prices and takes up capacity, for all tasks at once: no single log says what
comes of that. Why: parts 4 and 10 of our statistics.

Source: Hudgens and Halloran (2008), JASA 103(482), 832-842 (direct effects under interference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.targets.target import TargetPolicy

SINGLE_TASK, SINGLE_ASK, LOGGED = "single_task", "single_ask", "logged"

ONE_AT_A_TIME = {
    SINGLE_TASK: "deciding one task at a time",
    SINGLE_ASK: "deciding one ask at a time",
}
"""How a headline names the estimand; what was logged needs no name."""

MEANING = {
    SINGLE_TASK: (
        "estimand single_task: each task is decided by the target alone, all other tasks as logged,"
        " so with what the log had learned by then and the prices and free capacity of that moment."
        " A live run of the target learns from its own choices and changes prices and capacity;"
        " its result may differ, by how much can't be estimated from one log"
    ),
    SINGLE_ASK: (
        "estimand single_ask: each ask is decided by the target alone, all other asks as logged;"
        " a live run of the target may differ"
    ),
    LOGGED: "estimand logged: the mean of what was logged",
}

NO_COST_OF_EXPLORING = (
    "greedy is the logged policy with its likeliest choice at every decision. This is not what"
    " exploring cost: greedy uses here what the log learned by exploring. What exploring costs can"
    " be measured by simulation (poolwise simulate, once with exploration and once without) or by"
    " an A/B test whose two arms learn separately"
)


def estimand_of(target: TargetPolicy, unit: str = "task") -> str:
    """Name the estimand of a target on our own log.

    Examples
    --------
    >>> from replay.targets.target import parse_target
    >>> estimand_of(parse_target("greedy")), estimand_of(parse_target("logging"))
    ('single_task', 'logged')
    """
    if target.kind == "logging":
        return LOGGED
    return SINGLE_TASK if unit == "task" else SINGLE_ASK
