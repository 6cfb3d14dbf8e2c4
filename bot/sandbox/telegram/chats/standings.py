"""What somebody, a person or a bot, is and may do in a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Json = dict[str, Any]

Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
STATUSES: frozenset[str] = frozenset(get_args(Status))

# https://core.telegram.org/bots/api#chatpermissions
PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
# https://core.telegram.org/bots/api#chatmemberadministrator
ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
# Rights an administrator has in a supergroup besides.
SUPERGROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")
# Not given to an administrator unless named.
_ON_REQUEST = frozenset({"is_anonymous"})
KNOWN_RIGHTS = frozenset(PERMISSIONS + ADMINISTRATOR_RIGHTS)


@dataclass(frozen=True, slots=True)
class Standing:
    """A status, and the rights that differ from what the status gives."""

    status: Status
    rights: Mapping[str, bool] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        """Whether they are in the group."""
        return self.status not in ("left", "kicked")

    @property
    def administers(self) -> bool:
        """Whether they are its owner or an administrator."""
        return self.status in ("creator", "administrator")

    @property
    def is_anonymous(self) -> bool:
        """Whether they are an administrator who stays hidden."""
        return self.administers and self.rights.get("is_anonymous", False)

    def may(self, right: str, permissions: Mapping[str, bool]) -> bool:
        """Whether they have a right where everybody has `permissions`."""
        if not self.present:
            return False
        if self.status == "creator":
            return True
        if self.status == "administrator":
            always = right.startswith("can_send_") and right in PERMISSIONS
            return always or self.rights.get(right, right not in _ON_REQUEST)
        return permissions.get(right, False) and self.rights.get(right, True)

    def as_member(self, user: Json, permissions: Mapping[str, bool], *, supergroup: bool) -> Json:
        """The Bot API's ChatMember."""
        member: Json = {"user": user, "status": self.status}
        if self.status == "creator":
            return member | {"is_anonymous": self.is_anonymous}
        if self.status == "administrator":
            names = ADMINISTRATOR_RIGHTS + (SUPERGROUP_RIGHTS if supergroup else ())
            return member | {name: self.may(name, permissions) for name in names}
        if self.status == "restricted":
            allowed = {name: self.may(name, permissions) for name in PERMISSIONS}
            return member | {"is_member": True, "until_date": 0} | allowed
        return member | {"until_date": 0} if self.status == "kicked" else member


def all_permissions() -> dict[str, bool]:
    """What a new group allows everybody."""
    return dict.fromkeys(PERMISSIONS, True)
