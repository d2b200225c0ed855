"""The worker: poll, decode, receive, encode, commit; then learn what was committed."""
