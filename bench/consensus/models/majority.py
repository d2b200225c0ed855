"""Majority vote as an online model: every label is right with the same chance."""

from __future__ import annotations

from bench.consensus.models.simple_votes import SimpleVotes

RIGHT = 0.75


class Majority(SimpleVotes):
    """Each label is right with chance `RIGHT`, whoever gave it."""

    def accuracy(self, labeler: int, pool: int) -> float:
        return RIGHT
