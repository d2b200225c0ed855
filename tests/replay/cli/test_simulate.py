"""`poolwise simulate`: both markets from the command, as figures and as a screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from bandit.errors import BadValue, ConfigError, MissingInput, PoolwiseError
from replay.cli.simulate import simulate

if TYPE_CHECKING:
    from pathlib import Path

PROMISED = {
    "tasks", "labels", "labels_available", "labels_per_task", "usd", "accuracy",
    "majority_accuracy", "ece", "pools",
}  # fmt: skip


def run(*args: str) -> str:
    result = CliRunner().invoke(simulate, list(args), standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.output


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Ten tasks with four labels each."""
    lines = ["task,labeler,label,pool"]
    lines += [
        f"t{i},w{who},{'x' if who or i % 2 else 'y'},{'ab'[who % 2]}"
        for i in range(10)
        for who in range(4)
    ]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    (tmp_path / "truth.csv").write_text("task,truth\n" + "".join(f"t{i},x\n" for i in range(10)))
    return tmp_path


def test_a_recorded_market_prints_what_is_promised(recorded: Path) -> None:
    found = json.loads(run("--recorded", str(recorded), "--json", "--price", "0.5"))
    assert found.keys() >= PROMISED
    assert (found["tasks"], found["labels_available"]) == (10, 40)
    assert found["usd"] == pytest.approx(0.5 * found["labels"])
    assert found["majority_accuracy"] == 1.0
    assert set(found["pools"]) == {"a", "b"}


def test_a_simulated_market_prints_its_figures() -> None:
    found = json.loads(run("--tasks", "50", "--json"))
    assert found["tasks"] == 50
    assert found.keys() >= PROMISED - {"labels_available", "majority_accuracy"}


def test_the_same_seed_gives_the_same_bytes() -> None:
    once = run("--tasks", "40", "--seed", "2", "--json")
    assert once == run("--tasks", "40", "--seed", "2", "--json")
    assert once != run("--tasks", "40", "--seed", "3", "--json")


def test_screens_say_which_market_it_was(recorded: Path) -> None:
    assert "no people" in run("--tasks", "20").splitlines()[0]
    assert "Recorded market" in run("--recorded", str(recorded)).splitlines()[0]


def test_a_replay_says_how_its_pools_were_made(recorded: Path) -> None:
    assert "pools are those of the data" in run("--recorded", str(recorded))
    path = recorded / "labels.csv"
    path.write_text("\n".join(line.rpartition(",")[0] for line in path.read_text().splitlines()))
    assert "labelers are grouped by how many labels they gave" in run("--recorded", str(recorded))


def test_a_replay_says_what_its_audits_cost(recorded: Path) -> None:
    config = recorded / "poolwise.toml"
    config.write_text("[audit]\nshare = 1.0\n")
    text = run("--recorded", str(recorded), "--config", str(config), "--experts", "0.3")
    assert "10 verdicts audited by experts, for another $3.00" in text


@pytest.mark.parametrize("value", ["nan", "inf", "1e13"])
@pytest.mark.parametrize("option", ["--value", "--experts"])
def test_figures_of_a_market_that_was_refused_are_not_shown(option: str, value: str) -> None:
    with pytest.raises(BadValue, match=value.replace("1e13", "1") + ".*must be between"):
        run("--tasks", "3", option, value)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("t,a,x\nt,b,x\n", "classes .*must be two or more"),
        ("t,a,x\n,b,y\n", r"labels\.csv: row 3, column 'task': empty, but it is the task"),
        ("t" * 300 + ",a,x\nu,b,y\n", "must have 1 to 256 bytes"),
    ],
)
def test_labels_that_cannot_be_replayed_are_an_error(tmp_path: Path, lines: str, says: str) -> None:
    (tmp_path / "labels.csv").write_text("task,labeler,label\n" + lines)
    with pytest.raises(BadValue, match=says) as error:
        run("--recorded", str(tmp_path))
    assert "\n" not in str(error.value)


def test_with_experts_verdicts_are_audited(recorded: Path) -> None:
    config = recorded / "poolwise.toml"
    config.write_text("[audit]\nshare = 1.0\n[worker]\nbatch_records = 5\n")
    args = ("--recorded", str(recorded), "--config", str(config), "--experts", "0.3", "--json")
    found = json.loads(run(*args))
    assert found["audits"] == 10
    assert found["audit_usd"] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("[policy]\nexplore_flor = 0.1", ConfigError, r"policy.explore_flor is unknown; did you"),
        ("polcy = 1", ConfigError, r"polcy is unknown; did you mean 'policy'"),
        ("[policy]\nmax_labels = 0", ConfigError, r"policy.max_labels = 0"),
        ("[policy", ConfigError, "poolwise.toml: "),
        ("[projects.p]\nvalue_us = 1.0", ConfigError, "value_us"),
    ],
)
def test_a_bad_configuration_is_one_clear_line(
    tmp_path: Path, text: str, kind: type[PoolwiseError], says: str
) -> None:
    config = tmp_path / "poolwise.toml"
    config.write_text(text)
    with pytest.raises(kind, match=says) as error:
        run("--tasks", "5", "--config", str(config))
    assert "\n" not in str(error.value)


