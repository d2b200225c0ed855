"""The command `features`: what to do first, then tables; JSON has all; errors are a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner, Result

from bandit.errors import CannotAnswer, MissingInput
from bandit.events import Verdict
from replay.cli.verbs import features as command
from tests.replay.features_report.made_logs import made_events, made_log
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object) -> Result:
    words = [str(word) for word in arguments]
    return CliRunner().invoke(command, words, env={"COLUMNS": "80"}, catch_exceptions=False)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_log(tmp_path_factory.mktemp("features") / "own.db", 3, planted=True)


def test_it_leads_with_what_to_do(log: Path) -> None:
    lines = run(log).output.splitlines()
    assert lines[0].endswith(" things to do:")
    assert lines[1].startswith("1. `length` changed about 1970-01-02 01:")
    text = " ".join(" ".join(lines).split())
    assert "Ask who sends it what changed" in text
    assert "`noise` and `junk` tell next to nothing about answers or labels" in text
    assert "Project p: 2,500 tasks, 5,000 labels, 1970-01-01 00:00" in text
    assert "All features together reduce the error" in text
    assert all(len(line) <= 80 for line in lines)


def test_json_has_every_figure_with_its_interval(log: Path) -> None:
    found = json.loads(run(log, "--json").output)
    (project,) = found["projects"]
    of = {feature["name"]: feature for feature in project["features"]}
    assert set(of) >= {"a", "b", "lang", "noise", "junk", "length", "poolwise.labels", "rate"}
    assert of["length"]["drift"]["changed"]
    assert of["length"]["drift"]["p_value"] < 0.01
    lost = of["lang"]["confidence"]["lost"]
    assert 0.1 < lost["low"] < lost["value"] < lost["high"]
    assert of["rate"]["group"] == "labeler"
    assert (of["rate"]["drift"], of["rate"]["coverage"]) == (None, 1.0)
    assert project["confidence"]["told"]["low"] > 0.0
    assert len(found["advice"]) == 2


def test_missing_constant_and_id_like_features_are_named(tmp_path: Path) -> None:
    events = []
    for number, event in enumerate(made_events(4, 600)):
        if not isinstance(event, Verdict):
            more = {"source": "crawl", "url": f"u{event.task}"}
            if number < 1500:
                more["a2"] = "x" if number % 3 else "y"
            events.append(msgspec.structs.replace(event, features={**event.features, **more}))
    text = " ".join(run(write_log(tmp_path / "own.db", events)).output.split())
    assert "`a2` is missing in 100 % of the tasks since about 1970-01-01 05:" in text
    assert "0 % before. Send it again" in text
    assert "`source` teaches nothing: it is the same in every task" in text
    assert "`url` teaches nothing: nearly every task has a text of its own, as an id has" in text


def test_many_useless_features_are_one_line_for_each_reason(tmp_path: Path) -> None:
    events = []
    for event in made_events(4, 600):
        if not isinstance(event, Verdict):
            more = {f"fixed{i:02d}": "x" for i in range(30)}
            more |= {name: f"{name}{event.task}" for name in ("url", "key")}
            events.append(msgspec.structs.replace(event, features={**event.features, **more}))
    log = write_log(tmp_path / "own.db", events)
    lines = json.loads(run(log, "--json").output)["advice"]
    of_fixed, of_ids = lines
    assert of_fixed.startswith("`fixed00`, `fixed01`, `fixed02`, ")
    assert of_fixed.endswith(
        "`fixed07` and 22 more teach nothing: each is the same in every task. Stop sending them."
    )
    assert of_ids.startswith("`url` and `key` teach nothing: nearly every task has a text of its")
    assert run(log).output.startswith("2 things to do:")


def test_a_log_without_anything_to_do_says_so(tmp_path: Path) -> None:
    text = run(made_log(tmp_path / "own.db", 1, 1000)).output
    assert text.startswith("Nothing to do: no feature changed, and none is known to be useless.")


def test_what_cannot_be_answered_is_one_line(log: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="no task of project 'q'"):
        run(log, "--project", "q")
    assert run(f"sqlite:{log}", "--project", "p").exit_code == 0
    with pytest.raises(CannotAnswer, match="project 'p' has 50 tasks, and 120 are needed"):
        run(made_log(tmp_path / "few.db", 1, 50))
    with pytest.raises(CannotAnswer, match="project 'p' has 1 task, and 120 are needed"):
        run(made_log(tmp_path / "one.db", 1, 1))
    with pytest.raises(CannotAnswer, match="tasks of project 'p' have no features: send some"):
        run(write_log(tmp_path / "none.db", simulate(World(), 200, 1)))
    assert CannotAnswer.exit_code == 3
