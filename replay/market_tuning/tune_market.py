"""Find settings of the engine in a simulated market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.errors import ConfigError
from bandit.settings import PolicySettings, Settings
from replay.market_file.build import build_market
from replay.market_tuning.comparison import OWN, Entry, compared, references
from replay.market_tuning.halving import RUNGS
from replay.market_tuning.paired import LEAST_SEEDS
from replay.market_tuning.proposals import Proposals
from replay.market_tuning.ranges import Ranges, check_varied
from replay.market_tuning.result import MarketTuning
from replay.market_tuning.runs import Runs, check_valued
from replay.market_tuning.search import FINALISTS, finalists, most_runs, search
from replay.market_tuning.wording import DEFAULT
from replay.runtime.parallel import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.market_file.sections import MarketSpec
    from replay.market_tuning.halving import Trial
    from replay.market_tuning.result import Comparison


class MarketTuneRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a market.

    Attributes
    ----------
    settings
        Of the engine; its policy is what candidates are compared with.
    ranges, varied, given
        Where settings are searched, which of them (all if none is named), and candidates that are
        tried in any case.
    trials
        Candidates.
    seeds
        Fresh seeds of the comparison.
    seed
        The markets' seeds are those after it, first the search's, then the comparison's.
    """

    settings: Settings = Settings()
    ranges: Ranges = Ranges()
    varied: tuple[str, ...] = ()
    given: tuple[PolicySettings, ...] = ()
    trials: int = 24
    seeds: int = 8
    seed: int = 0
    jobs: int = 1
    level: float = 0.95


def tune_market(
    spec: MarketSpec,
    request: MarketTuneRequest,
    name: str,
    default_name: str = DEFAULT,
    done: Callable[[int], None] = lambda _: None,
) -> MarketTuning:
    """Search settings on a few seeds, and compare the best with the default on fresh ones.

    An interrupt (Ctrl-C) ends it with what is known by then, and `interrupted` set.

    Parameters
    ----------
    name, default_name
        What the market and the default are called.
    done
        Told of each run that is done; `runs_of` says how many there will be.

    Raises
    ------
    ConfigError
        If a setting can't be searched, a range can't be used, or tasks have no value.
    InputError
        If Optuna isn't installed.
    """
    settings, default = request.settings, request.settings.policy
    seeds = range(request.seed + 1, request.seed + 1 + RUNGS[-1] + request.seeds)
    search_seeds, fresh = seeds[: RUNGS[-1]], seeds[RUNGS[-1] :]
    varied = check_varied(request.varied)
    if spec.experts is None:  # nobody to escalate to
        varied = tuple(key for key in varied if key != "escalate")
        if not varied:
            raise ConfigError("escalate can't be searched: the market has no [experts]")
    proposals = Proposals(default, request.ranges, varied, request.seed)
    check_valued(build_market(spec, seeds[0]), settings)
    given = [policy for policy in (PolicySettings(), *request.given) if policy != default]
    trials: list[Trial] = []
    comparison: Comparison | None = None
    interrupted = False
    entries: list[Entry] = []
    explored = 0
    runs = Runs(spec, settings, done)
    try:
        with workers(request.jobs) as run:
            runs.run = run
            count = max(request.trials, len(given))
            search(runs, default, given, proposals, count, search_seeds, trials)
            entries, explored = _entries(default, trials)
            runs.of([entry.policy for entry in entries], fresh)
    except KeyboardInterrupt:
        interrupted = True
    complete = [
        seed for seed in fresh if entries and all(runs.known(e.policy, [seed]) for e in entries)
    ]
    if len(complete) >= LEAST_SEEDS:
        figures = [runs.known(entry.policy, complete) for entry in entries]
        comparison = compared(entries, figures, complete, request.level, varied, explored)
    return MarketTuning(
        market=name,
        tasks=spec.tasks.count,
        default=default_name,
        default_policy=default,
        level=request.level,
        varied=varied,
        search_seeds=tuple(search_seeds),
        trials=tuple(trials),
        comparison=comparison,
        interrupted=interrupted,
    )


def runs_of(request: MarketTuneRequest) -> int:
    """Most runs that a request takes.

    Examples
    --------
    >>> runs_of(MarketTuneRequest())
    100
    """
    own = request.settings.policy != PolicySettings()
    trials = max(request.trials, len(request.given) + own)
    return most_runs(trials) + request.seeds * (1 + own + FINALISTS + 2)


def _entries(default: PolicySettings, trials: Sequence[Trial]) -> tuple[list[Entry], int]:
    """Return all that are compared: the default, poolwise's, the best of the search, references.

    And the index of the one whose exploration is judged: the default, or, where that has no
    explorer, poolwise's.
    """
    entries = [Entry("default", "default", default)]
    own = PolicySettings()
    if default != own:
        entries.append(Entry(OWN, "candidate", own))
    best = finalists(trials, [entry.policy for entry in entries])
    entries += [Entry(f"trial {one.number + 1}", "candidate", one.policy) for one in best]
    explored = 0 if default.name == "value" else 1
    return [*entries, *references(entries[explored].policy)], explored
