"""A judgement is as bad as the worst check behind it, and gives the reasons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replay.checks.check_result import CheckResult, Grade
from replay.results.judgement import Judgement, VerdictStatus

texts = st.text("abc; :", min_size=1, max_size=6)
checks = st.lists(st.builds(CheckResult, texts, st.sampled_from(Grade), texts), max_size=6)
RANK = [VerdictStatus.GOOD, VerdictStatus.WEAK, VerdictStatus.CANNOT_ANSWER]
WORST = dict(zip(Grade, RANK, strict=True))


@given(checks)
def test_the_status_is_that_of_the_worst_check(results: list[CheckResult]) -> None:
    judgement = Judgement.of(results)
    ranks = [RANK.index(WORST[check.verdict]) for check in results]
    assert RANK.index(judgement.status) == max(ranks, default=0)
    assert judgement.refused == any(check.verdict is Grade.BROKEN for check in results)
    assert judgement.findings == tuple(results)


@given(checks)
def test_a_refusal_gives_one_reason_and_a_weak_log_all_of_them(results: list[CheckResult]) -> None:
    judgement = Judgement.of(results)
    for grade, status in WORST.items():
        if judgement.status is status:
            reasons = [check.text for check in results if check.verdict is grade]
    match judgement.status:
        case VerdictStatus.GOOD:
            assert judgement.reasons == ()
        case VerdictStatus.WEAK:
            assert judgement.reasons == tuple(reasons)
        case VerdictStatus.CANNOT_ANSWER:
            assert judgement.reasons == (reasons[0],)


@given(checks)
def test_the_text_is_the_status_and_the_reasons_in_one_line(results: list[CheckResult]) -> None:
    judgement = Judgement.of(results)
    assert judgement.text.startswith(judgement.status)
    assert judgement.text.removeprefix(judgement.status).removeprefix(": ") == judgement.reason
    assert (judgement.text == "good") == (judgement.status is VerdictStatus.GOOD)


@given(checks, checks)
def test_one_more_check_never_makes_a_judgement_better(
    results: list[CheckResult], more: list[CheckResult]
) -> None:
    before, after = Judgement.of(results), Judgement.of([*results, *more])
    assert RANK.index(after.status) >= RANK.index(before.status)


@given(texts)
def test_a_refusal_without_checks_reads_as_one_by_a_broken_check(reason: str) -> None:
    refusal = Judgement.refusal(reason)
    by_check = Judgement.of([CheckResult("any", Grade.BROKEN, reason)])
    assert (refusal.text, refusal.refused) == (by_check.text, True)
    assert refusal.findings == ()