def test_missing_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no such file"):
        run("--config", str(tmp_path / "none.toml"))
    with pytest.raises(MissingInput, match="no such folder"):
        run("--recorded", str(tmp_path / "none"))


def test_a_market_is_simulated_by_its_name_with_what_is_overridden() -> None:
    found = json.loads(run("--market", "scarce", "--tasks", "40", "--seed", "2", "--json"))
    assert found["tasks"] == 40
    assert set(found["pools"]) == {"crowd", "trained", "specialist"}
    assert found["audits"] * 0.6 == pytest.approx(found["audit_usd"])


def test_a_market_and_recorded_labels_exclude_each_other(recorded: Path) -> None:
    with pytest.raises(click.UsageError, match="exclude each other"):
        run("--recorded", str(recorded), "--market", "scarce")


def test_the_front_of_a_market_has_twelve_settings_of_two_dials() -> None:
    found = json.loads(run("--market", "calm", "--tasks", "15", "--pareto", "--json"))
    assert len(found["points"]) == 12
    assert found["tasks"] == 15
    assert any(point["on_front"] for point in found["points"])


def test_recorded_labels_have_no_front(recorded: Path) -> None:
    with pytest.raises(click.UsageError, match="--recorded and --pareto exclude each other"):
        run("--recorded", str(recorded), "--pareto")


def test_a_replay_at_random_merges_the_pools_and_says_so(recorded: Path) -> None:
    found = json.loads(run("--recorded", str(recorded), "--choose", "random", "--json"))
    assert found["choose"] == "random"
    assert set(found["pools"]) == {"all"}
    assert "all pools are merged" in run("--recorded", str(recorded), "--choose", "random")


def test_a_replay_that_chooses_labelers_says_how_many_asks_named_some(recorded: Path) -> None:
    found = json.loads(run("--recorded", str(recorded), "--choose", "labeler", "--json"))
    assert (found["choose"], set(found["pools"])) == ("labeler", {"a", "b"})
    named = f"{found['asks_preferring']} asks named labelers to prefer"
    assert named in run("--recorded", str(recorded), "--choose", "labeler")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--choose", "labeler"), "--choose labeler needs --recorded"),
        (("--price", "0.02"), "--price needs --recorded"),
        (("--jobs", "2"), "--jobs needs --pareto"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(given: tuple[str, str], said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        run(*given)


@pytest.mark.parametrize("worth", ["target_accuracy = 0.999", "value_usd = 500.0"])
def test_a_replay_obeys_the_value_or_target_of_its_settings(recorded: Path, worth: str) -> None:
    config = recorded / "poolwise.toml"
    config.write_text(f"[project]\n{worth}\n")
    args = ("--recorded", str(recorded), "--json")
    assert run(*args, "--config", str(config)) != run(*args)
    assert run(*args, "--config", str(config), "--value", "1") == run(*args)


def test_a_replay_says_that_settings_of_another_project_are_not_used(recorded: Path) -> None:
    config = recorded / "poolwise.toml"
    config.write_text("[projects.cats]\ntarget_accuracy = 0.99\n")
    (note,) = [
        note
        for note in json.loads(run("--recorded", str(recorded), "--config", str(config), "--json"))[
            "notes"
        ]
        if "cats" in note
    ]
    assert note.startswith("settings of [projects.cats] aren't used here: write them under")


def test_the_number_of_tasks_of_a_replay_is_not_ignored(recorded: Path) -> None:
    with pytest.raises(click.UsageError, match="--recorded and --tasks exclude each other"):
        run("--recorded", str(recorded), "--tasks", "3")


MARKET = """
[tasks]
count = 60
noise = 50.0
[arrivals]
{arrivals}
[[pools]]
name = "crowd"
usd_per_label = 0.05
skill = 0.7
labelers = 50
"""


def test_a_market_with_a_target_accuracy_pursues_it(tmp_path: Path) -> None:
    bought = []
    for arrivals in ("", "target_accuracy = 0.99"):
        market = tmp_path / "market.toml"
        market.write_text(MARKET.format(arrivals=arrivals))
        bought.append(json.loads(run("--market", str(market), "--json"))["labels"])
    assert bought[1] > bought[0]
    assert json.loads(run("--market", str(market), "--value", "1", "--json"))["labels"] == bought[0]


def test_a_market_obeys_the_target_of_the_settings(tmp_path: Path) -> None:
    market, config = tmp_path / "market.toml", tmp_path / "poolwise.toml"
    market.write_text(MARKET.format(arrivals="value_usd = 1.0"))
    config.write_text("[project]\ntarget_accuracy = 0.99\n")
    bought = [
        json.loads(run("--market", str(market), "--json", *more))["labels"]
        for more in ((), ("--config", str(config)))
    ]
    assert bought[1] > bought[0]
