"""Markets described in files: read, checked, and made for a seed."""
