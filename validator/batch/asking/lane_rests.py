"""How long lanes have to rest, kept for a moment: with many lanes not each is looked at at every step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.batch.asking.steps import GatewayLane, Rest
    from validator.pacing import Budget

# What makes a lane ready without anything happening through its key is seen so much later: another lane's
# canary, the end of a day. Thirty-three keys of the largest plan start a check every 0.9 ms.
KEPT_S = 0.05


class LaneRests:
    """Keeps the rests of lanes until something happens through their key, for 50 ms at most."""

    def __init__(self, lanes: Iterable[GatewayLane]) -> None:
        self._lanes_of: defaultdict[Budget, list[GatewayLane]] = defaultdict(list)
        for lane in lanes:
            self._lanes_of[lane.budget].append(lane)
        self._kept: dict[GatewayLane, tuple[Rest, float]] = {}

    def get(self, lane: GatewayLane, now: float) -> Rest | None:
        """Return the rest that is kept for a lane, which ends no later than it has to be looked at again."""
        rest, look_at = self._kept.get(lane, (None, now))
        return rest if now < look_at else None

    def keep(self, lane: GatewayLane, rest: Rest, now: float) -> None:
        """Keep what was found out about a lane just now."""
        look_at = min(rest.until, now + KEPT_S)
        self._kept[lane] = (replace(rest, until=look_at), look_at)

    def forget(self, lane: GatewayLane) -> None:
        """Forget the rests of all lanes of a lane's key: something has happened through it."""
        for one in self._lanes_of[lane.budget]:
            self._kept.pop(one, None)

    def clear(self) -> None:
        """Forget all rests."""
        self._kept.clear()
