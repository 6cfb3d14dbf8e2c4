"""The settings: typed, checked at start, from the environment and a `.env` file."""
