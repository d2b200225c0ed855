"""What comes of a series, with intervals: models combined by a backtest, and level shifts."""
