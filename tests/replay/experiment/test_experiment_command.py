"""`poolwise experiment` on logs whose truth is known, and the mistakes that are likely with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest

import replay
from bandit.events import Decision
from poolwise import main
from tests.replay.experiment.arms_writer import ALIKE, CONFIG, POLICIES, simulate_arms, write_test
from tests.replay.task_log.own_log_writer import World, simulate, true_value, write_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TASKS = 900
WORLD = World(audit=0.3)


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of tests: by task, by hour, without gold, of two tests, of none."""
    place = tmp_path_factory.mktemp("tests")
    write_test(place / "t.db", WORLD, TASKS, 1)
    write_test(place / "h.db", WORLD, TASKS, 1, unit="hour", every_s=300.0)
    write_test(place / "alike.db", World(), TASKS, 1, ALIKE)
    write_log(place / "none.db", simulate(WORLD, 300, 1))
    two = simulate_arms(WORLD, 200, 1) + [
        msgspec.structs.replace(event, task=f"u{event.task}")
        for event in simulate_arms(WORLD, 200, 2, name="prices")
    ]
    write_log(place / "two.db", two)
    alone = [
        msgspec.structs.replace(event, arm="new") if isinstance(event, Decision) else event
        for event in simulate_arms(WORLD, 50, 1)
    ]
    write_log(place / "alone.db", alone)
    swapped = {"control": "old", "new": "new"}
    renamed = [
        msgspec.structs.replace(event, arm=swapped[event.arm or ""], arm_pmfs={})
        if isinstance(event, Decision)
        else event
        for event in simulate_arms(WORLD, 200, 1)
    ]
    write_log(place / "old.db", renamed)
    for unit in ("task", "hour"):
        (place / f"{unit}.toml").write_text(CONFIG.format(unit=unit))
    (place / "plain.toml").write_text("[policy]\nmax_labels = 4\n")
    return place


