"""The temporary space, and getting what an address leads to."""
