"""`poolwise savings` from somebody's file to the screen: figures, guesses, and clear errors."""

from __future__ import annotations

import gzip
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bandit.draw import draw
from replay.savings.bootstrap import block_ratio
from tests.replay.savings import bought
from tests.replay.savings.bought import DAY_S, rows, write

if TYPE_CHECKING:
    from pathlib import Path


figures, run = cache(bought.figures), cache(bought.run)
"""What is said of a file that nobody changes, each command run once for all tests."""


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("labels") / "labels.csv", rows())


def test_the_bill_adds_up(labels: Path) -> None:
    found = figures(str(labels), "--at", "when")
    assert (found["tasks"], found["labels"]) == (40, 200)
    assert found["usd"] == pytest.approx(sum(float(row["paid"]) for row in rows()))
    assert found["labels_needed"] + found["labels_not_needed"] == 200
    assert 0 < found["labels_needed"] < 200
    saved = found["usd"] - found["usd_needed"]
    span_s = 9 * DAY_S + 4 * 3600.0
    assert found["usd_saved"]["value"] == pytest.approx(saved * 365.25 / 12 * DAY_S / span_s)
    assert found["share_saved"]["value"] == pytest.approx(saved / found["usd"])
    assert found["per"] == "a month"


def test_the_report_leads_with_the_amount_of_the_file(labels: Path) -> None:
    found = figures(str(labels), "--at", "when")
    text = " ".join(run(str(labels), "--at", "when").split())
    saved = found["usd"] - found["usd_needed"]
    assert text.startswith(f"Saved: ${saved:.2f} of ${found['usd']:.2f} ")
    assert f"in the 9 days of this file, which is ${found['usd_saved']['value']:.2f} a" in text
    left = found["usd_saved"]["value"] - found["usd_at_risk"]
    assert f"${abs(left):.2f} a month would be left" in text
    assert "5 of 10 labelers; the mean of all:" in text


def test_replays_side_by_side_give_the_same_figures(labels: Path) -> None:
    assert figures(str(labels), "--jobs", "2") == figures(str(labels))


def test_guessed_columns_are_named_once(tmp_path: Path) -> None:
    names = {"item": "task", "worker": "labeler", "answer": "label"}
    standard = [{names.get(name, name): cell for name, cell in row.items()} for row in rows()]
    path = write(tmp_path / "labels.csv", standard, drop=("vendor", "paid", "when"))
    once = ("--replays", "1")
    assert "guessed" not in run(str(path), *once)
    renamed = [row | {"answer": row["label"]} for row in standard]
    other = write(
        tmp_path / "other.csv", renamed, drop=("vendor", "paid", "when", "label", "right")
    )
    said = run(str(other), *once)
    assert "Note: columns guessed by their names: label = 'answer'." in said
    assert said.count("label = ") == 1
    assert "guessed" not in run(str(other), "--label", "answer", *once)


def test_intervals_hold_their_values(labels: Path) -> None:
    found = figures(str(labels), "--truth", "right")
    for name in ("usd_saved", "share_saved", "agreement", "accuracy", "accuracy_gain"):
        assert found[name]["low"] <= found[name]["value"] <= found[name]["high"]


def test_the_same_seed_gives_the_same_bytes(labels: Path) -> None:
    once, again = (bought.run(str(labels), "--json", "--seed", "4") for _ in range(2))
    assert once == again != run(str(labels), "--json")


def test_columns_are_guessed_by_their_names_and_it_is_said(labels: Path) -> None:
    found = figures(str(labels))
    assert found["columns"] == {
        "task": "item", "labeler": "worker", "label": "answer", "pool": "vendor", "price": "paid",
    }  # fmt: skip
    assert "columns guessed" in found["notes"][0]
    assert found["per"] == "per 1,000 tasks"


def test_without_truth_nothing_is_called_accuracy(labels: Path) -> None:
    found = figures(str(labels))
    assert found["accuracy"] is None
    assert "agree with the majority of all labels" in run(str(labels))
    assert "Accuracy" not in run(str(labels))


def test_truth_may_be_a_column_or_a_second_file(labels: Path, tmp_path: Path) -> None:
    truths = {row["item"]: row["right"] for row in rows()}
    second = write(
        tmp_path / "truth.csv", [{"item": task, "gold": told} for task, told in truths.items()]
    )
    by_column, by_file = (figures(str(labels), "--truth", told) for told in ("right", str(second)))
    assert by_column["accuracy"] == by_file["accuracy"]
    assert by_column["tasks_with_truth"] == 40
    assert by_column["accuracy"]["value"] > 0.8


def test_prices_come_from_a_flag_or_by_pool(labels: Path) -> None:
    assert figures(str(labels), "--price", "0.2")["usd"] == pytest.approx(40.0)
    by_pool = figures(str(labels), "--price-of", "a=0.01,b=0.03")
    assert {one["name"]: one["usd"] for one in by_pool["pools"]} == pytest.approx(
        {"a": 1.0, "b": 3.0}
    )


