"""The archive: decisions, rewards and verdicts as Parquet files, by day."""
