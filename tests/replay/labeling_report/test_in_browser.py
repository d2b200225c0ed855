"""The page in a real browser: quiet, without a network, in its width, without barriers."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from replay.labeling_report.page.page import page_text
from tests.replay.labeling_report.chromium import browser, chromium
from tests.replay.labeling_report.reports import report_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.replay.labeling_report.chromium import Page

PATH = chromium()
AXE = find_spec("axe_core_python")
RUN = "axe.run(document).then(found => JSON.stringify(found.violations))"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PATH is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    assert PATH is not None
    with browser(PATH) as tab:
        yield tab


@pytest.mark.parametrize("name", ["compared", "unaudited", "hostile", "foreseen", "hostile test"])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_quiet_and_fits(
    page: Page, tmp_path: Path, name: str, width: int, dark: bool
) -> None:
    """No console message, no request but the page, nothing wider than the window, no barrier."""
    path = tmp_path / "report.html"
    path.write_text(page_text(report_of(name)), encoding="utf-8")
    page.open(path, width, dark=dark)
    page.value("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert page.value("document.documentElement.scrollWidth") <= width
    assert page.loud() == []
    if AXE is None or AXE.origin is None:
        pytest.skip("axe-core-python isn't installed; all else holds")
    script = Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    page.value(f"{script};0")
    found = [(one["id"], one["nodes"][0]["html"]) for one in json.loads(page.value(RUN))]
    assert found == []


def test_it_prints(page: Page, tmp_path: Path) -> None:
    path, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    path.write_text(page_text(report_of("compared")), encoding="utf-8")
    page.open(path, 1280)
    page.pdf(printed)
    assert printed.read_bytes().startswith(b"%PDF")
