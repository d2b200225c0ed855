"""Pool quality: the chance that a pool's next label is right, by the model and the track record.

Rule 1: every label teaches the features that all projects share, and every second one the pool's
features in its project too; so a new project starts from all that is common.
Rule 2: with one project there are only shared features.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bandit.learn.quality import QualityModel
from bandit.learn.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bandit.events import Feature, Reward

NO_TRUST = Trust()
PROGRESS = frozenset({"poolwise.labels", "poolwise.lead", "poolwise.confidence"})
"""Features left out: what labels have said is known to the model of labels."""


class PoolQuality:
    """The quality model, and its weight against the track record by pool and project.

    Parameters
    ----------
    model
        VW's model as `QualityModel.to_bytes` gave it, or `None` for a new one.
    judged
        Labels that were judged, by `key_of` project and pool.
    trust
        How well the model predicted them, if there is more than one project.

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
        self._projects = {parts_of(key)[0] for key in self.judged}

    def forget(self, project: str, keys: Iterable[str]) -> None:
        """Forget how pools of a project were judged; `keys` are its pools'."""
        for key in keys:
            self.judged.pop(key, None)
            self.trust.pop(key, None)
        self._projects.discard(project)

    def predict(
        self,
        project: str,
        features: Mapping[str, Feature],
        pools: Mapping[str, Mapping[str, float]],
        rates: Mapping[str, float],
    ) -> dict[str, float]:
        """Return the chance that the next label of each pool is right.

        `rates` are the chances without the task's features. Model and rate are weighted by the
        number of judged labels of the pool in the project, and by how well each predicted them.
        """
        keys = [key_of(project, pool) for pool in pools]
        judged = [self.judged.get(key, 0) for key in keys]
        if not any(judged):
            return dict(rates)
        trust = [self.trust.get(key, NO_TRUST) for key in keys]
        each = zip(pools, trust, strict=True)
        apart = {pool for pool, gains in each if gains.apart} if self.trust else ()
        chances = self.model.predict(_of_task(features), pools, project, apart)
        return {
            pool: gains.blend(labels, chance, rates[pool])
            for (pool, chance), gains, labels in zip(chances.items(), trust, judged, strict=True)
        }

    def learn(self, reward: Reward, right: float, rate: float) -> None:
        """Learn that a label was right with chance `right`; the track record predicted `rate`."""
        pool = reward.pool or ""  # a label has one
        key = key_of(reward.project, pool)
        judged = self.judged.get(key, 0)
        self.judged[key] = judged + 1
        self._projects.add(reward.project)
        if len(self._projects) == 1:
            self.model.learn(_of_task(reward.features), pool, reward.signals, right)
            return
        shared, own = self.model.learn_beside(
            reward.project,
            _of_task(reward.features),
            pool,
            reward.signals,
            right,
            apart=judged % 2 == 1,
        )
        trust = self.trust.setdefault(key, Trust())
        trust.judge(right, shared=shared, own=own, rate=rate)


def _of_task(features: Mapping[str, Feature]) -> dict[str, Feature]:
    others = dict(features)
    for name in PROGRESS:
        others.pop(name, None)
    return others


@lru_cache(maxsize=65_536)
def key_of(project: str, name: str) -> str:
    """Return the key of a track record: of a labeler or a pool in one project.

    Examples
    --------
    >>> key_of("cats", "vendor-a")
    '4/cats/vendor-a'
    """
    return f"{len(project)}/{project}/{name}"


def parts_of(key: str) -> tuple[str, str]:
    """Return the project and the name of a key.

    Examples
    --------
    >>> parts_of("4/cats/vendor-a")
    ('cats', 'vendor-a')
    """
    length, _, rest = key.partition("/")
    return rest[: int(length)], rest[int(length) + 1 :]
