"""Texts and what is under them: entities, lengths, keyboards."""
