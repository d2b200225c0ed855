"""Gold beside people's labels: sharpness that gold corrects, and predictions that echo labels."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from bandit.errors import StateError
from bandit.machine.labeler import MachineLabeler
from bandit.machine.lesson import Lesson
from bandit.machine.saved import SavedMachine
from bandit.machine.sharpened import Sharpened
from bandit.machine.sharpness import FEATURES, Sharpness
from bandit.machine.sources import SOURCES, Sources, input_name
from bandit.machine.window import SIZE

CLASSES = ("north", "east", "south", "west")
RIGHT = 0.75
UNLABELED = np.array([False])


def likelihood(said: int) -> list[float]:
    """Return P(label | class) of one who is right with chance `RIGHT`."""
    row = [(1.0 - RIGHT) / 3.0] * 4
    row[said] = RIGHT
    return row


def lesson(rng: np.random.Generator, number: int, says: str, *, audited: bool) -> Lesson:
    """A task with one label. What the source says is right 85 % of the time, or the label."""
    truth = int(rng.integers(4))
    wrong = (truth + int(rng.integers(1, 4))) % 4
    label = truth if rng.random() < RIGHT else wrong
    if says == "echo":
        said = label
    else:
        said = truth if rng.random() < 0.85 else (truth + int(rng.integers(1, 4))) % 4
    chances = np.full(4, 0.1 / 3.0)
    chances[said] = 0.9
    features = {
        input_name(says, name): float(np.log(chance))
        for name, chance in zip(CLASSES, chances, strict=True)
    }
    row = likelihood(label)
    return Lesson(
        f"t{number}",
        CLASSES,
        features | {"x": float(rng.normal())},
        row,
        row,
        sources=(says,),
        truth=CLASSES[truth] if audited else None,
        stands_for=10.0 if audited else None,
    )


def taught(
    says: str, seed: int, n: int, share: float = 0.1, *, until_doubted: bool = False
) -> MachineLabeler:
    rng, machine = np.random.default_rng(seed), MachineLabeler()
    for number in range(n):
        machine.learn_all([lesson(rng, number, says, audited=rng.random() < share)])
        if until_doubted and machine.doubted:
            break
    return machine


def test_an_echo_is_doubted_and_then_says_nothing() -> None:
    """20 runs of at most 300 tasks, with some 30 golds: each finds it, and the first keeps to it.

    Without gold none does: it foresees every label. Then it counts for half, and answers nothing.
    """
    for seed in range(20):
        machine = taught("echo", seed, 300, until_doubted=seed > 0)
        assert machine.doubted == ["echo"]
        last = lesson(np.random.default_rng(seed), 0, "echo", audited=False)
        assert max(machine.prior(CLASSES, last.features)) < 0.5
    blind = taught("echo", 1, 300, share=0.0)
    assert blind.doubted == []
    last = lesson(np.random.default_rng(1), 0, "echo", audited=False)
    assert 0.5 < max(blind.prior(CLASSES, last.features)) < 0.5 + 0.5 / 4 + 0.01


def test_a_model_that_errs_by_itself_is_believed() -> None:
    """20 runs of 200 tasks with a gold in two: Ville's bound is one doubt in 100 runs.

    More than 2 of 20 at that rate has a chance of 1e-3; at one in four, 91 %.
    """
    doubted = sum(bool(taught("judge", seed, 200, share=0.5).doubted) for seed in range(20))
    assert doubted <= 2


def test_gold_corrects_a_sharpness_that_labels_confirm() -> None:
    """Features that foresee labels with their errors: the prior is as sure as gold is, not they.

    Log-chances of 6 name the label of one who is right 75 % of the time; 250 of 1,250 have gold.
    """
    rng = np.random.default_rng(5)
    scores, blind = Sharpness(), Sharpness()
    for i in range(1_250):
        truth = int(rng.integers(4))
        said = truth if rng.random() < RIGHT else (truth + 1) % 4
        z = np.zeros((2, 1, 4))
        z[FEATURES, 0, said] = 6.0
        of_labels = Sharpened(z).nats(np.array([likelihood(said)]))
        scores.learn(of_labels, np.ones(1))
        blind.learn(of_labels, np.ones(1))
        if i % 5 == 0:
            of_truth = Sharpened(z).nats(np.eye(4)[[truth]])
            scores.learn_gold(of_truth, UNLABELED, np.array([5.0]))
    sure = np.array([[6.0, 0.0, 0.0, 0.0]])
    assert blind.mixture.prior(sure)[0] > 0.97
    assert scores.mixture.prior(sure)[0] == pytest.approx(RIGHT, abs=0.08)


def test_gold_counts_by_the_chance_of_its_audit() -> None:
    """Sure answers, drawn with chance .1, are right; unsure ones, drawn with 1, half the time.

    By chance they are 10 : 1, so the prior believes nine in ten and more.
    """
    rng, scores = np.random.default_rng(7), Sharpness()
    z = np.zeros((2, 1, 2))
    z[FEATURES, 0, 0] = 3.0
    task = Sharpened(z)
    for _ in range(200):
        scores.learn_gold(task.nats(np.array([[1.0, 0.0]])), UNLABELED, np.array([10.0]))
        truth = np.eye(2)[[int(rng.random() < 0.5)]]
        scores.learn_gold(task.nats(truth), UNLABELED, np.array([1.0]))
    assert scores.mixture.prior(z[FEATURES])[0] > 0.9


def test_a_doubted_source_is_believed_again_when_it_adds_to_labels() -> None:
    rng, machine = np.random.default_rng(3), MachineLabeler()
    for number in range(200):
        machine.learn_all([lesson(rng, number, "echo", audited=number % 5 == 0)])
    assert machine.doubted == ["echo"]
    better = [lesson(rng, number, "judge", audited=number % 2 == 0) for number in range(200, 900)]
    for one in better:
        features = {name.replace("judge", "echo"): value for name, value in one.features.items()}
        machine.learn_all([replace(one, features=features, sources=("echo",))])
    assert machine.doubted == []


@pytest.mark.parametrize("cut", [0, 30, 150])
def test_a_saved_labeler_goes_on_as_the_one_that_was_saved(cut: int) -> None:
    """With two sources, gold with the labels and after them, and a doubt."""
    rng, machine = np.random.default_rng(2), MachineLabeler()
    lessons = []
    for number in range(300):
        one = lesson(rng, number, "judge" if number % 9 == 5 else "echo", audited=number % 3 == 0)
        lessons.append(one)
        if number % 7 == 5:
            late = lessons[number - 4]
            lessons.append(replace(late, truth="north", labeled=False, again=True))
    again = machine
    for number, one in enumerate(lessons):
        if number == cut:
            data = msgspec.json.encode(machine.saved())
            again = MachineLabeler.from_saved(msgspec.json.decode(data, type=SavedMachine))
        machine.learn_all([one])
        if again is not machine:
            again.learn_all([one])
    assert machine.doubted == ["echo"]
    assert msgspec.json.encode(again.saved()) == msgspec.json.encode(machine.saved())


def test_late_gold_judges_a_task_once() -> None:
    rng = np.random.default_rng(4)
    machine = taught("judge", 4, 50)
    one = lesson(rng, 1000, "judge", audited=False)
    machine.learn_all([one])
    gold = replace(one, truth="north", stands_for=10.0, labeled=False, again=True)
    before = machine.saved().of_gold
    machine.learn_all([gold])
    after = machine.saved().of_gold
    machine.learn_all([gold])
    assert before != after
    assert machine.saved().of_gold == after


def test_an_old_state_knows_no_sources() -> None:
    """One that was saved without sources and gold reads; views that don't fit are refused."""
    saved = taught("judge", 1, 30, share=0.5).saved()
    plain = MachineLabeler().saved()
    without = msgspec.structs.replace(plain, sources=Sources(), of_gold=b"")
    assert MachineLabeler.from_saved(without).doubted == []
    sources = msgspec.structs.replace(saved.sources, doubted=[])
    with pytest.raises(StateError, match="doubts of other sources"):
        MachineLabeler.from_saved(msgspec.structs.replace(saved, sources=sources))
    with pytest.raises(StateError, match="saved array"):
        MachineLabeler.from_saved(msgspec.structs.replace(saved, of_gold=saved.of_gold[:-8]))


def test_sources_without_room_wait_until_one_was_away_for_long() -> None:
    sources = Sources()
    assert sources.meet([f"m{i}" for i in range(SOURCES)], 1) == list(range(SOURCES))
    assert sources.meet(["another", "m1"], 2) == []
    assert sources.meet(["another"], 10_000) == [0]
    assert sources.doubted == [False] * SOURCES


def test_an_alarm_does_not_delay_new_sources() -> None:
    """Eight sources were seen before it, one of them since; a ninth gets the place of another."""
    rng, machine = np.random.default_rng(6), MachineLabeler()
    for number in range(80):
        machine.learn_all([lesson(rng, number, f"m{number % SOURCES}", audited=False)])
    machine.surprise.forget()
    for number in range(80, 80 + SIZE + 20):
        says = "m0" if number % 2 == 0 else "another"
        machine.learn_all([lesson(rng, number, says, audited=False)])
    known = machine.saved().sources.known.at
    assert "m0" in known
    assert "another" in known
