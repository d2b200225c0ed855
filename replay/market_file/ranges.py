"""Ranges of the values in a market's file, beyond their types."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from bandit.engine.checks import MOST_AT_ONCE
from bandit.errors import ConfigError, nearest
from replay.demo.tasks import SEGMENTS, segment_classes
from replay.market.pools import EXPERTS
from replay.market.tasks import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.market.pools import PoolSpec
    from replay.market_file.sections import MarketSpec

SHARES = (
    "class_spread", "favourite_share", "drift_spread", "learning", "tiring", "misled", "silent",
    "declines", "late", "spammer_share",
)  # fmt: skip

MOST_TASKS = 10_000_000
MOST_LABELERS = 1_000_000
LONGEST_S = 3e8
"""Ten years: of a longer run, most is ticks in which nothing happens."""

Rule = tuple[str, float | None, bool, str]
"""A key, its value, whether the value is allowed, and which are."""


def check(spec: MarketSpec) -> MarketSpec:
    """Return `spec` if every value is in its range.

    Raises
    ------
    ConfigError
        Naming the first key that isn't, its value and its range.
    """
    if not spec.pools:
        raise ConfigError("pools: must be one or more")
    twice = [name for name, count in Counter(pool.name for pool in spec.pools).items() if count > 1]
    if twice:
        raise ConfigError(f"pools.{twice[0]}: two pools have this name")
    for rules in (_tasks(spec), *(_pool(pool) for pool in spec.pools)):
        for key, value, holds, wanted in rules:
            if value is not None and not (math.isfinite(value) and holds):
                finite = "" if math.isfinite(value) else ", and finite"
                number = value if isinstance(value, int) else f"{value:g}"
                raise ConfigError(f"{key} = {number}: must be {wanted}{finite}")
    _check_classes(spec)
    return spec


def _check_classes(spec: MarketSpec) -> None:
    """Refuse pools that name a class, or a language, which no task has."""
    made = spec.tasks.source == "made"
    classes = CLASSES[: spec.tasks.classes] if made else segment_classes()
    for pool in spec.pools:
        for by, known in (("class", classes), ("language", spec.tasks.languages)):
            for name in getattr(pool, f"by_{by}"):
                if name not in known:
                    key = f"pools.{pool.name}.by_{by}.{name}"
                    near = nearest(name, known) or "; tasks.languages names them"
                    raise ConfigError(f"{key}: no task has this {by}{near}")


def _tasks(spec: MarketSpec) -> Iterator[Rule]:
    tasks, arrivals, most = spec.tasks, spec.arrivals, len(CLASSES)
    yield "tasks.count", tasks.count, tasks.count >= 1, "1 or more"
    yield "tasks.count", tasks.count, tasks.count <= MOST_TASKS, f"at most {MOST_TASKS:,}"
    few = tasks.source == "made" or tasks.count <= SEGMENTS
    yield "tasks.count", tasks.count, few, f"at most {SEGMENTS:,}: there are no more segments"
    yield "tasks.classes", tasks.classes, 2 <= tasks.classes <= most, f"2 to {most}"
    yield from (
        _positive("arrivals.tasks_per_hour", arrivals.tasks_per_hour),
        (
            "arrivals.tasks_per_hour",
            arrivals.tasks_per_hour,
            tasks.count * 3600.0 <= arrivals.tasks_per_hour * LONGEST_S,
            f"enough for {tasks.count:,} tasks in ten years",
        ),
        (
            "arrivals.deadline_s",
            arrivals.deadline_s,
            0 < arrivals.deadline_s <= LONGEST_S,
            f"above 0 and at most {LONGEST_S:g} (ten years)",
        ),
        _positive("arrivals.value_usd", arrivals.value_usd),
        ("arrivals.start", arrivals.start, arrivals.start >= 0, "0 or more"),
        _share("arrivals.day_swing", arrivals.day_swing),
        _positive("arrivals.burst_factor", arrivals.burst_factor),
        _positive("arrivals.burst_every_s", arrivals.burst_every_s),
        _positive("arrivals.burst_s", arrivals.burst_s),
        _share("tasks.hinted_share", tasks.hinted_share),
        ("tasks.noise", tasks.noise, tasks.noise >= 0, "0 or more"),
    )
    target = arrivals.target_accuracy
    yield "arrivals.target_accuracy", target, target is None or 0 < target < 1, "between 0 and 1"
    weights = tasks.class_weights
    if weights and len(weights) != tasks.classes:
        raise ConfigError(
            f"tasks.class_weights: {len(weights)} weights for {tasks.classes} classes"
        )
    for number, weight in enumerate(weights):
        yield _positive(f"tasks.class_weights[{number}]", weight)
    for number, form in enumerate(spec.difficulty):
        for name in form.__struct_fields__:
            key, value = f"difficulty[{number}].{name}", getattr(form, name)
            yield _share(key, value) if name == "share" else _positive(key, value)
    if spec.budget:
        yield _positive("budget.usd_per_day", spec.budget.usd_per_day)
    if spec.experts:
        usd = spec.experts.usd_per_label
        yield "experts.usd_per_label", usd, usd >= 0, "0 or more"


def _pool(pool: PoolSpec) -> Iterator[Rule]:
    key = f"pools.{pool.name}"
    if not pool.name or pool.name == EXPERTS:
        raise ConfigError(f"pools.name is {pool.name!r}: must not be empty or {EXPERTS!r}")
    if pool.hours is not None:
        opening, closing = pool.hours
        yield f"{key}.hours[0]", opening, 0 <= opening < 24, "0 or more, below 24"
        fine = 0 < closing <= 24 and closing != opening
        yield f"{key}.hours[1]", closing, fine, "above 0, 24 at most, and not hours[0]"
    if not pool.spammers:
        raise ConfigError(f"{key}.spammers: must be one kind or more")
    fine = 1 <= pool.labelers <= MOST_LABELERS
    yield f"{key}.labelers", pool.labelers, fine, f"1 to {MOST_LABELERS:,}"
    yield f"{key}.choice", pool.choice, pool.choice >= 1, "1 or more"
    fine = 1 <= pool.asks_per_task <= MOST_AT_ONCE
    yield f"{key}.asks_per_task", pool.asks_per_task, fine, f"1 to {MOST_AT_ONCE:,}"
    yield f"{key}.skill", pool.skill, 0 < pool.skill < 1, "between 0 and 1"
    for name in ("usd_per_label", "spread", "delay_s", "ask_timeout_s", "capacity_per_hour"):
        yield _positive(f"{key}.{name}", getattr(pool, name))
    for name in SHARES:
        yield _share(f"{key}.{name}", getattr(pool, name))
    no_answer = pool.silent + pool.declines
    yield f"{key}.silent + {key}.declines", no_answer, no_answer < 1, "below 1"
    yield f"{key}.drift", pool.drift, -1 <= pool.drift <= 1, "from -1 to 1"
    for by in ("by_class", "by_language"):
        for name, added in getattr(pool, by).items():
            yield f"{key}.{by}.{name}", added, -1 <= added <= 1, "from -1 to 1"


def _positive(key: str, value: float | None) -> Rule:
    return key, value, value is None or value > 0, "above 0"


def _share(key: str, value: float) -> Rule:
    return key, value, 0 <= value <= 1, "from 0 to 1"
