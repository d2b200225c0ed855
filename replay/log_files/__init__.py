"""Our own log as it is kept: an embedded log's file or an archive's folder, read task by task."""
