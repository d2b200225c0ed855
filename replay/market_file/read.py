"""Read a market from a TOML file, or one of the named markets."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from bandit.errors import ConfigError, InputError, MissingInput, nearest
from bandit.sections import read_section
from replay.market.difficulty import Difficulty
from replay.market.pools import PoolSpec
from replay.market_file.ranges import check
from replay.market_file.sections import MarketSpec
from replay.runtime.arguments import path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMS: dict[str, type[Difficulty]] = {
    str(form.__struct_config__.tag): form for form in get_args(Difficulty)
}
NAMED = Path(__file__).parents[2] / "bench" / "markets"
"""The named markets of a checkout."""


NO_NAMES = "; names of markets, such as demo, are known in a checkout of poolwise alone"
"""What an installed package has no folder for."""


def market_names() -> list[str]:
    """Names of the markets that come with poolwise."""
    return sorted(path.stem for path in NAMED.glob("*.toml"))


def market_path(name_or_file: str) -> Path:
    """Find the file of a market: one of the names, or else a path.

    Raises
    ------
    MissingInput
        If there is neither such a name nor such a file; it names the nearest name.
    """
    named = NAMED / f"{name_or_file}.toml"
    path = named if name_or_file in market_names() else Path(name_or_file)
    if not path.exists():
        known = nearest(str(path), market_names()) if market_names() else NO_NAMES
        raise MissingInput(f"{path}: no such file{known}")
    return path


def read_market(name_or_file: str | Path) -> MarketSpec:
    """Read the market in a TOML file, or one of the names.

    Raises
    ------
    MissingInput
        If there is no such file.
    BadValue
        If it is neither a name nor a path.
    ConfigError
        If it isn't TOML, or a key is unknown, missing, of a wrong type or out of range.
    """
    path = market_path(str(path_of("market", name_or_file)))
    try:
        return parsed_market(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error


def parsed_market(given: Mapping[str, object]) -> MarketSpec:
    """Read a market from the tables of a file.

    Raises
    ------
    ConfigError
        If a key is unknown, missing, of a wrong type or out of range.

    Examples
    --------
    >>> pool = {"name": "crowd", "usd_per_label": 0.02, "skill": 0.8, "labelers": 50}
    >>> parsed_market({"tasks": {"count": 100}, "pools": [pool]}).pools[0].labelers
    50
    >>> parsed_market({"pools": [pool | {"skil": 0.9}]})
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: pools.crowd.skil is unknown; did you mean 'skill'?
    """
    pools = [
        read_section(pool, PoolSpec, f"pools.{pool.get('name', number)}")
        for number, pool in enumerate(_tables(given, "pools"))
    ]
    forms = [_form(form, number) for number, form in enumerate(_tables(given, "difficulty"))]
    return check(read_section({**given, "pools": pools, "difficulty": forms}, MarketSpec))


def _tables(given: Mapping[str, object], key: str) -> list[dict[str, object]]:
    tables = given.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigError(f"{key}: expected tables, each under [[{key}]]")
    return tables


def _form(given: Mapping[str, object], number: int) -> Difficulty:
    values = dict(given)
    name, key = values.pop("form", None), f"difficulty[{number}]"
    if not isinstance(name, str) or name not in FORMS:
        raise ConfigError(f"{key}.form is {name!r}, which is unknown{nearest(str(name), FORMS)}")
    return read_section(values, FORMS[name], key)
