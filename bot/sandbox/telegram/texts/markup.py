"""Texts with entities: HTML parse mode, and what Telegram finds in a plain text by itself.

Offsets and lengths count UTF-16 units. Refusals use the wording of Telegram's Bot API server.
https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.errors import ApiError, bad_request

Json = dict[str, Any]

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_TOKEN = re.compile(r"<|&(?:#x[0-9a-fA-F]+|#\d+|lt|gt|amp|quot);?|[^<&]+|&")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+))?""")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)")


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    position: int


class _Reader:
    """One pass over an HTML text."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._open: list[_Open] = []
        self._text: list[str] = []
        self._offset = 0
        self.entities: list[Json] = []

    @property
    def text(self) -> str:
        return "".join(self._text)

    def read(self) -> None:
        while match := _TOKEN.match(self._source, self._at):
            if match[0] == "<":
                self._tag()
                continue
            self._at = match.end()
            self._add(_decoded(match[0]))
        if self._open:
            raise _broken(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        self.entities.sort(key=lambda e: (e["offset"], -e["length"]))

    def _add(self, piece: str) -> None:
        self._text.append(piece)
        self._offset += utf16_length(piece)

    def _where(self) -> str:
        return f"at byte offset {len(self._source[: self._at].encode())}"

    def _tag(self) -> None:
        end = self._source.find(">", self._at)
        closing = self._source.startswith("</", self._at)
        if end < 0:
            raise _broken(f"Unclosed {'end' if closing else 'start'} tag {self._where()}")
        inside = self._source[self._at + 1 : end]
        if closing:
            self._close(inside[1:].strip().lower())
        else:
            self._begin(inside)
        self._at = end + 1

    def _begin(self, inside: str) -> None:
        name, _, rest = inside.partition(" ")
        tag = name.strip().lower()
        if tag not in _TYPES:
            raise _broken(f'Unsupported start tag "{tag}" {self._where()}')
        attributes = {m[1].lower(): _unquoted(m[2] or "") for m in _ATTRIBUTE.finditer(rest)}
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _broken(f'Tag "span" must have class "tg-spoiler" {self._where()}')
        self._open.append(_Open(tag, attributes, self._offset, len(self._text)))

    def _close(self, tag: str) -> None:
        if not self._open:
            raise _broken(f"Unexpected end tag {self._where()}")
        opened = self._open[-1]
        if tag and tag != opened.tag:
            raise _broken(
                f'Unmatched end tag {self._where()}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        self._open.pop()
        if self._offset > opened.offset:
            self._entity(opened)

    def _entity(self, opened: _Open) -> None:
        entity: Json = {
            "type": _TYPES[opened.tag],
            "offset": opened.offset,
            "length": self._offset - opened.offset,
        }
        details = _details(opened, "".join(self._text[opened.position :]))
        if details is not None:
            self._join({**entity, **details})

    def _join(self, entity: Json) -> None:
        """Append, making one `pre` with a language of <pre><code class="language-…">."""
        last = self.entities[-1] if self.entities else {}
        same_place = (last.get("offset"), last.get("length")) == (
            entity["offset"],
            entity["length"],
        )
        if entity["type"] == "pre" and last.get("type") == "code" and same_place:
            self.entities[-1] = {**last, "type": "pre"}
            return
        self.entities.append(entity)


def _details(opened: _Open, inside: str) -> Json | None:
    """What the entity has besides type and place; None when Telegram would drop it."""
    attributes = opened.attributes
    if opened.tag == "a":
        return _link(attributes.get("href") or inside)
    if opened.tag == "tg-emoji":
        return {"custom_emoji_id": attributes.get("emoji-id", "")}
    if opened.tag == "code" and attributes.get("class", "").startswith("language-"):
        return {"language": attributes["class"].removeprefix("language-")}
    if opened.tag == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    return {}


def _link(url: str) -> Json | None:
    mention = _USER_LINK.fullmatch(url)
    if mention:
        user = {"id": int(mention[1]), "is_bot": False, "first_name": "User"}
        return {"type": "text_mention", "user": user}
    if "://" not in url and not url.startswith(("mailto:", "tel:")):
        url = f"http://{url}/" if "." in url else ""
    return {"url": url} if url else None


def _decoded(piece: str) -> str:
    return html.unescape(piece) if piece.startswith("&") and len(piece) > 1 else piece


def _unquoted(value: str) -> str:
    return html.unescape(value[1:-1] if value[:1] in ("'", '"') else value)


def _broken(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """(plain text, entities). Raises ApiError 400 "can't parse entities: …"."""
    reader = _Reader(source)
    reader.read()
    for entity in reader.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return reader.text, reader.entities


_FOUND_BY_ITSELF = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,!?:;)\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?)(?!\w)"
    r"|(?<![\w@])(?P<mention>@[A-Za-z]\w{3,31})(?!\w)"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)


def found_entities(text: str, known: list[Json]) -> list[Json]:
    """`known` and what Telegram marks by itself: commands, mentions, links, hashtags."""
    found = list(known)
    for match in _FOUND_BY_ITSELF.finditer(text):
        entity = {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match[0]),
        }
        if not any(_hides(other, entity) for other in known):
            found.append(entity)
    return sorted(found, key=lambda e: (e["offset"], -e["length"]))


def _hides(other: Json, entity: Json) -> bool:
    if other["type"] not in ("code", "pre", "text_link", "text_mention", "custom_emoji"):
        return False
    ends = other["offset"] + other["length"], entity["offset"] + entity["length"]
    return bool(other["offset"] < ends[1] and entity["offset"] < ends[0])


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without white space around it, entities moved along; those left empty go."""
    start = utf16_length(text) - utf16_length(text.lstrip())
    short = text.strip()
    length = utf16_length(short)
    kept = []
    for entity in entities:
        begin = max(0, entity["offset"] - start)
        end = min(length, entity["offset"] + entity["length"] - start)
        if end > begin:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return short, kept
