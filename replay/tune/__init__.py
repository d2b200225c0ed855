"""The tuner: which exploration settings earn most, and what exploring costs and gains."""
