"""What makes a worker ready: told from what it says of itself, for states that are rare."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from streams.log.log import Place
from streams.monitor.health import Board, Limits

LIMITS = Limits(turn_s=60.0, lag=20, model_age_s=600.0, silence_s=5.0, skew_s=30.0)
HELD = frozenset({Place("tasks", 0), Place("labels", 0)})


@dataclass
class Stated:
    """Something watched that is as it was said to be: ready, unless told otherwise."""

    places: frozenset[Place] = HELD
    behind: dict[Place, int] = field(default_factory=dict)
    loaded: bool = True
    age_s: float | None = 10.0
    unknown: str | None = None
    silent_s: float = 0.0
    learning: bool = False
    skew_s: float | None = None
    last_turn_at: float = field(default_factory=time.monotonic)

    def figures(self) -> dict[str, int]:
        return {}

    def written_by_topic(self) -> dict[str, int]:
        return {}

    def dead_letters_by_rule(self) -> dict[str, int]:
        return {}

    def held(self) -> frozenset[Place]:
        return self.places

    def lag(self) -> dict[Place, int]:
        return self.behind

    def trouble(self) -> str | None:
        return self.unknown

    def heard_at(self) -> float:
        return time.monotonic() - self.silent_s

    def restored(self) -> bool:
        return self.loaded

    def paused(self) -> None:
        return None

    def catching_up(self) -> bool:
        return self.learning

    def clock_skew_s(self) -> float | None:
        return self.skew_s

    def model_age_s(self) -> float | None:
        return self.age_s

    def model_position(self) -> int:
        return 0


NOBODY: frozenset[Place] = frozenset()
REWARDS = Place("rewards", 0)


@pytest.mark.parametrize(
    ("worker", "reasons"),
    [
        (Stated(), set()),
        (Stated(age_s=None), set()),
        (Stated(loaded=False), {"desk"}),
        (Stated(learning=True), {"model"}),
        (Stated(places=NOBODY, behind={}, learning=True), {"model"}),
        (Stated(age_s=601.0), {"model_age"}),
        (Stated(skew_s=-30.0), set()),
        (Stated(skew_s=-31.0), {"clock"}),
        (Stated(behind=dict.fromkeys(HELD, 10)), set()),
        (Stated(behind=dict.fromkeys(HELD, 11)), {"lag"}),
        (
            Stated(behind=dict.fromkeys(HELD, 11), loaded=False, age_s=601.0),
            {"desk", "lag", "model_age"},
        ),
        (Stated(silent_s=4.0), set()),
        (Stated(silent_s=6.0), {"log"}),
        (Stated(unknown="2 commits"), {"log"}),
        (Stated(places=NOBODY, unknown="2 commits"), {"log"}),
        (Stated(places=NOBODY, silent_s=6.0), {"log"}),
        (Stated(places=NOBODY, age_s=601.0), set()),
        (Stated(places=NOBODY, behind={REWARDS: 20}, age_s=None), set()),
        (Stated(places=NOBODY, behind={REWARDS: 21}, age_s=None), {"lag"}),
    ],
    ids=[
        "a follower",
        "one that learns itself",
        "a desk is missing",
        "rewards that were there are to be learned first",
        "the same, before it holds anything",
        "an old model",
        "a clock that is right enough",
        "a clock that is wrong",
        "as much to read as is allowed",
        "more to read, in all",
        "all at once",
        "nothing to do",
        "a silent broker",
        "a commit whose outcome is not known",
        "a recovery, in which nothing is held",
        "nothing held, and a silent broker",
        "nothing held, and an old model",
        "a learner",
        "a learner that is behind",
    ],
)
def test_a_worker_is_ready_unless_there_is_a_reason(worker: Stated, reasons: set[str]) -> None:
    board = Board(LIMITS)
    worker.last_turn_at = time.monotonic()  # it was made when the tests were collected
    board.publish(worker)
    assert set(board.not_ready()) == reasons


def test_trouble_is_told_at_once_and_its_end_too() -> None:
    """However short the time since the last look."""
    board, worker = Board(LIMITS, see_every_s=3600.0), Stated()
    board.publish(worker)
    assert not board.not_ready()
    for worker.unknown, line in (("2 commits", {"log": "2 commits"}), (None, {})):
        board.publish(worker)
        assert board.not_ready() == line


def test_silence_is_told_while_the_loop_waits_for_the_broker() -> None:
    """It can't publish then."""
    board, worker = Board(LIMITS), Stated()
    board.publish(worker)
    worker.silent_s = 6.0
    assert board.not_ready() == {
        "log": "no response from any Kafka broker for 6 s (limit 5 s, half of"
        " log.session_timeout_s): is the broker running?"
    }
