"""One number per labeler, as the engine of version 0 had it: the baseline of the model of labels.

A labeler's rate is a decayed share of labels judged right by the other labels of the task and the
labeler's own rate, shrunk to the pool's, which is shrunk to `START`; learned when a task closes.
Without gold a rate stays above chance.
"""

from __future__ import annotations

from bench.consensus.models.simple_votes import SimpleVotes

START, POOL_STRENGTH, LABELER_STRENGTH = 0.75, 20.0, 8.0
LABELER_DECAY, POOL_DECAY = 0.995, 0.999
ABOVE_CHANCE, MOST, GOLD_NEEDED = 0.02, 0.99, 5


class OneCoin(SimpleVotes):
    """Posterior by one coin per labeler; what it knows of labelers comes from closed tasks."""

    def __init__(self, classes: int, pools: int) -> None:
        super().__init__(classes, pools)
        self._of_pool = [[0.0, 0.0] for _ in range(pools)]
        self._of_labeler: dict[int, list[float]] = {}
        self._golds: dict[int, int] = {}

    def _rate(self, labeler: int, pool: int) -> float:
        right, total = self._of_pool[pool]
        towards = (right + POOL_STRENGTH * START) / (total + POOL_STRENGTH)
        right, total = self._of_labeler.get(labeler, (0.0, 0.0))
        return (right + LABELER_STRENGTH * towards) / (total + LABELER_STRENGTH)

    def accuracy(self, labeler: int, pool: int) -> float:
        trusted = self._golds.get(labeler, 0) >= GOLD_NEEDED
        least = 0.01 if trusted else 1.0 / self.classes + ABOVE_CHANCE
        return min(max(self._rate(labeler, pool), least), MOST)

    def close(self, task: int) -> None:
        super().close(task)
        votes = self.votes[task]
        judged = []
        for i, (labeler, pool, answer) in enumerate(votes):
            others = votes[:i] + votes[i + 1 :]
            if others:
                judged.append((labeler, pool, self._right(labeler, pool, answer, others)))
        for labeler, pool, right in judged:
            self._judge(labeler, pool, right)

    def _right(
        self, labeler: int, pool: int, answer: int, others: list[tuple[int, int, int]]
    ) -> float:
        """Chance that a label is right, by the others and its labeler's own rate."""
        agreed, own = float(self.chances(others)[answer]), self.accuracy(labeler, pool)
        wrong = (1.0 - agreed) * (1.0 - own) / (self.classes - 1)
        return agreed * own / (agreed * own + wrong)

    def _judge(self, labeler: int, pool: int, right: float) -> None:
        for record, decay in (
            (self._of_labeler.setdefault(labeler, [0.0, 0.0]), LABELER_DECAY),
            (self._of_pool[pool], POOL_DECAY),
        ):
            record[0] = record[0] * decay + right
            record[1] = record[1] * decay + 1.0

    def gold(self, task: int, answer: int) -> None:
        super().gold(task, answer)
        for labeler, pool, said in self.votes[task]:
            self._judge(labeler, pool, float(said == answer))
            self._golds[labeler] = self._golds.get(labeler, 0) + 1
