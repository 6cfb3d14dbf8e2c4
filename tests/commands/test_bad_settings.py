"""Whatever is wrong with the settings, every command ends with a sentence, never a traceback."""

from __future__ import annotations

import os
import shutil
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import bot.__main__ as command_line
from bot.config.misspelt import setting_names
from storage.db.database import Database
from tests.support.clock import FakeClock
from tests.support.media.photos import PORTRAIT
from tests.support.media.voices import VOICE_NOTE
from tests.support.process import ended

GOOD = {
    "ENV_FILE": "",
    "TELEGRAM_BOT_TOKEN": "4242:AAH-local-sandbox-token-000000000000",
    "TELEGRAM_BASE_URL": "http://127.0.0.1:9",
    "ENGINE": "preview",
    "DATA_DIR": "videos",
}
VALUES = ("", " ", "x", "-1", "1e999", "nan", "\u0661", "9" * 400, "a" * 5000, "\U0001f4a5", "\x01")
ADDRESSES = (
    "http://127.0.0.1:99999",
    "http://[::1",
    "http://127.0.0.1:abc",
    "http://xn--a:9",
    "http://300.1.1.1:9",
)
COMMANDS = ("run", "backup copy.db", "restore old.db", f"make {PORTRAIT} {VOICE_NOTE} -o no/v.mp4")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands start: in a folder with one file that is no database and one that is not
    there.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command_line, "prctl", lambda *_: None)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "file").write_text("no database\n" * 100)
    (tmp_path / "old.db").write_text("no backup\n" * 100)
    return tmp_path


def ends(words: str, **settings: str) -> Result:
    """A command in this process."""
    return CliRunner().invoke(command_line.main, words.split(), env={**GOOD, **settings})


def sentence(result: Result) -> str:
    """What it ends with, without having been surprised."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (1, 2), result.output
    assert "Traceback" not in result.output
    *_, last = result.output.strip().splitlines()
    assert last.endswith((".", ")")), last
    return last


def test_any_command_ends_with_a_sentence_whatever_a_setting_says() -> None:
    """Where the value is right after all, the command ends for want of the files that it names."""
    for name, value in product(sorted(setting_names()), VALUES):
        for words in COMMANDS[1:]:
            sentence(ends(words, **{name: value}))
        if name not in ("DATA_DIR", "CONTACT", "STYLE", "DASHSCOPE_API_KEY"):
            sentence(ends("run", **{"DATABASE_URL": "sqlite:///file/bot.db", name: value}))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", ["TELEGRAM_BASE_URL", "DASHSCOPE_BASE_URL"])
def test_an_address_that_cannot_be_asked_is_refused_at_the_start(name: str, address: str) -> None:
    assert sentence(ends("run", **{name: address})).startswith(f"{name} is not an address")


@pytest.mark.parametrize("command", ["sandbox", "demo --no-browser"])
@pytest.mark.parametrize("option", ["--telegram-port", "--dashscope-port"])
@pytest.mark.parametrize("port", ["-1", "65536", "99999999999999999999", "x"])
def test_a_port_that_does_not_exist_is_refused(command: str, option: str, port: str) -> None:
    assert option in sentence(ends(f"{command} {option} {port}"))


@pytest.mark.parametrize("kind", ["text", "empty", "settings", "device", "another database"])
def test_what_is_no_backup_is_not_restored(here: Path, kind: str) -> None:
    file = here / "given"
    if kind == "another database":
        shutil.copyfile(Path(__file__).parents[1] / "machine" / "rows.sql", file)
    else:
        file.write_text({"text": "x" * 5000, "settings": "ENGINE=preview\n"}.get(kind, ""))
    name = os.devnull if kind == "device" else file.name
    said = sentence(ends(f"restore {name}", DATABASE_URL="sqlite:///bot.db"))
    assert said == (
        f"{name} is no backup of this bot: name a file that `talking-photo backup` made. "
        "Nothing was changed."
    )
    assert not (here / "bot.db").exists()


async def test_a_copy_is_made_and_put_back_without_a_token(here: Path) -> None:
    database = await Database.open(here / "bot.db", FakeClock())
    await database.close()
    settings = {"TELEGRAM_BOT_TOKEN": "", "ENGINE": "nonsense", "DATABASE_URL": "sqlite:///bot.db"}
    over = await ended("backup", "copy.db", cwd=here, settings=settings)
    assert over.code == 0, over.printed
    over = await ended("restore", "copy.db", cwd=here, settings=settings)
    assert over.code == 0, over.printed


@pytest.mark.parametrize("words", ["run", "backup copy.db", "restore old.db"])
@pytest.mark.parametrize("place", ["folder", "folder/", "fifo"])
def test_a_database_that_is_no_file_is_left_as_it_is(here: Path, words: str, place: str) -> None:
    (here / "folder").mkdir()
    os.mkfifo(here / "fifo")
    before = sorted(here.rglob("*"))
    sentence(ends(words, DATABASE_URL=f"sqlite:///{place}"))
    assert sorted(here.rglob("*")) == before
