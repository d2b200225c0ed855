"""Tests of whether a log's rows are in the order of logging; none looks at a reward."""
