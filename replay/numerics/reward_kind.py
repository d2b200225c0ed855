"""Kinds of rewards: what an interval, and a model of their variance, may rest on."""

from __future__ import annotations

from typing import Literal

RewardKind = Literal["binary", "positive", "real"]
"""0 and 1 only; never negative; or any number."""
