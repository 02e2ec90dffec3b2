"""A short cache of the rests of lanes, so that not every lane is examined for every step."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.batch.asking.steps import GatewayLane, Rest
    from validator.pacing import Budget

# How long a rest is cached. Events that make a lane ready without its key (another lane's canary, the end of
# a day) are noticed this much later. 33 keys of the largest plan start a check every 0.9 ms.
KEPT_S = 0.05


class LaneRests:
    """Caches the rests of lanes until an exchange of their key begins, for `KEPT_S` at most.

    A rest that is longer than that is cached only until an exchange ends: it may be a wait for this end.
    """

    def __init__(self, lanes: Iterable[GatewayLane]) -> None:
        self._lanes_of: defaultdict[Budget, list[GatewayLane]] = defaultdict(list)
        for lane in lanes:
            self._lanes_of[lane.budget].append(lane)
        self._kept: dict[GatewayLane, Rest] = {}
        self._cut: dict[GatewayLane, None] = {}

    def get(self, lane: GatewayLane, now: float) -> Rest | None:
        """Return the cached rest of a lane, if any. It ends when the lane has to be examined again."""
        rest = self._kept.get(lane)
        return rest if rest is not None and now < rest.until else None

    def keep(self, lane: GatewayLane, rest: Rest, now: float) -> None:
        """Cache the rest of a lane."""
        look_at = now + KEPT_S
        if rest.until > look_at:
            rest = replace(rest, until=look_at)
            self._cut[lane] = None
        else:
            self._cut.pop(lane, None)
        self._kept[lane] = rest

    def began(self, lane: GatewayLane) -> None:
        """Forget the rests of all lanes with the same key as this lane, because an exchange has begun."""
        if self._kept:
            self._forget(self._lanes_of[lane.budget])

    def ended(self, lane: GatewayLane) -> None:
        """Forget the long rests of all lanes with the same key as this lane: an exchange has ended."""
        if self._cut:
            self._forget(one for one in self._lanes_of[lane.budget] if one in self._cut)

    def clear(self) -> None:
        """Forget all rests."""
        self._kept.clear()
        self._cut.clear()

    def _forget(self, lanes: Iterable[GatewayLane]) -> None:
        for lane in lanes:
            self._kept.pop(lane, None)
            self._cut.pop(lane, None)
