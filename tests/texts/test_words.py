"""Words that a newcomer stumbled over stay out of what people read."""

from __future__ import annotations

import re

import pytest

from bot.texts import LANGUAGES
from bot.texts.catalogue import sources

OUT = {
    "en": (
        *("voice note", "round note", "round video note", "set aside", "afresh", "for nothing"),
        *("answer a", "answer this", "answer the", "answer any", "answer me", "answer <b>"),
        *("people who run", "whoever runs", "shut out", "telegram number", "book of amounts"),
        *("your yes", "said yes", "kept of you", "your say", "does not suit for", "try to stop"),
        *("check it anyway", "please don't", "handing your", "this is over"),
    ),
    "zh-hans": (
        *("您", "没有计费", "忘掉", "运行机器人的人", "运行这个机器人的人", "调匀", "先问我"),
        *("做法", "禁止此人", "放不出来", "Telegram 编号", "照样检查", "重新开始", "在路上"),
        *("由你决定", "关于你保存了什么", "正在交出", "这件事已经结束了", "管理员已经知道"),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_word_that_people_stumble_over(language: str) -> None:
    said = [line for source in sources(language) for line in source.splitlines() if line[:1] != "#"]
    out = re.compile("|".join(rf"\b{re.escape(word)}" for word in OUT[language]), re.IGNORECASE)
    if language != "en":
        out = re.compile("|".join(OUT[language]))
    assert [line for line in said if out.search(line)] == []
