"""The brain: the state of everything learned, from rewards alone.

Rule 1: only `learn` changes it, so its state is determined by the rewards up to `position`,
whichever process learned them.
Rule 2: of a label it learns the first quality, and gold once more; a reward without a quality
teaches only delay and expiry.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from bandit.learn import saved_brain
from bandit.learn.accuracy import RATE, SESSION, SPEED, TASK, Accuracy, believed
from bandit.learn.calibration import Calibration, logit
from bandit.learn.known_labelers import KnownLabelers
from bandit.learn.pool_quality import PoolQuality, key_of
from bandit.learn.quality import ARGUMENTS
from bandit.learn.track_record import (
    LABELER_DECAY,
    LABELER_STRENGTH,
    POOL_DECAY,
    POOL_STRENGTH,
    START,
    TrackRecord,
)
from bandit.reasons import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature, Reward
    from bandit.settings import Settings

GOLD, EXPIRED = Basis.GOLD.value, Basis.EXPIRED.value


class Brain:
    """The state of learning: quality per pool, accuracy per labeler, calibration per project.

    Examples
    --------
    >>> from bandit.settings import Settings
    >>> brain = Brain(Settings())
    >>> brain.quality("p1", {"lang": "en"}, {"vendor-a": {}})
    {'vendor-a': 0.75}
    >>> Brain.from_bytes(Settings(), brain.to_bytes()).to_bytes() == brain.to_bytes()
    True
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.position = 0
        self.adopted = 0  # times the state was replaced: positions compare only between them
        self._quality = PoolQuality()
        self._accuracy = Accuracy()
        self._pools: dict[str, TrackRecord] = {}
        self._labelers = KnownLabelers(settings.memory)
        self._calibration: dict[str, Calibration] = {}

    # Predictions ----------------------------------------------------------------------------

    def quality(
        self,
        project: str,
        features: Mapping[str, Feature],
        pools: Mapping[str, Mapping[str, float]],
    ) -> dict[str, float]:
        """Return the chance that the next label of each pool is right, given the pools' signals."""
        rates = {pool: self.pool_rate(project, pool) for pool in pools}
        return self._quality.predict(project, features, pools, rates)

    def pool_rate(self, project: str, pool: str) -> float:
        """Return the share of a pool's labels that were right, shrunk towards `START`."""
        return self.pool_record(project, pool).rate(START, POOL_STRENGTH)

    def pool_record(self, project: str, pool: str) -> TrackRecord:
        """Return the track record of a pool in a project; an empty one if there is none."""
        return self._pools.get(key_of(project, pool)) or TrackRecord()

    def labeler_signals(
        self, project: str, pool: str, labeler: str, quality: float, delay_s: float, at: float
    ) -> dict[str, float]:
        """Return the signals of a label that comes `delay_s` after its ask."""
        record = self._labelers.get(key_of(project, labeler))
        usual_s = self.pool_record(project, pool).delay_s(delay_s)
        rate = self.pool_rate(project, pool)
        return {
            RATE: logit(record.rate(rate, LABELER_STRENGTH)),
            TASK: logit(quality) - logit(rate),
            SPEED: max(-2.0, min(2.0, math.log((delay_s + 1.0) / (usual_s + 1.0)))),
            SESSION: min(record.in_session(at), 100) / 100.0,
        }

    def accuracy(
        self,
        project: str,
        pool: str,
        labeler: str,
        signals: Mapping[str, float],
        n_classes: int,
    ) -> float:
        """Return the chance that a label of this labeler with these signals is right."""
        record = self._labelers.get(key_of(project, labeler))
        rate = record.rate(self.pool_rate(project, pool), LABELER_STRENGTH)
        chance = self._accuracy.predict({**signals, RATE: logit(rate)})
        return believed(chance, n_classes, record.golds)

    def calibration(self, project: str) -> Calibration:
        """Return the calibration map of a project."""
        return self._calibration.get(project) or Calibration()

    # Learning -------------------------------------------------------------------------------

    def learn(self, reward: Reward) -> None:
        """Learn from the next reward of the log."""
        self.position += 1
        key = key_of(reward.project, reward.pool)
        pool = self._pools.setdefault(key, TrackRecord())
        if reward.revision == 0:
            pool.asked(POOL_DECAY, expired=reward.basis == EXPIRED)
        if reward.labeler is None or reward.answer is None:
            return
        labeler = self._labelers.seen(
            key_of(reward.project, reward.labeler), reward.at, self.position
        )
        gold = reward.basis == GOLD
        if reward.delay_s is not None and reward.previous_basis in {None, EXPIRED}:
            labeler.answer(reward.decided_at + reward.delay_s, reward.delay_s, LABELER_DECAY)
            pool.answer(reward.decided_at + reward.delay_s, reward.delay_s, POOL_DECAY)
        if reward.quality is None:
            return
        right = reward.quality if gold else self._right(reward, reward.quality)
        self._quality.learn(reward, right, pool.rate(START, POOL_STRENGTH))
        labeler.judge(right, LABELER_DECAY, gold=gold)
        pool.judge(right, POOL_DECAY, gold=gold)
        self._accuracy.learn(reward.labeler_signals, right)
        if gold and reward.verdict_confidence is not None:
            map_ = self._calibration.setdefault(reward.project, Calibration())
            map_.learn(reward.verdict_confidence, right=reward.verdict_answer == reward.target)

    def _right(self, reward: Reward, agreement: float) -> float:
        """Return the chance that a label is right, given the other labels *and* its labeler.

        `agreement` is the posterior of the answer from the other labels alone. Its mean says how
        sure the others are, not how good this labeler is: with one other labeler who is right 70 %
        of the time, no labeler could exceed 70 %. With this labeler's own accuracy a and the
        agreement t, the E-step of Dawid and Skene (1979) is

            a t / (a t + (1 - a)(1 - t) / (K - 1)).
        """
        n_classes = len(reward.classes)
        accuracy = self.accuracy(
            reward.project,
            reward.pool,
            reward.labeler or "",
            reward.labeler_signals,
            n_classes,
        )
        agreed = accuracy * agreement
        return agreed / (agreed + (1.0 - accuracy) * (1.0 - agreement) / (n_classes - 1))

    # Saving ---------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """Return the state as bytes: the same for the same rewards in order, but for VW's counters.

        Those count predictions too (decision 5); no decision depends on them.
        """
        weights, bias = self._accuracy.state()
        saved = saved_brain.SavedBrain(
            version=saved_brain.VERSION,
            vw_arguments=ARGUMENTS,
            position=self.position,
            quality=self._quality.model.to_bytes(),
            weights=weights,
            bias=bias,
            judged=self._quality.judged,
            pools=self._pools,
            labelers=self._labelers.records(),
            calibration=self._calibration,
            day=self._labelers.day,
            day_began=self._labelers.day_began,
            trust=self._quality.trust,
        )
        return msgspec.json.encode(saved)

    def adopt(self, data: bytes) -> None:
        """Replace the whole state by one that `to_bytes` saved.

        A VW model that was learned with other arguments is dropped: until it has learned anew, the
        pools' track records predict their quality.

        Raises
        ------
        NewerVersion
            If a newer poolwise saved it; nothing has changed then.
        StateError
            If `data` is not a saved brain, or is too old; nothing has changed then.
        """
        saved = saved_brain.read(data)
        same = saved.vw_arguments == ARGUMENTS
        self._quality = (  # all that can fail here
            PoolQuality(saved.quality, saved.judged, saved.trust) if same else PoolQuality()
        )
        self._accuracy = Accuracy(saved.weights, saved.bias)
        self._pools = dict(saved.pools)
        self._labelers = KnownLabelers(
            self._settings.memory, saved.labelers, saved.day, saved.day_began
        )
        self._calibration = dict(saved.calibration)
        self.position = saved.position
        self.adopted += 1

    @classmethod
    def from_bytes(cls, settings: Settings, data: bytes) -> Brain:
        """Return the brain that `to_bytes` saved.

        Raises
        ------
        StateError
            If `data` isn't a brain that this version reads.
        """
        brain = cls(settings)
        brain.adopt(data)
        return brain