def test_a_price_that_nobody_said_is_assumed_aloud(tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.csv", rows(), drop=("paid", "vendor"))
    notes = figures(str(bare))["notes"]
    assert any("$0.05 per label assumed" in note for note in notes)
    assert any("no pools in the data" in note for note in notes)


def test_the_value_of_a_right_answer_is_fifty_median_prices(labels: Path) -> None:
    assert figures(str(labels), "--price", "0.04")["value_usd"] == pytest.approx(2.0)
    assert figures(str(labels), "--value", "3")["value_usd"] == 3.0


def test_tasks_whose_answer_would_differ_are_named(labels: Path) -> None:
    found = figures(str(labels), "--truth", "right")
    for row in found["differing"]:
        assert row["ours"] not in row["theirs"]
        assert row["truth"] == ("yes" if int(row["task"][1:]) % 2 == 0 else "no")
    agreed = figures(str(labels), "--replays", "1")["agreement"]["value"]
    assert agreed == pytest.approx(1 - len(found["differing"]) / 40)  # five labels never tie
    assert "tie" not in run(str(labels))


def test_tied_majorities_explain_what_agreement_lacks_beside_differing_answers(
    tmp_path: Path,
) -> None:
    table = [row for number, row in enumerate(rows()) if number % 5 < 2]
    file = write(tmp_path / "pairs.csv", table)
    found = figures(str(file), "--replays", "1")
    answers: dict[str, set[str]] = {}
    for row in table:
        answers.setdefault(row["item"], set()).add(row["answer"])
    ties = sum(len(each) == 2 for each in answers.values())
    assert found["tied_tasks"] == ties > 0
    missed = len(found["differing"]) + ties / 2
    assert found["agreement"]["value"] == pytest.approx(1 - missed / len(answers))
    text = " ".join(run(str(file), "--replays", "1").split())
    assert f"would differ, apart from {ties} tied tasks" in text


def test_the_dearest_per_agreed_label_comes_first(labels: Path) -> None:
    found = figures(str(labels))
    for many in (found["pools"], found["labelers"]):
        costs = [one["usd_per_agreed"] for one in many]
        assert costs == sorted(costs, reverse=True)
    assert found["pools"][0]["name"] == "b"


def test_it_fits_on_one_screen(labels: Path) -> None:
    lines = run(str(labels), "--truth", "right").splitlines()
    assert len(lines) <= 39, "of 40, one is the prompt's"
    assert max(map(len, lines)) <= 80


def test_names_are_shown_as_they_are(tmp_path: Path) -> None:
    """Square brackets and colons mean nothing; nor does a pool that is called like our experts."""
    names = ("[/b]", "[red]", ":warning:", "experts", "a|b: ☃")
    table = [
        {
            "task": f"{names[task % 5]} {task}",
            "labeler": f"{names[who]}{who}",
            "label": "[/i]" if draw(1, str(task), who, "said") < 0.6 else "[x]",
            "pool": names[who],
        }
        for task in range(40)
        for who in range(5)
    ]
    path = write(tmp_path / "[bold].csv", table)
    text = run(str(path), "--replays", "2")
    for name in names:
        assert f"{name} " in text
    assert figures(str(path), "--replays", "2")["labels_needed"] > 0


def test_shares_stay_within_0_and_1(tmp_path: Path) -> None:
    """Nearly all agree, and the bootstrap's spread would reach beyond."""
    table = [
        {
            "task": f"t{task}",
            "labeler": f"w{who}",
            "label": "ab"[task % 2 if who else task % 7 == 0],
        }
        for task in range(40)
        for who in range(5)
    ]
    found = figures(str(write(tmp_path / "labels.csv", table)))
    assert found["agreement"]["high"] <= 1.0
    assert 0.0 <= found["share_saved"]["low"] <= found["share_saved"]["high"] <= 1.0


def test_a_real_set_under_somebodys_columns(shared_data: Path, tmp_path: Path) -> None:
    """500 tasks with twenty labels each: most of them weren't needed."""
    with gzip.open(shared_data / "crowd" / "sp_amt" / "labels.csv.gz", "rt") as file:
        text = file.read()
    theirs = tmp_path / "export.csv"
    theirs.write_text(
        text.replace("task,labeler,label,seconds", "HITId,Worker ID,Response,Secs", 1)
    )
    found = figures(str(theirs))
    assert (found["tasks"], found["labels"]) == (500, 10_000)
    assert found["columns"] == {"task": "HITId", "labeler": "Worker ID", "label": "Response"}
    assert found["share_saved"]["value"] > 0.5
    assert found["agreement"]["value"] > 0.85


def test_the_interval_of_a_saving_covers_it() -> None:
    """A 95 % interval misses at most 5 %: 500 batches of 300 tasks, three replays each.

    Fail above 40 misses: false alarm 2e-3 (Binomial(500, .05)); a miss rate of 10 % is caught 92
    times of 100. A batch's replays share its tasks, add noise of their own to each, and differ as
    wholes by about as much as the tasks' standard error, which is what one real set showed.
    """
    misses = 0
    chance = np.random.default_rng(9)
    for batch in range(500):
        task = chance.exponential(1.0, 300)
        own = 0.5 * chance.exponential(1.0, (3, 300)) + 0.06 * chance.standard_normal((3, 1))
        found = block_ratio((task + own).tolist(), [1.0] * 300, seed=batch)
        misses += not found.low <= 1.5 <= found.high
    assert misses <= 40


def test_names_of_labelers_are_never_cut_off(tmp_path: Path) -> None:
    """In 80 columns, with ids such as e-mail addresses."""
    mail = "very.long.name.{}@labelers.example.com"
    table = [{**row, "worker": mail.format(row["worker"])} for row in rows()]
    file = write(tmp_path / "labels.csv", table)
    assert "…" not in run(str(file), "--label", "answer", "--replays", "1")
