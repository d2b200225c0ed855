"""The desk of a partition: its tasks, kept encoded, with agenda, queues and halted tasks."""
