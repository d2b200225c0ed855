"""Events put into a log and read from it by hand: feed, tail, control, dead letters."""
