"""The archive: one row per reward, in Parquet by day."""
