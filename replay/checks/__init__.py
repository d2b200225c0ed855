"""Whether a log can answer: one check a file, each good, weak or broken."""
