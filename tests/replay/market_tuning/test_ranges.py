"""Ranges come from a file, are checked, and what is chosen can be pasted into a worker's TOML."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import ConfigError, MissingInput, PoolwiseError
from bandit.sections import read_core
from bandit.settings import PolicySettings, Settings, check
from replay.market_tuning.proposals import Proposals
from replay.market_tuning.ranges import (
    SETTINGS,
    Ranges,
    check_ranges,
    check_varied,
    policy_toml,
    read_ranges,
)

if TYPE_CHECKING:
    from pathlib import Path


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.lists(st.sampled_from(SETTINGS), unique=True))
def test_proposals_keep_their_ranges_and_can_be_pasted(seed: int, varied: list[str]) -> None:
    base, ranges = PolicySettings(labels_per_task=5), Ranges(second_opinion=(0.3, 0.4))
    keys = check_varied(varied)
    for policy in Proposals(base, ranges, keys, seed).ask(6):
        check(Settings(policy=policy))
        assert read_core(tomllib.loads(policy_toml(policy, keys))).policy == policy
        for key in SETTINGS:
            if key not in keys:
                assert getattr(policy, key) == getattr(base, key)
        if "second_opinion" in keys:
            assert 0.3 <= policy.second_opinion <= 0.4
        if "rate" in keys:
            low, high = ranges.rate
            assert low <= policy.rate <= high


def test_every_default_range_holds_the_default() -> None:
    ranges, usual = Ranges(), PolicySettings()
    for name in Ranges.__struct_fields__:
        ends = getattr(ranges, name)
        if name == "escalate":
            assert getattr(usual, name) in ends
        else:
            assert ends[0] <= getattr(usual, name) <= ends[1]
    assert ranges.rate[0] < usual.rate < ranges.rate[1]
    check_ranges(ranges, usual)


def test_proposals_depend_on_the_seed_and_on_what_was_told_alone() -> None:
    def proposed(seed: int, sign: float) -> list[PolicySettings]:
        proposals = Proposals(PolicySettings(), Ranges(), SETTINGS, seed)
        for first in range(0, 16, 8):
            for at, policy in enumerate(proposals.ask(8), first):
                proposals.tell(at, [sign * policy.second_opinion], dropped=at % 2 == 1)
        return proposals.ask(8)

    assert proposed(1, 1.0) == proposed(1, 1.0)
    assert proposed(1, 1.0) != proposed(2, 1.0)
    assert proposed(1, 1.0) != proposed(1, -1.0)


def test_proposals_go_where_differences_were_high() -> None:
    """What counts is second_opinion near 0.9; evenly drawn, 8 would be 0.37 away in the mean."""
    proposals = Proposals(PolicySettings(), Ranges(), ["second_opinion"], 3)
    for first in range(0, 32, 8):
        for at, policy in enumerate(proposals.ask(8), first):
            proposals.tell(at, [-abs(policy.second_opinion - 0.9)], dropped=False)
    away = [abs(policy.second_opinion - 0.9) for policy in proposals.ask(8)]
    assert sum(away) / len(away) < 0.15


def test_a_file_names_ranges_and_candidates(tmp_path: Path) -> None:
    path = tmp_path / "ranges.toml"
    path.write_text("[ranges]\nrate = [10, 20]\n[[candidate]]\nlookahead_labels = 2\n")
    file = read_ranges(path)
    assert file.ranges == msgspec.structs.replace(Ranges(), rate=(10.0, 20.0))
    assert file.candidate == (PolicySettings(lookahead_labels=2),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ranges]\nexplore_flor = [0.1, 0.2]", "did you mean 'explore_floor'"),
        ("[ranges]\nrate = 5", "ranges.rate"),
        ("[[candidate]]\nexplorer = 'softmax'", "policy.explorer"),
        ("[grid]\nrate = [1.0]", "[grid] is for logs"),
        ("[[candidate]]\nrate = 0.0", "policy.rate = 0.0: must be above 0"),
        ("ranges", "ranges.toml: "),
    ],
)
def test_a_mistake_in_the_file_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "ranges.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_ranges(path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("ranges", "says"),
    [
        (Ranges(stop_floor=(0.1, 0.6)), "ranges.stop_floor: policy.stop_floor = 0.6"),
        (Ranges(rate=(0.0, 5.0)), "ranges.rate: policy.rate = 0.0: must be above 0"),
        (Ranges(max_labels=(3, 40)), "ranges.max_labels: policy.max_asks = 20"),
        (Ranges(escalate=()), "ranges.escalate is empty"),
        (Ranges(check_share=(0.5, 0.1)), "the low end comes first"),
    ],
)
def test_a_range_that_the_engine_refuses_is_named(ranges: Ranges, says: str) -> None:
    with pytest.raises(PoolwiseError) as error:
        check_ranges(ranges, PolicySettings())
    assert says in str(error.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such file"):
        read_ranges(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="is a folder"):
        read_ranges(tmp_path)
