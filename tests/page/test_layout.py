"""On a phone, with a keyboard, for a screen reader."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.page.visit import MessageContext

PHONE_WIDTH_PIXELS = 360


async def test_a_phone_shows_one_thing_at_a_time_and_never_scrolls_sideways(
    visit: MessageContext,
) -> None:
    await visit.page.set_viewport_size({"width": PHONE_WIDTH_PIXELS, "height": 740})
    await visit.say("w" * 300 + " https://example.org/" + "x" * 200)
    await visit.say("<pre>" + "code " * 80 + "</pre>", parse_mode="HTML")
    await visit.page.get_by_role("button", name="Try: sample portrait").wait_for(state="detached")
    await visit.attach("Try: sample portrait")
    await visit.page.locator(".picture img.ready").wait_for()
    for selector in ("html", "#scroller", "#timeline"):
        box = visit.page.locator(selector)
        assert await box.evaluate("(e) => e.scrollWidth <= e.clientWidth"), selector
    await visit.page.get_by_role("button", name="Back to the conversations").click()
    await expect(visit.page.locator("#chats")).to_be_visible()
    await expect(visit.page.locator("#timeline")).not_to_be_visible()
    await visit.page.locator(".chat-row").click()
    await expect(visit.page.locator("#timeline")).to_be_visible()


async def test_on_a_phone_the_panel_is_a_drawer(visit: MessageContext) -> None:
    await visit.page.set_viewport_size({"width": PHONE_WIDTH_PIXELS, "height": 740})
    await expect(visit.page.locator("#panel")).not_to_be_visible()
    await visit.page.get_by_role("button", name="Calls and faults").click()
    await expect(visit.page.locator("#panel")).to_be_visible()
    assert await visit.page.locator("html").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.locator("#panel")).not_to_be_visible()
    await expect(visit.page.get_by_role("button", name="Calls and faults")).to_be_focused()


async def test_each_button_and_field_has_a_name(visit: MessageContext) -> None:
    await visit.say(
        "hello", reply_markup={"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    )
    await visit.attach("Try: sample portrait")
    await visit.messages.nth(1).wait_for()
    nameless = await visit.page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, select, [role=tab]")]
            .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_what_is_behind_them(visit: MessageContext, scheme: str) -> None:
    await visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await expect(visit.page.locator("html")).to_have_attribute("data-theme", scheme)
    contrast = await visit.page.evaluate(
        """() => {
            const style = getComputedStyle(document.documentElement);
            const pen = document.createElement("canvas").getContext("2d");
            const light = (name) => {
                pen.fillStyle = style.getPropertyValue(name);
                pen.fillRect(0, 0, 1, 1);
                const linear = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3)
                    .map((v) => v / 255)
                    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
                return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
            };
            const ratio = (a, b) => {
                const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
                return (x + 0.05) / (y + 0.05);
            };
            return [["--ink", "--surface"], ["--ink-2", "--surface"], ["--ink-3", "--surface"],
                ["--ink-2", "--surface-2"], ["--accent", "--surface"], ["--on-accent", "--accent"],
                ["--bad", "--surface"], ["--bad", "--bad-soft"], ["--ink-3", "--in"]]
                .map(([a, b]) => [a, b, ratio(a, b)]);
        }"""
    )
    assert [pair for pair in contrast if pair[2] < 4.5] == []
