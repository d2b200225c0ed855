"""`poolwise doctor`: what is wrong with a log, and what to do."""
