"""The settings: what is accepted, what is refused, and with which words."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config.misspelt import misspelt_settings, setting_names
from bot.config.sentences import SettingsInvalid
from bot.config.service import ServiceSettings
from bot.config.settings import Settings
from bot.limits import limits_of

TOKEN = "4242:AAH-local-sandbox-token-000000000000"
KEY = "sk-0123456789abcdef"

Set = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Set:
    """Set exactly these settings, none else, with no settings file in the way."""
    for name in list(os.environ):
        if name.upper() in setting_names():
            monkeypatch.delenv(name)
    monkeypatch.delenv("ENV_FILE", raising=False)
    monkeypatch.chdir(tmp_path)

    def set_only(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_only


@pytest.fixture
def good(environment: Set) -> Set:
    """The same, on top of the two settings that must be there."""
    environment(TELEGRAM_BOT_TOKEN=TOKEN, DASHSCOPE_API_KEY=KEY)
    return environment


def refusal() -> str:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    return str(caught.value)


def test_token_and_key_are_enough(good: Set) -> None:
    settings = Settings.load()
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.dashscope_api_key is not None
    assert settings.dashscope_api_key.get_secret_value() == KEY
    assert settings.engine == "wan2.2-s2v"
    assert settings.database_path == Path("talking-photo.db")
    assert settings.data_directory == Path("talking-photo-data")


def test_everything_that_is_missing_is_said_at_once(environment: Set) -> None:
    sentences = refusal().splitlines()
    assert len(sentences) == 2
    assert any(line.startswith("TELEGRAM_BOT_TOKEN is missing: ") for line in sentences)
    assert any(line.startswith("DASHSCOPE_API_KEY is missing: ") for line in sentences)


def test_the_preview_engine_needs_no_key(environment: Set) -> None:
    environment(TELEGRAM_BOT_TOKEN=TOKEN, ENGINE="preview")
    settings = Settings.load()
    assert settings.dashscope_api_key is None
    assert settings.micro_yuan_per_second(settings.default_engine, settings.resolution) == 0
    assert settings.micro_yuan_per_detection(settings.default_engine) == 0


def test_several_engines_stand_between_commas_the_usual_one_first(good: Set) -> None:
    good(ENGINE=" EMO, wan2.2-s2v ")
    settings = Settings.load()
    assert settings.engines == ("emo", "wan2.2-s2v")
    assert settings.default_engine == "emo"
    assert settings.micro_yuan_per_second(settings.default_engine, settings.resolution) == 80_000


def test_one_engine_of_several_may_need_a_key(environment: Set) -> None:
    environment(TELEGRAM_BOT_TOKEN=TOKEN, ENGINE="preview,emo")
    assert refusal().startswith("DASHSCOPE_API_KEY is missing: ENGINE=preview,emo needs one")


def test_the_service_alone_needs_neither(environment: Set) -> None:
    assert ServiceSettings.load().dashscope_api_key is None


def test_settings_cannot_be_changed(good: Set) -> None:
    settings = Settings.load()
    with pytest.raises(ValidationError):
        settings.engine = "preview"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("TELEGRAM_BOT_TOKEN", "hello", "is not a bot token"),
        ("TELEGRAM_BOT_TOKEN", "4242:short", "copy it again from @BotFather"),
        ("TELEGRAM_BASE_URL", "api.telegram.org", "is not an address"),
        ("TELEGRAM_BASE_URL", "https://api.telegram.org/bot", "what stands before /bot<token>"),
        ("TELEGRAM_BASE_URL", f"https://api.telegram.org/bot{TOKEN}", "ends with /bot…"),
        ("DASHSCOPE_BASE_URL", "https://u:p@host/api/v1", "without a question mark or a user name"),
        ("DASHSCOPE_API_KEY", "sk-two words", "copy it again"),
        ("DASHSCOPE_REGION", "mars", "write beijing or singapore"),
        ("DASHSCOPE_REGION", "beijing", "DASHSCOPE_WORKSPACE_ID is missing"),
        ("DASHSCOPE_WORKSPACE_ID", "ws-1", "DASHSCOPE_REGION is missing"),
        ("DASHSCOPE_WORKSPACE_ID", "evil.example/x", "is not a workspace id"),
        ("DATABASE_URL", "postgresql://u:p@host/db", "this version cannot use yet"),
        ("DATABASE_URL", "talking-photo.db", "write it in that form"),
        ("DATABASE_URL", "sqlite://", "is not sqlite:///file.db"),
        ("DATABASE_URL", "sqlite:///:memory:", "is not sqlite:///file.db"),
        ("ENGINE", "sora", "('sora') is not one of the choices"),
        ("ENGINE", "emo,sora", "write wan2.2-s2v, emo or preview, or several with commas"),
        ("ENGINE", "emo,", "is not one of the choices"),
        ("ENGINE", "emo,emo", "names an engine twice"),
        ("RESOLUTION", "1080P", "write 480P or 720P"),
        ("EMO_STYLE", "shouting", "normal, calm or active"),
        ("ADMIN_IDS", "alice", "with commas, such as 1001,1002"),
        ("TIME_ZONE", "Mars/Olympus", "is not a time zone"),
        ("TIME_ZONE", "../../etc/passwd", "is not a time zone"),
        ("POLL_SECONDS", "soon", "is not a number"),
        ("POLL_SECONDS", "0", "is too small"),
        ("POLL_SECONDS", "nan", "is not a finite number"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("JOBS_WAITING_PER_PERSON", "0", "is too small"),
        ("JOBS_WAITING_PER_PERSON", "2.5", "is not a whole number"),
        ("DETECTIONS_PER_PERSON_PER_DAY", "-1", "is too small"),
        ("PRICE_WAN_480P", "0", "is too small"),
        ("PRICE_DETECTION", "free", "is not a number"),
    ],
)
def test_a_wrong_setting_is_named_with_its_fault_and_its_remedy(
    good: Set, name: str, value: str, words: str
) -> None:
    good(**{name: value})
    sentences = refusal().splitlines()
    assert len(sentences) == 1
    assert name in sentences[0]
    assert words in sentences[0]
    assert sentences[0].endswith(".")


@pytest.mark.parametrize(
    "cap",
    [
        "QUOTA_SECONDS_PER_DAY",
        "QUOTA_SECONDS_PER_MONTH",
        "BUDGET_YUAN_PER_DAY",
        "BUDGET_YUAN_PER_MONTH",
        "DETECTIONS_PER_PERSON_PER_DAY",
        "JOBS_WAITING_PER_PERSON",
    ],
)
@pytest.mark.parametrize(
    "broken", ["", " ", "none", "unlimited", "inf", "Infinity", "nan", "-1", "1e99", "60 s"]
)
def test_a_broken_cap_refuses_instead_of_opening(good: Set, cap: str, broken: str) -> None:
    good(**{cap: broken})
    assert refusal().startswith(cap)


def test_a_cap_that_is_not_set_is_still_a_cap(good: Set) -> None:
    settings = Settings.load()
    caps = limits_of(settings).caps
    assert (caps.person_day_milliseconds, caps.person_month_milliseconds) == (60_000, None)
    assert (caps.bot_day_micro_yuan, caps.bot_month_micro_yuan) == (50_000_000, 500_000_000)
    assert settings.detections_per_person_per_day == 30
    assert settings.jobs_waiting_per_person == 3


def test_amounts_become_exact_integers(good: Set) -> None:
    good(
        QUOTA_SECONDS_PER_DAY="59.999",
        QUOTA_SECONDS_PER_MONTH="600.1",
        BUDGET_YUAN_PER_DAY="0.000001",
        PRICE_WAN_480P="50.0001",
    )
    settings = Settings.load()
    caps = limits_of(settings).caps
    assert (caps.person_day_milliseconds, caps.person_month_milliseconds) == (59_999, 600_100)
    assert caps.bot_day_micro_yuan == 1
    assert settings.micro_yuan_per_second(settings.default_engine, settings.resolution) == 500_001


@pytest.mark.parametrize(
    ("engine", "resolution", "micro_yuan"),
    [("wan2.2-s2v", "480P", 500_000), ("wan2.2-s2v", "720P", 900_000), ("emo", "480P", 80_000)],
)
def test_the_list_prices_are_the_default(
    good: Set, engine: str, resolution: str, micro_yuan: int
) -> None:
    good(ENGINE=engine, RESOLUTION=resolution)
    settings = Settings.load()
    assert (
        settings.micro_yuan_per_second(settings.default_engine, settings.resolution) == micro_yuan
    )
    assert settings.micro_yuan_per_detection(settings.default_engine) == 4_000


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("beijing", "ws-7.cn-beijing.maas.aliyuncs.com"),
        ("Singapore", "ws-7.ap-southeast-1.maas.aliyuncs.com"),
    ],
)
def test_region_and_workspace_make_the_address(good: Set, region: str, host: str) -> None:
    good(DASHSCOPE_REGION=region, DASHSCOPE_WORKSPACE_ID="ws-7")
    assert Settings.load().dashscope_base_url == f"https://{host}/api/v1"


def test_two_contradicting_addresses_are_refused(good: Set) -> None:
    good(
        DASHSCOPE_REGION="beijing",
        DASHSCOPE_WORKSPACE_ID="ws-7",
        DASHSCOPE_BASE_URL="http://127.0.0.1:8082/api/v1",
    )
    assert "keep one of the two forms" in refusal()


def test_optional_settings_may_be_left_empty(good: Set) -> None:
    good(STYLE="", POLL_SECONDS="", DATA_DIR="", ADMIN_IDS="", DASHSCOPE_REGION="")
    settings = Settings.load()
    assert settings.style is None
    assert settings.poll_seconds is None
    assert settings.admin_ids == frozenset()


def test_addresses_lose_their_last_slash_and_names_their_case(good: Set) -> None:
    good(TELEGRAM_BASE_URL="http://127.0.0.1:8081/", ENGINE="WAN2.2-S2V", LOG_LEVEL="debug")
    settings = Settings.load()
    assert settings.telegram_base_url == "http://127.0.0.1:8081"
    assert (settings.engine, settings.log_level) == ("wan2.2-s2v", "DEBUG")


def test_ids_are_numbers_between_commas(good: Set) -> None:
    good(ADMIN_IDS="1001, 9007199254740993")
    assert Settings.load().admin_ids == frozenset({1001, 9007199254740993})


def test_data_lies_next_to_the_database(good: Set, tmp_path: Path) -> None:
    good(DATABASE_URL=f"sqlite:///{tmp_path}/deep/bot.db")
    assert Settings.load().data_directory == tmp_path / "deep" / "bot-data"


def test_the_environment_wins_over_the_file(good: Set, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ENGINE=emo\nRESOLUTION=720P\n")
    good(ENGINE="preview")
    settings = Settings.load()
    assert (settings.engine, settings.resolution) == ("preview", "720P")


def test_another_file_can_be_named(good: Set, tmp_path: Path) -> None:
    (tmp_path / "staging.env").write_text("ENGINE=emo\n")
    good(ENV_FILE="staging.env")
    assert Settings.load().engine == "emo"


def test_a_named_file_that_is_missing_is_an_error(good: Set) -> None:
    good(ENV_FILE="nowhere.env")
    assert "nowhere.env, which is not there" in refusal()


def test_a_file_that_is_not_text_is_an_error(good: Set, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("ENGINE=emo # \u00e9".encode("latin-1"))
    assert "is not UTF-8 text: save it as UTF-8" in refusal()


def test_slips_of_the_keyboard_are_pointed_out(good: Set, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QUOTA_SECOND_PER_DAY=10\nSOMETHING_ELSE=1\nENGINE=emo\n")
    good(BUDGET_YUAN_PER_DAYS="1", HOME="/")
    assert misspelt_settings() == [
        "QUOTA_SECOND_PER_DAY in .env is not a setting: did you mean QUOTA_SECONDS_PER_DAY?",
        "SOMETHING_ELSE in .env is not a setting and has no effect: remove it.",
        "BUDGET_YUAN_PER_DAYS in the environment is not a setting: "
        "did you mean BUDGET_YUAN_PER_DAY?",
    ]


def test_secrets_never_show(good: Set) -> None:
    settings = Settings.load()
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert TOKEN not in shown
    assert KEY not in shown


@pytest.mark.parametrize("name", sorted(setting_names()))
def test_a_secret_in_the_wrong_place_is_not_repeated(good: Set, name: str) -> None:
    secret = "4242:AAH_" + "wrong" * 8 + "!"
    good(**{name: secret})
    told = ""
    try:
        Settings.load()
    except SettingsInvalid as invalid:
        told = "".join(traceback.format_exception(invalid)) + repr(invalid)
    assert "wrongwrong" not in told


def test_every_setting_says_what_to_write() -> None:
    assert all(field.description for field in Settings.model_fields.values())
