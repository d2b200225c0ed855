"""Proposals of settings by Optuna, asked for in batches and told what became of them.

The sampler is the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011, NIPS)
with a seed of its own; a batch is asked for as a whole before any of it is told, so the proposals
don't depend on how many processes there are.

Source: Akiba, Sano, Yanase, Ohta and Koyama (2019), KDD, doi:10.1145/3292500.3330701.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bandit.errors import InputError
from replay.market_tuning.ranges import LOGARITHMIC, check_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicySettings
    from replay.market_tuning.ranges import Ranges

STARTUP = 8
"""Proposals that are drawn evenly before any is drawn by what was told: one batch."""
DIGITS = 3
"""Significant digits of a proposed number: more would not be told apart."""


class Proposals:
    """A search over ranges around settings.

    Parameters
    ----------
    base
        Settings that are left as they are where they aren't searched.
    varied
        Keys that are searched.
    seed
        Of the sampler.

    Raises
    ------
    ConfigError
        If a range can't be used.
    InputError
        If Optuna isn't installed.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> from replay.market_tuning.ranges import Ranges
    >>> proposals = Proposals(PolicySettings(), Ranges(), ["lookahead_labels"], seed=1)
    >>> [proposal.lookahead_labels for proposal in proposals.ask(3)]
    [3, 4, 1]
    """

    def __init__(
        self, base: PolicySettings, ranges: Ranges, varied: Sequence[str], seed: int
    ) -> None:
        self._base, self._varied = base, frozenset(varied)
        self._ranges = check_ranges(ranges, base)
        self._optuna = _imported()
        sampler = self._optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)
        self._study = self._optuna.create_study(direction="maximize", sampler=sampler)
        self._asked: list[Any] = []

    def ask(self, count: int) -> list[PolicySettings]:
        """Return so many further settings; they are numbered from 0 on in this order."""
        return [self._proposal() for _ in range(count)]

    def tell(self, number: int, means: Sequence[float], *, dropped: bool) -> None:
        """Say what one earned more than the default: its mean after each step of the race."""
        trial = self._asked[number]
        for step, mean in enumerate(means):
            trial.report(mean, step)
        states = self._optuna.trial.TrialState
        if dropped:
            self._study.tell(trial, state=states.PRUNED)
        else:
            self._study.tell(trial, means[-1])

    def _proposal(self) -> PolicySettings:
        trial = self._study.ask()
        self._asked.append(trial)
        chosen: dict[str, Any] = {"name": "value"}
        for name in self._ranges.__struct_fields__:
            if name in self._varied:
                chosen[name] = self._number(trial, name)
        return msgspec.structs.replace(self._base, **chosen)

    def _number(self, trial: Any, name: str) -> Any:
        ends = getattr(self._ranges, name)
        if name == "escalate":
            return trial.suggest_categorical(name, ends)
        if name in ("lookahead_labels", "max_labels"):
            return trial.suggest_int(name, *ends)
        value = trial.suggest_float(name, *ends, log=name in LOGARITHMIC)
        return float(f"{value:.{DIGITS}g}")


def _imported() -> Any:
    """Optuna, without its words on standard error."""
    try:
        import optuna  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise InputError("tune --market needs Optuna: pip install 'poolwise[tune]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
