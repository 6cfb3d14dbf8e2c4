"""The side panel: calls, the bill, faults."""

from __future__ import annotations

import httpx
from playwright.async_api import expect

from bot.config.service import DEMO_API_KEY
from tests.page.conftest import Tab
from tests.support.deadlines import deadline


async def test_each_call_of_the_bot_is_shown_and_a_refused_one_in_red(tab: Tab) -> None:
    await tab.say("look at me")
    await tab.bot.raw("sendMessage", chat_id=12345, text="nobody")
    newest = tab.page.locator("#tab-panel-bot .call").first
    await expect(newest.locator(".call-status")).to_have_text("400")
    await expect(newest).to_have_class("call failed")
    before = tab.page.locator("#tab-panel-bot .call").nth(1)
    await expect(before.locator(".call-name")).to_have_text("sendMessage")
    await before.locator("summary").first.click()
    await expect(before.locator(".json").first).to_contain_text("look at me")
    await tab.page.locator("#tab-panel-bot").get_by_label("Errors").check()
    await expect(tab.page.locator("#tab-panel-bot .call")).to_have_count(1)


async def test_the_calls_of_the_provider_and_its_bill_are_shown(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Provider calls").click()
    await expect(tab.page.locator(".bill-total b")).to_have_text("¥0.00")
    headers = {"Authorization": f"Bearer {DEMO_API_KEY}"}
    async with httpx.AsyncClient(headers=headers, verify=False, timeout=deadline()) as http:
        await http.get(f"{tab.sandbox.dashscope_base_url}/tasks/unknown")
        await http.get(f"{tab.sandbox.dashscope_base_url}/tasks/", headers={"Authorization": "x"})
    calls = tab.page.locator("#tab-panel-provider .call")
    await expect(calls).to_have_count(2)
    await expect(calls.nth(1).locator(".call-name")).to_have_text("GET /tasks/unknown")
    await expect(calls.first.locator(".call-status")).to_have_text("401")


async def test_a_fault_is_switched_on_used_up_and_seen_to_be_off(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Faults").click()
    switch = tab.page.get_by_role("switch", name="Telegram answers 429 for 10 s")
    await switch.click()
    await expect(tab.page.locator(".active-faults li")).to_have_count(1)
    refused = await tab.bot.raw("getMe")
    assert refused.status_code == 429
    assert refused.json()["parameters"]["retry_after"] == 10
    await expect(switch).not_to_be_checked()
    await expect(tab.page.locator(".active-faults li")).to_have_count(0)


async def test_a_fault_of_the_provider_is_set_and_removed(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Faults").click()
    await tab.page.get_by_role("switch", name="Photo refused: several people").click()
    await expect(tab.page.locator(".active-faults li")).to_have_count(1)
    (fault,) = tab.sandbox.faults.active("provider")
    assert (fault.match, fault.kind) == ("detect", "verdict")
    assert fault.params["code"] == "InvalidFile.MultiHuman"
    remove = tab.page.get_by_role("button", name="Switch off: Photo refused: several people")
    await remove.click()
    await expect(tab.page.locator(".active-faults li")).to_have_count(0)
    assert tab.sandbox.faults.active() == []


async def test_every_switch_sets_a_fault_the_servers_know(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Faults").click()
    switches = tab.page.get_by_role("switch")
    wanted = await switches.count()
    answers = await tab.page.evaluate(
        """async () => {
            const {TELEGRAM_PRESETS, PROVIDER_PRESETS} = await import("/js/presets.js");
            const set = (path, {fault}) => fetch(path, {method: "POST", body: JSON.stringify(fault),
                headers: {"content-type": "application/json"}}).then((answer) => answer.status);
            return Promise.all([...TELEGRAM_PRESETS.map((one) => set("/sim/faults", one)),
                ...PROVIDER_PRESETS.map((one) => set("/sim/provider/faults", one))]);
        }"""
    )
    assert len(answers) == wanted
    assert all(status < 300 for status in answers)
    await expect(tab.page.locator(".active-faults li")).to_have_count(wanted)


async def test_the_renderer_is_made_slow_with_one_click(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Faults").click()
    async with tab.page.expect_response("**/sim/provider/settings") as answer:
        await tab.page.get_by_label("60 s").check()
    assert (await (await answer.value).json())["render_seconds"] == 60


async def test_the_tabs_are_walked_with_the_arrow_keys(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Bot API calls").focus()
    await tab.page.keyboard.press("ArrowRight")
    await expect(tab.page.get_by_role("tab", name="Provider calls")).to_be_focused()
    await expect(tab.page.locator("#tab-panel-provider")).to_be_visible()
