"""Models of the reward, one a file, learned progressively: from the past only."""
