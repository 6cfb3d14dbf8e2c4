"""Message catalogues: a folder of Fluent files a language, every text the bot says by its key."""

from bot.texts.catalogue import LANGUAGES, Catalogue, Markup, Texts

__all__ = ["LANGUAGES", "Catalogue", "Markup", "Texts"]
