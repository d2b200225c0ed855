"""What `import bandit` offers."""

from __future__ import annotations

import pytest

import bandit
from tests.documents.pages import ROOT


@pytest.mark.parametrize("name", bandit.__all__)
def test_all_that_is_promised_is_there_and_in_the_reference(name: str) -> None:
    found = getattr(bandit, name)
    assert callable(found)
    place = f"::: {bandit.MODULES[name]}"
    assert place in (ROOT / "docs/reference/python.md").read_text("utf-8")


def test_what_is_not_there_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Motor'"):
        _ = bandit.Motor
