"""What holds for one person in one place: the operator's terms, the person's and the group's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.media.lengths import LONGEST_MILLISECONDS
from bot.pipeline.terms import Terms
from storage import groups, preferences
from storage.database import Queryable
from storage.groups import GroupSettings
from storage.ledger import Price
from storage.media import Place
from storage.preferences import Preferences


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a video is made and brought. `longest_milliseconds` is the group's limit or our own."""

    engine: str
    resolution: str
    price: Price
    reply_as: str
    levelled: bool
    confirm_above_milliseconds: int | None
    quiet: bool
    longest_milliseconds: int
    group_resolution: str | None = None

    def in_resolution(self, resolution: str, terms: Terms, engine: str | None = None) -> Wishes:
        """The same with this resolution, and by this engine if it is on, with their price.

        What a group's admins decided stays.
        """
        engine = self.engine if engine is None else terms.engine_of(engine)
        resolution = _as_made(self.group_resolution or resolution, engine)
        price = terms.price_of(resolution, engine)
        return replace(self, engine=engine, resolution=resolution, price=price)


async def wishes_of(database: Queryable, terms: Terms, place: Place) -> Wishes:
    """A group's word counts for more than a person's, a person's for more than the default.

    The engine is the person's alone; one that is no longer on is the usual one again.
    """
    person = await preferences.preferences_of(database, place.user_id)
    group = await groups.settings_of(database, place.chat_id)
    return joined(terms, person, group)


def joined(terms: Terms, person: Preferences, group: GroupSettings) -> Wishes:
    """The three together."""
    engine = terms.engine_of(person.engine)
    wanted = group.resolution or person.resolution or terms.resolution
    resolution = _as_made(wanted, engine)
    return Wishes(
        engine=engine,
        resolution=resolution,
        price=terms.price_of(resolution, engine),
        reply_as=person.reply_as,
        levelled=bool(person.levelled),
        confirm_above_milliseconds=person.confirm_above_milliseconds,
        quiet=bool(person.quiet or group.quiet),
        longest_milliseconds=group.longest_milliseconds or LONGEST_MILLISECONDS,
        group_resolution=group.resolution,
    )


def _as_made(resolution: str, engine: str) -> str:
    """EMO makes one size, which is the smaller one."""
    return "480P" if engine == "emo" else resolution
