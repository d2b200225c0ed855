"""A recorded market: real labels of a crowd, given out one by one as the engine asks."""
