"""Rows summed up under every target: models of the reward, estimators and slices, in two passes."""
