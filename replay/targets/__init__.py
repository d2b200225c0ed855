"""Target policies: what is asked about."""
