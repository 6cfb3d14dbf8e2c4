"""Every text of the catalogue on the chat page, in every language, as a person would read it.

With `GALLERY=folder` in the environment a picture of each subject is left there, to be looked at.
"""

from __future__ import annotations

import os
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message, VariableReference
from fluent.syntax.visitor import Visitor
from playwright.async_api import expect

from bot.texts import LANGUAGES
from bot.texts.catalogue import Catalogue, Value
from tests.page.conftest import Tab

_PHONE = {"width": 390, "height": 844}
_DESKTOP = {"width": 1280, "height": 800}

_NUMBERS: dict[str, Value] = {
    "seconds": 12.3,
    "longest": 19.9,
    "left": 47.7,
    "used": 12.3,
    "held": 5.1,
    "limit": 60,
    "width": 640,
    "height": 480,
    "low": 4,
    "high": 7,
}
_WORDS: dict[str, dict[str, Value]] = {
    "en": {
        "when": "tomorrow at 00:00 (Asia/Shanghai)",
        "ago": "2 h",
        "bar": "▰▰▰▱▱▱▱▱▱▱",
        "estimate": "About 4–7 min to go.",
        "name": "Ada",
        "time": "18:30",
        "date": "1 December",
        "zone": "Asia/Shanghai",
        "reason": "There is more than one person in this photo.",
        "detail": "InvalidApiKey: the key was revoked",
    },
    "zh-hans": {
        "when": "明天 00:00",
        "ago": "2 小时",
        "bar": "▰▰▰▱▱▱▱▱▱▱",
        "estimate": "大约还要 4–7 分钟。",
        "name": "小雨",
        "time": "18:30",
        "date": "12月1日",
        "zone": "Asia/Shanghai",
        "reason": "照片里不止一个人。",
        "detail": "InvalidApiKey: the key was revoked",
    },
}
_SOME = 3

_SUBJECTS = sorted(
    file.name.removesuffix(".ftl")
    for file in (resources.files("bot.texts") / "en").iterdir()
    if file.name.endswith(".ftl")
)

_DOES_NOT_FIT = """articles => articles.filter(article =>
    article.getBoundingClientRect().right > innerWidth + 1
    || document.documentElement.scrollWidth > innerWidth + 1).map(article => article.innerText)"""


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.proof
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", _SUBJECTS)
async def test_every_text_reads_well_on_the_page(tab: Tab, subject: str, language: str) -> None:
    await _without_limits(tab)
    wanted = []
    for text in _texts(subject, language):
        await tab.say(text, parse_mode="HTML")
        wanted.append(_words_of(text))
    await expect(tab.messages).to_have_count(len(wanted))
    shown = [_squeezed(text) for text in await tab.messages.all_inner_texts()]
    for text in wanted:
        assert any(_squeezed(text) in bubble for bubble in shown), text
    for size in (_PHONE, _DESKTOP):
        await tab.page.set_viewport_size(size)  # type: ignore[arg-type]
        assert await tab.messages.evaluate_all(_DOES_NOT_FIT) == [], size
    await _keep_picture(tab, f"{subject}.{language}")


def _texts(subject: str, language: str) -> list[str]:
    """Every text of the file, with values as they occur."""
    catalogue = Catalogue(language)
    source = (resources.files("bot.texts") / language / f"{subject}.ftl").read_text("utf-8")
    texts = []
    for entry in FluentParser().parse(source).body:
        if isinstance(entry, Message):
            variables = _Variables()
            variables.visit(entry)
            values = {name: _value(name, language) for name in variables.names}
            texts.append(catalogue.html(entry.id.name, **values))
    return texts


def _value(name: str, language: str) -> Value:
    return _WORDS[language].get(name, _NUMBERS.get(name, _SOME))


def _words_of(html: str) -> str:
    parser = _Plain()
    parser.feed(html)
    return parser.text


def _squeezed(text: str) -> str:
    return "".join(text.split())


async def _without_limits(tab: Tab) -> None:
    """A whole catalogue at once is more than Telegram takes."""
    script = """() => fetch("/sim/settings", {method: "PATCH", body: '{"rate_limits": false}',
        headers: {"Content-Type": "application/json"}}).then(answer => answer.ok)"""
    assert await tab.page.evaluate(script)


async def _keep_picture(tab: Tab, name: str) -> None:
    folder = os.environ.get("GALLERY")
    if folder is None:
        return
    await tab.page.set_viewport_size(
        {"width": 900, "height": 200 + 110 * await tab.messages.count()}
    )
    await tab.page.wait_for_timeout(300)
    await tab.page.screenshot(path=Path(folder) / f"{name}.png")
