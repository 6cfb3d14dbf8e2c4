"""The gate: may this person have this made, here and now; every way to a hold and to a paid check
of a photo passes it.

What has to be asked of Telegram is asked before. What is decided is a pure function of facts that
are read in the transaction of the hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.common import Component
from bot.config.amounts import HOUR, whole
from bot.limits import EffectiveSettings
from bot.telegram.rate_limits import is_group
from storage import media, verdicts
from storage.db.database import Queryable
from storage.groups import borrowed_media, chats, groups
from storage.groups.borrowed_media import BorrowedMedia
from storage.groups.groups import GroupSettings
from storage.jobs import jobs, ledger, videos
from storage.jobs.jobs import Job
from storage.jobs.ledger import Amount, Quota, Window
from storage.media import ConversationKey, Media
from storage.people import consents, people

Values = Mapping[str, float]
NOTHING = Amount(0, 0, 0)


class Way(StrEnum):
    """What leads to a hold or a paid check, at once or by what its button sets going; or shows a
    video again.
    """

    OPEN = "open"
    """A photo or a voice has come, or is tried once more."""
    PHOTO_CHECK = "photo-check"
    OTHER_ENGINE = "other-engine"
    """The photo of a job that is made by another engine than that which took it."""

    PAIR = "pair"
    """Photo and voice are both ready."""
    TALK = "talk"
    RETRY = "retry"
    FINER = "finer"
    CHECK_ANYWAY = "check"
    BEGINNING = "cut"
    GO_ON = "goon"
    SAME_VOICE = "again"
    SPEND = "spend"
    REOPEN = "reopen"
    CROP = "crop"
    PICK_CLIP = "pick"
    CLIP = "clip"
    PARTS = "parts"
    NEW_VOICE = "newvoice"
    NEW_PHOTO = "newface"
    LAST = "last"
    RESEND = "resend"

    @property
    def rules(self) -> Sequence[Rule]:
        """Those that are asked on this way, in their order."""
        return _LESS.get(self, _ALL if self in _PAYING else _BEFORE_OPENING)


class Rule(StrEnum):
    """What may refuse, by the fault that a media item has then; the first that does says why."""

    BANNED = "banned"
    GROUP = "group-not-allowed"
    WHO = "not-for-you"
    CONSENT = media.CONSENT
    OTHERS = "own-only"
    OBJECTION = "borrowed"
    WITHDRAWN = "withdrawn"
    LONGEST = "too-long-here"
    RESOLUTION = "resolution-here"
    AGE = media.STALE
    WAITING = "waiting"
    CHECKS = "checks-used-up"
    QUOTA = "quota"
    BUDGET = "budget"
    CONFIRM = "confirm"


class RuleRefused(Exception):
    """A rule says no; with the numbers that its text needs, and `media_id` where it is about what
    is somebody else's.
    """

    def __init__(self, rule: Rule, values: Values) -> None:
        super().__init__(rule.value)
        self.rule, self.values = rule, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision depends on; what is left out refuses nothing."""

    banned: bool = False
    group_allowed: bool = True
    may_use: bool = True
    agreed: bool = True
    withdrawn: bool = False
    own_only: int | None = None
    """The media item that is another's where everybody uses only what is theirs."""
    objected: int | None = None
    """That of another who does not want it, or an administrator."""
    length_milliseconds: int = 0
    longest_milliseconds: int | None = None
    in_its_resolution: bool = True
    age_milliseconds: int = 0
    oldest_milliseconds: int = 0
    needed: Amount = NOTHING
    """What it takes; of that its person agreed to some, and there is so much in each window."""
    agreed_milliseconds: int = 0
    confirm_above_milliseconds: int | None = None
    by_a_tap: bool = False
    quotas: tuple[Quota, ...] = ()
    budgets: tuple[Window, ...] = ()
    checks: tuple[Window, ...] = ()
    waiting: int = 0
    most_waiting: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of the gate: by whom and where, of what, and with what it is made.

    `job` is the one that is made or shown once more; `effective` None: nothing is made yet.
    """

    way: Way
    conversation: ConversationKey
    items: tuple[Media, ...] = ()
    borrowing: tuple[BorrowedMedia, ...] = ()
    """What of somebody else's is about to be used."""
    job: Job | None = None
    effective: EffectiveSettings | None = None
    resolution: str | None = None
    """The only one it is wanted in."""
    check_micro_yuan: int | None = None
    """What a paid check of it costs, where that is what is wanted."""
    length_milliseconds: int = 0
    agreed_milliseconds: int = 0
    wanted_at_milliseconds: int | None = None
    """When the older item was wanted last; None: it is wanted now."""


