"""The layers of each security protocol of Kafka: TLS, and login by SASL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.config.log_settings import SecurityProtocol

PLAIN_OF: Mapping[SecurityProtocol, SecurityProtocol] = {
    "SSL": "PLAINTEXT",
    "SASL_SSL": "SASL_PLAINTEXT",
}
"""For each protocol with TLS, the same without."""

WITH_TLS: frozenset[SecurityProtocol] = frozenset(PLAIN_OF)
"""The protocols over TLS."""

WITH_SASL: frozenset[SecurityProtocol] = frozenset(("SASL_PLAINTEXT", "SASL_SSL"))
"""The protocols that log in."""
