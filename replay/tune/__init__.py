"""The tuner: which way of exploring earns most, and what exploring costs and gains."""
