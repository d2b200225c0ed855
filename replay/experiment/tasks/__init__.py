"""Tasks of a test as its log has them: arms, units, metrics and covariates."""
