"""Statistics of the arms of a test, from sums of its randomization units."""
