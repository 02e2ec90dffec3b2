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
    """Caches the rests of lanes until an exchange of their key begins or ends, for `KEPT_S` at most."""

    def __init__(self, lanes: Iterable[GatewayLane]) -> None:
        self._lanes_of: defaultdict[Budget, list[GatewayLane]] = defaultdict(list)
        for lane in lanes:
            self._lanes_of[lane.budget].append(lane)
        self._kept: dict[GatewayLane, tuple[Rest, float]] = {}

    def get(self, lane: GatewayLane, now: float) -> Rest | None:
        """Return the cached rest of a lane, if any. It ends when the lane has to be examined again."""
        rest, look_at = self._kept.get(lane, (None, now))
        return rest if now < look_at else None

    def keep(self, lane: GatewayLane, rest: Rest, now: float) -> None:
        """Cache the rest of a lane."""
        look_at = min(rest.until, now + KEPT_S)
        self._kept[lane] = (replace(rest, until=look_at), look_at)

    def forget(self, lane: GatewayLane) -> None:
        """Forget the rests of all lanes with the same key as this lane."""
        if not self._kept:
            return
        for one in self._lanes_of[lane.budget]:
            self._kept.pop(one, None)

    def clear(self) -> None:
        """Forget all rests."""
        self._kept.clear()
