"""Prices, caps and lengths as the operator set them; what holds for one person; the agreement."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.config.amounts import HOUR, SECOND, YUAN, whole
from bot.config.engines import ENGINES, framing_of
from bot.config.mending import region_of
from bot.config.settings import Settings
from bot.texts import Catalogue
from storage.db.database import Queryable
from storage.groups import groups
from storage.groups.groups import GroupSettings
from storage.jobs.ledger import Caps, Price
from storage.media import ConversationKey, Media
from storage.people import preferences
from storage.people.consents import Agreement
from storage.people.preferences import Preferences


class Limits(Settings):
    """The settings, and what a job costs and what limits it by them, in exact whole units."""

    @property
    def caps(self) -> Caps:
        """What may be spent. The key is the token's, which the database does not know and a restart
        does not change.
        """
        month = self.quota_seconds_per_month
        token = self.telegram_bot_token.get_secret_value()
        return Caps(
            zone=self.zone,
            person_day_milliseconds=whole(self.quota_seconds_per_day, SECOND),
            person_month_milliseconds=None if month is None else whole(month, SECOND),
            bot_day_micro_yuan=whole(self.budget_yuan_per_day, YUAN),
            bot_month_micro_yuan=whole(self.budget_yuan_per_month, YUAN),
            pseudonym_key=sha256(b"numbers instead of people|" + token.encode()).digest(),
        )

    @property
    def agreement(self) -> Agreement:
        """What people are asked to agree to."""
        only_here = all(ENGINES[name].is_local for name in self.engines)
        destination = HERE if only_here else region_of(self.dashscope_base_url)
        return Agreement(TEXT_VERSION, destination, whole(self.keep_results_hours, HOUR))

    def price_of(self, resolution: str, engine: str | None = None) -> Price:
        """What a second of video costs in that resolution, with the usual engine or another.

        A second of the usual engine at 480P takes a second of quota, others by their prices: weight
        = price / (price of the usual engine at 480P), never nothing; where the usual one is free
        there is no ratio, and a second is a second.
        """
        price = self.micro_yuan_per_second(self.engine_of(engine), resolution)
        usual = self.micro_yuan_per_second(self.default_engine, "480P")
        return Price(price, max(1, price * 1000 // usual if usual else 1000))

    def price_of_detection(self, engine: str) -> int:
        """What one detection call of that engine costs, in micro-yuan."""
        return self.micro_yuan_per_detection(self.engine_of(engine))

    def engine_of(self, name: str | None) -> str:
        """That engine, where it is on; the usual one, where it is not or none was chosen."""
        return name if name is not None and name in self.engines else self.default_engine


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings, which were checked, mean."""
    return Limits.model_construct(**dict(settings))


@dataclass(frozen=True, slots=True)
class EffectiveSettings:
    """How a video is made and delivered."""

    engine: str
    resolution: str
    price: Price
    reply_as: str
    confirm_above_milliseconds: int | None
    group_resolution: str | None = None
    framing: str | None = None

    def of_photo(self, photo: Media, limits: Limits) -> EffectiveSettings:
        """The same for a video of that photo: an engine may make it in a shape of the photo's.

        Once it was checked for the engine, its box is what is made; else a choice, or its shape.
        """
        if not ENGINES[self.engine].needs_boxes:
            return self
        shape = self.framing or framing_of(photo.width_pixels or 1, photo.height_pixels or 1)
        if photo.ext_bbox and photo.upload_engine in (None, self.engine):
            left, top, right, bottom = json.loads(photo.ext_bbox)
            shape = framing_of(right - left, bottom - top)
        return replace(self, resolution=shape, price=limits.price_of(shape, self.engine))

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
        confirm_above_milliseconds=person.confirm_above_milliseconds,
        group_resolution=group.resolution,
        framing=person.framing,
    )


TEXT_VERSION = 1
"""Raise it when the question changes, or what /privacy and /terms promise: all are asked anew."""

HERE = "here"
"""Where videos are made on the bot's own machine."""

_SERVICES = {"beijing": "service-beijing", "singapore": "service-singapore"}


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
