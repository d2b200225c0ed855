"""Candidates: the grid, the file, and what is wrong with one."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import ConfigError, MissingInput
from bandit.settings import PolicySettings
from replay.targets.policy_file import policy_label, policy_toml
from replay.tune.candidates import RATES, grid, read_candidates

if TYPE_CHECKING:
    from pathlib import Path


def test_twelve_are_tried_where_none_are_said() -> None:
    found = grid()
    assert len(found) == 12
    assert {one.explorer for one in found} == set(RATES)


def test_a_file_has_a_grid_and_single_ones_each_once(tmp_path: Path) -> None:
    path = tmp_path / "grid.toml"
    path.write_text(
        '[grid]\nexplorer = ["softmax"]\nrate = [5, 10]\nexplore_floor = [0.02, 0.1]\n'
        '[[candidate]]\nexplorer = "softmax"\nrate = 5\n'
        '[[candidate]]\nname = "fixed"\npool = "crowd"\n'
    )
    assert [policy_label(one) for one in read_candidates(path)] == [
        "softmax 5, floor 0.02", "always crowd, floor 0.02", "softmax 5, floor 0.1",
        "softmax 10, floor 0.02", "softmax 10, floor 0.1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[grid]\nexplorers = []\n", "grid.explorers is unknown; did you mean 'explorer'"),
        ("[[candidate]]\nexplore_flor = 1\n", "candidate.explore_flor is unknown; did you mean"),
        ("[[candidate]]\nrate = 0.0\n", "policy.rate = 0.0: must be above 0"),
        ('[grid]\nexplorer = ["softmx"]\n', "grid.explorer"),
        ("", "no candidates: add a section"),
        ("[grid\n", r"g\.toml: "),
        (f'[grid]\nexplorer = ["softmax"]\nrate = {list(range(1, 70))}\n', "60 at most"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "g.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=says) as error:
        read_candidates(path)
    assert str(error.value).startswith(str(path))


def test_a_missing_file_and_rates_of_nobody_are_errors(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such file"):
        read_candidates(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="name the explorer"):
        grid(rates=[1.0])


@pytest.mark.parametrize(
    "policy",
    [
        PolicySettings(explorer="softmax", rate=12.5, explore_floor=0.1),
        PolicySettings(name="fixed", pool='a "b" \\c', explore_floor=0.02),
        PolicySettings(name="uniform"),
    ],
)
def test_the_block_is_read_back_as_it_was(policy: PolicySettings) -> None:
    given = tomllib.loads(policy_toml(policy))["policy"]
    assert msgspec.convert(given, PolicySettings) == policy
