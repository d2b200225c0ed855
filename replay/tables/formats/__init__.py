"""What tables come in: files, folders, stores, frames and queries, as batches of Arrow columns."""
