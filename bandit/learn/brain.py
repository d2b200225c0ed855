"""The brain: the state of everything learned, from rewards alone.

Rule 1: only `learn` changes it, so its state is determined by the rewards up to `position`,
whichever process learned them.
Rule 2: of a label it learns the first quality, and gold once more; a reward without a quality
teaches only delay and expiry, and one of a shadowed labeler only when its label came.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.features.type_pace import TYPE
from bandit.labels.believed import labelers_right, pools_right
from bandit.learn import saved_brain
from bandit.learn.accuracy import RATE, SESSION, SPEED, TASK, Accuracy
from bandit.learn.calibration import logit
from bandit.learn.known_labelers import KnownLabelers
from bandit.learn.known_pools import KnownPools, count_ask
from bandit.learn.known_projects import KnownProjects
from bandit.learn.lessons import GOLD
from bandit.learn.pool_quality import PoolQuality, key_of, parts_of
from bandit.learn.project import EXPIRED, ProjectModel
from bandit.learn.quality import ARGUMENTS
from bandit.learn.track_record import (
    LABELER_DECAY,
    LABELER_STRENGTH,
    POOL_DECAY,
    POOL_STRENGTH,
    START,
    TrackRecord,
)
from bandit.learn.watched import watched_signals
from bandit.reasons import BY_EXPERTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Feature, Reward
    from bandit.learn.project import JudgedLabel
    from bandit.settings import Settings


class Brain:
    """The state of learning: quality per pool, records per labeler, the models of each project.

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
        self.accuracy = Accuracy()
        self._pools = KnownPools()
        self._labelers = KnownLabelers(settings.memory)
        self._projects = KnownProjects(settings.memory, pools=self._pools)
        self._unknown = ProjectModel()  # of any project without rewards: nothing learns from it

    # Predictions ----------------------------------------------------------------------------

    def quality(
        self,
        project: str,
        features: Mapping[str, Feature],
        pools: Mapping[str, Mapping[str, float]],
        rates: Mapping[str, float] | None = None,
    ) -> dict[str, float]:
        """Return the chance that the next label of each pool is right, given the pools' signals.

        `rates` are the chances without the task's features: by default, the pools' records.
        """
        if rates is None:
            rates = {pool: self.pool_rate(project, pool) for pool in pools}
        return self._quality.predict(project, features, pools, rates)

    def pool_rate(self, project: str, pool: str) -> float:
        """Return the share of a pool's labels that were right, shrunk towards `START`."""
        return self.pool_record(project, pool).rate(START, POOL_STRENGTH)

    def pools_right(
        self, project: str, classes: Sequence[str], pools: Sequence[str]
    ) -> dict[str, float]:
        """Return how often the next label of each pool is believed to be right, over all classes.

        By the model of labels, that verdicts rest on.
        """
        return pools_right(self.project(project).labels, classes, pools)

    def labelers_right(
        self, project: str, classes: Sequence[str], labelers: Sequence[str]
    ) -> dict[str, float]:
        """Return the same of labelers, over the classes of their tasks; unknown ones are left out.

        Examples
        --------
        >>> from bandit.settings import Settings
        >>> Brain(Settings()).labelers_right("p1", ("cat", "dog"), ["ann"])
        {}
        """
        return labelers_right(self.project(project).labels, classes, labelers)

    def pool_record(self, project: str, pool: str) -> TrackRecord:
        """Return the track record of a pool in a project; an empty one if there is none."""
        return self._pools.get(project, pool) or TrackRecord()

    def labeler_signals(
        self,
        project: str,
        pool: str,
        labeler: str,
        of_task: float,
        delay_s: float,
        at: float,
    ) -> dict[str, float]:
        """Return the signals of a label that comes `delay_s` after its ask.

        `of_task` is the signal of the task's features.
        """
        record = self._labelers.get(key_of(project, labeler))
        of_pool = self.pool_record(project, pool)
        usual_s, rate = of_pool.delay_s(delay_s), of_pool.rate(START, POOL_STRENGTH)
        return {
            RATE: logit(record.rate(rate, LABELER_STRENGTH)),
            TASK: of_task,
            SPEED: max(-2.0, min(2.0, math.log((delay_s + 1.0) / (usual_s + 1.0)))),
            SESSION: min(record.in_session(at), 100) / 100.0,
        }

    def watched_signals(
        self,
        project: str,
        pool: str,
        labeler: str,
        features: Mapping[str, Feature],
        delay_s: float,
        at: float,
    ) -> dict[str, float]:
        """Return the signals of a label that are logged and that nothing learns from."""
        record = self._labelers.get(key_of(project, labeler))
        return watched_signals(record, self.project(project).paces, features, pool, delay_s, at)

    def project(self, name: str) -> ProjectModel:
        """Return the models of a project, to read only."""
        return self._projects.get(name) or self._unknown

    # Learning -------------------------------------------------------------------------------

    def learn(self, reward: Reward) -> None:
        """Learn from the next reward of the log."""
        self.position += 1
        project = self._projects.seen(reward.project)
        self._forget_projects()
        for judged in project.begin(reward):
            self._judge(judged)
        project.learn_confidence(reward)
        by_experts = reward.why in BY_EXPERTS
        is_first = reward.revision == 0 and reward.ask <= 1 and not by_experts  # or gold alone
        if is_first and not reward.shadowed:
            project.novelty.learn(reward.features)
        if reward.pool is None:  # gold of a task without labels: nobody was asked
            if isinstance(reward.target, str):
                project.learn_truth(reward, reward.target)
            return
        pool = self._pools.seen(reward.project, reward.pool)
        is_new = reward.previous_basis in {None, EXPIRED}
        count_ask(pool, reward, is_new=is_new)
        if reward.labeler is None or reward.answer is None or by_experts:
            return
        if reward.shadowed:
            return
        labeler = self._labelers.seen(
            key_of(reward.project, reward.labeler), reward.at, self.position
        )
        if is_new and reward.delay_s is not None:
            labeler.answer(reward.decided_at + reward.delay_s, reward.delay_s, LABELER_DECAY)
            if TYPE in reward.features:
                project.paces.learn(reward.features, reward.pool, reward.delay_s)
        self._forget_labelers()
        tilt = self.accuracy.tilt(reward.labeler_signals) if is_new else 1.0
        for judged in project.learn_label(reward, labeler, pool, tilt):
            self._judge(judged)

    def _judge(self, judged: JudgedLabel) -> None:
        """Learn the quality of a label, if its reward has one."""
        reward, right = judged.reward, judged.right
        if reward.quality is None or reward.labeler is None or reward.pool is None:
            return
        labeler = self._labelers.get(key_of(reward.project, reward.labeler))
        pool = self._pools.seen(reward.project, reward.pool)
        gold = reward.basis == GOLD
        self._quality.learn(reward, right, pool.rate(START, POOL_STRENGTH))
        self.accuracy.learn(reward.labeler_signals, right)
        labeler.judge(right, LABELER_DECAY, gold=gold)
        pool.judge(right, POOL_DECAY, gold=gold)

    def _forget_projects(self) -> None:
        """Forget the pools of projects that were forgotten."""
        for name in self._projects.forgotten:
            self._quality.forget(name, self._pools.forget(name))
        self._projects.forgotten.clear()

    def _forget_labelers(self) -> None:
        """Forget in the models of labels those labelers who are not remembered any more."""
        for key in self._labelers.forgotten:
            name, labeler = parts_of(key)
            project = self._projects.get(name)
            if project is not None:
                project.labels.forget(labeler)
                self._projects.measure(name)
        self._labelers.forgotten.clear()

    # Saving ---------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """Return the state as bytes: the same for the same rewards in order, but for VW's counters.

        Those count predictions too (decision 5); no decision depends on them.
        """
        weights, bias = self.accuracy.state()
        saved = saved_brain.SavedBrain(
            version=saved_brain.VERSION,
            vw_arguments=ARGUMENTS,
            position=self.position,
            quality=self._quality.model.to_bytes(),
            weights=weights,
            bias=bias,
            judged=self._quality.judged,
            pools=self._pools.records(),
            labelers=self._labelers.records(),
            calibration={},
            day=self._labelers.day,
            day_began=self._labelers.day_began,
            trust=self._quality.trust,
            projects={name: model.saved() for name, model in self._projects.items()},
        )
        return saved_brain.write(saved)

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
        projects = {name: ProjectModel.from_saved(model) for name, model in saved.projects.items()}
        for name, map_ in saved.calibration.items():  # of a release without models of labels
            projects.setdefault(name, ProjectModel()).calibration = map_
        self._quality = (  # all that can fail here
            PoolQuality(saved.quality, saved.judged, saved.trust) if same else PoolQuality()
        )
        self.accuracy = Accuracy(saved.weights, saved.bias)
        self._pools = KnownPools(saved.pools)
        self._labelers = KnownLabelers(
            self._settings.memory, saved.labelers, saved.day, saved.day_began
        )
        self._projects = KnownProjects(self._settings.memory, projects, self._pools)
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
