"""Which column of a table is the action, the reward, the propensity and so on."""
