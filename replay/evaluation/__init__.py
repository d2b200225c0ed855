"""From a log and a question to an answer: what `replay.evaluate` and `replay.compare` do."""
