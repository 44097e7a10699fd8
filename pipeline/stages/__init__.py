"""One module per DVC stage: read, compute, write."""
