"""What a run needs of its machine: processes, memory, the terminal, files and settings."""
