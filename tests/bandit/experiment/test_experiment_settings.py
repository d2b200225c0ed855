"""The section [experiment]: read whole, and refused with one line that says what is wrong."""

from __future__ import annotations

import tomllib

import pytest

from bandit.engine.engine import Engine
from bandit.errors import ConfigError
from bandit.experiment_settings import MOST_ARMS, ArmSettings
from bandit.learn.brain import Brain
from bandit.sections import read_core
from bandit.settings import PolicySettings

GOOD = """
[policy]
max_labels = 5

[experiment]
name = "two"
unit = "hour"
salt = "s"

[experiment.arms.control]
share = 0.6

[experiment.arms.bold]
share = 0.3
rate = 5.0

[experiment.arms.holdout]
share = 0.1
fixed = { pool = "crowd", labels = 3 }
"""


def test_a_test_is_read_whole() -> None:
    settings = read_core(tomllib.loads(GOOD))
    experiment = settings.experiment
    assert experiment is not None
    assert experiment.shares() == {"control": 0.6, "bold": 0.3, "holdout": 0.1}
    bold = experiment.arms["bold"].policy(settings.policy)
    assert (bold.rate, bold.max_labels) == (5.0, 5)
    own = [arm.has_own_brain(settings.policy) for arm in experiment.arms.values()]
    assert own == [False, True, True]


def test_an_arm_can_change_every_setting_of_the_policy() -> None:
    more = set(ArmSettings.__struct_fields__) - set(PolicySettings.__struct_fields__)
    assert more == {"share", "fixed", "own_brain"}
    assert set(PolicySettings.__struct_fields__) <= set(ArmSettings.__struct_fields__)


MISTAKES = {
    'unit = "hour"': ('unit = "hours"', "experiment.unit is 'hours', which is unknown; did you me"),
    "share = 0.6": ("share = 0.5", "control 0.5, bold 0.3, holdout 0.1 (sum 0.9): must be 1"),
    "share = 0.3": ("share = -0.3", "experiment.arms.bold.share = -0.3: must be above 0 and at"),
    "rate = 5.0": ("rat = 5.0", "experiment.arms.bold.rat is unknown; did you mean 'rate'?"),
    "rate = 5.0\n": ("rate = -5.0\n", "experiment.arms.bold.rate = -5.0: must be above 0"),
    'name = "two"': ('name = ""', "experiment.name = '': must be a name"),
    'name = "two"\n': ("", "experiment.name is missing"),
    'salt = "s"': ('pepper = "s"', "experiment.pepper is unknown; known: arms, name, salt, unit"),
    '"crowd", labels = 3 }': (
        '"crowd", labels = 3 }\nrate = 1.0',
        "experiment.arms.holdout = fixed and rate: must be fixed alone",
    ),
    '{ pool = "crowd",': (
        '{ pool = "",',
        "experiment.arms.holdout.fixed.pool = '': must be a pool",
    ),
    "labels = 3": ("labels = 0", "experiment.arms.holdout.fixed.labels = 0: must be 1 or more"),
    "labels = 3 ": ("label = 3 ", "fixed.label is unknown; did you mean 'labels'?"),
    "arms.bold": ('arms."b b"', "name of an arm = 'b b': must be 1 to 64 letters, digits, - and"),
    "share = 0.1": ('share = "0.1"', "experiment.arms.holdout.share: expected a number, got text"),
}


@pytest.mark.parametrize("key", MISTAKES)
def test_mistakes_are_refused_with_one_line(key: str) -> None:
    given, message = MISTAKES[key]
    assert key in GOOD
    with pytest.raises(ConfigError) as refused:
        read_core(tomllib.loads(GOOD.replace(key, given)))
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("arms", [1, MOST_ARMS + 1])
def test_a_test_has_two_arms_or_more_but_not_too_many(arms: int) -> None:
    each = {f"a{i}": {"share": 1.0 / arms} for i in range(arms)}
    with pytest.raises(ConfigError, match=rf"number of experiment\.arms = {arms}: must be 2 to"):
        read_core({"experiment": {"name": "x", "arms": each}})


def test_an_explorer_that_no_worker_has_is_refused_by_the_name_of_its_arm() -> None:
    settings = read_core(tomllib.loads(GOOD.replace("rate = 5.0", 'explorer = "softmax"')))
    with pytest.raises(ConfigError, match=r"^experiment\.arms\.bold\.explorer = 'softmax': a wor"):
        Engine(settings, Brain(settings))
