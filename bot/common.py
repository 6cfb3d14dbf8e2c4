"""What every package of the bot works with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, dataclass_transform

from telegram import Bot

from bot.alerts import Operator
from bot.clock import Clock
from bot.config.settings import Settings
from bot.http_client import HttpClient
from bot.limits import EffectiveSettings, Limits, effective_settings_of, limits_of
from bot.logs import log_context
from bot.media.processes import MediaProcesses
from bot.outbox import Kind, OutboxRunner
from bot.telegram.files import Files
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Sender
from bot.texts import Catalogue, Texts
from bot.wakeup import Wakeup
from storage import drafts, inbox
from storage.db.database import Database
from storage.jobs import jobs, ledger
from storage.jobs.ledger import Allowance, Price
from storage.media import ConversationKey
from storage.people import people

Made = TypeVar("Made")

_JOBS_KNOWN = 1_000


@dataclass(frozen=True, kw_only=True)
class TelegramServices:
    """All calls share one rate limiter."""

    bot_name: str
    sender: Sender
    members: Members
    files: Files


@dataclass(frozen=True, kw_only=True, repr=False)
class CommonServices:
    """One per process."""

    database: Database
    clock: Clock
    limits: Limits
    texts: Texts
    telegram: TelegramServices
    media: MediaProcesses
    operator: Operator
    wakeup: Wakeup
    updates_of_jobs: dict[int, int | None] = field(init=False, compare=False, default_factory=dict)
    """The update that each of the newest jobs began with, which never changes."""
    _parts: dict[type[Any], Any] = field(init=False, compare=False, default_factory=dict)

    def part(self, kind: type[Made]) -> Made:
        """The component of that kind, which is made when it is first asked for."""
        if kind not in self._parts:
            make: Callable[..., Made] = kind
            self._parts[kind] = make(common=self)
        made: Made = self._parts[kind]
        return made

    def give(self, *parts: object) -> None:
        """Have these be the parts of their kinds: what the common services are not enough for."""
        self._parts.update({type(part): part for part in parts})


class _Shared(Generic[Made]):
    """One of the common services, by a name of the component's own."""

    def __init__(self, find: Callable[[CommonServices], Made]) -> None:
        self._find = find

    def __get__(self, component: Component, _: type[Component] | None = None) -> Made:
        return self._find(component.common)


class Part(_Shared[Made]):
    """Another component, which this one works with: there is one of each kind in a process."""

    def __init__(self, kind: type[Made]) -> None:
        super().__init__(lambda common: common.part(kind))


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
@dataclass(kw_only=True, eq=False)
class Component:
    """What has work to do: a dataclass that names its parts, and reaches the common services by
    their own names.
    """

    common: CommonServices

    def __init_subclass__(cls) -> None:
        dataclass(kw_only=True, eq=False)(cls)

    database = _Shared(lambda common: common.database)
    """Where everything is kept."""
    clock = _Shared(lambda common: common.clock)
    """What time it is."""
    limits = _Shared(lambda common: common.limits)
    """What the operator set."""
    texts = _Shared(lambda common: common.texts)
    """Every text, in every language."""
    sender = _Shared(lambda common: common.telegram.sender)
    """What writes in chats."""
    members = _Shared(lambda common: common.telegram.members)
    """What knows who may do what in a group."""
    files = _Shared(lambda common: common.telegram.files)
    """What fetches the files that people sent."""
    operator = _Shared(lambda common: common.operator)
    """What tells the operator."""

    async def texts_for(self, user_id: int, chat_id: int | None = None) -> Catalogue:
        """The catalogue of the person's language, or of the one that this group chose."""
        return self.texts.of(await people.language_code(self.database, user_id, chat_id))

    @asynccontextmanager
    async def about_job(self, job_id: int, **fields: str) -> AsyncIterator[None]:
        """Within it whatever is logged names the job, and the update that it began with."""
        known = self.common.updates_of_jobs
        if job_id not in known:
            known[job_id] = inbox.update_in(await jobs.source_of(self.database, job_id))
            if len(known) > _JOBS_KNOWN:
                del known[next(iter(known))]
        with log_context(update=known[job_id], job=job_id, **fields):
            yield

    async def effective(self, conversation: ConversationKey) -> EffectiveSettings:
        """How this person's videos are made there, of the photo that is there."""
        effective = await effective_settings_of(self.database, self.limits, conversation)
        photo = (await drafts.get(self.database, conversation)).photo
        return effective if photo is None else effective.of_photo(photo, self.limits)

    async def allowance(self, user_id: int, price: Price, returning: int = 0) -> Allowance:
        """What this person may still have made at that price, see `ledger.allowance_of`."""
        return await ledger.allowance_of(
            self.database, user_id, price, self.limits.caps, returning_milliseconds=returning
        )


async def build_common(
    settings: Settings,
    database: Database,
    bot: Bot,
    http: HttpClient,
    clock: Clock,
    stack: AsyncExitStack,
) -> CommonServices:
    """By these settings; `stack` ends what runs in the background."""
    limits, rate_limiter = limits_of(settings), RateLimiter(clock)
    texts = Texts(operator_is_told=bool(settings.admin_ids))
    sender = Sender(bot, clock, rate_limiter=rate_limiter)
    stack.push_async_callback(sender.close)
    return CommonServices(
        database=database,
        clock=clock,
        limits=limits,
        texts=texts,
        telegram=TelegramServices(
            bot_name=bot.username,
            sender=sender,
            members=Members(bot=bot, rate_limiter=rate_limiter, clock=clock),
            files=Files(bot=bot, http=http, clock=clock, folder=settings.telegram_files_dir),
        ),
        media=await stack.enter_async_context(
            MediaProcesses(settings.results_directory, settings.previews_directory, clock=clock)
        ),
        operator=Operator(
            database=database, sender=sender, texts=texts, admin_ids=limits.admin_ids
        ),
        wakeup=Wakeup(),
    )


def build_outbox(common: CommonServices, kinds: Iterable[Kind]) -> OutboxRunner:
    """On top of these; the operator hears of entries that no kind is there for, and of the disk."""
    return OutboxRunner(
        database=common.database,
        sender=common.telegram.sender,
        kinds=kinds,
        note=common.operator.note,
        wakeup=common.wakeup,
    )
