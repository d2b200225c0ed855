"""`poolwise prune`: delete what is old from an embedded log, or from an archive."""
