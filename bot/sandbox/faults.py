"""Faults on request: what a local server does wrong, how often, until when."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Side = Literal["telegram", "provider"]

ANY = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: `kind`, at the calls that `match` names.

    It happens `times` times; None means until it is switched off.
    """

    id: int
    side: Side
    match: str
    kind: str
    times: int | None = 1
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The fault as the control API shows it."""
        return {
            "id": self.id,
            "side": self.side,
            "match": self.match,
            "kind": self.kind,
            "times": self.times,
            "params": self.params,
        }


class FaultBoard:
    """The faults that are switched on, both servers' in one place."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._ids = itertools.count(1)

    def add(
        self,
        side: Side,
        match: str,
        kind: str,
        *,
        times: int | None = 1,
        params: dict[str, Any] | None = None,
    ) -> Fault:
        """Switch a fault on."""
        fault = Fault(next(self._ids), side, match, kind, times, params or {})
        self._faults[fault.id] = fault
        return fault

    def remove(self, fault_id: int) -> bool:
        """Switch one off; False when there is none of that id."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self, side: Side | None = None) -> None:
        """Switch off all of one side, or all."""
        self._faults = {i: f for i, f in self._faults.items() if side not in (None, f.side)}

    def active(self, side: Side | None = None) -> list[Fault]:
        """The faults that are on, oldest first."""
        return [f for f in self._faults.values() if side in (None, f.side)]

    def take(self, side: Side, match: str, *kinds: str) -> Fault | None:
        """The oldest fault for this call (of these kinds, if named), counted as used once."""
        for fault in self.active(side):
            if fault.match in (match, ANY) and (not kinds or fault.kind in kinds):
                self._use(fault)
                return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._faults[fault.id]
        else:
            self._faults[fault.id] = replace(fault, times=fault.times - 1)
