"""On a phone, with a keyboard, for a screen reader."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.page.conftest import Tab

PHONE_WIDTH_PIXELS = 360


async def test_a_phone_shows_one_thing_at_a_time_and_never_scrolls_sideways(tab: Tab) -> None:
    await tab.page.set_viewport_size({"width": PHONE_WIDTH_PIXELS, "height": 740})
    await tab.say("w" * 300 + " https://example.org/" + "x" * 200)
    await tab.say("<pre>" + "code " * 80 + "</pre>", parse_mode="HTML")
    await tab.page.get_by_role("button", name="Try: sample portrait").wait_for(state="detached")
    await tab.attach("Try: sample portrait")
    await tab.page.locator(".picture img.ready").wait_for()
    for selector in ("html", "#scroller", "#timeline"):
        box = tab.page.locator(selector)
        assert await box.evaluate("(e) => e.scrollWidth <= e.clientWidth"), selector
    await tab.page.get_by_role("button", name="Back to the conversations").click()
    await expect(tab.page.locator("#chats")).to_be_visible()
    await expect(tab.page.locator("#timeline")).not_to_be_visible()
    await tab.page.locator(".chat-row").click()
    await expect(tab.page.locator("#timeline")).to_be_visible()


async def test_on_a_phone_the_panel_is_a_drawer(tab: Tab) -> None:
    await tab.page.set_viewport_size({"width": PHONE_WIDTH_PIXELS, "height": 740})
    await expect(tab.page.locator("#panel")).not_to_be_visible()
    await tab.page.get_by_role("button", name="Calls and faults").click()
    await expect(tab.page.locator("#panel")).to_be_visible()
    assert await tab.page.locator("html").evaluate("(e) => e.scrollWidth <= e.clientWidth")
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator("#panel")).not_to_be_visible()
    await expect(tab.page.get_by_role("button", name="Calls and faults")).to_be_focused()


async def test_each_button_and_field_has_a_name(tab: Tab) -> None:
    await tab.say(
        "hello", reply_markup={"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    )
    await tab.attach("Try: sample portrait")
    await tab.messages.nth(1).wait_for()
    nameless = await tab.page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, select, [role=tab]")]
            .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_stand_out_from_what_is_behind_them(tab: Tab, scheme: str) -> None:
    await tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await expect(tab.page.locator("html")).to_have_attribute("data-theme", scheme)
    contrast = await tab.page.evaluate(
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
