"""Recommendation to buy fewer labels of a task, where the last ones hardly change an answer.

A cap of j labels only cuts what the log did short, so what it would have saved is read off the log
without any model of what else would have happened: the price of the labels after the j-th. What it
loses is

    worth × (chance of the final answer − chance of the answer after j labels),

both by the final posterior, which knows all labels. Lost answers may be too rare to be seen, so the
interval is never narrower than if one more or less could be lost. j is chosen on one half of the
tasks and reported on the other, both ways, so that the best of several caps isn't flattered. It is
never below 2: with one label a task, nobody would know any more how good labelers are.

Source: evaluating a rule by truncation needs no propensities, as in Robins, Orellana and Rotnitzky
(2008), Statistics in Medicine 27(23), section 3; cross-fitting, Chernozhukov et al. (2018), The
Econometrics Journal 21(1), section 3.
"""

from __future__ import annotations

import shlex
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

from bandit.counted import counted
from replay.labeling_report.advice.recommendation import LEAST_SHARE, Recommendation
from replay.labeling_report.read.blocks import Blocks
from replay.numerics.amount import Amount
from replay.runtime.text import dollars, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.labeling_report.advice.recommendation import Scale
    from replay.labeling_report.read.closed_task import ClosedTask
    from replay.labeling_report.read.read_tasks import LabelingLog

LEAST_LABELS = 2
VALUE = "value"
CONFIG = "fewer.toml"
NORMAL = 1.96


class Cut(NamedTuple):
    """What a cap changes of one task; `lost` is in chances of a right answer."""

    usd: float = 0.0
    labels: int = 0
    lost: float = 0.0
    worth_usd: float = 0.0
    differs: bool = False

    @property
    def net_usd(self) -> float:
        """What is saved, less what the answers lost are worth."""
        return self.usd - self.lost * self.worth_usd


def fewer_labels(log: LabelingLog, scale: Scale) -> list[Recommendation]:
    """Recommend a cap on labels, if it saves more than it loses."""
    most = max(task.labels for task in log.tasks)
    caps = {cap: [cut(task, cap) for task in log.tasks] for cap in range(LEAST_LABELS, most)}
    if not caps:
        return []
    chosen: list[Cut] = [Cut()] * len(log.tasks)
    for half in (0, 1):
        chosen[half::2] = caps[_best(caps, slice(1 - half, None, 2))][half::2]
    blocks = Blocks.of([(one.usd, one.net_usd, one.lost, 1.0) for one in chosen])
    saved = blocks.next_batch(lambda sums: sums[0])
    worth_usd = max(task.worth_usd for task in log.tasks)
    net = _one_more(blocks.interval(lambda sums: sums[1]), worth_usd)
    if not scale.worth_telling(saved) or net.low <= 0 or net.value < LEAST_SHARE * scale.usd:
        return []
    change = _one_more(blocks.interval(lambda sums: -sums[2] / sums[3]), 1.0 / len(chosen))
    return [_told(log, _best(caps, slice(None)), chosen, saved, net.value, change, scale)]


def cut(task: ClosedTask, cap: int) -> Cut:
    """Cap the labels of a task: stop at its first decision after so many."""
    numbers = [at for at, step in enumerate(task.steps) if step.labels >= cap]
    after = task.steps[numbers[0] :] if numbers else ()
    bought = [step.usd for step in after if step.usd > 0.0]
    if not bought:
        return Cut()
    answer = after[0].answer
    differs = answer != task.answer
    lost = 0.0
    if differs and task.answer is not None:
        lost = task.confidence - task.posterior.get(answer or "", 0.0)
    return Cut(fsum(bought), len(bought), lost, task.worth_usd, differs)


def _best(caps: Mapping[int, Sequence[Cut]], part: slice) -> int:
    """Return the cap with the highest net saving on some of the tasks."""
    nets = {cap: fsum(one.net_usd for one in cuts[part]) for cap, cuts in caps.items()}
    return max(nets, key=lambda cap: (nets[cap], cap))


def _one_more(found: Amount, one: float) -> Amount:
    """Widen an interval as if one answer more or less, of size `one`, could be lost."""
    down, up = ((end - found.value) ** 2 + (NORMAL * one) ** 2 for end in (found.low, found.high))
    return Amount(found.value, found.value - down**0.5, found.value + up**0.5)


def _told(
    log: LabelingLog,
    cap: int,
    chosen: Sequence[Cut],
    saved: Amount,
    net_usd: float,
    change: Amount,
    scale: Scale,
) -> Recommendation:
    labels, bought = sum(one.labels for one in chosen), sum(task.labels for task in log.tasks)
    differing = sum(one.differs for one in chosen) / len(chosen)
    command = ["poolwise", "work", log.for_worker, "--shadow", "--config", CONFIG, "--until-idle"]
    return Recommendation(
        kind="fewer_labels",
        title=f"Buy at most {cap} labels of a task",
        action=(
            f"Set the cap below, or let the policy named {VALUE} decide task by task when the"
            " labels are enough."
        ),
        evidence=(
            f"{counted(labels, 'label')} of {bought:,}, for {dollars(saved.value)}, came after"
            f" that. Without them {share(differing)} of the answers would be others; by all labels"
            f" together, right answers change by {100 * change.value + 0.0:+.2f} points"
            f" ({100 * change.low:+.2f} to {100 * change.high:+.2f}), worth"
            f" {dollars(max(saved.value - net_usd, 0.0))}, which leaves {dollars(net_usd)}. The cap"
            " was chosen on one half of the tasks and these figures are of the other half, both"
            " ways."
        ),
        verify=shlex.join(command),
        saving_usd=saved.times(scale.factor),
        net_usd=net_usd * scale.factor,
        share=saved.value / scale.usd,
        log_usd=saved.value,
        labels=labels,
        accuracy_change=change,
        cap=cap,
        settings=f"# {CONFIG}\n[policy]\nmax_labels = {cap}\n",
    )
