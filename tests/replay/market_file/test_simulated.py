"""`replay.simulate`: the same run as the command's, with all that was decided and learned."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from click.testing import CliRunner

import replay
from bandit import AuditSettings, Brain, ProjectSettings, Settings
from bandit.errors import BadValue, ConfigError, MissingInput
from bandit.events import Decision, Event, Reward
from bandit.experiment_settings import ArmSettings, ExperimentSettings
from replay.cli.simulate import simulate as command

if TYPE_CHECKING:
    from pathlib import Path

AUDITED = Settings(audit=AuditSettings(share=0.2))


def test_its_figures_are_those_of_the_command() -> None:
    args = ["--market", "scarce", "--tasks", "40", "--seed", "3", "--json"]
    shown = CliRunner().invoke(command, args, catch_exceptions=False).stdout
    figures = replay.simulate("scarce", tasks=40, seed=3).figures
    assert json.loads(msgspec.json.encode(figures)) == json.loads(shown)


def test_settings_say_what_a_right_answer_is_worth_as_for_the_command(tmp_path: Path) -> None:
    """Decisions weigh the prices of labels by it, so that a worth left out would show in them."""
    config = tmp_path / "worker.toml"
    config.write_text("[project]\nvalue_usd = 0.05\n")
    args = ["--market", "scarce", "--tasks", "40", "--seed", "3", "--json", "--config", str(config)]
    shown = CliRunner().invoke(command, args, catch_exceptions=False).stdout
    cheap = Settings(project=ProjectSettings(value_usd=0.05))
    figures = replay.simulate("scarce", tasks=40, seed=3, settings=cheap).figures
    assert json.loads(msgspec.json.encode(figures)) == json.loads(shown)


def test_what_can_not_be_simulated_is_refused() -> None:
    with pytest.raises(BadValue, match="tasks 0: must be 1 or more"):
        replay.simulate("scarce", tasks=0)
    arms = {"new": ArmSettings(share=0.5), "old": ArmSettings(share=0.5, pool="crwd")}
    test = Settings(experiment=ExperimentSettings(name="x", arms=arms))
    with pytest.raises(ConfigError, match="did you mean 'crowd'"):
        replay.simulate("demo", tasks=5, settings=test)


def test_labels_answers_and_rewards_add_up() -> None:
    run = replay.simulate("demo", tasks=60, seed=2, settings=AUDITED)
    assert len(run.truth) == run.figures.tasks == 60
    assert set(run.truth.values()) <= set(run.classes)
    bought = [label for label in run.labels if label.pool != "experts"]
    assert len(bought) == run.figures.labels
    assert len(run.labels) - len(bought) == run.figures.audits > 0
    assert sum(run.usd_per_label[label.pool] for label in bought) == pytest.approx(run.figures.usd)
    right = sum(run.answers[task].answer == truth for task, truth in run.truth.items())
    assert right / 60 == run.figures.accuracy
    assert {label.task for label in bought} <= {reward.task for reward in run.rewards}
    assert {decision.task for decision in run.decisions} == run.truth.keys()
    assert all(isinstance(decision, Decision) for decision in run.decisions)


def test_each_event_is_seen_with_what_was_learned_by_then() -> None:
    seen: list[tuple[int, bool]] = []

    def watch(brain: Brain, event: Event) -> None:
        seen.append((brain.position, isinstance(event, Reward)))

    run = replay.simulate("demo", tasks=30, seed=2, watch=watch)
    rewards = [position for position, is_reward in seen if is_reward]
    assert rewards == list(range(1, len(run.rewards) + 1))
    assert run.brain.position == len(run.rewards)


def test_a_market_that_was_read_may_be_changed() -> None:
    market = replay.read_market("demo")
    blind = msgspec.structs.replace(market.tasks, features="none")
    run = replay.simulate(msgspec.structs.replace(market, tasks=blind), tasks=20, seed=1)
    assert not any("." not in name for one in run.decisions for name in one.features)
    with pytest.raises(MissingInput, match=r"absent\.toml"):
        replay.simulate("absent.toml")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"tasks": "20"}, "tasks is '20', must be a whole number"),
        ({"tasks": 20.0}, "tasks is 20.0, must be a whole number"),
        ({"seed": "a"}, "seed is 'a', must be a whole number"),
        ({"settings": {"policy": {}}}, "settings is a dict, must be bandit.Settings"),
        ({"market": {"pools": []}}, "market is a dict, must be a path"),
    ],
)
def test_an_argument_of_another_type_is_one_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadValue) as error:
        replay.simulate(**options)
    assert str(error.value) == says
