"""`poolwise doctor` on dead letters: how many, by which rule, and what to do about them."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.events import DeadLetter
from streams.cli.doctor import doctor
from streams.doctor.findings import DoctorFinding
from streams.log.codec import encode
from streams.log.log import NewRecord
from tests.streams.scenes import new_log
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


def letters_of(path: Path) -> DoctorFinding:
    findings = json.loads(run(doctor, path, "--json").output)
    return next(DoctorFinding(**found) for found in findings if found["check"] == "dead letters")


def test_dead_letters_are_counted_by_their_rules(path: Path) -> None:
    assert letters_of(path).level == "ok"
    with closing(new_log(path)) as log:
        letters = [DeadLetter(rule=rule, message="m", original=b"") for rule in "aab"]
        log.write([NewRecord("deadletters", None, encode(letter), 0) for letter in letters])
    finding = letters_of(path)
    assert (finding.level, finding.what) == ("warning", "3; most frequent rules: a 2, b 1")
    assert f"poolwise tail {path} deadletters" in finding.todo


def test_the_usual_cause_of_the_most_frequent_dead_letters_is_said(path: Path) -> None:
    with closing(new_log(path)) as log:
        second = DeadLetter(rule="second_label", message="m", original=b"")
        log.write([NewRecord("deadletters", None, encode(second), 0)] * 2)
    todo = letters_of(path).todo
    assert "second_label: asks were answered twice" in todo
    assert "do two programs answer the same asks?" in todo
    assert "--from-deadletters" not in todo  # the same label breaks the same rule again
    with closing(new_log(path)) as log:
        unknown = DeadLetter(rule="unknown_task", message="m", original=b"")
        log.write([NewRecord("deadletters", None, encode(unknown), 0)])
    todo = letters_of(path).todo
    assert todo.endswith(f"poolwise feed {path} --from-deadletters --rule unknown_task")
