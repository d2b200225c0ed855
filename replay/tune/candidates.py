"""Candidates: policies to choose among, from a grid or a TOML.

[grid]                            # all combinations
explorer = ["epsilon_greedy"]
rate = [0.05, 0.1, 0.2]
explore_floor = [0.02]

[[candidate]]                     # and single ones, with the keys of the worker's [policy]
explorer = "inverse_gap"
rate = 20.0
"""

from __future__ import annotations

import tomllib
from itertools import product
from typing import TYPE_CHECKING, cast

from bandit.errors import ConfigError, MissingInput, nearest
from bandit.sections import read_section
from bandit.settings import ExplorerName, PolicySettings, Section, Settings, check
from replay.learning.explorers import EXPLORERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

RATES: Mapping[str, tuple[float, ...]] = {
    "epsilon_greedy": (0.02, 0.05, 0.1, 0.2),
    "inverse_gap": (2.0, 5.0, 20.0, 100.0),
    "softmax": (5.0, 10.0, 20.0, 50.0),
}
"""Rates that are tried where none are given: from much exploring to little, four an explorer."""

FLOOR = PolicySettings().explore_floor
MOST = 60
"""Candidates: all pairs of them are compared."""


class Grid(Section, frozen=True):
    """The section [grid]: all combinations of its lists; what is missing is as by default."""

    explorer: tuple[ExplorerName, ...] = ()
    rate: tuple[float, ...] = ()
    explore_floor: tuple[float, ...] = ()


class CandidateFile(Section, frozen=True):
    """A file of candidates."""

    grid: Grid = Grid()
    candidate: tuple[PolicySettings, ...] = ()


def grid(
    explorers: Sequence[str] = (), rates: Sequence[float] = (), floors: Sequence[float] = ()
) -> list[PolicySettings]:
    """Combine explorers, rates and floors; rates and floors that aren't given are the usual ones.

    Raises
    ------
    ConfigError
        If an explorer is unknown, a rate or a floor out of range, or they are too many.

    Examples
    --------
    >>> [(one.explorer, one.rate) for one in grid(["softmax"], [5.0, 10.0])]
    [('softmax', 5.0), ('softmax', 10.0)]
    >>> grid(["softmx"])
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: explorer 'softmx' is unknown; did you mean 'softmax'?
    """
    for name in explorers:
        if name not in EXPLORERS:
            raise ConfigError(f"explorer {name!r} is unknown{nearest(name, EXPLORERS)}")
    if rates and not explorers:
        raise ConfigError("each explorer has rates of its own: name the explorer (--explorer)")
    candidates = [
        PolicySettings(explorer=cast("ExplorerName", explorer), rate=rate, explore_floor=floor)
        for explorer in (explorers or list(RATES))
        for rate, floor in product(rates or RATES[explorer], floors or [FLOOR])
    ]
    return _checked(candidates)


def read_candidates(path: Path) -> list[PolicySettings]:
    """Read candidates from a TOML file.

    Raises
    ------
    MissingInput
        If there is no such file.
    ConfigError
        If it isn't TOML, a key is unknown, of a wrong type or out of range, or it names none.
    """
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder, not a file")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        for single in content.get("candidate", ()):
            read_section(single, PolicySettings, "candidate")
        file = read_section(content, CandidateFile)
        candidates = list(file.candidate)
        if "grid" in content:
            candidates += grid(file.grid.explorer, file.grid.rate, file.grid.explore_floor)
        if not candidates:
            raise ConfigError("no candidates: add a section [grid] or [[candidate]]")
        return _checked(candidates)
    except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def _checked(candidates: Sequence[PolicySettings]) -> list[PolicySettings]:
    """Each candidate once, in range and not too many."""
    once = list(dict.fromkeys(candidates))
    for candidate in once:
        check(Settings(policy=candidate))
    if len(once) > MOST:
        raise ConfigError(f"{len(once)} candidates: {MOST} at most")
    return once
