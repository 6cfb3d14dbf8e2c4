"""The way from a photo and a sound to a video, for the command line."""
