"""Judging what is handed in: pictures, faces in them, sounds."""
