"""Pages that are made from the code, and what makes each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.documents.commands import commands_page
from tests.documents.decisions import decisions_page
from tests.documents.features import features_page
from tests.documents.metrics import metrics_page
from tests.documents.settings import settings_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MADE: Mapping[str, Callable[[], str]] = {
    "docs/reference/commands.md": commands_page,
    "docs/features.md": features_page,
    "docs/reference/configuration.md": settings_page,
    "docs/reference/metrics.md": metrics_page,
    "docs/decisions/index.md": decisions_page,
}
