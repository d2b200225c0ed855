"""Out-of-sample squared errors of ridge regressions with some of the columns, by consecutive folds.

Rows of a fold are predicted by a model of all other folds. Folds are stretches of the log, so that
no row is predicted from its neighbours. Cross products are summed once; each set of columns takes
parts of them.

Source: Hoerl and Kennard (1970), Technometrics 12(1), 55-67.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats

FOLDS = 10
LAMBDAS = (1.0, 10.0, 100.0, 1000.0, 10_000.0)


class Crossfit:
    """Ridge regressions of targets on columns.

    Parameters
    ----------
    columns
        Shape (n, d).
    targets
        Shape (n, k): all are predicted by the same columns.
    tasks
        The task of each row, ascending: rows of a task are in one fold.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(400, 2))
    >>> fit = Crossfit(x, x[:, :1], np.arange(400))
    >>> bool(fit.errors(np.array([0])).mean() < 0.01 * fit.errors(np.array([1])).mean())
    True
    """

    def __init__(self, columns: Floats, targets: Floats, tasks: NDArray[np.int64]) -> None:
        self._columns, self._targets = columns, targets
        ranks = np.unique(tasks, return_inverse=True)[1]
        fold = ranks * FOLDS // (int(ranks.max()) + 1)
        self._bounds = np.searchsorted(fold, np.arange(FOLDS + 1))
        both = np.column_stack([columns, targets])
        self._sums, self._cross = [], []
        for begin, end in zip(self._bounds[:-1], self._bounds[1:], strict=True):
            part = both[begin:end]
            self._sums.append(part.sum(axis=0))
            self._cross.append(part.T @ part)
        self._sum, self._whole = sum(self._sums), sum(self._cross)
        every = np.arange(columns.shape[1])
        self._ridge = min(LAMBDAS, key=lambda ridge: self._errors(every, ridge).mean())

    def errors(self, kept: NDArray[np.int64]) -> Floats:
        """Return the squared error of each row, summed over targets, with the columns `kept`."""
        return self._errors(kept, self._ridge)

    def _errors(self, kept: NDArray[np.int64], ridge: float) -> Floats:
        d = self._columns.shape[1]
        n, outputs = len(self._columns), np.arange(d, d + self._targets.shape[1])
        found = np.empty(n)
        for fold, (begin, end) in enumerate(zip(self._bounds[:-1], self._bounds[1:], strict=True)):
            rows = n - (end - begin)
            means = (self._sum - self._sums[fold]) / rows
            cross = self._whole - self._cross[fold]
            inner = cross[np.ix_(kept, kept)] - rows * np.outer(means[kept], means[kept])
            outer = cross[np.ix_(kept, outputs)] - rows * np.outer(means[kept], means[outputs])
            slopes = np.linalg.solve(inner + ridge * np.eye(len(kept)), outer)
            predicted = means[outputs] + (self._columns[begin:end][:, kept] - means[kept]) @ slopes
            found[begin:end] = ((self._targets[begin:end] - predicted) ** 2).sum(axis=1)
        return found
