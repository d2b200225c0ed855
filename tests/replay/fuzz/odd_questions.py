"""What is asked of a table: four times in five something that a good table answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

CONTEXT = ("x", "size", "user", "at", "usd")
ODD_CONTEXT = (*CONTEXT, "reward", "set", "p_a", "nowhere", "")

TARGETS = ("uniform", "uniform", "always:b", "logging", "column:pi", "columns:t_", "column:map")
ODD_TARGETS = (
    *TARGETS, "greedy", "always:zzz", "column:q", "columns:p_", "columns:zz", "columns:", "column:",
    "column:x", "column:nowhere", "unifrom", "", ":", "no.toml", "no\nline", "[/]",
)  # fmt: skip

LOGGED: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {"logged": "columns:p_"}, {"logged": "columns:p_"}, {"actions": "set"},
    {"logged": "q", "actions": "set"},
)  # fmt: skip

REWARDS = ("reward", "reward - 0.5*usd", "usd", "size", "-reward", "1e3*reward + 1000")
ODD_REWARDS = (
    *REWARDS, "1e300*reward", "reward*1e-300", "reward*usd", "`p_a` + 1", "reward + 1e308", "x",
    "1/0", "", "0*reward", "user", "reward\n+usd",
)  # fmt: skip

RANGES: tuple[Any, ...] = (
    (0, 1), (-5, 5), (1, 0), (0, 0), (0, float("inf")), (float("nan"), 1), (-1e308, 1e308), (0,),
    (0, 1, 2), ("0", "1"), ("a", "b"), "01", 3, (None, 1),
)  # fmt: skip

ESTIMATORS: tuple[Any, ...] = ("IPS", ["IPS", "SNIPS"], ["DR"], ["dm", "switch-dr"], ["DRos"])
ODD_ESTIMATORS: tuple[Any, ...] = (*ESTIMATORS, ["none"], [""], "snips", ["Cressie-Read"], 3, [3])

LEARNER = "learner.toml"
"""A policy that learns: `learner` writes it. It takes long, so it is asked for seldom."""

POLICY = 'policy = {explorer = "epsilon_greedy", rate = 0.1}'

INTERVALS = ("normal", "student", "log", "bootstrap-t", "gamma", "empirical-likelihood", "anytime")
ODD_INTERVALS = (*INTERVALS, "bernstein", "betting", "clopper-pearson", "nomal")

LEVELS: tuple[Any, ...] = (0.5, 0.99, 0.999999, 1e-9, 0.0, 1.0, -1, 2, float("nan"), 1 - 1e-16, "1")


def question(chance: Random) -> dict[str, Any]:
    """Options for `evaluate`, or with `targets` for `compare`."""
    asked = _odd(chance) if chance.random() < 0.2 else _sensible(chance)
    if chance.random() < 0.02:
        asked |= {"target": LEARNER, "replays": 2}
    elif chance.random() < 0.1:
        every = ODD_TARGETS if chance.random() < 0.2 else TARGETS
        asked["targets"] = chance.sample(every, chance.choice([1, 2, 3]))
        del asked["target"]
    for name in ("context", "by"):  # one name alone, as a string
        if len(asked.get(name, ())) == 1 and chance.random() < 0.5:
            asked[name] = asked[name][0]
    return asked


def learner(asked: dict[str, Any], folder: Path) -> None:
    """Write the policy that is asked for, if one is, and name its file."""
    if asked.get("target") == LEARNER:
        (folder / LEARNER).write_text(POLICY)
        asked["target"] = str(folder / LEARNER)


def _sensible(chance: Random) -> dict[str, Any]:
    asked: dict[str, Any] = {"target": chance.choice(TARGETS), **chance.choice(LOGGED)}
    may = {
        "context": (0.5, lambda: chance.sample(CONTEXT, chance.randrange(4))),
        "by": (0.15, lambda: [chance.choice(["x", "user"])]),
        "cluster": (0.15, lambda: "user"),
        "time": (0.15, lambda: "at"),
        "reward": (0.15, lambda: chance.choice(REWARDS)),
        "estimate_propensities": (0.0 if "logged" in asked else 0.05, lambda: True),
        "estimators": (0.1, lambda: chance.choice(ESTIMATORS)),
        "interval": (0.15, lambda: chance.choice(INTERVALS)),
        "strict": (0.03, lambda: True),
    }
    return asked | _some(chance, may)


def _odd(chance: Random) -> dict[str, Any]:
    anything = (*ODD_CONTEXT, "action", "propensity")
    may = {
        "context": (0.5, lambda: chance.sample(ODD_CONTEXT, chance.randrange(4))),
        "by": (0.15, lambda: [chance.choice(anything)]),
        "cluster": (0.15, lambda: chance.choice(anything)),
        "time": (0.15, lambda: chance.choice(anything)),
        "logged": (0.25, lambda: chance.choice(["columns:p_", "q", "map", "x", "", "columns:"])),
        "actions": (0.2, lambda: chance.choice(["set", "q", "x", "nowhere"])),
        "reward": (0.15, lambda: chance.choice(ODD_REWARDS)),
        "action": (0.05, lambda: chance.choice(anything)),
        "propensity": (0.05, lambda: chance.choice(anything)),
        "estimate_propensities": (0.05, lambda: True),
        "reward_range": (0.1, lambda: chance.choice(RANGES)),
        "estimators": (0.15, lambda: chance.choice(ODD_ESTIMATORS)),
        "interval": (0.15, lambda: chance.choice(ODD_INTERVALS)),
        "level": (0.1, lambda: chance.choice(LEVELS)),
        "strict": (0.1, lambda: True),
    }
    return {"target": chance.choice(ODD_TARGETS), **_some(chance, may)}


def _some(chance: Random, may: dict[str, tuple[float, Any]]) -> dict[str, Any]:
    """Each option in its share of the cases."""
    return {name: pick() for name, (share, pick) in may.items() if chance.random() < share}
