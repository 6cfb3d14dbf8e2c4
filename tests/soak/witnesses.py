"""The witnesses of a soak: what became of jobs in the chats and at the provider, noted as it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from bot.clock import Clock
from bot.sandbox.journal import Event, Journal
from bot.sandbox.telegram.files.files import FileStore
from bot.texts import Texts
from storage.jobs.ledger import Caps
from tests.soak.media import task_of
from tests.soak.network import Network, Shown
from tests.support import invariants
from tests.support.chats import Json, buttons_of
from tests.support.invariants import Findings, Row, Witnesses
from tests.support.world import World

ADMIN = 99
"""The operator, who is shown what is reported."""

TEXTS = Texts(operator_is_told=True)
"""Reading the catalogues takes longer than all else at a start."""

_CHARGED = tuple(
    words
    for texts in (TEXTS.of("en"), TEXTS.of("zh-hans"))
    for words in (
        texts.plain("charged-nothing"),
        texts.plain("charged-all-the-same", seconds=7).partition("7")[0],
    )
)


class SoakJournal(Journal):
    """Knows for days what the events said of jobs, of which it keeps the newest only."""

    files: FileStore
    """They say of which task a video is."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, keep=1_000)
        self.sent = Counter[int]()
        """Photos and voices in each chat."""
        self.videos: defaultdict[str, set[Shown]] = defaultdict(set)
        """The messages that show a task's video."""
        self.ends: defaultdict[int, set[Shown]] = defaultdict(set)
        """Those in which a job's end was said, with a button to try again."""
        self.ends_for_good: set[Shown] = set()
        """Those in which one was said without a button to try again."""
        self.submitted: dict[str, int] = {}
        """When each task was asked for."""
        self.unheard: set[Shown] = set()
        """What stands in a chat and the bot has not read in an answer, whatever became of that."""
        self.out_of_sight: set[Shown] = set()
        """Messages so old that the local Telegram was made to forget them."""
        self.untold: set[str] = set()
        """Tasks whose bill the provider once did not name: it may have been too late after that."""

    def append(self, event_type: str, **details: Any) -> Event:
        event = super().append(event_type, **details)
        if event_type in ("message_new", "message_edited"):
            self._see(details["message"])
        elif event_type == "message_deleted":
            for shown in self.videos.values():
                shown.discard((details["chat_id"], details["message_id"]))
        elif event_type == "provider_task":
            self.submitted.setdefault(details["task_id"], event["at_milliseconds"])
        elif event_type == "provider_call":
            self._hear(details["call"]["response"])
            details["call"].clear()  # nobody asks the provider for its newest calls
        return event

    def _see(self, message: Json) -> None:
        shown = message["chat"]["id"], message["message_id"]
        if not message["from"]["is_bot"]:
            self.sent[shown[0]] += bool({"document", "voice"} & message.keys())
        elif shown[0] == ADMIN:
            return
        elif file := message.get("video") or message.get("document"):
            stored = self.files.by_id(file["file_id"])
            assert stored is not None
            self.videos[task_of(stored.location)].add(shown)
        buttons = buttons_of(message).values()
        if message["from"]["is_bot"]:
            self._expect(message, shown)
        is_open = any(data.startswith(("cancel:", "retry:")) for data in buttons)
        if not is_open and any(words in message.get("text", "") for words in _CHARGED):
            self.ends_for_good.add(shown)
        for data in buttons:
            if data.startswith("retry:"):
                self.ends[int(data.partition(":")[2])].add(shown)

    def _expect(self, message: Json, shown: Shown) -> None:
        """A new one, a job's end and a video are news; an edit of words is none."""
        ends = any(data.startswith("retry:") for data in buttons_of(message).values())
        if "edit_date" not in message or ends or "video" in message:
            self.unheard.add(shown)

    def _hear(self, answer: Json) -> None:
        task = answer.get("output") or {}
        if task.get("task_status") == "SUCCEEDED" and "usage" not in answer:
            self.untold.add(task["task_id"])


def check(there: World, journal: SoakJournal, network: Network, caps: Caps) -> Findings:
    """Everything that must be so when a bot is at rest."""
    tables, bill = invariants.tables(there.rows), there.sandbox.bill()
    names: defaultdict[int, set[str]] = defaultdict(set)
    for task in tables["tasks"]:
        names[task["job_id"]].add(task["task_id"])
    shown = {job["id"]: _shown(journal, network, job, names[job["id"]]) for job in tables["jobs"]}
    times = {task_id: (submitted, None) for task_id, submitted in journal.submitted.items()}
    tasks, checks = invariants.provider_tasks(times, bill, journal.untold), bill["detections"]
    withdrawn = {row["id"] for row in there.rows(_WITHDRAWN)}
    # In a group most of what is sent is not for the bot, and nothing is taken of who is banned.
    passed_over = {row["user_id"] for row in there.rows(_ONCE_BANNED)}
    counted = {chat_id for chat_id in journal.sent if chat_id > 0} - passed_over
    tables["media"] = [item for item in tables["media"] if item["chat_id"] in counted]
    media = sum(journal.sent[chat_id] for chat_id in counted)
    found = invariants.check(Witnesses(tables, tasks, checks, shown, caps, media, withdrawn))
    _deliveries(there, journal, found)
    found.facts["photos and voices"] = journal.sent.total()
    found.facts.update(f"{repeat}, an answer having been lost" for repeat in found.repeats)
    return found


_ONCE_BANNED = """
    SELECT user_id FROM decisions JOIN jobs ON jobs.id = job_id WHERE decision = 'ban'
"""
_WITHDRAWN = """
    SELECT jobs.id FROM jobs JOIN borrowed_media ON media_id IN (photo_id, voice_id)
    WHERE stopped_at_milliseconds IS NOT NULL
    UNION SELECT same.id FROM decisions JOIN jobs ON jobs.id = job_id
    JOIN jobs AS same ON same.photo_id = jobs.photo_id AND same.voice_id = jobs.voice_id
    WHERE decision = 'take-down'
"""


def _deliveries(there: World, journal: SoakJournal, found: Findings) -> None:
    """I12: every video that is to be seen is on record, and none of those that were removed."""
    seen = set[Shown]().union(*journal.videos.values()) - journal.out_of_sight
    rows = there.rows("SELECT * FROM deliveries WHERE message_id IS NOT NULL")
    known = {(row["chat_id"], row["message_id"]): row["removed_at_milliseconds"] for row in rows}
    unknown = seen - known.keys() - journal.unheard
    found.check(not unknown, f"I12 videos that are not on record: {unknown}")
    removed = {shown for shown, at in known.items() if at is not None}
    found.check(not removed & seen, f"I12 removed, and still to be seen: {removed & seen}")
    found.facts["videos removed"] += len(removed)


def _shown(journal: SoakJournal, network: Network, job: Row, names: set[str]) -> invariants.Shown:
    ends = journal.ends[job["id"]]
    videos = {shown for name in names for shown in journal.videos[name]}
    unsure = len(videos & network.unheard)
    if job["chat_id"] in network.once_closed:
        return invariants.Shown(len(videos), None, unsure)
    said = len(ends) or int((job["chat_id"], job["status_message_id"]) in journal.ends_for_good)
    return invariants.Shown(len(videos), said, unsure, len(ends & network.unheard))
