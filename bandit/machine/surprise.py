"""Surprise by people's labels: whether the features changed their meaning.

Of each task, the gain g = log(Σ_c prior(c) P(labels | c) / mean_c P(labels | c)) is what the prior
foresaw beyond a uniform one, in nats. If the prior is right, the mean of exp(-g) is 1, so

    evidence <- max(0, evidence - g)

is an e-detector (CUSUM; Shin, Ramdas and Rinaldo 2022, arXiv:2203.03532): until it reaches `ALARM`,
exp(`ALARM`) tasks pass on average at least, while a wrong prior reaches it in 10 to 30. The change
is dated to the last task at which the evidence was 0. From `CAUTION` on, people are asked about
every task: that costs some labels if it was chance, and avoids many wrong answers if it was a
change. Only labels and gold end it, so it lasts while the machine labeler is frozen.
"""

from __future__ import annotations

import msgspec

ALARM = 13.8
"""Evidence in nats: a false alarm in a million tasks, if the prior is right."""

CAUTION = 4.6
"""Evidence in nats from which no task is answered without people: log of 100."""


class Surprise(msgspec.Struct):
    """Evidence that the features changed meaning, since when, and the alarms that it made.

    Examples
    --------
    >>> surprise = Surprise()
    >>> [surprise.learn(0.9) for _ in range(300)].count(True)
    0
    >>> [surprise.learn(-1.5) for _ in range(4)], surprise.is_cautious
    ([False, False, False, False], True)
    >>> [surprise.learn(-1.5) for _ in range(6)].index(True), surprise.since
    (5, 10)
    """

    tasks: int = 0
    evidence: float = 0.0
    since: int = 0
    alarms: int = 0
    alarm_at: int = 0

    @property
    def is_cautious(self) -> bool:
        """Whether the evidence for a change is such that people are asked about every task."""
        return self.evidence >= CAUTION

    def learn(self, gain: float) -> bool:
        """Learn the gain of a task; return whether it makes an alarm.

        After one, `since` is the number of tasks since the change; call `forget` then.
        """
        self.tasks += 1
        self.evidence -= gain
        self.since += 1
        if self.evidence <= 0.0:
            self.evidence, self.since = 0.0, 0
        return self.evidence >= ALARM

    def forget(self) -> None:
        """Count an alarm, and begin to gather evidence anew."""
        self.alarms += 1
        self.alarm_at = self.tasks
        self.evidence, self.since = 0.0, 0
