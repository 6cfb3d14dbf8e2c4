"""Prices, caps and lengths as the operator set them; what holds for one person; the agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from bot.config.amounts import HOUR, MINUTE, SECOND, YUAN, whole
from bot.config.engines import ENGINES
from bot.config.settings import Settings
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.texts import Catalogue
from storage.db.database import Queryable
from storage.groups import groups
from storage.groups.groups import GroupSettings
from storage.jobs.ledger import Caps, Price
from storage.media import ConversationKey
from storage.people import preferences
from storage.people.consents import Agreement
from storage.people.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job costs and what limits it.

    `engines` are those that are on, the usual one first; each has its `prices` by resolution, and
    its `detection_micro_yuan`.
    """

    caps: Caps
    prices: Mapping[str, Mapping[str, Price]]
    resolution: str
    detection_micro_yuan: Mapping[str, int]
    detections_per_person_per_day: int
    jobs_waiting_per_person: int
    longest_voice_milliseconds: int
    poll_seconds: float | None
    admin_ids: frozenset[int]
    results: Path
    keep_results_milliseconds: int
    max_update_age_milliseconds: int
    max_draft_age_milliseconds: int
    agreement: Agreement
    contact: str | None
    allowed_groups: frozenset[int] = frozenset()
    engines: tuple[str, ...] = (next(iter(ENGINES)),)

    def price_of(self, resolution: str, engine: str | None = None) -> Price:
        """What a second of video costs in that resolution, with the usual engine or another."""
        return self.prices[self.engine_of(engine)][resolution]

    def price_of_detection(self, engine: str) -> int:
        """What one detection call of that engine costs, in micro-yuan."""
        return self.detection_micro_yuan[self.engine_of(engine)]

    def engine_of(self, name: str | None) -> str:
        """That engine, where it is on; the usual one, where it is not or none was chosen."""
        return name if name is not None and name in self.engines else self.engines[0]


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings mean, in exact whole units."""
    month = settings.quota_seconds_per_month
    return Limits(
        caps=Caps(
            zone=settings.zone,
            person_day_milliseconds=whole(settings.quota_seconds_per_day, SECOND),
            person_month_milliseconds=None if month is None else whole(month, SECOND),
            bot_day_micro_yuan=whole(settings.budget_yuan_per_day, YUAN),
            bot_month_micro_yuan=whole(settings.budget_yuan_per_month, YUAN),
            pseudonym_key=_pseudonym_key(settings),
        ),
        engines=settings.engines,
        prices={name: _prices(settings, name) for name in settings.engines},
        resolution=settings.resolution,
        detection_micro_yuan={
            name: settings.micro_yuan_per_detection(name) for name in settings.engines
        },
        detections_per_person_per_day=settings.detections_per_person_per_day,
        jobs_waiting_per_person=settings.jobs_waiting_per_person,
        longest_voice_milliseconds=whole(settings.longest_voice_seconds, SECOND),
        poll_seconds=settings.poll_seconds,
        admin_ids=settings.admin_ids,
        allowed_groups=settings.allowed_groups,
        results=settings.results_directory,
        keep_results_milliseconds=whole(settings.keep_results_hours, HOUR),
        max_update_age_milliseconds=whole(settings.max_update_age_minutes, MINUTE),
        max_draft_age_milliseconds=whole(settings.max_draft_age_hours, HOUR),
        agreement=agreement_of(settings),
        contact=settings.contact,
    )


def _pseudonym_key(settings: Settings) -> bytes:
    """Of the token, which the database does not know and a restart does not change."""
    token = settings.telegram_bot_token.get_secret_value()
    return sha256(b"numbers instead of people|" + token.encode()).digest()


_RESOLUTIONS = ("480P", "720P")


def _prices(settings: Settings, engine: str) -> dict[str, Price]:
    return {resolution: _price(settings, engine, resolution) for resolution in _RESOLUTIONS}


def _price(settings: Settings, engine: str, resolution: str) -> Price:
    """A second of the usual engine at 480P takes a second of quota, others by their prices.

    weight = price / (price of the usual engine at 480P), never nothing; where the usual one is
    free there is no ratio, and a second is a second.
    """
    price = settings.micro_yuan_per_second(engine, resolution)
    usual = settings.micro_yuan_per_second(settings.default_engine, "480P")
    weight = price * 1000 // usual if usual else 1000
    return Price(price, max(1, weight))


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """How a video is made and delivered. `longest_milliseconds` is the group's limit or our own."""

    engine: str
    resolution: str
    price: Price
    reply_as: str
    levelled: bool
    confirm_above_milliseconds: int | None
    quiet: bool
    longest_milliseconds: int
    group_resolution: str | None = None

    def in_resolution(
        self, resolution: str, limits: Limits, engine: str | None = None
    ) -> EffectiveSettings:
        """The same with this resolution, and by this engine if it is on, with their price.

        What a group's admins decided stays.
        """
        engine = self.engine if engine is None else limits.engine_of(engine)
        resolution = ENGINES[engine].as_made(self.group_resolution or resolution)
        price = limits.price_of(resolution, engine)
        return replace(self, engine=engine, resolution=resolution, price=price)


