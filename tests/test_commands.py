"""The table of commands, and whatever speaks of a command, say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.texts import LANGUAGES, Texts
from handlers import COMMANDS
from handlers.access import Who
from handlers.menus import FOR_GROUP_ADMINS, FOR_PEOPLE, IN_GROUPS, MENUS
from tests.support.texts import LONGEST_SECONDS, said

ROOT = Path(__file__).parents[1]
NAMES = [command.name for command in COMMANDS]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
_ON_A_PAGE = re.compile(r"`/(\w+)[`\s]")
_IN_A_TEXT = re.compile(r"(?<![\w<:/.])/([a-z]+)")


def named(text: str) -> list[str]:
    """The commands that each line of a help text begins with."""
    return re.findall(r"^/(\w+)", text, re.MULTILINE)


def test_a_command_is_in_the_table_once() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_every_other_command_of_the_menu_once(language: str) -> None:
    shown = named(said("help", language, longest=LONGEST_SECONDS))
    assert shown == [name for name in FOR_PEOPLE if name not in ("start", "help")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted({name for _, names in MENUS for name in names}))
def test_every_menu_says_what_a_command_does(language: str, name: str) -> None:
    assert Texts().of(language).plain(f"command-{name}").strip()


@pytest.mark.parametrize("path", sorted((ROOT / "bot" / "texts").rglob("*.ftl")), ids=str)
def test_a_text_speaks_of_no_command_that_there_is_not(path: Path) -> None:
    assert set(_IN_A_TEXT.findall(path.read_text("utf-8"))) <= set(NAMES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_speaks_of_no_command_that_there_is_not(path: Path) -> None:
    paths = {"sim", "newbot", "healthz", "readyz", "metrics"}  # of HTTP; for @BotFather
    assert set(_ON_A_PAGE.findall(path.read_text("utf-8"))) <= {*NAMES, *paths}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("start", "help")])
def test_the_readme_names_every_command(name: str) -> None:
    assert name in _ON_A_PAGE.findall((ROOT / "README.md").read_text("utf-8"))


def test_menus_offer_what_works_there_and_leave_the_operator_s_out() -> None:
    operators = {command.name for command in COMMANDS if command.who is Who.OPERATOR}
    offered = {*FOR_PEOPLE, *IN_GROUPS, *FOR_GROUP_ADMINS}
    assert offered == set(NAMES) - operators
    assert (IN_GROUPS[0], IN_GROUPS[-1]) == ("talk", "help")
