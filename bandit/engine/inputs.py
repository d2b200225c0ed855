"""Inputs about tasks: what the engine does with a task, a label, a decline, and gold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.decide.by_features import USUAL
from bandit.desk.early_gold import hold_early
from bandit.desk.room_for_projects import check_room
from bandit.engine import checks
from bandit.engine.held_letters import not_fitting
from bandit.engine.predictions import adopt_held, take_prediction
from bandit.errors import EventError
from bandit.events import DeadLetter, Decline, Gold, Label, Prediction, Task
from bandit.features.reduced import reduced
from bandit.learn.accuracy import task_signal
from bandit.limits.controls import in_force
from bandit.reasons import DecisionReason
from bandit.task.state import DECLINED, EXPIRED, WAITING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from bandit.desk.desk import Desk
    from bandit.engine.arms import Arms
    from bandit.events import Control, Output
    from bandit.lifecycle.transitions import Transitions
    from bandit.settings import MemorySettings
    from bandit.task.state import AskState, TaskState

FIRST, MORE, BY_GOLD = DecisionReason.FIRST, DecisionReason.MORE, DecisionReason.GOLD


class TaskInputs:
    """Takes in events about tasks, each checked before it changes anything.

    `counters` counts events that were ignored or refused, by why.
    """

    def __init__(
        self,
        memory: MemorySettings,
        arms: Arms,
        transitions: Transitions,
        controls: Mapping[str, Control],
        counters: Counter[str],
    ) -> None:
        self._memory = memory
        self._arms = arms
        self._transitions = transitions
        self._controls = controls
        self._counters = counters

    def receive(
        self, desk: Desk, event: Task | Label | Decline | Gold | Prediction
    ) -> list[Output]:
        """Return what follows from `event`.

        Raises
        ------
        EventError
            If it breaks a rule; nothing has changed then.
        """
        match event:
            case Label():
                return self._label(desk, event)
            case Task():
                return self._task(desk, event)
            case Prediction():
                why = take_prediction(desk, event, self._memory, self._transitions)
                return [] if why is None else self._ignored(why)
            case Gold():
                return self._gold(desk, event)
            case Decline():
                return self._decline(desk, event)

    def refused(self, error: EventError, now: float | None) -> DeadLetter:
        """Return the dead letter of an event that broke a rule."""
        self._counters[error.rule] += 1
        return DeadLetter(rule=error.rule, message=str(error), at=now)

    def _task(self, desk: Desk, event: Task) -> list[Output]:
        checks.task(event)
        as_sent, event = event, reduced(event)
        known = desk.task(event.task)
        if known is not None:
            if known.task in (event, as_sent):  # releases before kept tasks as they were sent
                return self._ignored("repeated_task")
            others = [
                name
                for name in event.__struct_fields__
                if getattr(event, name) != getattr(known.task, name)
            ]
            msg = (
                f"task {event.task!r}: a different task of this id is known, with other"
                f" {', '.join(others)}; what is known can't be changed: send another task under"
                " another id"
            )
            raise EventError("contradicts", msg)
        check_room(desk.state, event)
        gold = desk.take_gold(event.task)
        state = self._transitions.open(desk, event)
        self._arms.assign(state, event)
        unfit: list[tuple[Gold | Prediction, EventError]] = []
        unfit += adopt_held(desk, state, self._transitions)
        if gold is not None:
            try:
                checks.gold(gold, state)
                self._transitions.truth(state, gold)
            except EventError as error:  # the gold is at fault, not the task
                unfit.append((gold, error))
        for _, refusal in unfit:
            self._counters[refusal.rule] += 1
        out: list[Output] = [not_fitting(held, error, desk.state.now) for held, error in unfit]
        return out + self._arms.decide(desk, state, FIRST)

    def _label(self, desk: Desk, event: Label) -> list[Output]:
        state, ask = checks.asked(event, desk.task(event.task))
        if ask.label == event:
            return self._ignored("repeated_label")
        checks.label(event, state, ask)
        try:
            checks.labeler(event, state, ask)
        except EventError as error:
            return self._repeat_labeler(desk, state, ask, event, error)
        shadow = in_force(self._controls, state.task.project).shadow
        shadowed = event.labeler in shadow and not ask.is_expert
        if self._transitions.label(desk, state, ask, event, shadowed=shadowed):
            self._counters["late_label"] += 1
        usual = ask.signals.get(USUAL)  # asks of earlier releases have none
        ended_at = ask.believed(event.at, desk.state.now)
        delay_s, brain = ended_at - ask.at, self._arms.of(state).brain
        of = state.task.project, ask.pool, event.labeler
        of_task = 0.0 if usual is None else task_signal(ask.quality, usual)
        ask.labeler_signals = brain.labeler_signals(*of, of_task, delay_s, ended_at)
        ask.watched = brain.watched_signals(*of, state.task.features, delay_s, ended_at)
        desk.put(state)
        if ask.is_expert:
            self._arms.audited(state, event)
        if state.verdict is not None:
            return self._arms.revise(desk, state)
        if state.gold is not None:
            return self._arms.decide(desk, state, BY_GOLD)
        go_on = self._arms.go_on if state.waits() else self._arms.decide
        return [*go_on(desk, state, MORE), *self._arms.teach(desk, state)]

    def _repeat_labeler(
        self, desk: Desk, state: TaskState, ask: AskState, event: Label, error: EventError
    ) -> list[Output]:
        """Refuse the second label of a person, and end its ask: whom it was given has answered it.

        It ends as if it had expired, so that the label of another person is paid and counts.
        """
        if ask.status is not WAITING:
            raise error
        at = ask.believed(event.at, desk.state.now)
        letter = self.refused(error, desk.state.now)
        return [letter, *self._arms.give_up(desk, state, ask, EXPIRED, at)]

    def _decline(self, desk: Desk, event: Decline) -> list[Output]:
        state, ask = checks.asked(event, desk.task(event.task))
        checks.decline(event, ask)
        if ask.status is not WAITING:
            return self._ignored("late_decline")
        at = ask.believed(event.at, desk.state.now)
        return self._arms.give_up(desk, state, ask, DECLINED, at)

    def _gold(self, desk: Desk, event: Gold) -> list[Output]:
        checks.gold_alone(event)
        state = desk.task(event.task)
        if state is None:
            is_new = hold_early(desk, event, self._memory)
            return [] if is_new else self._ignored("repeated_gold")
        checks.gold(event, state)
        if state.gold is not None:
            return self._ignored("repeated_gold")
        self._transitions.truth(state, event)
        desk.put(state)
        if state.verdict is not None:
            return self._arms.revise(desk, state)
        return self._arms.decide(desk, state, BY_GOLD)

    def _ignored(self, why: str) -> list[Output]:
        self._counters[why] += 1
        return []
