"""Photos, voices, files and films, in both directions."""

from __future__ import annotations

import io
import re

import av
from playwright.async_api import expect

from bot.sandbox.telegram.app import SAMPLES_DIRECTORY
from tests.page.conftest import Tab
from tests.support.deadlines import eventually
from tests.support.media.videos import video

WIDTH, HEIGHT = 160, 200
PORTRAIT = SAMPLES_DIRECTORY / "portrait.jpg"


async def drop_file(tab: Tab, kind: str, name: str, mime_type: str, content: bytes) -> None:
    """Fire a drop or a paste that carries one file."""
    script = """([kind, name, type, bytes]) => {
        const carried = new DataTransfer();
        carried.items.add(new File([new Uint8Array(bytes)], name, {type}));
        const init = {bubbles: true, cancelable: true};
        const chat = document.getElementById("chat");
        const field = document.getElementById("message-text");
        if (kind === "paste") {
            field.dispatchEvent(new ClipboardEvent("paste", {...init, clipboardData: carried}));
            return;
        }
        for (const step of ["dragenter", "dragover", "drop"])
            chat.dispatchEvent(new DragEvent(step, {...init, dataTransfer: carried}));
    }"""
    await tab.page.evaluate(script, [kind, name, mime_type, list(content)])


async def test_a_picked_photo_is_sent_with_its_caption(tab: Tab) -> None:
    async with tab.page.expect_file_chooser() as chooser:
        await tab.attach("Photo or video")
    await (await chooser.value).set_files(PORTRAIT)
    await tab.page.get_by_label("Caption").fill("my <b>aunt</b>")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    message = await tab.bot.next()
    assert message["caption"] == "my <b>aunt</b>"
    assert len(message["photo"]) > 1
    await expect(tab.messages.last.locator(".picture img.ready")).to_be_visible()
    await tab.messages.last.get_by_role("button", name="Open photo").click()
    await expect(tab.page.locator("dialog.lightbox img")).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator("dialog")).to_have_count(0)


async def test_a_dropped_photo_can_travel_as_a_file(tab: Tab) -> None:
    content = PORTRAIT.read_bytes()
    await drop_file(tab, "drop", "aunt.jpg", "image/jpeg", content)
    await tab.page.get_by_label("as a file, unchanged").check()
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    document = (await tab.bot.next())["document"]
    assert document["file_name"] == "aunt.jpg"
    assert await tab.bot.file(document["file_id"]) == content


async def test_a_pasted_picture_is_offered_as_a_photo(tab: Tab) -> None:
    await drop_file(tab, "paste", "image.png", "image/png", PORTRAIT.read_bytes())
    await tab.page.get_by_label("Caption").press("Enter")
    assert "photo" in await tab.bot.next()


async def test_what_the_microphone_hears_arrives_as_a_voice_note(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Record a voice message").click()
    await expect(tab.page.locator("#recording-time")).not_to_have_text("0:00")
    await tab.page.get_by_role("button", name="Send the recording").click()
    voice = (await tab.bot.next())["voice"]
    content = await tab.bot.file(voice["file_id"])
    with av.open(io.BytesIO(content)) as container:
        assert container.format.name == "ogg"
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.channels) == ("opus", 48_000, 1)
    await expect(tab.page.locator(".voice")).to_be_visible()


async def test_letting_go_of_a_held_microphone_sends(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Record a voice message").hover()
    await tab.page.mouse.down()
    await expect(tab.page.locator("#recording-time")).not_to_have_text("0:00")
    await tab.page.mouse.up()
    assert "voice" in await tab.bot.next()


async def test_a_cancelled_recording_is_sent_nowhere(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Record a voice message").click()
    await expect(tab.page.locator("#composer.recording")).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.get_by_label("Message", exact=True)).to_be_visible()
    await tab.write("never mind")
    assert (await tab.bot.next())["text"] == "never mind"


async def test_the_samples_serve_those_without_photo_or_microphone(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Try: sample portrait").click()
    assert "photo" in await tab.bot.next()
    await tab.attach("Try: sample voice")
    assert "voice" in await tab.bot.next()


async def test_what_a_first_video_lacks_stays_one_tap_away(tab: Tab) -> None:
    await tab.write("/start")
    lacking = tab.page.get_by_role("group", name="What a first video lacks")
    await lacking.get_by_role("button", name="Sample portrait").click()
    await expect(lacking.get_by_role("button")).to_have_text(["Sample voice"])
    await lacking.get_by_role("button").click()
    await expect(lacking).to_be_hidden()


async def test_a_voice_note_plays(tab: Tab) -> None:
    await tab.page.get_by_role("button", name="Try: sample voice").click()
    await tab.page.locator("audio").evaluate("audio => (audio.loop = true)")
    await tab.page.locator(".voice").get_by_role("button", name="Play").click()
    await eventually(lambda: tab.page.evaluate("document.querySelector('audio').currentTime > 0"))
    await tab.page.locator(".voice").get_by_role("button", name="Pause").click()
    await expect(tab.page.locator(".voice-time")).to_contain_text(re.compile(r"0:\d\d /"))


async def test_a_video_plays_and_goes_on_while_its_caption_is_edited(tab: Tab) -> None:
    chat_id = await tab.chat_id()
    sent = await tab.bot.call(
        "sendVideo",
        files={"video": ("film.mp4", video(WIDTH, HEIGHT, 32, rate=16), "video/mp4")},
        chat_id=chat_id,
        duration=2,
        width=WIDTH,
        height=HEIGHT,
        caption="first",
    )
    await tab.page.get_by_role("button", name="Play video").click()
    await eventually(lambda: tab.page.evaluate("document.querySelector('video').currentTime > 0"))
    assert await tab.page.evaluate("document.querySelector('video').videoWidth") == WIDTH
    where = {"chat_id": chat_id, "message_id": sent["message_id"]}
    await tab.page.evaluate("document.querySelector('video').dataset.mark = 'same'")
    await tab.bot.call("editMessageCaption", **where, caption="second")
    await expect(tab.messages.last.locator(".text")).to_contain_text("second")
    assert await tab.page.locator("video[data-mark=same]").count() == 1
