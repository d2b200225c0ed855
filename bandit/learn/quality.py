"""The quality model: the chance that a pool's next label of a task is right.

P(right | task, pool) by logistic regression on task features x pool, learned without importance
weights: neither prices nor propensities enter the model. With prices added outside, this closed
more of the gap to the best pool than any cost-sensitive bandit of VW that was tried.

A pool has features that all projects share; where a project is named, it has features of its own in
that project too, crossed with the task's in the same way.
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
"""Without `--hash all` VW reads "007" as "7", and drops control characters around names."""
SURE = 0.02
"""A target within this of 0 or 1 is learned as one example instead of two: in half the time."""


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

        Pools in `apart` have their features in `project`, the others only the shared ones.
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
        """Learn by the shared features that a label was right with chance `quality`."""
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
        """Learn it where there are other projects; if `apart`, with the features in `project`.

        Return the chances predicted before: by the shared features, and with those in the project.
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
    """Return a feature's name, coded so that the first `=` ends it."""
    return escape(name).replace("=", "%3D")


@lru_cache(maxsize=4096)
def _pool_namespaces(pool: str, project: str | None, *signals: tuple[str, float]) -> str:
    """Return a pool and its signals as VW namespaces; cached, since most decisions repeat them.

    No escaped name contains `%/`, so a pool can't be confused with a pool in a project.
    """
    own = "" if project is None else f"{escape(project)}%/{escape(pool)} "
    return f"|p {escape(pool)} {own}{_namespace('s', dict(signals))}"


def _namespace(name: str, features: Mapping[str, Feature]) -> str:
    """Return features as a VW namespace: texts as indicators, numbers as sign(x) * log(1 + |x|).

    Vectors are left out: crossed with every pool, they would take more time than all else.

    Numbers come on any scale: without the logarithm a large one would dominate the model, and above
    1e18 VW learns nothing from the example.
    """
    values = [
        escape(value)
        if isinstance(value, str)
        else (log1p(value) if value >= 0.0 else -log1p(-value))
        for value in features.values()
        if not isinstance(value, tuple)
    ]
    kinds = tuple(map(type, features.values()))
    return _template(name, tuple(features), kinds) % tuple(values)


@lru_cache(maxsize=4096)
def _template(name: str, keys: tuple[str, ...], kinds: tuple[type, ...]) -> str:
    """Return the format of a namespace: tasks of a project mostly have the same features."""
    parts = [
        f"{_key(key).replace('%', '%%')}{'=%s' if kind is str else ':%.6g'}"
        for key, kind in zip(keys, kinds, strict=True)
        if kind is not tuple
    ]
    return f"|{name} {' '.join(parts)} "
