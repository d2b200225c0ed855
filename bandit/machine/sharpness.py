"""Calibration of predictions: sharpness β and doubt λ, found from people's labels and from gold.

    prior(c) = (1 - λ) softmax(β z)(c) + λ / K

(β, λ) is the best of a grid by the discounted sum of log Σ_c prior(c) P(labels | c), where each z
was predicted before its task was learned, plus log λ: one pseudo-observation of a task whose truth
was thought impossible. So overconfidence is found by the labels it failed to foresee, without gold,
and what foresees nothing is tempered to nothing. Tasks count by 1 / the chance that people were
asked.

What errs where people err foresees their labels better than the truth. Only gold tells, so it has
scores of its own, and with κ the share that people's labels count for,

    score(β, λ) = κ people(β, λ) + gold(β, λ) + log λ,

where gold is the sum of w log P(truth | labels): with κ = 1, score is the likelihood of both. The
weight w is 1 / the chance of the audit, times sum(1 / chance) / sum(1 / chance^2): n golds weigh as
much as their effective sample size (Kish 1965). κ is 1, 0.1 or 0.01, whichever foresaw gold best,
each gold judged before it is counted.

Several views of a task are scored: its features alone, those with all predictions that are
believed, and those with the predictions of one source. How well each foresaw gold, given people's
labels, weighs it in the prior (`bandit.machine.mixture`). A source is doubted where gold was
foreseen better without it by `HANDICAP`: then labels share its errors, and count them twice. The
tests need no weights: who is audited depends on what was foreseen and on labels, which are given.

The same grid scores the frequencies of the classes alone. Features that foresee labels no better
tell nothing, and frequencies of classes are the label model's to judge: it alone can tell skewed
classes from skewed labelers. Then the prior is uniform.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bandit.machine.mixture import Mixture, Part, view_weights, without_negligible
from bandit.machine.sharpened import DOUBT, SHARPNESS
from bandit.packed import from_bytes, to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]

PRIOR = np.log(DOUBT)
HALF_LIFE = 300
"""Tasks after which an observation counts half; golds after which a gold does. A longer memory
shows better that errors are rare (150 to 600: .002 to .013 nats), a shorter one sees sooner that
they are not: where the share of right answers falls from .995 to .8, the prior follows within 1.3
half-lives."""
KEEP = 0.5 ** (1.0 / HALF_LIFE)
MARGIN = 2.0
"""Nats by which features must beat frequencies: a factor of seven in likelihood."""
MOST_WEIGHT = 20.0
"""A task counts at most so often: one rare label must not outvote the last hundred."""
MOST_OF_GOLD = 50.0
"""A gold stands for at most so many tasks, as in the model of labels."""
SHARES = np.array([1.0, 0.1, 0.01])
"""κ: what people's labels count for; at 0.01, some five tasks."""
HANDICAP = 4.6
"""Nats against a smaller κ, and against doubt: if what a source adds to labels is right, it is ever
doubted with a chance of at most 1 in 100, however many golds come (Ville 1939)."""
BEFORE = np.array([0.0, -HANDICAP, -HANDICAP])
CELLS = (len(SHARPNESS), len(DOUBT))
FEATURES, FREQUENCIES, BELIEVED, OF_ONE = range(4)
"""Numbers of the views. The last two, and those of further sources, come with the first source."""


