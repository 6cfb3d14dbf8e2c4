"""The engines by name: those that are on, and those that still have something to finish."""

from __future__ import annotations

from collections.abc import Sequence

from bot.common import Component
from bot.dashscope.errors import Unanswered
from bot.engines.base import Engine
from storage.media import Media


class Engines:
    """`on`: the usual one first; `off`: switched off, with tasks that have to be watched."""

    def __init__(self, *on: Engine, off: Sequence[Engine] = ()) -> None:
        self.on = on
        self.all = (*on, *off)
        self._by_name = {engine.name: engine for engine in self.all}

    @property
    def default(self) -> Engine:
        """That of people who chose none."""
        return self.on[0]

    def is_on(self, name: str) -> bool:
        """Whether videos may be begun with it."""
        return any(engine.name == name for engine in self.on)

    def of(self, name: str) -> Engine:
        """The engine of that name.

        Raises: `Unanswered`: it is off and cannot be reached, for want of a key.
        """
        engine = self._by_name.get(name)
        if engine is None:
            raise Unanswered(f"the engine {name} is off, and there is no key for it")
        return engine

    async def for_new(self, item: Media, services: Component) -> Engine:
        """That of a media item that has just come: the one its sender has chosen by now.

        Another one may make the video, where they choose anew meanwhile.
        """
        if len(self.on) == 1:
            return self.default
        return self.of((await services.effective(item.conversation)).engine)
