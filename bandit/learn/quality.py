"""The quality model: the chance that a pool's next label of a task is right.

P(right | task, pool) by logistic regression on task features x pool, learned unweighted: the price
and the reason why a pool was asked stay outside the model. Unweighted learning with prices added
outside earned more of the gap to the best pool than any cost-learning bandit of VW that was tried.

A pool is seen as all projects know it or, where a project is named, with features of its own in
that project besides, crossed with the task's in the same way.
"""

from __future__ import annotations

from functools import lru_cache
from math import log1p
from typing import TYPE_CHECKING

from bandit.learn.vw import Logistic, escape

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from bandit.events import Feature

ARGUMENTS = "-b 18 -q tp --l2 1e-7 --hash all"
"""Without `--hash all` VW takes "007" for "7", and drops control characters around names."""
SURE = 0.02
"""A target within this of 0 or 1 is learned as one example instead of two: half the time."""


class QualityModel:
    """VW's logistic model of P(right | task, pool).

    Examples
    --------
    >>> model = QualityModel()
    >>> for _ in range(30):
    ...     model.learn({"lang": "en"}, "a|b", {}, 1.0)
    ...     model.learn({"lang": "en"}, "c", {}, 0.0)
    >>> chances = model.predict({"lang": "en"}, {"a|b": {}, "c": {}})
    >>> chances["a|b"] > 0.8, chances["c"] < 0.2
    (True, True)
    """

    def __init__(self, model: bytes | None = None) -> None:
        self._vw = Logistic(ARGUMENTS, model)

    def predict(
        self,
        features: Mapping[str, Feature],
        pools: Mapping[str, Mapping[str, float]],
        project: str | None = None,
        apart: Container[str] = (),
    ) -> dict[str, float]:
        """Return for each pool, given its signals, the chance that its label is right.

        Those in `apart` are seen as `project` knows them, the others as all projects do.
        """
        task = _namespace("t", features)
        predict = self._vw.predict
        return {
            pool: predict(
                task + _pool_namespaces(pool, project if pool in apart else None, *signals.items())
            )
            for pool, signals in pools.items()
        }

    def learn(
        self,
        features: Mapping[str, Feature],
        pool: str,
        signals: Mapping[str, float],
        quality: float,
    ) -> None:
        """Learn that a label was right with chance `quality`, of the pool as all know it."""
        self._learn(
            _namespace("t", features) + _pool_namespaces(pool, None, *signals.items()), quality
        )

    def learn_beside(
        self,
        project: str,
        features: Mapping[str, Feature],
        pool: str,
        signals: Mapping[str, float],
        quality: float,
        *,
        apart: bool,
    ) -> tuple[float, float]:
        """Learn it beside other projects, of the pool as all know it or `apart` as `project` does.

        Return the chance that was predicted before: as all know the pool, and as the project does.
        """
        task = _namespace("t", features)
        shared = task + _pool_namespaces(pool, None, *signals.items())
        own = task + _pool_namespaces(pool, project, *signals.items())
        predicted = self._vw.predict(shared), self._vw.predict(own)
        self._learn(own if apart else shared, quality)
        return predicted

    def _learn(self, line: str, quality: float) -> None:
        if quality >= 1.0 - SURE or quality <= SURE:
            self._vw.learn(line, right=quality > 0.5)
            return
        self._vw.learn(line, right=True, weight=quality)
        self._vw.learn(line, right=False, weight=1.0 - quality)

    def to_bytes(self) -> bytes:
        """Return the model as bytes."""
        return self._vw.to_bytes()


@lru_cache(maxsize=65_536)
def _key(name: str) -> str:
    """A feature's name, so that the first `=` after it ends it."""
    return escape(name).replace("=", "%3D")


@lru_cache(maxsize=4096)
def _pool_namespaces(pool: str, project: str | None, *signals: tuple[str, float]) -> str:
    """A pool and its signals; remembered, since most decisions see what the one before saw.

    No escaped name holds `%/`, so no pool's name is taken for that of a pool in a project.
    """
    own = "" if project is None else f"{escape(project)}%/{escape(pool)} "
    return f"|p {escape(pool)} {own}{_namespace('s', dict(signals))}"


def _namespace(name: str, features: Mapping[str, Feature]) -> str:
    """Features as a VW namespace: texts as indicators, numbers as sign(x) * log(1 + |x|).

    People's numbers come on any scale: one of a thousand among ones would rule the model, and
    beyond 1e18 VW learns nothing from an example that holds one.
    """
    parts = [
        f"{_key(key)}={escape(value)}"
        if isinstance(value, str)
        else f"{_key(key)}:{log1p(value) if value >= 0.0 else -log1p(-value):.6g}"
        for key, value in features.items()
    ]
    return f"|{name} {' '.join(parts)} "