async def effective_settings_of(
    database: Queryable, limits: Limits, conversation: ConversationKey
) -> EffectiveSettings:
    """A group's word counts for more than a person's, a person's for more than the default.

    The engine is the person's alone; one that is no longer on is the usual one again.
    """
    person = await preferences.preferences_of(database, conversation.user_id)
    group = await groups.settings_of(database, conversation.chat_id)
    return joined(limits, person, group)


def joined(limits: Limits, person: Preferences, group: GroupSettings) -> EffectiveSettings:
    """The three together."""
    engine = limits.engine_of(person.engine)
    wanted = group.resolution or person.resolution or limits.resolution
    resolution = ENGINES[engine].as_made(wanted)
    return EffectiveSettings(
        engine=engine,
        resolution=resolution,
        price=limits.price_of(resolution, engine),
        reply_as=person.reply_as,
        levelled=bool(person.levelled),
        confirm_above_milliseconds=person.confirm_above_milliseconds,
        quiet=bool(person.quiet or group.quiet),
        longest_milliseconds=group.longest_milliseconds or LONGEST_MILLISECONDS,
        group_resolution=group.resolution,
    )


TEXT_VERSION = 1
"""Raise it when the question changes, or what /privacy and /terms promise: all are asked anew."""

HERE = "here"
"""Where videos are made on the bot's own machine."""

_REGIONS = {
    "dashscope.aliyuncs.com": "beijing",
    "dashscope-intl.aliyuncs.com": "singapore",
    "cn-beijing.maas.aliyuncs.com": "beijing",
    "ap-southeast-1.maas.aliyuncs.com": "singapore",
}
_SERVICES = {"beijing": "service-beijing", "singapore": "service-singapore"}


def agreement_of(settings: Settings) -> Agreement:
    """What holds with these settings."""
    only_here = all(ENGINES[name].is_local for name in settings.engines)
    destination = HERE if only_here else _region(settings.dashscope_base_url)
    return Agreement(TEXT_VERSION, destination, whole(settings.keep_results_hours, HOUR))


def service_name(texts: Catalogue, agreement: Agreement) -> str:
    """The video service as a person reads it."""
    key = _SERVICES.get(agreement.destination)
    return texts.plain(key) if key else texts.plain("service-other", host=agreement.destination)


def full_text(texts: Catalogue, agreement: Agreement) -> str:
    """The question at full length."""
    hours = keep_hours(agreement)
    if agreement.destination == HERE:
        return texts.html("consent-question-here", hours=hours)
    service = service_name(texts, agreement)
    return texts.html("consent-question", service=service, hours=hours)


def short_text(texts: Catalogue, agreement: Agreement) -> str:
    """The question for a group."""
    if agreement.destination == HERE:
        return texts.html("consent-group-here")
    return texts.html("consent-group", service=service_name(texts, agreement))


def keep_hours(agreement: Agreement) -> float:
    """How long videos are kept here."""
    return agreement.keep_milliseconds / HOUR


def _region(base_url: str) -> str:
    """A region of the provider's, or the host's name where it is none of them."""
    host = urlsplit(base_url).hostname or base_url
    for suffix, region in _REGIONS.items():
        if host == suffix or host.endswith(f".{suffix}"):
            return region
    return host
