"""What `talking-photo doctor` looks at, one subject a file."""
