"""The page about markets names every key and every named market."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals
from replay.market_file.read import FORMS, market_names
from replay.market_file.sections import BudgetSection, ExpertsSection, MarketSpec, TasksSection

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "markets.md").read_text()
KINDS = [
    MarketSpec,
    TasksSection,
    Arrivals,
    ExpertsSection,
    BudgetSection,
    PoolSpec,
    *FORMS.values(),
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_explained(kind: type[MarketSpec]) -> None:
    known = [name for name in kind.__struct_fields__ if f"`{name}`" in PAGE or f"[{name}]" in PAGE]
    assert known == list(kind.__struct_fields__)


def test_every_form_and_every_named_market_is_explained() -> None:
    assert [name for name in [*FORMS, *market_names()] if f"`{name}`" not in PAGE] == []