class Sharpness:
    """Scores of the grid for each view of the tasks.

    `people` and `gold` are in nats, shape (views, β, λ). `foresaw` is how well gold was foreseen
    with each κ, shape (views, κ); `beside` the same with the best one, of tasks that people
    labeled, shape (views,). `weights` are the sums of 1 / chance of the golds, and of its square.

    Examples
    --------
    >>> from bandit.machine.sharpened import Sharpened
    >>> scores = Sharpness()
    >>> scores.is_informative, scores.mixture.prior(np.array([[3.0, 0.0]])).tolist()
    (False, [0.5, 0.5])
    >>> task = Sharpened(np.array([[[3.0, 0.0]], [[0.0, 0.0]]]))
    >>> labels = task.nats(np.array([[0.8, 0.2]]))
    >>> for _ in range(50):
    ...     gains = scores.learn(labels, np.ones(1))
    >>> scores.is_informative, scores.mixture.prior(np.array([[3.0, 0.0]])).round(3).tolist()
    (True, [0.98, 0.02])
    >>> truth = task.nats(np.array([[0, 1]]))
    >>> for _ in range(30):
    ...     gains = scores.learn_gold(truth, np.array([False]), np.array([20.0]))
    >>> scores.is_informative
    False
    """

    def __init__(self) -> None:
        views = FREQUENCIES + 1
        nothing = np.zeros((views, *CELLS))
        foresaw = np.zeros((views, len(SHARES)))
        self.restore(nothing, nothing, foresaw, np.zeros(views), np.zeros(2))

    def restore(
        self, people: Floats, gold: Floats, foresaw: Floats, beside: Floats, weights: Floats
    ) -> None:
        """Set the state."""
        self.people, self.gold, self.foresaw, self.beside = people, gold, foresaw, beside
        self.weights = weights
        self._choose()

    def gold_bytes(self) -> bytes:
        """Return what gold has shown, as bytes; none before the first."""
        if not self.weights[0]:
            return b""
        parts = (self.gold, self.foresaw, self.beside, self.weights)
        return b"".join(to_bytes(part) for part in parts)

    @classmethod
    def from_bytes(cls, views: int, people: bytes, gold: bytes) -> Sharpness:
        """Return the scores of so many views, from those of people's labels and of gold.

        Raises
        ------
        StateError
            If they are of another number of views.
        """
        scores = cls()
        cells, k = views * CELLS[0] * CELLS[1], len(SHARES)
        size = cells + views * (k + 1) + 2
        flat = from_bytes(gold, np.float64, size) if gold else np.zeros(size)
        parts = np.split(flat, np.cumsum([cells, views * k, views]))
        of_people = from_bytes(people, np.float64, views, *CELLS)
        of_gold, foresaw = parts[0].reshape(views, *CELLS), parts[1].reshape(views, k)
        scores.restore(of_people, of_gold, foresaw, parts[2], parts[3])
        return scores

    @property
    def views(self) -> int:
        """Number of views."""
        return len(self.people)

    @property
    def is_informative(self) -> bool:
        """Whether any view foresaw labels better than the frequencies of the classes did."""
        return bool(self.mixture.parts)

    def doubted(self, before: Sequence[bool]) -> list[bool]:
        """Return, for each source, whether its predictions are doubted, and if they were `before`.

        What is doubted is believed again only where it foresaw gold better than what replaced it.
        """
        ahead = (self.beside[OF_ONE:] - self.beside[FEATURES]).tolist()
        least = [HANDICAP if was else -HANDICAP for was in before]
        return [one < bound for one, bound in zip(ahead, least, strict=True)]

    def set_view(self, view: int, like: int) -> None:
        """Give a view the scores of another; it is added if there is none of its number."""
        add = max(0, view + 1 - self.views)
        parts = [self.people, self.gold, self.foresaw, self.beside]
        parts = [np.concatenate([part, part[[like] * add]]) for part in parts]
        for part in parts:
            part[view] = part[like]
        people, gold, foresaw, beside = parts
        self.restore(people, gold, foresaw, beside, self.weights)

    def learn(self, nats: Floats, weights: Floats) -> list[float]:
        """Learn how well people's labels were foreseen; return gains over a uniform prior.

        `nats` are of the labels (`Sharpened.nats`), `weights` has the shape (n,). The gains, in
        nats, are of the prior in force.
        """
        gains = self.mixture.gains(nats)
        n = len(weights)
        each = np.minimum(weights, MOST_WEIGHT) * _fades(n)
        self.people = KEEP**n * self.people + _summed(each, nats)
        self._choose()
        return gains

    def learn_gold(self, nats: Floats, are_labeled: Floats, stand_for: Floats) -> list[float]:
        """Learn how well gold was foreseen, given the labels; return gains over a uniform prior.

        `nats` are of labels and truth together, above those of the labels: log P(truth | labels).
        `are_labeled` says which tasks have labels, shape (n,); `stand_for` (n,): 1 / chance of
        audit.
        """
        gains = self.mixture.gains(nats)
        n = len(stand_for)
        found = self._foreseen(nats)
        best = (self.foresaw + BEFORE).argmax(axis=1)
        fade = _fades(n)
        each = fade * np.minimum(stand_for, MOST_OF_GOLD)
        beside = found[np.arange(self.views), :, best] @ (fade * are_labeled)
        self.beside = KEEP**n * self.beside + beside
        self.foresaw = KEEP**n * self.foresaw + fade @ found
        self.gold = KEEP**n * self.gold + _summed(each, nats)
        self.weights = KEEP**n * self.weights + np.array([each.sum(), each @ (each / fade)])
        self._choose()
        return gains

    def usual_weight(self) -> float:
        """Return what a gold stands for that weighs 1: the weight of one of unknown chance."""
        first, second = self.weights
        return float(second / first) if first else 1.0

    def _foreseen(self, nats: Floats) -> Floats:
        """Return how well each κ foresaw golds, the mean over β and λ: shape (views, n, κ)."""
        scores = self._scores(self.people[:, None], self.gold[:, None], SHARES[:, None, None])
        chances = np.exp(scores - scores.max(axis=(2, 3), keepdims=True))
        chances /= chances.sum(axis=(2, 3), keepdims=True)
        found: Floats = np.log(np.einsum("vkbl,vnbl->vnk", chances, np.exp(nats)))
        return found

    def _scores(self, people: Floats, gold: Floats, share: Floats | float) -> Floats:
        scores: Floats = share * people + self._effective * gold + PRIOR
        return scores

    def _choose(self) -> None:
        first, second = self.weights
        self._effective = first / second if second else 0.0
        of_views = [1.0]  # without predictions, there are features alone
        if self.views > BELIEVED:
            weights = view_weights(self.beside[BELIEVED:] - self.beside[FEATURES])
            of_views = without_negligible(weights).tolist()
        views = [FEATURES, *range(BELIEVED, self.views)]
        parts = [self._part(*of) for of in zip(views, of_views, strict=True)]
        self.mixture = Mixture([part for part in parts if part is not None])

    def _part(self, view: int, weight: float) -> Part | None:
        """Return what a view adds to the mixture, with the best cell: nothing if it is weak."""
        if not weight:
            return None
        share = SHARES[(self.foresaw[view] + BEFORE).argmax()]
        known = self._scores(self.people, self.gold, share)
        cell = divmod(int(known[view].argmax()), len(DOUBT))
        is_weak = known[view][cell] <= known[FREQUENCIES].max() + MARGIN
        return None if is_weak else Part(view, weight, cell)


@lru_cache(maxsize=256)
def _fades(n: int) -> Floats:
    """Return the factors on n observations, the newest last: shape (n,)."""
    fades: Floats = KEEP ** np.arange(n - 1, -1, -1)
    return fades


def _summed(weights: Floats, nats: Floats) -> Floats:
    """Return the weighted sum over tasks: shape (views, β, λ)."""
    views, n = nats.shape[:2]
    summed: Floats = weights @ nats.reshape(views, n, -1)
    return summed.reshape(views, *CELLS)