@pytest.fixture
def run(
    logs: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    monkeypatch.chdir(logs)

    def poolwise(*args: str) -> Answer:
        code = main(["experiment", *args])
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    return poolwise


def read(run: Callable[..., Answer], *args: str) -> Any:
    answer = run("read", *args, "--json")
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def of(report: Any, metric: str) -> Any:
    return next(row for row in report["differences"] if row["metric"] == metric)


def test_a_test_is_read_and_its_truth_is_in_the_intervals(run: Callable[..., Answer]) -> None:
    report = read(run, "t.db", "--config", "task.toml", "--planned", str(TASKS))
    values = {arm: true_value(WORLD, pmf) for arm, pmf in POLICIES.items()}
    net = of(report, "net_usd")["difference"]
    truth = values["new"] - values["control"]  # gold is free here
    assert net["low"] <= truth <= net["high"]
    assert of(report, "usd")["difference"]["low"] > 0.0
    assert report["sample_ratio"]["is_mismatch"] is False
    assert (report["misassigned"], report["experiment"], report["control"]) == (
        0,
        "pools",
        "control",
    )
    assert [arm["brain"] for arm in report["arms"]] == ["shared", "shared"]
    assert sum(arm["tasks"] for arm in report["arms"]) == TASKS
    assert len(report["curve"]) == 20
    assert report["curve"][-1]["difference"] == net


def test_the_forecast_of_the_evaluator_is_scored(run: Callable[..., Answer]) -> None:
    report = read(run, "t.db")
    scores = {row["metric"]: row for row in report["forecasts"]}
    assert set(scores) == {"accuracy", "agreement", "usd", "net_usd"}  # all are as quick
    assert scores["usd"]["held"]
    assert scores["usd"]["forecast"]["low"] < of(report, "usd")["arm_mean"] + 0.005
    assert scores["usd"]["effective"] > 30


def test_what_the_control_never_does_is_not_forecast(run: Callable[..., Answer]) -> None:
    report = read(run, "old.db", "--control", "old")
    assert report["forecasts"] == []
    assert report["forecasts_refused"] == {"new": "the log has no chances of other arms"}


def test_slices_hold_together_and_cover_all_tasks(run: Callable[..., Answer]) -> None:
    report = read(run, "t.db", "--by", "lang,project", "--metric", "usd")
    by_lang = [row for row in report["slices"] if row["by"] == "lang"]
    assert sum(row["tasks"] for row in by_lang) == TASKS
    whole = of(report, "usd")["difference"]
    part = by_lang[1]["difference"]
    assert part["high"] - part["low"] > whole["high"] - whole["low"]
    assert {row["value"] for row in report["slices"]} == {"de", "en", "p0", "p1", "p2"}


def test_a_switchback_counts_hours(run: Callable[..., Answer]) -> None:
    report = read(run, "h.db", "--config", "hour.toml", "--metric", "usd")
    assert report["unit"] == "hour"
    assert sum(arm["units"] for arm in report["arms"]) == TASKS // 12 + 1
    assert report["misassigned"] == 0
    assert {row["metric"] for row in report["carry_over"]} >= {"usd", "accuracy"}
    assert not any(row["found"] for row in report["carry_over"])
    still = read(run, "h.db", "--config", "hour.toml", "--metric", "usd", "--settled")
    assert still["settled"]
    assert still["carry_over"] == []


def test_without_gold_accuracy_stays_unknown_and_nothing_is_shipped(
    run: Callable[..., Answer],
) -> None:
    report = read(run, "alike.db", "--metric", "net_usd")
    assert {row["metric"] for row in report["differences"]} == {"agreement", "usd", "delay_s"}
    (found,) = report["recommendations"]
    assert found["action"] == "continue"
    assert "too few audits have gold" in found["reason"]
    assert read(run, "alike.db")["metric"] == "usd"


def test_arms_of_other_settings_are_noticed(run: Callable[..., Answer], logs: Path) -> None:
    (logs / "salted.toml").write_text(
        CONFIG.format(unit="task").replace('unit = "task"', 'unit = "task"\nsalt = "again"')
    )
    report = read(run, "t.db", "--config", "salted.toml")
    assert 0.4 * TASKS < report["misassigned"] < 0.6 * TASKS
    assert report["recommendations"][0]["action"] == "stop"


def test_the_warm_up_is_left_out_of_all_figures(run: Callable[..., Answer]) -> None:
    report, whole = (read(run, "t.db", "--warm-up", tasks) for tasks in ("300", "0"))
    assert sum(arm["tasks"] for arm in report["arms"]) == TASKS - 300
    assert report["begin_at"] > whole["begin_at"]
    assert report["end_at"] == whole["end_at"]
    assert run("read", "t.db", "--warm-up", str(TASKS)).code == 3


def test_an_interval_for_one_look_is_narrower(run: Callable[..., Answer]) -> None:
    widths = []
    for more in (("--planned", str(TASKS)), ("--once",)):
        difference = of(read(run, "t.db", *more), "usd")["difference"]
        widths.append(difference["high"] - difference["low"])
    assert 0.6 < widths[1] / widths[0] < 0.7  # 1.96 of 3.04 standard errors


def test_cuped_is_told_of_differences_alone_and_can_be_left_out(run: Callable[..., Answer]) -> None:
    report = read(run, "t.db", "--no-cuped")
    assert report["covariates"] == []
    assert {row["shortened"] for row in report["differences"]} <= {0.0, None}
    few = run("read", "t.db", "--warm-up", str(TASKS - 15)).out
    assert ["are adjusted for" in out for out in (run("read", "t.db").out, few)] == [True, False]


def test_shares_that_nobody_declared_are_not_judged(run: Callable[..., Answer]) -> None:
    assert read(run, "t.db")["sample_ratio"] is None
    assert "Shares: not checked" in run("read", "t.db").out
    report = read(run, "t.db", "--shares", "control=0.9,new=0.1")
    assert report["sample_ratio"]["is_mismatch"]
    assert report["recommendations"][0]["action"] == "stop"


def test_the_screen_says_what_json_says(run: Callable[..., Answer]) -> None:
    answer = run("read", "t.db", "--config", "task.toml", "--guard", "accuracy>=-0.5", "--aa", "3")
    words = " ".join(answer.out.split())
    assert answer.code == 0
    for piece in (
        "Test pools: 2 arms, 900 finished tasks",
        "new: CONTINUE",
        "Guardrail accuracy>=-0.5 of new: holds.",
        "no mismatch",
        "A/A tests on this log: 0 of 3 raised a false alarm (0.0 %) at one of 20 looks",
        "control and new share what is learned",
    ):
        assert piece in words


def test_a_plan_is_made_of_any_log(run: Callable[..., Answer]) -> None:
    for log in ("none.db", "t.db"):
        answer = run("plan", log, "--detect", "usd=0.01", "--not-worse", "accuracy=0.05", "--json")
        plan = json.loads(answer.out)
        assert [row["metric"] for row in plan["plans"]] == ["usd", *["accuracy"] * 2]
        usd = plan["plans"][0]
        assert usd["units"] == usd["tasks"] > usd["units_once"]
        assert usd["days"] == pytest.approx(usd["units"] * plan["days"] / plan["units"])
        text = " ".join(run("plan", log, "--detect", "usd=0.01").out.split())
        assert f"{usd['tasks']:,}" in text
        assert "Smallest effect that is found" in text


def test_a_plan_by_hour_has_hours(run: Callable[..., Answer]) -> None:
    plan = json.loads(run("plan", "h.db", "--unit", "hour", "--detect", "usd=0.01", "--json").out)
    (row,) = plan["plans"]
    assert row["tasks"] == pytest.approx(12 * row["units"], rel=0.05)
    assert row["days"] == pytest.approx(row["units"] / 24, rel=0.05)


def test_python_says_what_the_command_says(run: Callable[..., Answer], logs: Path) -> None:
    report = replay.read_experiment("t.db", config="task.toml", planned=TASKS, by=["lang"])
    said = read(run, "t.db", "--config", "task.toml", "--planned", str(TASKS), "--by", "lang")
    assert json.loads(msgspec.json.encode(report)) == said
    plan = replay.plan_experiment(logs / "none.db", detect={"usd": 0.01})
    answer = run("plan", str(logs / "none.db"), "--detect", "usd=0.01", "--json")
    assert json.loads(msgspec.json.encode(plan)) == json.loads(answer.out)


class Mistake(NamedTuple):
    name: str
    args: str
    says: str
    code: int = 1


MISTAKES = [
    Mistake("no log", "read no.db", "no.db: no such file"),
    Mistake("a log on Kafka", "read kafka://h:1", "archive that log first: poolwise archive"),
    Mistake("no test in it", "read none.db",
            "none.db: no task was part of a test: run a worker with a section [experiment]"),
    Mistake("two tests", "read two.db", "several tests: pools, prices; choose one with --test"),
    Mistake("another test", "read t.db --test pool", "no test 'pool'; did you mean 'pools'?"),
    Mistake("which control", "read old.db", "which arm is the control? name it: --control new"),
    Mistake("a control that is none", "read t.db --control contrl", "did you mean 'control'?"),
    Mistake("one arm so far", "read alone.db", "finished tasks of one arm only, 'new'", 3),
    Mistake("an unknown metric", "read t.db --metric acuracy", "did you mean 'accuracy'?"),
    Mistake("a guardrail without a sign", "read t.db --guard accuracy=-0.005",
            "must be METRIC>=LIMIT or METRIC<=LIMIT, such as 'accuracy>=-0.005'"),
    Mistake("a guardrail of nothing", "read t.db --guard price>=1", "there is no metric 'price'"),
    Mistake("another unit", "read h.db --config hour.toml --unit task",
            "--unit task: the test of hour.toml is by hour"),
    Mistake("a test by hour without its settings", "read h.db",
            "h.db: tasks of an hour have one arm: use --unit hour, or --config"),
    Mistake("a test by task read by hour", "read t.db --unit hour",
            "t.db: tasks of an hour have several arms: this is no test by hour"),
    Mistake("settled tasks", "read t.db --settled", "--settled is for a test by hour, not by task"),
    Mistake("no section", "read t.db --config plain.toml",
            "plain.toml: has no section [experiment]"),
    Mistake("shares of other arms", "read t.db --shares control=0.5,neu=0.5",
            "the log's arm 'new' has no declared share; did you mean 'neu'?"),
    Mistake("shares that don't sum to 1", "plan t.db --shares a=0.5,b=0.4",
            "two arms or more are needed, whose shares sum to 1, not 0.9"),
    Mistake("shares in per cent", "plan t.db --shares a=50,b=50",
            "must be ARM=SHARE, with a share between 0 and 1"),
    Mistake("an unknown feature", "read t.db --by langs", "did you mean 'lang'?"),
    Mistake("an effect without a metric", "plan t.db --detect 0.01",
            "must be METRIC=EFFECT, such as accuracy=0.005"),
    Mistake("points instead of shares", "plan t.db --not-worse accuracy=1",
            "1 is 100 points, so the effect must be below 1"),
    Mistake("a warm-up of all tasks", "read t.db --warm-up 900",
            "t.db: --warm-up 900 leaves out all 900 finished tasks of the test: give fewer", 3),
    Mistake("a warm-up longer than the test", "read t.db --warm-up 5000",
            "t.db: --warm-up 5000 leaves out all 900 finished tasks of the test: give fewer", 3),
    Mistake("a warm-up that leaves one arm", "read t.db --warm-up 899",
            "one arm only, 'control', after the first 899 (--warm-up): give fewer", 3),
    Mistake("an effect of nothing", "plan t.db --detect usd=0", "the effect must be above 0"),
    Mistake("a plan of accuracy without gold", "plan alike.db --detect accuracy=0.01",
            "accuracy can't be planned: 0 audits with gold, at least 10 are needed", 3),
    Mistake("a plan of too few projects", "plan t.db --unit project --detect usd=0.01",
            "3 projects in the log, at least 20 are needed to know their variance", 3),
]  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case.name)
def test_a_mistake_is_one_clear_line(case: Mistake, run: Callable[..., Answer]) -> None:
    answer = run(*case.args.split())
    assert (answer.code, answer.out) == (case.code, "")
    assert answer.err.startswith("poolwise: ")
    assert case.says in answer.err
    assert answer.err.count("\n") == 1