def decide(way: Way, facts: Facts) -> RuleRefused | None:
    """The first rule that says no."""
    for rule in way.rules:
        values = _RULES[rule](facts)
        if values is not None:
            return RuleRefused(rule, values)
    return None


Says = Callable[[Facts], Values | None]
"""The numbers for its text where a rule says no; None where it does not."""


def _no_if(refuses: Callable[[Facts], bool]) -> Says:
    return lambda facts: {} if refuses(facts) else None


def _about(media_id: int | None) -> Values | None:
    return None if media_id is None else {"media_id": media_id}


def _longest(facts: Facts) -> Values | None:
    limit, length = facts.longest_milliseconds, facts.length_milliseconds
    if limit is None or length <= limit:
        return None
    return {"seconds": length / 1000, "limit": limit / 1000}


def _age(facts: Facts) -> Values | None:
    age = facts.age_milliseconds
    return {"age_milliseconds": age} if age > facts.oldest_milliseconds else None


def _waiting(facts: Facts) -> Values | None:
    most = facts.most_waiting
    return {"waiting": most} if facts.waiting >= most else None


def _checks(facts: Facts) -> Values | None:
    return _resets(1, facts.checks)


def _quota(facts: Facts) -> Values | None:
    windows = [Window(q.left_milliseconds, q.resets_at_milliseconds) for q in facts.quotas]
    return _resets(facts.needed.quota_milliseconds, windows)


def _budget(facts: Facts) -> Values | None:
    return _resets(facts.needed.micro_yuan, facts.budgets)


def _resets(needed: int, windows: Sequence[Window]) -> Values | None:
    """More comes only when the last of those that are exceeded begins afresh."""
    ends = [window.resets_at_milliseconds for window in windows if needed > window.left]
    return {"resets_at": max(ends)} if ends else None


def _confirm(facts: Facts) -> Values | None:
    needed, above = facts.needed.quota_milliseconds, facts.confirm_above_milliseconds
    much = above is not None and needed > above
    if needed <= facts.agreed_milliseconds or not (much or _takes_almost_all(facts)):
        return None
    return {"needed": needed / 1000}


def _takes_almost_all(facts: Facts) -> bool:
    """Whether a tap would leave less than a third of the quota."""
    needed = facts.needed.quota_milliseconds
    return facts.by_a_tap and any(
        3 * (quota.left_milliseconds - needed) < quota.limit_milliseconds for quota in facts.quotas
    )


_RULES: dict[Rule, Says] = {
    Rule.BANNED: _no_if(lambda facts: facts.banned),
    Rule.GROUP: _no_if(lambda facts: not facts.group_allowed),
    Rule.WHO: _no_if(lambda facts: not facts.may_use),
    Rule.CONSENT: _no_if(lambda facts: not facts.agreed),
    Rule.OTHERS: lambda facts: _about(facts.own_only),
    Rule.OBJECTION: lambda facts: _about(facts.objected),
    Rule.WITHDRAWN: _no_if(lambda facts: facts.withdrawn),
    Rule.LONGEST: _longest,
    Rule.RESOLUTION: _no_if(lambda facts: not facts.in_its_resolution),
    Rule.AGE: _age,
    Rule.WAITING: _waiting,
    Rule.CHECKS: _checks,
    Rule.QUOTA: _quota,
    Rule.BUDGET: _budget,
    Rule.CONFIRM: _confirm,
}

_ALL = tuple(Rule)
_BEFORE_OPENING = tuple(rule for rule in Rule if rule is not Rule.CONSENT)
"""What was chosen is kept while consent is asked for: that is, before anything is opened."""
_PAYING = frozenset({Way.OPEN, Way.PHOTO_CHECK, Way.PAIR, Way.RETRY, Way.FINER})
_LESS = {
    Way.LAST: (Rule.BANNED, Rule.WITHDRAWN),
    Way.RESEND: (Rule.BANNED, Rule.WITHDRAWN),
    Way.OTHER_ENGINE: (Rule.CHECKS, Rule.BUDGET),
}
"""Nothing is made of what is shown again; of what was accepted only the new costs are asked."""


