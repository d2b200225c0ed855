"""Surprise by people's labels: whether the features changed their meaning.

Of each task, the gain g = log(Σ_c prior(c) P(labels | c) / mean_c P(labels | c)) is what the prior
foresaw beyond a uniform one, in nats. If the prior is right, the mean of exp(-g) is 1, so

    evidence <- max(0, evidence - g)

is an e-detector (CUSUM; Shin, Ramdas and Rinaldo 2022, arXiv:2203.03532): until it reaches `ALARM`,
exp(`ALARM`) tasks pass on average at least, while a wrong prior reaches it in 10 to 30. The change
is dated to the last task at which the evidence was 0.
"""

from __future__ import annotations

import msgspec

ALARM = 13.8
"""Evidence in nats: a false alarm in a million tasks, if the prior is right."""
RECENT, USUAL = 0.5 ** (1 / 50), 0.5 ** (1 / 500)
"""Factors on the past: half-lives of 50 and 500 tasks."""


class Surprise(msgspec.Struct):
    """Gains of the prior over a uniform one, and the evidence that the features changed meaning.

    Examples
    --------
    >>> surprise = Surprise()
    >>> [surprise.learn(0.9) for _ in range(300)].count(True)
    0
    >>> [surprise.learn(-1.5) for _ in range(10)].index(True), surprise.since
    (9, 10)
    >>> round(surprise.usual_nats, 2), round(surprise.recent_nats, 2)
    (0.81, 0.59)
    """

    tasks: int = 0
    recent: float = 0.0
    recent_weight: float = 0.0
    usual: float = 0.0
    usual_weight: float = 0.0
    evidence: float = 0.0
    since: int = 0
    alarms: int = 0
    alarm_at: int = 0

    @property
    def recent_nats(self) -> float | None:
        """Mean gain of a task over about the last 50; `None` before the first task."""
        return self.recent / self.recent_weight if self.tasks else None

    @property
    def usual_nats(self) -> float | None:
        """Mean gain of a task over about the last 500; `None` before the first task."""
        return self.usual / self.usual_weight if self.tasks else None

    def learn(self, gain: float) -> bool:
        """Learn the gain of a task; return whether it makes an alarm.

        After one, `since` is the number of tasks since the change; call `forget` then.
        """
        self.tasks += 1
        self.recent = RECENT * self.recent + gain
        self.recent_weight = RECENT * self.recent_weight + 1.0
        self.usual = USUAL * self.usual + gain
        self.usual_weight = USUAL * self.usual_weight + 1.0
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
