"""The documents are complete and true: settings, commands."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from dotenv import dotenv_values

from bot.__main__ import main
from bot.config.misspelt import setting_names
from bot.config.settings import Settings

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MOST_WORDS = 6_000
MOST_PICTURE_BYTES = 150_000


def in_example() -> dict[str, str]:
    """Each setting of the example, with the value shown, commented out or not."""
    return dict(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))


def commands() -> list[str]:
    return main.list_commands(click.Context(main))


def test_every_setting_is_in_the_example_and_no_other() -> None:
    assert set(in_example()) == setting_names()


@pytest.mark.parametrize("name", sorted(setting_names()))
def test_the_default_that_is_documented_is_the_default(name: str) -> None:
    default = Settings.model_fields[name.lower()].default
    written = "" if default in (None, frozenset()) or "TOKEN" in name else str(default)
    assert in_example()[name] == written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_pages_are_short() -> None:
    """A newcomer reads all of them: what is added makes room for itself."""
    assert sum(len(page.read_text("utf-8").split()) for page in PAGES) <= MOST_WORDS


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").glob("*.jpg")), ids=lambda p: p.name)
def test_a_picture_is_small(picture: Path) -> None:
    assert picture.stat().st_size < MOST_PICTURE_BYTES


def test_no_line_of_the_changes_is_there_twice() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    written = [line for line in lines if line.startswith("- ")]
    assert len(set(written)) == len(written)


def test_a_copied_example_asks_for_nothing_but_the_two_accounts() -> None:
    live = dotenv_values(ROOT / ".env.example")
    assert set(live) == {"TELEGRAM_BOT_TOKEN", "DASHSCOPE_API_KEY"}


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"talking-photo {command}" in README


def test_every_command_in_the_readme_exists() -> None:
    assert set(re.findall(r"`talking-photo ([a-z]+)", README)) <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself(command: str) -> None:
    found = main.get_command(click.Context(main), command)
    assert found is not None
    assert found.help
    options = [each for each in found.params if isinstance(each, click.Option)]
    assert all(option.help for option in options)
