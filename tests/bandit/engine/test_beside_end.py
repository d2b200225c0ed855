"""When a task ends of which several asks are awaited, and when it goes on."""

from __future__ import annotations

import pytest

from bandit.events import Pool
from bandit.settings import PolicySettings, ProjectSettings, Settings
from tests.bandit.engine.test_beside import SLOW, WAITING_COSTS, asks, label, running, verdicts
from tests.bandit.small import DECLINE, TASK, change


def test_a_task_goes_on_while_another_pool_is_worth_asking() -> None:
    other = Pool(pool="b", at=0.0, usd_per_label=1e-4, expected_delay_s=1.0, open=False)
    for is_open in (False, True):
        made = running(SLOW, other, settings=WAITING_COSTS)
        first, second, *_ = asks(made.receive(TASK))
        label(made, first)
        made.receive(change(other, open=is_open))
        assert len(verdicts(label(made, second))) == (not is_open)


def test_a_decline_ends_the_task_where_the_rest_is_not_worth_the_wait() -> None:
    project = ProjectSettings(delay_usd_per_hour=0.15)
    made = running(change(SLOW, usd_per_label=0.05), settings=Settings(project=project))
    sent = asks(made.receive(change(TASK, value_usd=4.0)))
    assert not [one for ask in sent[:2] for one in verdicts(label(made, ask))]
    out = made.receive(change(DECLINE, ask=sent[2].ask))
    (verdict,) = verdicts(out)
    assert (verdict.why, verdict.labels) == ("value", 2)
    assert len(sent) > 3
    assert not asks(out)


def test_a_task_ends_early_though_it_may_have_no_more_asks() -> None:
    for most in (5, 20):
        policy = PolicySettings(max_labels=5, max_asks=most)
        made = running(settings=change(WAITING_COSTS, policy=policy))
        sent = asks(made.receive(TASK))
        assert len(sent) == 5
        label(made, sent[0])
        (verdict,) = verdicts(label(made, sent[1]))
        assert (verdict.why, verdict.labels) == ("value", 2)


@pytest.mark.parametrize("others", [(), (change(SLOW, pool="b"),)])
def test_labels_count_of_a_pool_that_has_become_one_of_experts(others: tuple[Pool, ...]) -> None:
    made = running(SLOW, *others, settings=WAITING_COSTS)
    sent = asks(made.receive(TASK))
    made.receive(change(SLOW, gold=True))
    out = [one for ask in sent for one in label(made, ask)]
    assert verdicts(out)[-1].labels == len(sent)
