"""The report on a labeling log: what was labeled, at what cost, and what could be saved."""
