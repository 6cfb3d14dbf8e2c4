"""The text or caption of a call: parsed, trimmed, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.texts.markup import found_entities, parse_html, trimmed

Json = dict[str, Any]

# Characters after parsing. https://core.telegram.org/bots/api#sendmessage
TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text and its entities."""

    text: str
    entities: list[Json]

    def as_text(self) -> Json:
        """The fields of a text message."""
        return self._fields("text", "entities")

    def as_caption(self) -> Json:
        """The fields of a media message's caption; none when there is no caption."""
        return self._fields("caption", "caption_entities") if self.text else {}

    def _fields(self, text: str, entities: str) -> Json:
        fields: Json = {text: self.text}
        if self.entities:
            fields[entities] = self.entities
        return fields


def formatted(source: str, parse_mode: str, entities: Any = None) -> FormattedText:
    """A bot's text. Raises ApiError 400 for markup that cannot be parsed."""
    mode = parse_mode.lower()
    known: list[Json] = list(entities) if isinstance(entities, list) else []
    text = source
    if mode == "html":
        text, known = parse_html(source)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("the sandbox parses HTML only, not Markdown")
    elif mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    text, known = trimmed(text, known)
    return FormattedText(text, found_entities(text, known))


def message_text(source: str, parse_mode: str, entities: Any = None) -> FormattedText:
    """The text of a message. Raises ApiError 400 when empty or too long."""
    if not source.strip():
        raise bad_request("message text is empty")
    parsed = formatted(source, parse_mode, entities)
    if not parsed.text:
        raise bad_request("message text is empty")
    if len(parsed.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return parsed


def caption_text(source: str, parse_mode: str, entities: Any = None) -> FormattedText:
    """A caption, perhaps empty. Raises ApiError 400 when too long."""
    parsed = formatted(source, parse_mode, entities)
    if len(parsed.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return parsed
