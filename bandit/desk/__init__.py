"""One partition's tasks, kept encoded: agenda, queues, halted tasks, and the shares of a worker."""
