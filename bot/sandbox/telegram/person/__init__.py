"""The person's side of the local Telegram: /sim/…, JSON in and out."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import BaseRoute

from bot.sandbox.telegram.person.buttons import button_routes
from bot.sandbox.telegram.person.chats import chat_routes
from bot.sandbox.telegram.person.control import control_routes
from bot.sandbox.telegram.person.events import event_routes
from bot.sandbox.telegram.person.faults import fault_routes
from bot.sandbox.telegram.person.members import member_routes
from bot.sandbox.telegram.person.messages import message_routes
from bot.sandbox.telegram.person.payments import payment_routes
from bot.sandbox.telegram.person.people import people_routes
from bot.sandbox.telegram.person.topics import topic_routes
from bot.sandbox.telegram.person.updates import update_routes
from bot.sandbox.telegram.world import World


def person_routes(world: World, samples: Path) -> list[BaseRoute]:
    """All routes below /sim."""
    return [
        *control_routes(world),
        *people_routes(world),
        *chat_routes(world),
        *member_routes(world),
        *topic_routes(world),
        *message_routes(world, samples),
        *button_routes(world),
        *payment_routes(world),
        *update_routes(world),
        *fault_routes(world),
        *event_routes(world),
    ]
