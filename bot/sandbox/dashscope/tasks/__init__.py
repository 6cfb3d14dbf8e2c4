"""Video tasks: ordered, queued, run, and their results."""
