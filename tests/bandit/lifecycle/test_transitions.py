"""The table of a task's life: every change of a stage is in it, and only transitions make one."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from bandit.engine import engine as engine_module
from bandit.events import Decline, Gold, Label, Pool, Prediction, Task, Tick
from bandit.lifecycle.stages import ASK_MOVES, MOVES, Stage, stage_of
from bandit.lifecycle.transitions import Transitions
from bandit.settings import AuditSettings, MemorySettings, PolicySettings, Settings
from bandit.task.state import AskStatus, TaskState
from tests.bandit.hostile import TASKS, Play, plays, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.events import Input, Output, Reward

BANDIT = Path(engine_module.__file__).parents[1]
OF_A_TASK = {"verdict", "closed_at", "waits_for", "halted", "halted_at", "stranded_at", "retry_at"}
OF_A_TASK |= {"until", "better", "look_at"}
ONLY_TRANSITIONS = OF_A_TASK | {"status", "gold", "open_tasks"}
MOVED_BY_RESETS = {"retry_at", "stranded_at", "closed_at", "until", "look_at"}


class CheckedTransitions(Transitions):
    """The real transitions, each compared with the table as it is made."""

    made: Counter[tuple[str, Stage, Stage]]
    stages: dict[str, Stage]

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        if name not in MOVES:
            return method

        def checked(*args: Any, **kwargs: Any) -> Any:
            state = next((arg for arg in args if isinstance(arg, TaskState)), None)
            before, asks = stage_of(state), statuses(state)
            result = method(*args, **kwargs)
            if name == "open":
                state = result
            after = Stage.UNKNOWN if name == "forget" else stage_of(state)
            assert (before, after) in MOVES[name], (name, before, after)
            check_asks(name, asks, statuses(state))
            assert state is not None
            self.stages[state.task.task] = after
            self.made[name, before, after] += 1
            return result

        return checked


def statuses(state: TaskState | None) -> dict[int, AskStatus]:
    """The status of every ask of a task."""
    return {} if state is None else {ask.ask: ask.status for ask in state.asks}


def check_asks(name: str, before: dict[int, AskStatus], after: dict[int, AskStatus]) -> None:
    """New asks are awaited, others move as their table says, one at a time."""
    changed = {number for number in after if before.get(number) != after[number]}
    assert len(changed) == (name in {"ask", "label", "give_up"})
    for number in changed:
        if number in before:
            assert after[number] in ASK_MOVES[before[number]]
        else:
            assert (name, after[number]) == ("ask", AskStatus.WAITING)


class CheckedPlay(Play):
    """A play after each of whose events every task is where its last transition left it."""

    def __init__(self, settings: Settings) -> None:
        CheckedTransitions.made, CheckedTransitions.stages = Counter(), {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine_module, "Transitions", CheckedTransitions)
            super().__init__(settings)

    def feed(self, event: Input | Reward) -> list[Output]:
        out = super().feed(event)
        for name in {*TASKS, *CheckedTransitions.stages}:
            stage = stage_of(self._desk.peek(name))
            assert stage == CheckedTransitions.stages.get(name, Stage.UNKNOWN)
            assert stage != Stage.OPEN
        return out


@settings(max_examples=150, deadline=None)
@given(settings_of, plays)
def test_every_change_of_a_task_and_of_an_ask_is_in_the_table(
    how: Settings, some: tuple[Any, ...]
) -> None:
    play = CheckedPlay(how)
    play.play(some)
    play.finish()


def test_every_transition_is_made_in_one_small_life() -> None:
    """So the table names nothing that isn't there; `defer` is made in test_deferral.py."""
    play = CheckedPlay(
        Settings(
            policy=PolicySettings(name="fixed", pool="a", labels_per_task=1, max_labels=1),
            audit=AuditSettings(share=1.0),
            memory=MemorySettings(remember_closed_s=10.0),
        )
    )
    task = Task(task="t1", project="p", at=0.0, classes=("yes", "no"))
    for event in (
        task,  # stranded: there is no pool
        Prediction(task="t1", source="model", chances={"yes": 1.0}, at=0.0),
        Pool(pool="a", at=0.0, usd_per_label=0.1, capacity_per_hour=1.0, ask_timeout_s=50.0),
        Tick(at=0.0),
        Tick(at=1.0),
        Task(task="t2", project="p", at=1.0, classes=("yes", "no")),  # queued
        Decline(task="t1", ask=1, pool="a", at=1.0),
        Gold(task="t1", answer="yes", at=1.0),  # it waits for the pool that declined
        Gold(task="t2", answer="yes", at=1.0),
        Pool(pool="b", at=0.0, usd_per_label=0.1),
        Pool(pool="experts", at=0.0, usd_per_label=0.5, gold=True),
        Task(task="t3", project="p", at=1.0, classes=("yes", "no")),
        Label(label="l", task="t3", ask=1, pool="b", labeler="w", answer="yes", at=1.0),
        Gold(task="t3", answer="yes", at=1.0),  # closed already, so its verdict is revised
    ):
        play.feed(event)
    play.play([("control", True, None, None)])
    play.feed(Task(task="t4", project="p", at=1.0, classes=("yes", "no")))
    play.play([("control", False, None, None)])
    play.finish()
    play.feed(Tick(at=play._now + 3600.0))
    assert {name for name, _, _ in CheckedTransitions.made} == set(MOVES) - {"defer"}


def assigned(tree: ast.AST) -> Iterator[str]:
    """Attributes of other objects than `self` that a module assigns, or replaces in a copy."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("structs.replace"):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)
        while targets:
            match targets.pop():
                case ast.Tuple(elts=parts) | ast.List(elts=parts):
                    targets += parts
                case ast.Attribute(value=owner, attr=name) if ast.unparse(owner) != "self":
                    yield name


def test_no_other_module_moves_a_task_or_counts_open_ones() -> None:
    """Resets of the clock move times, and nothing else does but the transitions."""
    found = {}
    for path in sorted(BANDIT.rglob("*.py")):
        names = ONLY_TRANSITIONS & set(assigned(ast.parse(path.read_text())))
        if names:
            found[str(path.relative_to(BANDIT))] = names
    assert found == {
        "desk/resets.py": MOVED_BY_RESETS,
        "labels/model.py": {"gold"},  # of its own record of a task: it knows no other
        "lifecycle/transitions.py": ONLY_TRANSITIONS,
    }


def test_the_model_of_labels_knows_no_task_that_could_be_moved() -> None:
    code = "".join(path.read_text() for path in (BANDIT / "labels").glob("*.py"))
    assert "bandit.task" not in code
    assert "bandit.desk" not in code


def test_only_transitions_count_closed_tasks() -> None:
    text = {path: path.read_text() for path in BANDIT.rglob("*.py")}
    callers = {
        path.name for path, code in text.items() if ".closed.add(" in code or ".closed.rem" in code
    }
    assert callers == {"transitions.py"}


def test_every_stage_can_be_reached_and_left() -> None:
    moves = set().union(*MOVES.values())
    assert {after for before, after in moves if before != after} == set(Stage)
    assert {before for before, after in moves if before != after} == set(Stage)
    assert set(ASK_MOVES) == set(AskStatus)
