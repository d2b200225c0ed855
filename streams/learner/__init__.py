"""Learning from rewards: the learner, its snapshots, and workers that follow them."""
