"""What Prometheus reads: numbers that are true, few, and of nobody; and who may read them."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from http import HTTPStatus
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route
from telegram.error import TelegramError

from bot import http_client
from bot.backups.task import Backups
from bot.dashscope.client import DashScope
from bot.dashscope.errors import DashScopeError
from bot.dashscope.fields import VideoRequest
from bot.http_client import CallTimes, HttpClient
from bot.telegram.answers import BotApiRequest
from bot.telegram.connection import build_bot
from bot.telegram.polling import Poller, PollFailed
from bot.web import metrics
from bot.web.figures import CLOSED, SHAPES, STAGES
from bot.web.metrics import metrics_route
from bot.web.signs import SILENT_SECONDS, Health, Sign
from bot.web.webhook import refusals
from storage import figures
from storage.figures import WAIT_BUCKETS
from storage.jobs import moves, task_moves
from storage.jobs.failures import CAUSES
from tests.storage import orders
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline
from tests.support.fake_services import Fakes

TOKEN = SecretStr("0123456789abcdef")
MOST_SERIES = 500
HERE, ELSEWHERE = "127.0.0.1", "203.0.113.7"
URL = "http://localhost:8080/metrics"


@pytest.fixture(autouse=True)
def no_calls(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], CallTimes]:
    """Of another test."""
    counted: dict[tuple[str, str], CallTimes] = {}
    monkeypatch.setattr(http_client, "counted", counted)
    return counted


def route(fakes: Fakes, token: SecretStr | None = None) -> Route:
    return metrics_route(fakes.worker, Health(clock=fakes.clock), token)


async def ask(
    fakes: Fakes,
    *,
    token: SecretStr | None = None,
    caller: str = HERE,
    url: str = URL,
    **headers: str,
) -> httpx.Response:
    app = Starlette(routes=[route(fakes, token)])
    transport = httpx.ASGITransport(app, client=(caller, 1))
    named = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    async with httpx.AsyncClient(transport=transport, timeout=deadline()) as http:
        return await http.get(url, headers=named)


async def samples(fakes: Fakes) -> list[Sample]:
    answer = await ask(fakes)
    assert answer.status_code == 200, answer.text
    return [one for each in text_string_to_metric_families(answer.text) for one in each.samples]


async def values(fakes: Fakes, name: str) -> Mapping[tuple[str, ...], float]:
    found = [one for one in await samples(fakes) if one.name == f"talking_photo_{name}"]
    return {tuple(one.labels.values()): one.value for one in found if one.value}


REFUSED: dict[str, dict[str, Any]] = {
    "from another machine": {"caller": ELSEWHERE},
    "from another machine by IPv6": {"caller": "2001:db8::7"},
    "through a proxy": {"x_forwarded_for": HERE},
    "through a proxy that says so otherwise": {"forwarded": f"for={HERE}"},
    "through a proxy that keeps the host": {"url": "http://bot.example.org/metrics"},
    "through a tunnel": {"cf_connecting_ip": ELSEWHERE},
    "through a cluster": {"x_cluster_client_ip": ELSEWHERE},
    "through two proxies": {"x_original_forwarded_for": ELSEWHERE},
    "with a token that is not set": {"caller": ELSEWHERE, "authorization": "Bearer "},
}


@pytest.mark.parametrize("how", REFUSED)
async def test_without_a_token_they_are_for_this_machine_alone(fakes: Fakes, how: str) -> None:
    answer = await ask(fakes, **REFUSED[how])
    assert answer.status_code == 403
    assert "METRICS_TOKEN" in answer.text
    assert "talking_photo" not in answer.text


async def test_an_old_proxy_that_adds_nothing_is_from_outside(port: int, fakes: Fakes) -> None:
    """nginx, unless it is told otherwise: the target's own name as host, and HTTP/1.0."""
    from bot.web.server import serving

    async with serving([route(fakes)], port), asyncio.timeout(deadline()):
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(b"GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b" 403 " in await reader.readline()
        writer.close()
        async with httpx.AsyncClient(timeout=deadline()) as http:
            assert (await http.get(f"http://{HERE}:{port}/metrics")).status_code == 200


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8080/metrics", "http://[::1]:1/metrics"])
async def test_this_machine_needs_no_token_where_none_is_set(fakes: Fakes, url: str) -> None:
    assert (await ask(fakes, url=url)).status_code == 200
    assert (await ask(fakes, url=url, caller="::1")).status_code == 200


WRONG = ("", "Bearer", "Bearer 0123456789abcdeg", "Basic 0123456789abcdef", "Bearer \xe9" * 9)


@pytest.mark.parametrize("said", WRONG)
async def test_where_a_token_is_set_nobody_reads_without_it(fakes: Fakes, said: str) -> None:
    for caller in (HERE, ELSEWHERE):
        answer = await ask(fakes, token=TOKEN, caller=caller, authorization=said)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "talking_photo" not in answer.text


async def test_with_the_token_it_is_read_from_anywhere(fakes: Fakes) -> None:
    said = {"authorization": f"Bearer {TOKEN.get_secret_value()}", "x_forwarded_for": ELSEWHERE}
    url = "https://bot.example.org/metrics"
    answer = await ask(fakes, token=TOKEN, caller=ELSEWHERE, url=url, **said)
    assert answer.status_code == 200
    assert TOKEN.get_secret_value() not in answer.text


async def test_jobs_are_told_by_state_engine_and_cause(fakes: Fakes) -> None:
    done = await orders.render(fakes.database, await orders.start(fakes.database), 4_000)
    await orders.deliver(fakes.database, done)
    failed = await orders.start(fakes.database, 2)
    task = await orders.task_of(fakes.database, failed)
    await fakes.database.do(task_moves.fail, task, "failed-moderated", "whatever Ada said")
    await fakes.database.do(moves.cancel, (await orders.start(fakes.database, 3)).id)
    await orders.start(fakes.database, 4)
    assert await values(fakes, "jobs_ended_total") == {
        ("", "wan2.2-s2v", "done"): 1,
        ("failed-moderated", "wan2.2-s2v", "failed"): 1,
        ("", "wan2.2-s2v", "cancelled"): 1,
    }
    assert await values(fakes, "jobs_ordered_total") == {("wan2.2-s2v",): 4}
    assert await values(fakes, "jobs") == {("wan2.2-s2v", "making"): 1}
    assert await values(fakes, "tasks") == {("wan2.2-s2v", "preparing"): 1}
    assert await values(fakes, "video_seconds_total") == {
        ("wan2.2-s2v", "hold"): 20.0,
        ("wan2.2-s2v", "settle"): 4.0,
    }
    assert await values(fakes, "money_yuan_total") == {
        ("wan2.2-s2v", "hold"): 10.0,
        ("wan2.2-s2v", "settle"): 2.0,
        ("wan2.2-s2v", "release"): 5.5,
    }
    assert await values(fakes, "held_yuan") == {("wan2.2-s2v",): 2.5}
    assert (await values(fakes, "budget_left_yuan"))["day",] == 45.5
    assert await values(fakes, "wait_seconds_count") == {(stage,): 1 for stage in STAGES}


async def test_the_queue_is_told_with_the_age_of_its_oldest(fakes: Fakes) -> None:
    await orders.start(fakes.database)
    fakes.clock.advance(600)
    await orders.start(fakes.database, 2)
    fakes.clock.advance(30)
    assert await values(fakes, "queue_jobs") == {("wan2.2-s2v",): 2}
    assert await values(fakes, "queue_oldest_age_seconds") == {("wan2.2-s2v",): 630}


async def test_a_clock_that_was_set_back_makes_no_negative_age(fakes: Fakes) -> None:
    await orders.start(fakes.database)
    fakes.clock.set_wall(-3600)
    assert min(one.value for one in await samples(fakes) if one.name.endswith("_age_seconds")) == 0


async def test_refused_requests_to_the_webhook_are_told_by_status(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(refusals, HTTPStatus.FORBIDDEN, 3)
    assert (await values(fakes, "webhook_refused_total"))[("403",)] == 3


async def test_calls_are_told_by_method_with_their_errors(fakes: Fakes) -> None:
    name = http_client.named("telegram", "sendVideo")
    for seconds, status in ((0.2, 200), (2.0, 429), (40.0, None), (0.3, 400)):
        http_client._count(name, seconds, status)
    http_client._count(http_client.named("telegram", "sendPoll"), 1.0, 200)
    http_client._count({}, 1.0, 500)
    errors = await values(fakes, "telegram_errors_total")
    assert errors == {(error, "sendVideo"): 1 for error in http_client.ERRORS}
    counts = await values(fakes, "telegram_request_seconds_bucket")
    found = [counts[end, "sendVideo"] for end in ("1.0", "5.0", "30.0", "+Inf")]
    assert found == [2, 3, 3, 4]
    assert counts["+Inf", "other"] == 1
    assert await values(fakes, "provider_errors_total") == {}


async def test_every_call_of_the_service_goes_by_its_own_name(
    no_calls: dict[tuple[str, str], CallTimes], tmp_path: Path
) -> None:
    async with broken() as http:
        key, clock = SecretStr("sk-0123456789"), FakeClock()
        service = DashScope(http, base_url=ADDRESS, api_key=key, clock=clock)
        made = [
            *(service.detect("m", f"{ADDRESS}/p.jpg"), service.query("t"), service.cancel("t")),
            *(service.list_tasks("m"), service.find("m")),
            service.submit(VideoRequest("m", f"{ADDRESS}/p.jpg", f"{ADDRESS}/v.wav", {})),
            service.download(f"{ADDRESS}/v.mp4", tmp_path / "v.mp4"),
        ]
        for call in made:
            with pytest.raises(DashScopeError):
                await call
    names = http_client.METHODS["provider"] - {"upload", "other"}
    assert set(no_calls) == {("provider", name) for name in names}
    assert {times.errors["failed"] for times in no_calls.values()} == {1}


async def test_every_call_of_telegram_goes_by_its_own_name_and_without_the_token(
    no_calls: dict[tuple[str, str], CallTimes], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = SecretStr("4242:AAH-local-sandbox-token-000000000000")
    monkeypatch.setattr(BotApiRequest, "_build_client", lambda own: broken(**own._client_kwargs))
    bot = build_bot(token, ADDRESS)
    for call in (bot.send_message(1, "x"), bot.get_file("f"), bot.leave_chat(1)):
        with pytest.raises(TelegramError):
            await call
    async with broken() as http:
        with pytest.raises(PollFailed):
            await Poller(bot, http).fetch(None)
    names = ("sendMessage", "getFile", "other", "getUpdates")
    assert set(no_calls) == {("telegram", name) for name in names}


ADDRESS = "https://127.0.0.1:9/api/v1"


def broken(**options: Any) -> HttpClient:
    """Every call is answered with 503."""
    transport = httpx.MockTransport(lambda _: httpx.Response(503, content=b""))
    return HttpClient(**{**options, "transport": transport})


def everything(path: Path, closed: Mapping[str, frozenset[str]]) -> None:
    """In the database, with names of people where a later version may have words of its own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        for name, shape in SHAPES.items():
            if name.startswith("open"):
                continue
            sets = [[*closed[label], "Ada", "Olga"] if label else [""] for label in shape.labels]
            for row in product(*sets):
                if name == "jobs" and (row[1] == "failed") != bool(row[2]):
                    continue
                base.execute("INSERT INTO totals VALUES (?, ?, ?, ?, 1)", (name, *row))
        for stage, end in product(STAGES, (*map(str, WAIT_BUCKETS), "+Inf")):
            base.execute("INSERT INTO totals VALUES ('waits', '', ?, ?, 1)", (stage, end))
        base.execute("PRAGMA foreign_keys = OFF")
        numbers: Iterator[int] = iter(range(1, 10**6))
        for engine, state in product([*closed["engine"], "Ada"], closed["state"]):
            base.execute(
                "INSERT INTO jobs (request, chat_id, user_id, photo_id, voice_id, engine,"
                " resolution, held_milliseconds, price_micro_yuan_per_second,"
                " quota_weight_permille, state, billed_milliseconds, created_at_milliseconds)"
                " VALUES (?, 1, 1, 1, 1, ?, '480P', 1, 1, 1, ?, 1, 1)",
                (f"r{next(numbers)}", engine, state),
            )
        for engine, state in product([*closed["engine"], "Ada"], closed["task_state"]):
            taken = state in ("submitting", "running")
            base.execute(
                "INSERT INTO tasks (job_id, number, begins_at_milliseconds, length_milliseconds,"
                " engine, turn, state, account, slot, submitting_at_milliseconds, task_id,"
                " billed_milliseconds) VALUES (1, ?, 0, 1, ?, 1, ?, 'a', ?, 1, ?, 1)",
                (n := next(numbers), engine, state, n if taken else None, f"t{n}"),
            )
        for kind in (*closed["kind"], "Ada", "Olga"):
            base.execute(
                "INSERT INTO outbox (kind, unique_key, chat_id, arguments, run_at_milliseconds,"
                " created_at_milliseconds) VALUES (?, ?, 1, '{}', 1, 1)",
                (kind, f"k{next(numbers)}"),
            )
        for work, cause in product(("check", "submit"), (*closed["stop_cause"], "Ada")):
            base.execute(
                "INSERT INTO outages VALUES (?, ?, ?, 1, 0, 1, 0)", (f"a{cause}", work, cause)
            )


@pytest.fixture
def kinds() -> frozenset[str]:
    """As many as the whole bot has."""
    words = "alert clip consent-question data-copy forget forgotten report remove-video say resend"
    return frozenset({*words.split(), "history-page", "history-turn", "resend-answer"})


async def test_there_are_at_most_so_many_series_whatever_happens(
    fakes: Fakes, kinds: frozenset[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_here(fakes, tmp_path)
    closed = {**CLOSED, "kind": kinds}
    monkeypatch.setattr(metrics, "CLOSED", closed)
    everything(fakes.database.path, {key: frozenset(said) for key, said in closed.items()})
    for service, methods in http_client.METHODS.items():
        for method, status in product(methods, (200, 400, 429, 500)):
            http_client._count(http_client.named(service, method), 1.0, status)
    found = await samples(fakes)
    per_name = Counter(one.name for one in found)
    assert len(found) <= MOST_SERIES, per_name.most_common()
    assert len(found) == len({(one.name, *sorted(one.labels.items())) for one in found})
    assert not re.search("Ada|Olga", str(found))


async def test_labels_say_nothing_but_what_is_known_before(fakes: Fakes) -> None:
    for user_id in (987_654_321, 123_456_789):
        await orders.start(fakes.database, user_id)
    said = {value for one in await samples(fakes) for value in one.labels.values()}
    numbers = {value for value in said if re.search(r"\d{3}", value)}
    assert numbers <= {*map(str, WAIT_BUCKETS), *(str(status.value) for status in refusals)}


def test_every_cause_of_a_failure_is_one_that_people_read() -> None:
    catalogue = Path(__file__).parents[2] / "bot" / "texts" / "en"
    texts = "\n".join(path.read_text("utf-8") for path in catalogue.glob("*.ftl"))
    assert set(re.findall(r"(?m)^(failed-[a-z-]+) =", texts)) == CAUSES


async def test_a_database_that_does_not_answer_is_said_in_time(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_DATABASE_SECONDS", 0.01)

    async def never(*_: object) -> AsyncIterator[None]:
        await asyncio.Event().wait()
        yield

    monkeypatch.setattr(figures, "all_of_them", lambda _: anext(never()))
    answer = await ask(fakes)
    assert (answer.status_code, answer.text) == (503, "The database does not answer.\n")


async def test_a_disk_that_is_gone_is_said(fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: Path) -> None:
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr("shutil.disk_usage", gone)
    assert (await ask(fakes)).status_code == 503


async def test_what_ails_the_bot_is_told(fakes: Fakes) -> None:
    health = Health(clock=fakes.clock)
    collector = metrics.Metrics(fakes.worker, health)

    async def trouble() -> set[str]:
        found = next(one for one in await collector.read() if one.name == "talking_photo_trouble")
        return {one.labels["of"] for one in found.samples if one.value}

    assert await trouble() == set()
    fakes.clock.advance(SILENT_SECONDS + 1)
    health.heard(Sign.LOOP)
    assert await trouble() == {"telegram"}


async def test_the_newest_backup_is_told_where_they_are_made(fakes: Fakes, tmp_path: Path) -> None:
    name = "talking_photo_backup_timestamp_seconds"
    assert name not in {one.name for one in await samples(fakes)}
    made_here(fakes, tmp_path)
    assert await values(fakes, "backup_timestamp_seconds") == {(): 1_234.0}


def made_here(fakes: Fakes, folder: Path) -> None:
    """One was made at that moment."""
    limits = fakes.common.limits.model_copy(update={"backup_dir": folder})
    object.__setattr__(fakes.common, "limits", limits)
    fakes.common.part(Backups).newest_milliseconds = 1_234_000


async def test_openmetrics_is_spoken_to_who_asks_for_it(fakes: Fakes) -> None:
    answer = await ask(fakes, accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
