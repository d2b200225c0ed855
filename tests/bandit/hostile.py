"""Hostile event lists for Hypothesis: sensible moves mixed with every kind of nonsense.

A move is played against a running engine, so that it can name asks that were really made; what was
fed is kept, so that other engines can be fed the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import Ask, Control, Decline, Gold, Label, Pool, Prediction, Reward, Task, Tick
from bandit.experiment_settings import ArmSettings, ExperimentSettings
from bandit.learn.brain import Brain
from bandit.settings import (
    AuditSettings,
    ClockSettings,
    MemorySettings,
    PolicySettings,
    ProjectSettings,
    Settings,
)
from tests.bandit.ledger import Ledger
from tests.bandit.market import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Input, Output

Move = tuple[Any, ...]

TASKS = ("t1", "t2", "t3", "t|4: \N{OCTOPUS}")
POOLS = ("a", "b", "a|b", "a b", "stop", "", "x" * 300, "\N{OCTOPUS}")
GOLD_POOLS = ("experts", "7", "007")
LABELERS = ("w1", "w2", "w3", "w\n4", "", "\0")
CLASSES = (("yes", "no"), ("yes", "no", "?"), ("k0", "k1", "k2", "k3", "k4", "k5"), ("yes", "yes"))
NUMBERS = (0.0, -1.0, 1e300, -1e300, 5e-324, float("nan"), float("inf"), 0.03)
JUMPS = (0.0, 1.0, 30.0, 61.0, 600.0, 3600.0, 4000.0, 90_000.0, -10.0, 1e300, float("nan"))

numbers = st.one_of(st.none(), st.sampled_from(NUMBERS), st.floats())
small = st.integers(0, 30)
texts = st.text(max_size=6).filter(lambda text: text.isprintable() or text.isascii())

wide = st.one_of(
    st.lists(st.sampled_from((0.0, -1.0, 1e11, 1e13, float("nan"))), max_size=80).map(tuple),
    st.just("a text that is longer than any category " * 3),
)

moves: st.SearchStrategy[Move] = st.one_of(
    st.tuples(
        st.just("pool"),
        st.sampled_from(POOLS),
        st.sampled_from((0.0, 0.02, 0.05, -1.0, 1e300)),
        st.sampled_from((None, None, 0.0, 1.0, 30.0, 1e300)),
        st.sampled_from((20.0, 60.0, 900.0, 1e300, 1e-9)),
        st.booleans(),
        st.sampled_from((1, 3, 9, 0)),
    ),
    st.tuples(
        st.just("experts"), st.sampled_from(GOLD_POOLS), st.sampled_from((None, 0.0, 20.0, 3600.0))
    ),
    st.tuples(
        st.just("task"),
        st.sampled_from(TASKS),
        st.sampled_from(CLASSES),
        st.dictionaries(texts, st.one_of(st.sampled_from(NUMBERS), texts, wide), max_size=2),
        st.sampled_from((None, None, 0.0, 50.0, 5000.0, 1e300)),
        numbers,
        st.sampled_from((None, 0.5, 0.95, 1.0)),
    ),
    st.tuples(st.just("answer"), small, st.sampled_from(LABELERS), small, numbers),
    st.tuples(st.just("answer"), small, st.sampled_from(LABELERS[:4]), small, st.none()),
    st.tuples(st.just("decline"), small),
    st.tuples(st.just("gold"), st.sampled_from(TASKS), st.sampled_from(("yes", "no", "k5", "zz"))),
    st.tuples(
        st.just("prediction"),
        st.sampled_from(TASKS),
        st.sampled_from(("model", "judge", "", "x" * 300)),
        st.sampled_from(({"yes": 1.0}, {"yes": 0.5, "no": 0.5}, {"zz": 1.0}, {"k5": 1.0}, {}))
        | st.dictionaries(st.sampled_from(("yes", "no", "k5")), st.sampled_from(NUMBERS)),
    ),
    st.tuples(st.just("tick"), st.sampled_from(JUMPS)),
    st.tuples(st.just("tick"), st.sampled_from(JUMPS[1:6])),
    st.tuples(st.just("again"), small),
    st.tuples(
        st.just("label"),
        st.sampled_from(TASKS),
        st.integers(-2, 6),
        st.sampled_from(POOLS),
        st.sampled_from(LABELERS),
        texts,
        numbers,
    ),
    st.tuples(st.just("learn")),
    st.tuples(
        st.just("control"),
        st.booleans(),
        st.sampled_from((None, None, "a", "b", "experts", "nobody")),
        st.sampled_from((None, None, 0.0, 0.1, 0.3)),
    ),
    st.tuples(st.just("control"), st.just(False), st.none(), st.none()),
    st.tuples(st.just("shadow"), st.sampled_from((("w1",), ("w1", "w2"), ("",)))),
)

opening: tuple[Move, ...] = (
    ("pool", "a", 0.05, None, 60.0, True, 3),
    ("pool", "b", 0.02, 30.0, 60.0, True, 1),
    ("experts", "experts", None),
    ("task", "t1", ("yes", "no"), {}, None, None, None),
)
plays = st.one_of(st.lists(moves, max_size=12), st.lists(moves, min_size=20, max_size=40)).map(
    lambda some: (*opening, *some)
)

TEST = ExperimentSettings(
    name="x",
    arms={
        "control": ArmSettings(share=0.4),
        "few": ArmSettings(share=0.3, max_labels=2, stop_floor=0.2),
        "cheap": ArmSettings(share=0.3, name="cheapest", labels_per_task=1, own_brain=False),
    },
)

settings_of = st.builds(
    lambda name, explorer, escalate, share, remember, closed, least, most, test, delay: Settings(
        experiment=test,
        project=ProjectSettings(delay_usd_per_hour=delay),
        policy=PolicySettings(
            name=name,
            explorer=explorer,
            escalate=escalate,
            pool="a",
            min_labels=least,
            max_labels=most,
            max_asks=8,
        ),
        audit=AuditSettings(share=share),
        clock=ClockSettings(confirmations=2),
        memory=MemorySettings(
            remember_closed_s=remember, max_closed=closed, gold_waits_s=100.0, max_waiting_gold=2
        ),
    ),
    st.sampled_from(("value", "value", "uniform", "fixed", "cheapest", "best_known")),
    st.just("inverse_gap"),
    st.booleans(),
    st.sampled_from((0.02, 1.0)),
    st.sampled_from((0.0, 100.0, 1e6)),
    st.sampled_from((0, 1, 3, 200_000)),
    st.integers(1, 2),
    st.integers(2, 5),
    st.sampled_from((None, None, TEST)),
    st.sampled_from((0.0, 6.0)),
)


class Play:
    """One engine, the moves played against it, and the ledger that checks every step."""

    def __init__(self, settings: Settings, brain: Brain | None = None) -> None:
        self.engine = Engine(settings, brain or Brain(settings))
        self.history = History()
        self._ledger = Ledger(self.engine)
        self._asks: list[Ask] = []
        self._pending: list[Reward] = []

    def play(self, some: Sequence[Move]) -> History:
        """Play moves, one after the other."""
        for move in some:
            if move[0] == "learn":
                self.learn()
            elif (event := self._event(move)) is not None:
                self.feed(event)
        return self.history

    def feed(self, event: Input | Reward) -> list[Output]:
        """Feed one event and check what comes of it."""
        out = self.engine.receive(event)
        self.history.received.append(event)
        self.history.outputs.append(out)
        self._ledger.receive(event, out)
        for came in out:
            if isinstance(came, Ask):
                self._asks.append(came)
            elif isinstance(came, Reward):
                self._pending.append(came)
        return out

    def learn(self) -> None:
        """Feed the rewards that have not been fed back yet."""
        pending, self._pending = self._pending, []
        for reward in pending:
            self.feed(reward)

    def finish(self) -> None:
        """Let all end: gold for what is open, then time for what is awaited."""
        for ask in self._asks:
            self.feed(Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=0.0))
        for task in TASKS:
            state = self._desk.task(task)
            if state is not None and state.verdict is None:
                self.feed(Gold(task=task, answer=state.task.classes[0], at=0.0))
        for _ in range(400):
            self.feed(Tick(at=self._now + 3600.0))
            if not self.engine.open_asks():
                break
        self.learn()
        self._ledger.close()

    @property
    def _desk(self) -> Any:
        return self.engine._desks.of(0)

    @property
    def _now(self) -> float:
        now: float | None = self._desk.state.now
        return 0.0 if now is None else now

    def _event(self, move: Move) -> Input | None:
        match move:
            case ("pool", name, usd, capacity, timeout_s, is_open, at_once):
                return Pool(
                    pool=name,
                    at=0.0,
                    usd_per_label=usd,
                    capacity_per_hour=capacity,
                    ask_timeout_s=timeout_s,
                    open=is_open,
                    asks_per_task=at_once,
                )
            case ("experts", name, capacity):
                return Pool(
                    pool=name,
                    at=0.0,
                    usd_per_label=0.5,
                    capacity_per_hour=capacity,
                    ask_timeout_s=5000.0,
                    gold=True,
                )
            case ("task", name, classes, features, deadline_s, value_usd, target):
                return Task(
                    task=name,
                    project="p",
                    at=self._now,
                    classes=classes,
                    features=features,
                    deadline_at=None if deadline_s is None else self._now + deadline_s,
                    value_usd=value_usd,
                    target_accuracy=target,
                )
            case ("control", paused, pin, usd_per_day):
                return Control(
                    at=0.0, project="p", paused=paused, pool=pin, usd_per_day=usd_per_day
                )
            case ("shadow", shadow):
                return Control(at=0.0, project="p", shadow=shadow)
            case ("gold", name, answer):
                return Gold(task=name, answer=answer, at=self._now)
            case ("prediction", name, source, chances):
                return Prediction(task=name, source=source, chances=chances, at=self._now)
            case ("tick", jump):
                return Tick(at=self._now + jump)
            case ("label", name, number, of_pool, labeler, answer, at):
                return Label(
                    label="l",
                    task=name,
                    ask=number,
                    pool=of_pool,
                    labeler=labeler,
                    answer=answer,
                    at=0.0 if at is None else at,
                )
            case ("again", number):
                received = [one for one in self.history.received if not isinstance(one, Reward)]
                again: Input = received[number % len(received)]
                return None if isinstance(again, Tick) else again
            case _:
                return self._reply(move)

    def _reply(self, move: Move) -> Input | None:
        """An answer or a decline to an ask that was made."""
        if not self._asks:
            return None
        ask = self._asks[-1 - move[1] % len(self._asks)]
        if move[0] == "decline":
            return Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=self._now)
        _, _, labeler, answer, usd = move
        return Label(
            label=f"{ask.task}/{ask.ask}/{labeler}",
            task=ask.task,
            ask=ask.ask,
            pool=ask.pool,
            labeler=labeler,
            answer=ask.classes[answer % len(ask.classes)],
            at=self._now,
            usd=usd,
        )
