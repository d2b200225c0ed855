"""Learning from rewards: the learner, its snapshots, and the workers that follow them."""
