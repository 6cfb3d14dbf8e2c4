"""The log: readable, tied to its job, and free of secrets whatever is logged."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from bot.json_lines import JsonLines
from bot.logs import (
    CONTEXT,
    HIDDEN,
    SELDOM,
    RedactingFormatter,
    Redactor,
    Seldom,
    about,
    log_context,
)
from bot.sandbox.serving import serve

TOKEN = "4242:AAH-local-sandbox-token-000000000000"
KEY = "kk.very-own-key"
OTHERS = "77777:BBB-somebody-elses-token-11111111111"
SECRETS = (SecretStr(TOKEN), SecretStr(KEY))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the root logger writes at DEBUG, through the redacting formatter."""
    with written_by(RedactingFormatter(Redactor(SECRETS))) as written:
        yield written


@pytest.fixture
def json_log() -> Iterator[io.StringIO]:
    """The same as JSON."""
    with written_by(JsonLines(Redactor(SECRETS), about)) as written:
        yield written


@contextmanager
def written_by(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def clean(text: str) -> bool:
    secrets = (TOKEN, quote(TOKEN), TOKEN.split(":")[1], KEY, OTHERS.split(":")[1])
    return not any(secret in text for secret in secrets)


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        quote(TOKEN),
        quote(TOKEN).lower().replace("aah", "AAH"),
        quote(quote(TOKEN)),
        TOKEN.split(":")[1],
        KEY,
        OTHERS,
        quote(OTHERS),
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    redact = Redactor(SECRETS)
    for text in (
        secret,
        f"https://api/{secret}/x.ogg",
        f"/bot{secret}/x",
        f"('{secret}')",
        f"a={secret}&b",
    ):
        assert secret not in redact(text)
        assert HIDDEN in redact(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("key=sk-0123456789abcdef.", f"key={HIDDEN}."),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {HIDDEN}"),
        ("{'authorization': 'bearer abcdef'}", f"{{'authorization': 'bearer {HIDDEN}'}}"),
        ("v.mp4?Expires=9&Signature=a%2Fb&x=1", f"v.mp4?Expires=9&Signature={HIDDEN}&x=1"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_without_being_known(text: str, left: str) -> None:
    assert Redactor()(text) == left


@pytest.mark.parametrize(
    "text", ["12:30:45 job 17", "sk-", "the bearer of a task-0123456789", "bot 4242:"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor(SECRETS)(text) == text


def test_arguments_exceptions_and_tracebacks_are_covered(log: io.StringIO) -> None:
    try:
        raise ConnectionError(f"GET https://api/bot{TOKEN}/getMe")
    except ConnectionError:
        logging.getLogger("x").exception("failed with %s", {"Authorization": f"Bearer {KEY}"})
    assert "Traceback" in log.getvalue()
    assert clean(log.getvalue())


async def test_http_logging_at_debug_shows_no_secret(log: io.StringIO) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            location = (b"location", f"/file/bot{quote(TOKEN)}/a.ogg".encode())
            await send({"type": "http.response.start", "status": 404, "headers": [location]})
            await send({"type": "http.response.body", "body": b""})

    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    async with serve(answer) as base, httpx.AsyncClient() as client:
        await client.get(f"{base}/bot{TOKEN}/getMe", headers={"Authorization": f"Bearer {KEY}"})
        await client.get(f"{base}/file/bot{quote(TOKEN)}/a.ogg")
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    assert f"/bot{HIDDEN}/getMe" in log.getvalue()
    assert "httpcore" in log.getvalue()
    assert clean(log.getvalue())


def test_a_line_names_its_job(log: io.StringIO) -> None:
    with log_context(job=17):
        logging.getLogger("bot.x").warning("inside")
        with log_context(task="t-1"):
            logging.getLogger("bot.x").warning("deeper")
    logging.getLogger("bot.x").warning("outside")
    inside, deeper, outside = log.getvalue().splitlines()
    assert inside.endswith("WARNING bot.x job=17: inside")
    assert deeper.endswith("WARNING bot.x job=17 task=t-1: deeper")
    assert outside.endswith("WARNING bot.x: outside")


def test_a_foreign_line_break_makes_no_second_line(log: io.StringIO) -> None:
    logging.getLogger("bot.x").warning("name %s", "a\n2026-01-01 00:00:00,000 ERROR bot: forged")
    assert len(log.getvalue().splitlines()) == 1


@settings(deadline=None)
@given(st.text())
def test_a_record_is_one_line_whatever_stands_in_it(text: str) -> None:
    """Its traceback is set back: what an error says is not taken for a record either."""
    with written_by(RedactingFormatter(Redactor())) as log:
        logging.getLogger("bot.x").warning("name %s", text)
        logging.getLogger("bot.x").error("failed", exc_info=ValueError(text))
    name, failed, *error = log.getvalue().splitlines()
    assert "bot.x: name " in name
    assert "bot.x: failed" in failed
    assert all(line.startswith("  ") for line in error)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e]", log.getvalue())


@settings(deadline=None)
@given(st.text(), st.sampled_from(["name %s", "%s"]))
def test_as_json_it_is_one_line_of_ascii_that_means_what_was_said(text: str, said: str) -> None:
    with written_by(JsonLines(Redactor(), about)) as log:
        logging.getLogger("bot.x").warning(said, text)
    (line,) = log.getvalue().splitlines()
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["message"] == said % text


def test_json_lines_have_the_same_fields_whoever_logs(json_log: io.StringIO) -> None:
    with log_context(update=5, job=17):
        logging.getLogger("bot.x").warning("ours", extra={"color_message": "no", "job": "no"})
        logging.getLogger("uvicorn.error").error({"message": "a library's", "level": 7})
    logging.getLogger().warning("%s", b"bytes")
    for line in map(json.loads, json_log.getvalue().splitlines()):
        assert set(line) <= {"time", "level", "logger", "message", "error", *CONTEXT}
        assert datetime.fromisoformat(line["time"]).tzinfo is UTC
    ours, library, outside = map(json.loads, json_log.getvalue().splitlines())
    assert (ours["update"], ours["job"], ours["level"]) == (5, 17, "WARNING")
    assert (library["logger"], library["level"]) == ("uvicorn.error", "ERROR")
    assert set(outside) == {"time", "level", "logger", "message"}


def test_json_lines_hide_secrets_and_stay_json(json_log: io.StringIO) -> None:
    try:
        with log_context(job=17, outbox=f"of {TOKEN}"):
            raise ConnectionError(f'GET "https://api/bot{TOKEN}/getMe?signature=a\\"b"')
    except ConnectionError:
        logging.getLogger(f"x.{KEY}").exception(
            "failed with %s", {"Authorization": f"Bearer {KEY}"}
        )
    (line,) = json_log.getvalue().splitlines()
    fields = json.loads(line)
    assert fields["error"].startswith("Traceback")
    assert f"/bot{HIDDEN}/getMe" in fields["error"]
    assert fields["outbox"] == f"of {HIDDEN}"
    assert clean(line)


def test_an_error_that_is_logged_further_up_is_still_about_its_job(json_log: io.StringIO) -> None:
    try:
        with log_context(update=5), log_context(job=17):
            raise ConnectionError
    except ConnectionError:
        logging.getLogger("x").exception("work failed")
    fields = json.loads(json_log.getvalue())
    assert (fields["update"], fields["job"]) == (5, 17)


def test_every_context_in_the_code_has_a_name_that_is_told() -> None:
    root = Path(__file__).parents[1]
    texts = (path.read_text("utf-8") for path in (root / "bot").rglob("*.py"))
    used = {
        str(name.arg)
        for text in texts
        if re.search("log_context|about_job", text)
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("log_context", "self.about_job")
        for name in call.keywords
        if name.arg is not None
    }
    assert used <= set(CONTEXT)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[float], None]]:
    """Says what time it is for the log that `caplog` has."""
    now_seconds = [0.0]
    seldom = Seldom(lambda: now_seconds[0])
    caplog.handler.addFilter(seldom)
    yield lambda seconds: now_seconds.__setitem__(0, seconds)
    caplog.handler.removeFilter(seldom)


def test_what_others_can_cause_is_said_at_once_and_then_once_a_minute_with_its_number(
    caplog: pytest.LogCaptureFixture, told: Callable[[float], None]
) -> None:
    for seconds in range(150):
        told(seconds)
        logging.getLogger("bot").warning("refused", extra=SELDOM)
    often = " (60 times since this was said)"
    assert caplog.messages == ["refused", f"refused{often}", f"refused{often}"]


def test_a_cause_is_said_once_whatever_it_stops_and_another_one_and_what_ends_always(
    caplog: pytest.LogCaptureFixture, told: Callable[[float], None]
) -> None:
    log, away = logging.getLogger("bot"), ConnectionError("no way to 10.0.0.7, request ab-12-cd")
    told(0.0)
    for number in range(9):
        log.warning("job %d waits %d s: %s", number, 2**number, away, extra=SELDOM)
        log.error("work on %d failed", number, exc_info=type(away)(f"{away}{number}"), extra=SELDOM)
        log.warning("job %d waits: %r", number, PermissionError("closed"), extra=SELDOM)
        log.warning("job %d is given up: %s", number, away)
    said = [message.partition(":")[0] for message in caplog.messages]
    lost = [f"job {number} is given up" for number in range(9)]
    assert said == ["job 0 waits 1 s", "job 0 waits", *lost]


def test_set_up_logging_quiets_http_and_redacts_even_what_nobody_caught() -> None:
    program = (
        "import logging, threading\n"
        "from pydantic import SecretStr\n"
        "from bot.logs import set_up_logging\n"
        f"token = {TOKEN!r}\n"
        "set_up_logging('DEBUG', [SecretStr(token)])\n"
        "logging.getLogger('httpx').info('not to be seen')\n"
        "def fail(): raise RuntimeError('thread ' + token)\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\n"
        "class Held:\n"
        "    def __del__(self): raise RuntimeError('freed ' + token)\n"
        "Held()\n"
        "raise RuntimeError('main ' + token)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert f"thread {HIDDEN}" in done.stderr
    assert f"freed {HIDDEN}" in done.stderr
    assert f"main {HIDDEN}" in done.stderr
    assert "not to be seen" not in done.stderr
    assert clean(done.stderr.replace(f"token = {TOKEN!r}", ""))
