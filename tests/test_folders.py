"""Settings that lead nowhere: every command says so in a sentence, and never in a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config.folders import SettingsFolder
from tests.support.process import Running, ended

SETTINGS = {
    "TELEGRAM_BOT_TOKEN": "4242:AAH-local-sandbox-token-000000000000",
    "TELEGRAM_BASE_URL": "http://127.0.0.1:9",
    "ENGINE": "preview",
}
TEXT = "".join(f"{name}={value}\n" for name, value in SETTINGS.items())


def _folder(file: Path) -> None:
    file.mkdir()


def _encoded(encoding: str) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        file.write_bytes(f"{TEXT}CONTACT=café\n".encode(encoding))

    return write


BAD_FILES = {
    "UTF-16": _encoded("utf-16"),
    "UTF-16 without a mark": _encoded("utf-16-le"),
    "UTF-32": _encoded("utf-32"),
    "Latin-1": _encoded("latin-1"),
    "a folder": _folder,
}
STRANGERS_LOCK = "DATABASE_URL with a stranger's lock"
BAD_FOLDERS = {
    "DATA_DIR a file": {"DATA_DIR": "file"},
    "DATA_DIR in a file": {"DATA_DIR": "file/videos"},
    "DATA_DIR with a file in it": {"DATA_DIR": "spoilt"},
    "DATA_DIR a broken link": {"DATA_DIR": "link"},
    "DATA_DIR too long": {"DATA_DIR": "x" * 300},
    "DATA_DIR where nothing can be made": {"DATA_DIR": "/proc/videos"},
    "DATABASE_URL in a file": {"DATABASE_URL": "sqlite:///file/bot.db"},
    "DATABASE_URL in a circle": {"DATABASE_URL": "sqlite:///circle/bot.db"},
    "DATABASE_URL a folder": {"DATABASE_URL": "sqlite:///spoilt"},
    "DATABASE_URL too long": {"DATABASE_URL": f"sqlite:///{'x' * 300}"},
    "DATABASE_URL where nothing can be made": {"DATABASE_URL": "sqlite:////proc/x/bot.db"},
    "DATABASE_URL no file": {"DATABASE_URL": "sqlite:///."},
    STRANGERS_LOCK: {"DATABASE_URL": "sqlite:///poetry"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the command starts: with files in the way of folders, and folders of files."""
    (tmp_path / "file").touch()
    (tmp_path / "spoilt" / "results").mkdir(parents=True)
    (tmp_path / "spoilt" / "preview").touch()
    (tmp_path / "link").symlink_to("nowhere/at/all")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "poetry").touch()
    (tmp_path / "poetry.lock").write_text("this is no lock of ours\n" * 100)
    (tmp_path / "backup.db").touch()
    return tmp_path


def told(over: Running) -> list[str]:
    """What a command ends with, or what a doctor calls problems of settings and places."""
    assert over.code == 1, over.printed
    assert "Traceback" not in over.printed
    lines = over.printed.splitlines()
    problems = [line for line in lines if line.startswith("problem")]
    return [line for line in problems if "service: " not in line] or lines[-1:]


async def check_file(folder: Path, command: str, kind: str) -> None:
    for name in ("a.jpg", "b.ogg"):
        (folder / name).touch()
    BAD_FILES[kind](folder / ".env")
    over = await ended(*command.split(), cwd=folder, settings={"ENV_FILE": ".env"})
    (sentence,) = told(over)
    assert "The settings file .env is not" in sentence
    assert "save it as UTF-8" in sentence or "move it away" in sentence


async def check_place(folder: Path, command: str, kind: str) -> None:
    ((name, value),) = BAD_FOLDERS[kind].items()
    over = await ended(*command.split(), cwd=folder, settings={**SETTINGS, name: value})
    path = value.removeprefix("sqlite:///")
    assert any(name in line or path in line for line in told(over)), over.printed


@pytest.mark.parametrize("command", ["run", "doctor"])
async def test_the_settings_file_in_another_encoding_is_one_sentence(
    folder: Path, command: str
) -> None:
    await check_file(folder, command, "UTF-16")


@pytest.mark.parametrize("command", ["run", "doctor"])
async def test_a_file_in_the_place_of_a_folder_is_one_sentence(folder: Path, command: str) -> None:
    await check_place(folder, command, "DATA_DIR a file")


@pytest.mark.proof
@pytest.mark.parametrize("command", ["run", "doctor", "backup copy.db", "make a.jpg b.ogg"])
@pytest.mark.parametrize("kind", BAD_FILES)
async def test_any_settings_file_that_cannot_be_read_is_one_sentence(
    folder: Path, command: str, kind: str
) -> None:
    await check_file(folder, command, kind)


@pytest.mark.proof
@pytest.mark.parametrize("command", ["run", "doctor"])
@pytest.mark.parametrize("kind", BAD_FOLDERS)
async def test_any_place_that_cannot_be_used_is_said_by_the_bot_and_the_doctor(
    folder: Path, command: str, kind: str
) -> None:
    await check_place(folder, command, kind)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (command, kind)
        for command in ("backup copy.db", "restore backup.db")
        for kind in BAD_FOLDERS
        if "DATABASE_URL" in kind and (command, kind) != ("backup copy.db", STRANGERS_LOCK)
    ],
)
async def test_any_database_that_cannot_be_used_is_said_by_backup_and_restore(
    folder: Path, command: str, kind: str
) -> None:
    await check_place(folder, command, kind)


@pytest.mark.parametrize("kind", [kind for kind in BAD_FOLDERS if "DATA_DIR" in kind])
def test_a_bad_place_is_found_without_making_anything(
    folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    settings_folder = SettingsFolder("DATA_DIR", Path(BAD_FOLDERS[kind]["DATA_DIR"]) / "preview")
    fault = settings_folder.fault()
    assert fault is not None
    assert fault.startswith(f"DATA_DIR leads to {settings_folder.folder}, but ")
    assert settings_folder.make() == fault
    assert sorted(folder.rglob("*")) == before


def test_a_good_place_is_made_only_when_that_is_asked(tmp_path: Path) -> None:
    settings_folder = SettingsFolder("DATA_DIR", tmp_path / "说话 der Fotos" / "results")
    assert settings_folder.fault() is None
    assert list(tmp_path.iterdir()) == []
    assert settings_folder.make() is None
    assert settings_folder.folder.is_dir()
    assert settings_folder.make() is None


async def test_a_terminal_that_cannot_show_a_letter_is_told_all_the_same(folder: Path) -> None:
    settings = {**SETTINGS, "DATA_DIR": "file/说话", "PYTHONIOENCODING": "latin-1"}
    over = await ended("doctor", cwd=folder, settings=settings)
    assert any("DATA_DIR leads to file/\\u8bf4\\u8bdd" in line for line in told(over))
