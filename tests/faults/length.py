"""Whether the fault tests run in their long form, as `make faults-long` asks for."""

from __future__ import annotations

import os

LONG = os.environ.get("POOLWISE_FAULTS") == "long"
