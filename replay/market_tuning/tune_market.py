"""Find settings of the engine in a simulated market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.errors import ConfigError
from bandit.settings import PolicySettings, Settings
from replay.market_file.build import build_market
from replay.market_tuning.comparison import OWN, Entry, compared, references, standing_of
from replay.market_tuning.halving import RUNGS
from replay.market_tuning.paired import LEAST_SEEDS
from replay.market_tuning.proposals import Proposals
from replay.market_tuning.ranges import Ranges, check_varied
from replay.market_tuning.result import MarketTuning
from replay.market_tuning.rounds import rounds
from replay.market_tuning.runs import Runs, check_valued
from replay.market_tuning.search import finalists, most_finalists, most_runs, search
from replay.market_tuning.seed_wording import DEFAULT
from replay.runtime.parallel import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.market_file.sections import MarketSpec
    from replay.market_tuning.halving import Trial
    from replay.market_tuning.result import Comparison
    from replay.market_tuning.standing import Standing


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
    seeds, most_seeds
        Fresh seeds that all of the comparison meet, and up to how many those meet that might be
        better than the chosen one.
    seed
        The markets' seeds are those after it, first the search's, then the comparison's.
    """

    settings: Settings = Settings()
    ranges: Ranges = Ranges()
    varied: tuple[str, ...] = ()
    given: tuple[PolicySettings, ...] = ()
    trials: int = 24
    seeds: int = 8
    most_seeds: int = 32
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
    most = max(request.seeds, request.most_seeds)
    seeds = range(request.seed + 1, request.seed + 1 + RUNGS[-1] + most)
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
            _compare(runs, entries, fresh, request.seeds)
    except KeyboardInterrupt:
        interrupted = True
    figures = [runs.known(entry.policy, fresh) for entry in entries]
    if figures and min(map(len, figures)) >= LEAST_SEEDS:
        met = fresh[: max(map(len, figures))]
        comparison = compared(entries, figures, met, request.level, varied, explored)
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
    >>> runs_of(MarketTuneRequest()), runs_of(MarketTuneRequest(most_seeds=8))
    (292, 124)
    """
    own = request.settings.policy != PolicySettings()
    trials = max(request.trials, len(request.given) + own)
    settings = 1 + own + most_finalists(trials)
    more = max(request.most_seeds - request.seeds, 0)
    return most_runs(trials) + request.seeds * (settings + 2) + more * settings


def _compare(runs: Runs, entries: Sequence[Entry], fresh: range, first: int) -> None:
    """Let entries meet fresh seeds, those in question more of them."""
    policies = [entry.policy for entry in entries]

    def run(some: Sequence[int], count: int) -> None:
        runs.of([policies[at] for at in some], fresh[:count])

    def now() -> Standing:
        return standing_of(entries, [runs.net_usd(policy, fresh) for policy in policies])

    rounds(run, now, len(entries), first, len(fresh))


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
