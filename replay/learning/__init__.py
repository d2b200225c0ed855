"""Policies that learn, evaluated as they would learn."""

from replay.learning.evaluate import Learned, evaluate_learning

__all__ = ["Learned", "evaluate_learning"]