class Gate(Component):
    """Reads the facts."""

    async def check(self, wanted: Wanted) -> None:
        """Before anything is set going; in the hold's transaction it is asked again.

        Raises:
            RuleRefused: a rule says no.
        """
        administers = await self.administers(wanted.conversation)
        await self.require(self.database, wanted, administers=administers)

    async def administers(self, conversation: ConversationKey) -> bool:
        """Whether the person does, as Telegram says: asked before, and only where it matters."""
        chat_id, _, user_id = conversation
        group = await groups.settings_of(self.database, chat_id)
        if not is_group(chat_id) or await _lets_in(self.database, group, chat_id, user_id):
            return False
        return await self.members.administers(chat_id, user_id)

    async def require(self, database: Queryable, wanted: Wanted, *, administers: bool) -> None:
        """Nothing, where every rule lets it pass: as they are in this transaction.

        Raises:
            RuleRefused: roll the transaction back.
        """
        facts = await self._facts(database, wanted, administers=administers)
        refusal = decide(wanted.way, facts)
        if refusal is not None:
            raise refusal

    async def _group_is_allowed(self, database: Queryable, chat_id: int) -> bool:
        """A group that became a supergroup stays allowed under its old id."""
        allowed = self.limits.allowed_groups
        if not is_group(chat_id) or not allowed:
            return True
        return not allowed.isdisjoint(await chats.ids_of(database, chat_id))

    async def _facts(self, database: Queryable, wanted: Wanted, *, administers: bool) -> Facts:
        chat_id, _, user_id = wanted.conversation
        group = await groups.settings_of(database, chat_id)
        borrowed = [await borrowed_media.get(database, item.id) for item in wanted.items]
        of_others = [*wanted.borrowing, *filter(None, borrowed)]
        facts = Facts(
            banned=await people.is_banned(database, user_id),
            group_allowed=await self._group_is_allowed(database, chat_id),
            may_use=administers or await _lets_in(database, group, chat_id, user_id),
            agreed=await consents.given(database, user_id, self.limits.agreement),
            own_only=None if group.others_photos else _first(of_others),
            objected=_first([each for each in of_others if await _minds(database, chat_id, each)]),
            withdrawn=wanted.job is not None and await videos.is_withdrawn(database, wanted.job),
            length_milliseconds=wanted.length_milliseconds,
            longest_milliseconds=group.longest_milliseconds,
            in_its_resolution=_is_in(wanted.resolution, wanted.effective),
            age_milliseconds=_age_of(wanted, database.now_milliseconds),
            oldest_milliseconds=whole(self.limits.max_draft_age_hours, HOUR),
        )
        return await self._with_costs(database, wanted, facts)

    async def _with_costs(self, database: Queryable, wanted: Wanted, facts: Facts) -> Facts:
        """And what there is of quota and money for it; nothing, where nothing is paid for yet."""
        caps, user_id = self.limits.caps, wanted.conversation.user_id
        if wanted.check_micro_yuan is not None:
            most = self.limits.detections_per_person_per_day
            return replace(
                facts,
                needed=replace(NOTHING, micro_yuan=wanted.check_micro_yuan),
                budgets=await ledger.budgets_of(database, caps),
                checks=(await verdicts.checks_of_day(database, user_id, caps, most),),
            )
        if wanted.effective is None:
            return facts
        return replace(
            facts,
            needed=wanted.effective.price.of(wanted.length_milliseconds),
            agreed_milliseconds=wanted.agreed_milliseconds,
            confirm_above_milliseconds=wanted.effective.confirm_above_milliseconds,
            by_a_tap=await _is_a_tap(database, wanted),
            quotas=await ledger.quotas_of(database, user_id, caps),
            budgets=await ledger.budgets_of(database, caps),
            waiting=await jobs.waiting_of(database, user_id),
            most_waiting=self.limits.jobs_waiting_per_person,
        )


async def _is_a_tap(database: Queryable, wanted: Wanted) -> bool:
    """Whether nothing new was sent for it: a voice that was used before is chosen by a button."""
    if wanted.way is not Way.PAIR:
        return wanted.way in (Way.RETRY, Way.FINER)
    voices = [item for item in wanted.items if not item.is_photo]
    used = [await jobs.newest_with(database, voice.id) for voice in voices]
    return any(job is not None for job in used)


async def _lets_in(database: Queryable, group: GroupSettings, chat_id: int, user_id: int) -> bool:
    """Whether the group's settings let the person have videos made, administrator or not."""
    listed = group.who == "list" and user_id in await groups.guests_of(database, chat_id)
    return group.who == "all" or listed


async def _minds(database: Queryable, chat_id: int, borrowed: BorrowedMedia) -> bool:
    """Whether its owner objects, or stopped it, or an administrator did."""
    stopped = borrowed.stopped_at_milliseconds is not None
    return stopped or await borrowed_media.objects(database, chat_id, borrowed.owner_id)


def _first(borrowed: list[BorrowedMedia]) -> int | None:
    return next((each.media_id for each in borrowed), None)


def _is_in(resolution: str | None, effective: EffectiveSettings | None) -> bool:
    return resolution is None or effective is None or effective.resolution == resolution


def _age_of(wanted: Wanted, now_milliseconds: int) -> int:
    wanted_at = wanted.wanted_at_milliseconds
    return 0 if wanted_at is None else now_milliseconds - wanted_at
