"""How good a pool's next label is, in a project: what the model predicts, and the pool's record.

Rule 1: what all projects share is learned as if no project had ways of its own: only every second
label also teaches those, so a new project finds the whole of what is common.
Rule 2: while there is one project, there is one way, and nothing to be misled by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.learn.quality import QualityModel
from bandit.learn.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature, Reward

NOTHING_SAID = Trust()


class PoolQuality:
    """The model, and how far it is believed of each pool in each project.

    Parameters
    ----------
    model
        VW's model as `QualityModel.to_bytes` gave it, or `None` for a new one.
    judged
        Labels that were judged, by `key_of` project and pool.
    trust
        How well the model predicted them, where there is more than one project.

    Examples
    --------
    >>> quality = PoolQuality()
    >>> quality.predict("p1", {"lang": "en"}, {"vendor-a": {}}, {"vendor-a": 0.75})
    {'vendor-a': 0.75}
    """

    def __init__(
        self,
        model: bytes | None = None,
        judged: Mapping[str, int] | None = None,
        trust: Mapping[str, Trust] | None = None,
    ) -> None:
        self.model = QualityModel(model)
        self.judged = dict(judged or {})
        self.trust = dict(trust or {})
        self._projects = {_project(key) for key in self.judged}

    def predict(
        self,
        project: str,
        features: Mapping[str, Feature],
        pools: Mapping[str, Mapping[str, float]],
        rates: Mapping[str, float],
    ) -> dict[str, float]:
        """Chance that the next label of each pool is right, given its signals and its record.

        `rates` are what the records say. Model and record are weighed by how much the pool was
        judged in the project, and by how well either did there.
        """
        keys = {pool: key_of(project, pool) for pool in pools}
        judged = {pool: self.judged.get(key, 0) for pool, key in keys.items()}
        if not any(judged.values()):
            return dict(rates)
        trust = {pool: self.trust.get(key, NOTHING_SAID) for pool, key in keys.items()}
        apart = {pool for pool, found in trust.items() if found.apart}
        return {
            pool: trust[pool].blend(judged[pool], chance, rates[pool])
            for pool, chance in self.model.predict(features, pools, project, apart).items()
        }

    def learn(self, reward: Reward, right: float, rate: float) -> None:
        """Learn that a label was right with chance `right`; its pool's record said `rate`."""
        key = key_of(reward.project, reward.pool)
        judged = self.judged.get(key, 0)
        self.judged[key] = judged + 1
        self._projects.add(reward.project)
        if len(self._projects) == 1:
            self.model.learn(reward.features, reward.pool, reward.signals, right)
            return
        shared, own = self.model.learn_beside(
            reward.project,
            reward.features,
            reward.pool,
            reward.signals,
            right,
            apart=judged % 2 == 1,
        )
        trust = self.trust.setdefault(key, Trust())
        trust.judge(right, shared=shared, own=own, rate=rate)


def key_of(project: str, name: str) -> str:
    """Key of a record: one labeler's record in one project says nothing about another's.

    Examples
    --------
    >>> key_of("cats", "vendor-a")
    '4/cats/vendor-a'
    """
    return f"{len(project)}/{project}/{name}"


def _project(key: str) -> str:
    """Project that a key is of."""
    length, _, rest = key.partition("/")
    return rest[: int(length)]
