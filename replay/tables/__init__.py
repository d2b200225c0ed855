"""Tables of decisions as input: any file, frame or query, as checked batches of rows."""
