"""The answer in one sentence, and the word of its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.wording.digits import rounded, with_interval
from replay.report.wording.levels import level_text
from replay.results.estimand import ONE_AT_A_TIME
from replay.results.evaluation import Comparison
from replay.runtime.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.results.evaluation import Difference, Estimate, Evaluation

UNSURE, REFUSED = "no detectable difference", "cannot answer"


def question(targets: Sequence[str], estimands: Sequence[str] = ()) -> str:
    """Ask what the targets would have earned.

    Examples
    --------
    >>> question(["uniform", "greedy", "always:a"])
    'What would uniform, greedy and always:a have earned?'
    >>> question(["greedy"], ["single_task"])
    'What would greedy have earned, deciding one task at a time?'
    """
    how = [ONE_AT_A_TIME[estimand] for estimand in estimands if estimand in ONE_AT_A_TIME]
    return f"What would {listed(targets)} have earned{f', {how[0]}' if how else ''}?"


def sentence(answer: Evaluation) -> str:
    """Say what the target would have earned and how that compares, or why the log can't say.

    Examples
    --------
    >>> from replay.stats.weight_stats import WeightSums
    >>> from replay.results.evaluation import Estimate, Evaluation
    >>> from replay.results.judgement import Judgement
    >>> mean = Estimate("mean of the log", 0.0034, 0.0025, 0.0047, 0.95, "Wilson")
    >>> dr = Estimate("DR", 0.0029, 0.0012, 0.0061, 0.95, "Wilson")
    >>> gain = Estimate("DR", -0.0005, -0.002, 0.001, 0.95, "Student")
    >>> found = WeightSums().diagnostics()
    >>> answer = Evaluation(9, "row", mean, "uniform", (dr,), found, Judgement(), "DR", gain=gain)
    >>> for part in sentence(answer).split(", "):
    ...     print(part)
    uniform would have earned 0.0029 per row (95 % interval 0.0012 to 0.0061)
    0.0005 less than was logged (difference -0.0020 to 0.0010): no detectable difference.
    """
    estimate = answer.estimate
    how = ONE_AT_A_TIME.get(answer.estimand, "")
    if answer.refused:
        asked = f"{answer.target} would have earned{f', {how}' if how else ''}"
        return f"This log can't say what {asked}: {reason(answer)}."
    if estimate is None or estimate.value is None:
        return f"There is no estimate of what {answer.target} would have earned."
    if answer.money is not None:
        return f"{answer.money.headline}."
    value, low, high = rounded(estimate.value, estimate.low, estimate.high)
    who = f"{how.capitalize()}, {answer.target}" if how else answer.target
    level = answer.logging.level
    # Intervals that hold together for several targets are wider, each by itself.
    joint = "joint " if estimate.level > level else ""
    interval = f"{joint}{level_text(level)} interval {low} to {high}"
    of_what = f"mean of `{answer.reward}`; " if answer.reward else ""
    earned = f"{who} would have earned {value} per {answer.unit} ({of_what}{interval})"
    span = lived(answer)
    return f"{earned}{f' {span}' if span else ''}{_gained(answer.gain)}."


def accuracy_known(answer: Evaluation) -> bool:
    """Whether dollars that rest on accuracy may stand alone; of tables always."""
    return answer.money is None or answer.money.accuracy_known


def lived(answer: Evaluation) -> str:
    """Say which rows a learner's value is the mean of; empty for a target that doesn't learn."""
    learning = answer.learning
    if learning is None or learning.horizon is None:
        return ""
    return f"in its first {learning.horizon:,} accepted {answer.unit}s, {learning.words}"


def differing(difference: Difference) -> str:
    """Say how two targets differ."""
    target, than, estimate = difference.target, difference.than, difference.estimate
    if estimate is None or estimate.value is None:
        return f"{target} can't be compared with {than}: one of them was refused."
    return f"{target} earns {more(estimate, than)}."


def more(estimate: Estimate, than: str) -> str:
    """Say how much more or less than something; the interval has the sign that the words have.

    Examples
    --------
    >>> from replay.results.evaluation import Estimate
    >>> more(Estimate("DR", -0.111, -0.129, -0.093, 0.95, "Student"), "was logged")
    '0.111 less than was logged (0.093 to 0.129)'
    """
    assert estimate.value is not None
    if estimate.low == estimate.high == 0:
        return f"just as much as {than}"
    value, low, high = rounded(estimate.value, estimate.low, estimate.high)
    less = "less" if estimate.value < 0 else "more"
    interval = f"{low} to {high}"
    if estimate.low <= 0 <= estimate.high:
        return f"{value.lstrip('-')} {less} than {than} (difference {interval}): {UNSURE}"
    if estimate.high < 0:
        interval = f"{high.lstrip('-')} to {low.lstrip('-')}"
    return f"{value.lstrip('-')} {less} than {than} ({interval})"


def brief(answer: Evaluation) -> str:
    """Value and interval; the verdict's word where there is none."""
    estimate = answer.estimate
    return str(answer.judgement.status) if estimate is None else with_interval(estimate)


def reason(answer: Evaluation) -> str:
    """Why the verdict isn't good; empty where it is."""
    return answer.judgement.reason


def evaluations(answer: Evaluation | Comparison) -> tuple[Evaluation, ...]:
    """All evaluations in an answer, in order."""
    return answer.evaluations if isinstance(answer, Comparison) else (answer,)


def notes(every: Sequence[Evaluation]) -> list[str]:
    """All notes once, in order."""
    return list(dict.fromkeys(note for answer in every for note in answer.notes))


def _gained(gain: Estimate | None) -> str:
    return "" if gain is None or gain.value is None else f", {more(gain, 'was logged')}"
