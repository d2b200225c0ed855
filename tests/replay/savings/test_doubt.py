"""A headline about money says it where the answers are not those that were paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from tests.replay.savings.bought import figures, rows, run, write

if TYPE_CHECKING:
    from pathlib import Path

WORTHLESS = ("--value", "0.0001", "--replays", "1")
"""A right answer is worth less than a label: one is bought of each task."""


def noisy(right: float, tasks: int = 60) -> list[dict[str, str]]:
    """Nine labels a task of four classes, right with this chance and else any of the four."""
    classes = "abcd"
    return [
        {
            "task": f"t{task}",
            "labeler": f"w{who}",
            "label": classes[
                task % 4
                if draw(3, f"t{task}", who, "right") < right
                else int(4 * draw(3, f"t{task}", who, "other"))
            ],
            "gold": classes[task % 4],
        }
        for task in range(tasks)
        for who in range(9)
    ]


def headline(path: Path, *args: str) -> str:
    """The paragraph before the one that counts labels."""
    text = " ".join(run(str(path), *args).split())
    return text[: text.index(" labels were bought for")].rpartition(". ")[0] + "."


def test_answers_that_differ_on_more_than_one_task_in_five_are_no_plain_saving(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "labels.csv", noisy(0.3), drop=("gold",))
    agreement = figures(str(path), *WORTHLESS)["agreement"]["value"]
    assert agreement < 0.8
    said = headline(path, *WORTHLESS)
    assert said.startswith("Saved, but with other answers: $")
    assert said.endswith(
        f"Only {100 * agreement:.1f} % of its answers are the majority's; check with true answers"
        " (--truth)."
    )


def test_answers_that_are_worse_than_the_majority_s_are_no_plain_saving(tmp_path: Path) -> None:
    path = write(tmp_path / "labels.csv", noisy(0.5))
    found = figures(str(path), "--truth", "gold", *WORTHLESS)
    ours, theirs = found["accuracy"]["value"], found["their_accuracy"]["value"]
    assert found["accuracy_gain"]["high"] < 0.0
    said = headline(path, "--truth", "gold", *WORTHLESS)
    assert said.startswith("Saved, but with worse answers: $")
    assert said.endswith(
        f"Only {100 * ours:.1f} % of its answers are right, {100 * theirs:.1f} % of the majority's."
    )


def test_a_saving_on_labels_that_say_nothing_of_the_truth_is_none(tmp_path: Path) -> None:
    """The majority is as wrong as poolwise."""
    path = write(tmp_path / "labels.csv", noisy(0.0))
    said = headline(path, "--truth", "gold", "--replays", "1")
    assert said.startswith("Saved, but most answers are wrong: $")


@pytest.mark.parametrize("truth", [(), ("--truth", "right")])
def test_a_saving_with_as_good_answers_is_called_one(tmp_path: Path, truth: tuple[str]) -> None:
    path = write(tmp_path / "labels.csv", rows())
    said = headline(path, "--label", "answer", *truth, "--replays", "1")
    assert said.startswith("Saved: $")
    assert "Only" not in said
