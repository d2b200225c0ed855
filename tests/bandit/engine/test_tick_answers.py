"""The engine's answer to a tick: what follows, whether it was believed, and why not."""

from __future__ import annotations

import pytest

from bandit.events import DeadLetter, Tick
from bandit.reasons import TickDoubt
from tests.bandit.small import TASK, engine, kinds

CASES: tuple[tuple[float, float | None, bool, TickDoubt | None], ...] = (
    (60.0, None, True, None),
    (60.0, 61.0, True, None),
    (-1.0, None, False, TickDoubt.BACK),
    (90_000.0, None, False, TickDoubt.AHEAD),
    (90_000.0, 89_999.0, True, None),
    (60.0, 500.0, False, TickDoubt.SKEW),
    (1e300, None, False, None),
    (float("nan"), None, False, None),
)


@pytest.mark.parametrize(("at", "logged_at", "is_believed", "doubt"), CASES)
def test_an_answer_says_whether_the_time_was_set_and_why_not(
    at: float, logged_at: float | None, is_believed: bool, doubt: TickDoubt | None
) -> None:
    made = engine()
    answer = made.tick(Tick(at=at), logged_at=logged_at)
    assert (answer.is_believed, answer.doubt) == (is_believed, doubt)
    assert (made.now(0) == at) == is_believed
    letters = [output for output in answer.outputs if isinstance(output, DeadLetter)]
    assert [letter.message for letter in letters] == ([] if is_believed else [answer.message])
    if doubt is not None:
        assert letters[0].rule == doubt


def test_a_tick_gives_the_same_by_both_doors() -> None:
    by_tick, by_receive = engine(TASK), engine(TASK)
    for at in (30.0, 60.0, 61.0, 20.0):
        outputs = by_tick.tick(Tick(at=at)).outputs
        assert outputs == by_receive.receive(Tick(at=at))
        if at == 60.0:
            assert kinds(outputs) == ["Reward", "Decision", "Ask"]
    assert by_tick.changes() == by_receive.changes()
